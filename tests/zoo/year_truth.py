"""What must have come out of the simulated year: worked out from the script and from what was asked for, nothing else.

    Truth(visits)      the visits of a ``Year``, each with the paths that the crawler asked for
      .verdicts        (day, portal) -> the one word; portals that were not due on a day are not in it
      .reports         text by text: its pages, when it was first and last seen, whether it still stands
      .changes         the feed: what came, changed, moved, was copied, vanished and returned, day by day
      .coverage        (place, year) -> status and date of publication

Which pages of a portal are asked for at a visit is the crawler's own decision; ``year_promises`` checks it.
What it must conclude from the answers is not: the truth follows the script's pages from one answer to the next. Days
are those of the visits. A text is named ``<place>-<year>``, with ``/<edition>`` where it was edited, a page
``<portal><path>``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from fazhi_zoo.places import divisions
from fazhi_zoo.year import Visit
from fazhi_zoo.year_pages import Paper, Post
from fazhi_zoo.year_script import CITY, on

CONFIRM = timedelta(days=3)  # between two looks that make a missing page a removed one
FAILING = ("unreachable", "blocked", "robots")
LONGEST = 28  # days between two visits of a portal that fails
FIRST_YEAR = 2015  # of a report that was due by law
Change = tuple[str, str, str, str]  # day, kind, text, page


@dataclass(frozen=True, slots=True)
class Told:
    """What must be known of one text."""

    status: str
    first: str
    last: str
    missing: str | None
    removed: str | None
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """One answer of a page that was a report's: a post; else it is not there, or sends on to where it went."""

    day: date
    post: Post | None
    onward: bool = False

    @property
    def text(self) -> str | None:
        """The name of the text that was shown."""
        return named(self.post.paper) if self.post else None

    @property
    def gone(self) -> bool:
        """Whether the answer was that the page is not there."""
        return self.post is None and not self.onward


def named(paper: Paper) -> str:
    """Return the name of a text; a near copy has that of what it copies."""
    return f"{paper.place}-{paper.year}" + (f"/{paper.edition}" if paper.edition else "")


class Truth:
    """What must have come out of some visits."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self.visits = visits
        self.pages: dict[str, list[Sight]] = defaultdict(list)  # page -> what was seen there, in order
        ever: dict[str, set[str]] = defaultdict(set)
        for visit in visits:
            for code, portal in on(visit.day).items():
                ever[code] |= {post.path for post in portal.posts.values()}
                for path in dict.fromkeys(visit.asked.get(code, ())):
                    if path in ever[code] and portal.state in ("open", "unreadable"):
                        onward = path in portal.onward
                        self.pages[code + path].append(Sight(visit.day, None if onward else portal.shown(path), onward))

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """(day, portal) -> verdict, of every portal that was due."""
        found = {}
        past: dict[str, list[tuple[date, str]]] = defaultdict(list)
        known: dict[str, set[str | None]] = defaultdict(set)
        for visit in self.visits:
            for code, portal in on(visit.day).items():
                if past[code] and visit.day < due(past[code]):
                    continue
                seen = {
                    s.text
                    for page, sights in self.pages.items()
                    for s in sights
                    if (page[:6], s.day) == (code, visit.day)
                }
                new = seen - known[code] - {None}
                known[code] |= new
                fine = "ok" if new else "unchanged" if known[code] else "silent"
                words = {"down": "unreachable", "blocked": "blocked", "unreadable": "changed-layout", "open": fine}
                found[str(visit.day), code] = words[portal.state]
                past[code].append((visit.day, words[portal.state]))
        return found

    @cached_property
    def reports(self) -> dict[str, Told]:
        """Text -> what must be known of it."""
        told = {}
        for name in sorted({sight.text for sights in self.pages.values() for sight in sights if sight.text}):
            pages = {page for page, sights in self.pages.items() if any(sight.text == name for sight in sights)}
            days = sorted(sight.day for page in pages for sight in self.pages[page] if sight.text == name)
            status, missing, removed = self._standing(name, date.max)
            told[name] = Told(
                status, str(days[0]), str(days[-1]), _iso(missing), _iso(removed), tuple(sorted(pages))
            )  # fmt: skip
        return told

    def _standing(self, name: str, until: date) -> tuple[str, date | None, date | None]:
        """Return status of a text on a day, since when it is missing and when that was confirmed.

        It stands while one of the pages that showed it last does. Where some of these count as publication, only they
        decide: a copy elsewhere publishes nothing.
        """
        spells = []
        for page, all_sights in self.pages.items():
            sights = [sight for sight in all_sights if sight.day <= until]
            shown = [number for number, sight in enumerate(sights) if sight.text]
            if shown and sights[shown[-1]].text == name:
                gone = [sight.day for sight in sights[shown[-1] :] if sight.gone]
                confirmed = [day for day in gone if day >= gone[0] + CONFIRM]
                spells.append((counts(page, name), gone[:1], confirmed[:1]))
        spells = [spell for spell in spells if spell[0]] or spells
        if not spells:
            return "superseded", None, None
        if not all(gone for _, gone, _ in spells):
            return "current", None, None
        missing = max(gone[0] for _, gone, _ in spells)
        if not all(confirmed for *_, confirmed in spells):
            return "current", missing, None
        return "removed", missing, max(confirmed[0] for *_, confirmed in spells)

    @cached_property
    def changes(self) -> list[Change]:
        """The events of the year, in order of days, kinds, texts and pages."""
        found = [change for page in self.pages for change in self._on(page)]
        for name in self.reports:
            found += [*self._arrivals(name), *self._vanished(name)]
        return sorted(found)

    def _on(self, page: str) -> Iterator[Change]:
        """Yield what was changed on one page."""
        shown = [sight for sight in self.pages[page] if sight.post]
        for before, now in pairwise(shown):
            assert before.post
            assert now.post
            assert now.text
            if before.text != now.text:
                yield str(now.day), "changed", now.text, page
            elif (before.post.published, before.post.doc_no) != (now.post.published, now.post.doc_no):
                yield str(now.day), "metadata", now.text, page

    def _arrivals(self, name: str) -> Iterator[Change]:
        """Yield where a text came first, where it moved, and who copied it."""
        firsts = {
            page: next(sight.day for sight in self.pages[page] if sight.text == name)
            for page in self.reports[name].pages
        }
        inside = {page for page in firsts if self._edited(page, firsts[page])}
        ordered = sorted(firsts, key=lambda page: (firsts[page], page))
        for number, page in enumerate(ordered):
            before = [other for other in ordered[:number] if other[:6] == page[:6]]
            left = [
                max(sight.day, firsts[page])
                for other in before
                for sight in self.pages[other]
                if sight.post is None and sight.day >= max(s.day for s in self.pages[other] if s.text == name)
            ]
            if left:
                yield str(min(left)), "moved", name, page
            elif number == 0 and page not in inside:
                yield str(firsts[page]), "came", name, page
            elif number and not before:
                yield str(firsts[page]), "copied", name, page

    def _edited(self, page: str, day: date) -> bool:
        return any(sight.text for sight in self.pages[page] if sight.day < day)

    def _vanished(self, name: str) -> Iterator[Change]:
        """Yield when a text vanished, when that was confirmed, and when it was back."""
        pages = self.reports[name].pages
        before: tuple[str, date | None, date | None] = ("current", None, None)
        for day in sorted({sight.day for page in pages for sight in self.pages[page]}):
            now = self._standing(name, day)
            here = min(page for page in pages for sight in self.pages[page] if sight.day == day)
            if now[1] and not before[1]:
                yield str(day), "missing", name, here
            if now[2] and not before[2]:
                yield str(day), "removed", name, here
            if before[1] and now[:2] == ("current", None):
                yield str(day), "returned", name, here
            before = now

    @cached_property
    def coverage(self) -> dict[tuple[str, int], tuple[str, str | None]]:
        """(place, year) -> status and date of publication, for every government of the province."""
        last = self.visits[-1].day
        found = {}
        for code in divisions():
            for year in range(FIRST_YEAR, last.year) if len(code) == 6 else ():
                deadline = date(year + 1, 3, 31)
                published, standing, copied = self._published(code, year)
                words = [(day, word) for (day, portal), word in self.verdicts.items() if portal == code]
                looked = any(day > str(deadline) and word in ("ok", "unchanged", "silent") for day, word in words)
                if published:
                    status = "removed" if not standing else "on_time" if published <= deadline else "late"
                elif copied:
                    status = "copy_only"
                elif last <= deadline:
                    status = "not_due"
                elif looked:
                    status = "not_found"
                else:
                    status = "blocked" if words and words[-1][1] == "blocked" else "not_looked"
                found[code, year] = status, _iso(published)
        return found

    def _published(self, code: str, year: int) -> tuple[date | None, bool, bool]:
        """Return the first date on a site that counts, whether a text of the year stands, whether there is a copy."""
        days, copied = [], False
        for page, sights in self.pages.items():
            for sight in sights:
                if sight.post and (sight.post.paper.place, sight.post.paper.year) == (code, year):
                    if counts(page, code):
                        days.append(sight.post.published)
                    else:
                        copied = True
        standing = any(self.reports[name].status == "current" for name in self.reports if name[:11] == f"{code}-{year}")
        return min(days, default=None), standing, copied


def counts(page: str, text: str) -> bool:
    """Say whether a page publishes a text: on the portal of its place, or of the city above."""
    return page[:6] in (text[:6], CITY)


def due(past: Sequence[tuple[date, str]]) -> date:
    """Return the day of a portal's next visit: daily in the season, weekly otherwise, later where it fails."""
    day, word = past[-1]
    if word in FAILING:
        row = next((number for number, (_, told) in enumerate(reversed(past)) if told not in FAILING), len(past))
        return day + timedelta(days=min(2 ** (row - 1), LONGEST))
    if date(day.year, 1, 1) <= day <= date(day.year, 4, 15):
        return day + timedelta(days=1)
    week = day + timedelta(days=7)
    return max(day, date(week.year, 1, 1)) if week.month == 1 and week.year > day.year else week


def texts() -> dict[str, str]:
    """Return text -> name, of all texts that are ever on a portal, near copies included."""
    papers = {post.paper for portal in on(date.max).values() for post in portal.posts.values()}
    papers |= {replace(paper, edition=edition) for paper in papers for edition in range(paper.edition)}
    return {paper.text: named(paper) for paper in papers}


def _iso(day: date | None) -> str | None:
    return str(day) if day else None
