"""The search engines of the portals, most particular first; the site's own form is what remains."""

from __future__ import annotations

from crawler.discovery.engines.engine import Engine
from crawler.discovery.engines.form import PlainForm
from crawler.discovery.engines.hanweb import Jpaas, Jrobot, Jsearch
from crawler.discovery.engines.kaipu import Guestweb, Search5, SoGov
from crawler.discovery.engines.regional import Epoint, Guangdong, HenanSolr, Hunan, Longsource
from crawler.discovery.engines.trs import Igs, Irs, TrsSearch, Was5

__all__ = ["ENGINES", "FORM", "KNOWN", "Engine"]

KNOWN: tuple[Engine, ...] = (
    Igs(), Irs(), Was5(), TrsSearch(), Jpaas(), Jsearch(), Jrobot(), Guangdong(), Hunan(), HenanSolr(), Longsource(),
    Epoint(), Search5(), Guestweb(), SoGov(),
)  # fmt: skip
FORM = PlainForm(KNOWN)
ENGINES: tuple[Engine, ...] = (*KNOWN, FORM)
