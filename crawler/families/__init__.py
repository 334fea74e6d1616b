"""The dialects of the portals' systems, most particular first: ``choose`` gives the one a page speaks.

One portal often mixes two systems, so the choice is made for each column page, not for a host. A new dialect is a
module with one class, its line in ``FAMILIES``, its saved pages in ``tests/test_families.py``.
"""

from __future__ import annotations

from crawler.families import forms
from crawler.families.base import Family, Followed, Next
from crawler.families.changchun import Changchun
from crawler.families.columns import Hebei
from crawler.families.epoint import Epoint
from crawler.families.forms import Addressed
from crawler.families.generic import Generic
from crawler.families.gkmlpt import Gkmlpt
from crawler.families.hanweb import Hanweb
from crawler.families.jpaas import Jpaas
from crawler.families.longsource import Longsource
from crawler.families.trs import Trs
from crawler.families.truecms import Truecms
from crawler.families.ucap import Ucap
from crawler.families.vsb import Vsb
from crawler.families.xxgk import Xxgk
from crawler.targets import Page

__all__ = ["FAMILIES", "Family", "Followed", "Next", "choose", "get", "names"]

# What a page's own script names comes before what addresses only suggest.
FAMILIES: tuple[Family, ...] = (
    Hanweb(), Xxgk(), Truecms(), Jpaas(), Epoint(), Gkmlpt(), Longsource(), Changchun(), Ucap(), Vsb(), Hebei(),
    *map(Addressed, forms.names()), Trs(), Generic(),
)  # fmt: skip


# Of a report page only its files count, and only these look for them in a way of their own.
_WITH_FILES = tuple(family for family in FAMILIES if type(family).files is not Family.files)


def names() -> tuple[str, ...]:
    """Return the names that a portal file may give as ``family``."""
    return tuple(family.name for family in FAMILIES)


def get(name: str | None) -> Family:
    """Return a dialect by name, the one for everything else where there is no name."""
    return next((family for family in FAMILIES if family.name == name), FAMILIES[-1])


def choose(page: Page, name: str | None = None) -> Family:
    """Return the dialect of a page: the first that recognises it.

    One that the catalogue names comes first where it recognises the page, and instead of the general one where none
    does: a portal has columns of other systems too.
    """
    named = get(name)
    if name and named.recognise(page):
        return named
    found = next(family for family in FAMILIES if family.recognise(page))
    return named if name and found is FAMILIES[-1] else found


def choose_for_files(page: Page) -> Family:
    """Return the dialect that finds the files of a report page: ``choose`` would ask two dozen that all do it alike."""
    return next((family for family in _WITH_FILES if family.recognise(page)), FAMILIES[-1])
