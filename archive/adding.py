"""Archive files a user has: saved pages, texts, PDFs as WARC ``resource`` records; WARC files as they are.

A saved page has no HTTP exchange, so it becomes a ``resource`` record (WARC 1.1, section 6.4) whose target is the
address it was saved from, or ``urn:sha256:<hex>`` of its bytes where nobody told one. Adding the same bytes again adds
nothing. A WARC file is copied into the archive byte for byte, and its captures enter the table.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive import captures, clock, decisions, saved, store, warc_read, warc_repair
from archive.captures import Captures
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.model import Capture, Origin, Role
from archive.pipeline import Pipeline
from archive.warc_file import sync_directory
from archive.warc_write import WarcWriter

Tick = Callable[[int, int | None], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: ``outcome`` is ``report`` or the reason of a rejection; ``known`` it was here before."""

    file: str
    capture: str
    outcome: str
    report: str | None
    title: str | None
    detail: str
    known: bool = False


def add_files(
    place: DataDir, files: Sequence[Path], *, url: str | None, code: str | None, progress: Tick | None = None
) -> list[Added]:
    """Archive files, read them, and say what became of each capture, in the order given.

    Raises UsageError for a file that cannot be read, or a WARC file given with ``code`` or ``url`` (its records carry
    their own). Files before it stay archived.
    """
    for file in files:
        if saved.is_warc(file) and (url or code):
            raise UsageError(
                f"{file} is a WARC file, its records carry their own addresses", "leave --url and --code out"
            )
    with place.lock():
        crawl = captures.connect(place.crawl_db)
        table = Captures(crawl)
        warc_repair.recover(place.warc, table)
        writer = WarcWriter(place.warc, info={"description": "files added by hand"})
        taken: list[tuple[Path, Capture, bool]] = []
        try:
            for file in files:
                if saved.is_warc(file):
                    taken += [(file, capture, known) for capture, known in _copy_warc(place, table, file)]
                else:
                    taken.append((file, *_add_page(writer, table, file, url, code)))
        finally:
            writer.close()
        Pipeline(place).run(progress=progress)
        db = store.open_archive(place.archive_db)
        added = [_result(db, file, capture, known) for file, capture, known in taken]
        db.close()
        crawl.close()
    return added


def decide_report(place: DataDir, ids: Sequence[str], *, progress: Tick | None = None) -> list[Added]:
    """Let captures count as reports because a person says so, and read them again; say what became of each.

    Raises UsageError, before anything is written, for an id that no such page has: list pages, redirects and refusals
    are captures too, but nobody reads them as reports.
    """
    with place.lock():
        crawl = captures.connect(place.crawl_db)
        table = Captures(crawl)
        warc_repair.recover(place.warc, table)
        found = [capture for key in ids if (capture := table.get(key)) and capture.origin.role is Role.REPORT]
        if missing := set(ids) - {capture.id for capture in found}:
            crawl.close()
            raise UsageError(
                f"no page {min(missing)} that could be a report",
                "ids stand in the table `rejected` and in what `fazhi add` prints",
            )
        with WarcWriter(place.warc, info={"description": "decisions taken by hand"}) as writer:
            for capture in found:
                writer.write_verdict(capture, decisions.REPORT)
            writer.sync()
            with table.transaction():
                for capture in found:
                    decisions.keep(crawl, capture.id, decisions.REPORT)
        Pipeline(place).run(progress=progress, again=ids)
        db = store.open_archive(place.archive_db)
        made = [_result(db, Path(capture.id), capture, False) for capture in found]
        db.close()
        crawl.close()
    return made


def newest(place: DataDir, targets: Sequence[str]) -> list[str]:
    """Return the id of the last capture of each address that was asked for, without those that have none."""
    crawl = captures.connect(place.crawl_db)
    found = [Captures(crawl).of_target(target) for target in targets]
    crawl.close()
    return [group[-1].id for group in found if group]


def _add_page(
    writer: WarcWriter, table: Captures, file: Path, url: str | None, code: str | None
) -> tuple[Capture, bool]:
    body = saved.read(file)
    target = saved.address(body, url)
    for capture in table.of_target(target):
        if capture.digest == f"sha256:{hashlib.sha256(body).hexdigest()}" and capture.origin.portal == code:
            return capture, True
    origin = Origin(
        url=target,
        portal=code,
        adcode=code[:6] if code else None,
        content_type=saved.content_type(file),
        fetched=clock.now(),
    )
    capture = writer.write_resource(origin, body, target=target)
    writer.sync()
    table.add(capture)
    return capture, False


def _copy_warc(place: DataDir, table: Captures, file: Path) -> list[tuple[Capture, bool]]:
    """Copy a WARC file under a name made of its digest; return the captures in it that may be reports."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    name = f"added-{digest[:16]}-{file.name}"
    known = (place.warc / name).exists()
    if not known:
        part = place.warc / f".{name}.part"
        shutil.copyfile(file, part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.rename(place.warc / name)
        sync_directory(place.warc)
    found = list(warc_read.walk_file(place.warc, name, lambda finding: log.warning("left out: %s", finding)))
    with table.transaction():
        for capture in found:
            table.add(capture)
    return [(capture, known) for capture in found if capture.origin.role is Role.REPORT]


def _result(db: store.Database, file: Path, capture: Capture, known: bool) -> Added:
    row = db.execute(
        "select c.outcome, c.report, coalesce(r.title, j.title), coalesce(j.reason, ''), coalesce(j.detail, '')"
        " from captures c left join reports r on r.id = c.report"
        " left join rejected j on j.capture = coalesce(c.same_as, c.id)"
        " where c.id = ?",
        (capture.id,),
    ).fetchone()
    outcome, report, title, reason, detail = row
    return Added(
        str(file),
        capture.id,
        outcome if outcome == "report" else reason,
        report,
        title or capture.origin.link_title,
        detail,
        known,
    )
