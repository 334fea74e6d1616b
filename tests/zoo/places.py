"""Who reports where: the fictional places, the issuers among them, and the table of sample portals.

The places stand in ``data/divisions.tsv``, with the columns of the real table. ``archive.regions`` reads such a file
when the environment variable ``FAZHI_DIVISIONS`` names it; ``Zoo`` sets the variable.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DIVISIONS = HERE / "data" / "divisions.tsv"


@cache
def divisions() -> dict[str, tuple[str, str]]:
    """Return code -> (name, parent code) of the fictional places.

    >>> divisions()["990121"]
    ('青禾县', '990100')
    """
    rows = [line.split("\t") for line in DIVISIONS.read_text("utf-8").splitlines()[1:]]
    return {code: (name, parent) for _, code, parent, name in rows}


def path_of(code: str) -> tuple[str, ...]:
    """Return the names from the province down.

    >>> path_of("990121100")
    ('示例省', '鹤渚市', '青禾县', '苇渡镇')
    """
    names: list[str] = []
    while code:
        name, code = divisions()[code]
        names.insert(0, name)
    return tuple(names)


def kind_of_place(name: str) -> str:
    """Return the last word of a place name: 省, 市, 县, 区, 镇, 乡 or 街道."""
    return "街道" if name.endswith("街道") else name[-1]


@dataclass(frozen=True, slots=True)
class Issuer:
    """A body that reports. ``accepted`` are the names a reader would call right, the fullest first; ``place`` is the
    word a title begins with when it names no organ; ``words`` fill the phrase book's {全} {我} {党} ..."""

    kind: str
    name: str
    place: str
    adcode: str
    town_code: str | None
    region: tuple[str, ...]
    words: dict[str, str] = field(compare=False)
    accepted: tuple[str, ...] = ()

    @property
    def forms(self) -> str:
        """The row of ``data/titles.toml`` its titles come from."""
        return {"party_and_government": "joint", "law_committee": "law"}.get(self.kind, "organ")


def issuer(spec: str, adcode: str) -> Issuer:
    """Return the issuer that a word of ``portals.toml`` stands for, at the place with this code.

    >>> issuer("department:司法局", "990100").name
    '鹤渚市司法局'
    >>> issuer("town:990102001", "990102").kind
    'subdistrict'
    >>> issuer("place:990121", "990100").name
    '青禾县人民政府'
    """
    what, _, detail = spec.partition(":")
    adcode = detail if what == "place" else adcode
    code = detail if what.startswith("town") else adcode
    name = divisions()[code][0]
    upper = divisions()[divisions()[code][1]][0]
    here, above = kind_of_place(name), kind_of_place(upper)
    common: dict[str, Any] = {
        "place": name,
        "adcode": adcode,
        "town_code": None if code == adcode else code,
        "region": path_of(code),
    }
    if what == "department":
        words = _words("局", "局党组", "局长办公会", f"{here}委、{here}政府", "各科室和下属单位", "局长")
        full = name + detail
        return Issuer("department", full, **{**common, "place": full}, words=words, accepted=(full,))
    if here == "街道":
        words = _words("街道", "街道党工委", "党工委会议", f"{above}委、{above}政府", "各社区", "办事处主任")
        full = f"{name}办事处"
        return Issuer(
            "subdistrict", full, **common, words=words, accepted=(full, name, f"{upper}{full}", f"{upper}{name}")
        )
    accepted: tuple[str, ...]
    if code != adcode:
        words = _words(here, f"{here}党委", f"{here}党委会", f"{above}委、{above}政府", "各村（社区）", f"{here}长")
        full, party = f"{name}人民政府", f"中共{name}委员会"
        accepted = (full, name, upper + full, upper + name)
    else:
        chief = {"市": "市长", "县": "县长", "区": "区长", "省": "省长"}[here]
        seat = f"{above}委、{above}政府"
        words = _words(here, f"{here}委", f"{here}政府常务会议", seat, f"各乡镇（街道）和{here}直部门", chief)
        full, party = f"{name}人民政府", f"中共{name}委"
        accepted = (full,)
    if what in ("joint", "town-joint"):
        both = f"{party} {full}"
        return Issuer(
            "party_and_government", both, **common, words=words, accepted=(both, party + full, f"{party}、{full}")
        )
    if what == "law":
        office = f"{party}全面依法治{here}委员会办公室"
        return Issuer("law_committee", office, **common, words=words, accepted=(office,))
    if what == "office":
        office = f"{full}办公室"
        return Issuer(
            "office", office, **{**common, "place": office}, words=words, accepted=(office, f"{name}政府办公室")
        )
    return Issuer("government", full, **common, words=words, accepted=accepted)


def _words(here: str, party: str, meeting: str, above: str, below: str, chief: str) -> dict[str, str]:
    return {"全": f"全{here}", "我": f"我{here}", "党": party, "会": meeting, "上": above, "下": below, "主": chief}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSpec:
    """A row of ``portals.toml``; the head of that file explains the fields."""

    code: str
    name: str
    site_name: str
    sizes: tuple[str, ...] = ()
    dialect: str = "trs_zero"
    column: str = "法治政府建设年度报告"
    path: str = "/zwgk/fzzfjsndbg/"
    issuers: tuple[str, ...] = ("government",)
    look: dict[str, str | int] = field(default_factory=dict)
    meta: float = 0.8
    gzip: bool = False
    validators: bool = True
    charset: str = "utf-8"
    label: str = "utf-8"

    @property
    def adcode(self) -> str:
        """The six digits of the place."""
        return self.code[:6]

    @property
    def site_code(self) -> str:
        """The ten digits of 政府网站标识码."""
        return self.adcode + ("0031" if "-" in self.code else "0018")


@cache
def specs() -> tuple[PortalSpec, ...]:
    """Return the sample portals of every size, in the order of the file."""
    rows = tomllib.loads((HERE / "portals.toml").read_text("utf-8"))["portal"]
    lists = ("sizes", "issuers")
    return tuple(PortalSpec(**{**row, **{key: tuple(row[key]) for key in lists}}) for row in rows)
