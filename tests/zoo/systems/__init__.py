"""The content systems of the sample portals: ``SYSTEMS`` holds them by the name used in ``data/portals_*.toml``."""

from __future__ import annotations

from fazhi_zoo.systems import static, trs
from fazhi_zoo.systems.base import System
from fazhi_zoo.systems.dynamic import DYNAMIC

SYSTEMS: dict[str, type[System]] = {
    "trs": trs.Trs,
    "trs_shtml": trs.TrsShtml,
    "trs_hunan": trs.TrsHunan,
    "trs_create_page": trs.TrsCreatePage,
    "trs_config": trs.TrsConfig,
    "set_page": trs.SetPage,
    "sichuan_cols": trs.SichuanCols,
    "nfcms": static.Nfcms,
    "vsb": static.Vsb,
    "siteserver": static.SiteServer,
    "paged_content": static.PagedContent,
    "hebei": static.Hebei,
    "channel_doc": static.ChannelDoc,
    "node_content": static.NodeContent,
    "nineteen_digits": static.NineteenDigits,
    "program": static.Program,
    "silent": static.Silent,
    "silent_directory": static.SilentDirectory,
    "numbers": static.Numbers,
    "framed": static.Framed,
    **DYNAMIC,
}
