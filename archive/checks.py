"""What the last check of each WARC file found: ``verify.json`` of the data directory.

``fazhi verify`` checks all files, a schedule a share of them each day; ``fazhi status`` tells of records that are
broken until a later check finds them whole or the file is gone. A file that cannot be read counts as never checked: it
is made again by the next check.

    keep()     take down what a check of some files found
    broken()   what is broken as far as is known
    last()     when each file was checked last
    oldest()   when the file was checked whose check lies longest back
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archive import clock
from archive.datadir import DataDir
from archive.errors import StorageError
from archive.warc_scan import Finding, files, name_of

log = logging.getLogger(__name__)

FILE = "verify.json"
MOST = 1000  # findings kept of one file: a file of which more is broken is broken as a whole


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken record: ``found`` is when a check first said so and has not taken it back since."""

    file: str
    offset: int
    problem: str
    found: datetime


@dataclass(frozen=True, slots=True)
class _Checked:
    at: datetime
    broken: list[Broken]


def keep(place: DataDir, checked: Iterable[str], findings: Iterable[Finding]) -> None:
    """Keep what a check found: the names of the files it read to their end, and what is broken in them.

    Raises ``StorageError`` when it cannot be written.
    """
    now = clock.now()
    held = _read(place)
    before = {(each.file, each.offset): each.found for rows in held.values() for each in rows.broken}
    for name in checked:
        held[name] = _Checked(now, [])
    for finding in findings:
        rows = held.setdefault(finding.file, _Checked(now, []))
        if len(rows.broken) < MOST:
            found = before.get((finding.file, finding.offset), now)
            rows.broken.append(Broken(finding.file, finding.offset, finding.problem, found))
    there = {name_of(path) for path in files(place.warc)}
    told = {
        name: {
            "checked": rows.at.isoformat(),
            "broken": [[each.offset, each.problem, each.found.isoformat()] for each in rows.broken],
        }
        for name, rows in sorted(held.items())
        if name in there
    }
    part = place.root / f".{FILE}.{os.getpid()}"
    try:
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(part, place.root / FILE)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"cannot write {place.root / FILE}: {error.strerror}", "make room and verify again"
        ) from None


def broken(place: DataDir) -> list[Broken]:
    """Return what is broken as far as is known, in order of file and offset."""
    return [each for _, rows in sorted(_read(place).items()) for each in rows.broken]


def last(place: DataDir) -> dict[str, datetime]:
    """Return name -> moment of the last check, of each file that was ever checked."""
    return {name: rows.at for name, rows in _read(place).items()}


def oldest(place: DataDir) -> datetime | None:
    """Return when the file whose check lies longest back was checked; None where one never was, or none is there."""
    held = _read(place)
    names = [name_of(path) for path in files(place.warc)]
    if not names or any(name not in held for name in names):
        return None
    return min(held[name].at for name in names)


def _read(place: DataDir) -> dict[str, _Checked]:
    file = place.root / FILE
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {
            name: _Checked(
                datetime.fromisoformat(rows["checked"]),
                [
                    Broken(name, int(offset), str(problem), datetime.fromisoformat(found))
                    for offset, problem, found in rows["broken"]
                ],
            )
            for name, rows in told.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read (%s): all files count as unchecked", file, error)
        return {}
