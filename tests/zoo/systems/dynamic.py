"""The systems whose lists come by script, by the name used in ``data/portals_dynamic.toml``."""

from __future__ import annotations

from fazhi_zoo.systems import epoint, gkml, gkmlpt, hanweb, jpaas, longsource, openness, scripted, ucap
from fazhi_zoo.systems.base import System

DYNAMIC: dict[str, type[System]] = {
    "hanweb": hanweb.Hanweb,
    "hanweb_old": hanweb.HanwebOld,
    "xxgk": hanweb.Xxgk,
    "truecms": hanweb.Truecms,
    "truecms_strict": hanweb.TruecmsStrict,
    "jpaas": jpaas.Jpaas,
    "jpaas_bare": jpaas.JpaasBare,
    "ucap": ucap.Ucap,
    "ucap_json": ucap.UcapJson,
    "gkmlpt": gkmlpt.Gkmlpt,
    "longsource": longsource.Longsource,
    "longsource_prefixed": longsource.LongsourcePrefixed,
    "longsource_column": longsource.LongsourceColumn,
    "epoint": epoint.Epoint,
    "gkml": gkml.Gkml,
    "openness": openness.Openness,
    "veiled": scripted.Veiled,
    "datacall": scripted.Datacall,
}
