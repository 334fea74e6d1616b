"""The search engines a sample portal can have; ``ENGINES`` holds them by the name used in ``data/portals_*.toml``.

Each has its box on every page (``finding.Search.box``), most a page of results whose script names the endpoint and the
codes it wants, and the endpoint. On real sites some lie on another host; here all lie under the portal's own.
"""

from __future__ import annotations

from fazhi_zoo.engines_form import HenanSolr, Jsearch, Search5, SoGov
from fazhi_zoo.engines_get import Broken, Igs, TrsSearch
from fazhi_zoo.engines_html import Hunan, LongsourceSearch, Was5
from fazhi_zoo.engines_json import EpointSearch, Guangdong, Irs
from fazhi_zoo.finding import Search

ENGINES: dict[str, type[Search]] = {
    "igs": Igs,
    "irs": Irs,
    "was5": Was5,
    "trs_search": TrsSearch,
    "jsearch": Jsearch,
    "guangdong": Guangdong,
    "search5": Search5,
    "so_gov": SoGov,
    "longsource": LongsourceSearch,
    "hunan": Hunan,
    "epoint": EpointSearch,
    "henan_solr": HenanSolr,
    "broken": Broken,
}
