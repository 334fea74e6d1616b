"""What the crawler promises to notice in the simulated year, and when: checked against what it asked for.

The truth (``year_truth``) follows whatever was asked for; a crawler that asked for nothing would be told right. So here
is what it must ask for, from docs/crawling.md.
"""

from __future__ import annotations

from datetime import date, timedelta

from fazhi_zoo.year_script import EVENTS, Event, on
from fazhi_zoo.year_truth import CONFIRM, Truth

DEEP = timedelta(days=28)  # between two readings of all lists to their end; in the season it is less
AGES = [timedelta(days=days) for days in (7, 30, 90, 365)]  # of a page, when it is asked for again


def overdue(truth: Truth) -> list[str]:
    """Return what the crawler should have noticed and did not.

    A page in a list is asked for at the first visit that can read the portal, one far down a list at the latest in
    a ``DEEP`` round; a deleted page at the next visit but one, and once more when ``CONFIRM`` has passed; a changed
    page when it reaches the next of ``AGES``; the old addresses of a portal that was rebuilt at the next visit but one.
    """
    late = []
    for event in EVENTS:
        if event.what == "redesign":
            until = _able(truth, event)[1]
            for old in on(event.day - timedelta(days=1))[event.portal].posts.values():
                looks = [sight.day for sight in truth.pages[event.portal + old.path] if sight.day >= event.day]
                if not looks or looks[0] > until:
                    late.append(f"left {event.portal}{old.path} on {event.day}: by {until}, looked {looks}")
        post = on(event.day)[event.portal].posts.get(event.name)
        if post is None or event.what not in ("post", "move", "restore", "edit", "meta", "delete"):
            continue
        page, able = event.portal + post.path, _able(truth, event)
        sights = [sight for sight in truth.pages[page] if sight.day >= event.day]
        if event.what == "delete":
            looks = [sight.day for sight in sights if sight.gone and sight.day in able]
            promised = able[1:2]
            promised += [day for day in able if looks and day >= looks[0] + CONFIRM][:1]
        else:
            looks = [sight.day for sight in sights if sight.post]
            since = event.day
            if event.what in ("edit", "meta"):
                ages = [sight.day + age for sight in truth.pages[page][:1] for age in AGES]
                since = min((day for day in ages if day >= event.day), default=date.max)
            elif event.published and event.published < event.day:
                since += DEEP
            promised = [day for day in able if day >= since][:1]
        for number, until in enumerate(promised):
            if number >= len(looks) or looks[number] > until:
                late.append(f"{event.what} {page} on {event.day}: by {until}, looked {', '.join(map(str, looks))}")
    return late


def _able(truth: Truth, event: Event) -> list[date]:
    """Return the days of the visits that could notice an event while it was true."""
    later = [e.day for e in EVENTS if e.day > event.day and (e.portal, e.name) == (event.portal, event.name)]
    days = [date.fromisoformat(day) for day, code in truth.verdicts if code == event.portal]
    return [
        day for day in days if event.day <= day < min(later, default=date.max) and on(day)[event.portal].state == "open"
    ]
