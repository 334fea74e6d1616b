"""Move captures through extraction into the store: worker processes, a time and a memory limit for each page.

Takes its work from the captures of ``crawl.db`` that have no result in ``archive.db``, so it needs no queue of its own:
after a crash the open captures are simply still there. Runs once (``run``) or beside a crawl (``start``, ``finish``).

    crawl.db captures --(id)--> worker process: read the record, extract() --(Document)--> store.save, one transaction
                           \\--> "the same as before", "not there any more": nothing to read; store.sight, store.gone

Results are saved in the order the captures were taken, by one thread: archive.db has one writer. A page that kills its
worker, or takes too long or too much memory, becomes a Rejection(CRASHED) with an issue; the others go on.
"""

from __future__ import annotations

import itertools
import logging
import os
import resource
import signal
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import forkserver, get_context
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from archive import captures, covered, decisions, store, warc_read
from archive.datadir import DataDir
from archive.extract import EXTRACTOR, extract
from archive.model import Capture, Issue, IssueCode, Reason, Rejection, Report, Role

Tick = Callable[[int, int | None], None]
Result = Report | Rejection
Changed = Callable[[Capture, list[store.Difference]], None]

SECONDS = 30.0  # for one page; a 10 MB text takes 2-4 s, a table of 50,000 rows 6-9 s
MEMORY = 3 << 30  # bytes of address space for one worker; libraries alone map about 0.5 GB
POLL = 0.3  # seconds between two looks for new captures beside a crawl
AHEAD = 4  # pages handed to each worker in advance

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost: wall seconds, bytes of address space of its worker."""

    seconds: float = SECONDS
    memory: int = MEMORY


class Pipeline:
    """Reads the captures of a data directory that have no result yet. The caller holds the directory's lock."""

    def __init__(
        self,
        place: DataDir,
        *,
        archive_db: Path | None = None,
        workers: int | None = None,
        limits: Limits = Limits(),
        read: Callable[[str, str, Capture], Result] | None = None,
    ) -> None:
        """``archive_db`` is the database to fill (default: the directory's); ``read`` is what a worker does."""
        self.place = place
        self.archive_db = archive_db or place.archive_db
        self.workers = workers or os.cpu_count() or 1
        self.limits = limits
        self.read = read or read_page
        self.counts: Counter[str] = Counter()
        self._draining = threading.Event()  # nothing more will come
        self._leaving = threading.Event()  # begin nothing more
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def run(
        self,
        *,
        progress: Tick | None = None,
        stale: bool = False,
        again: Iterable[str] = (),
        changed: Changed | None = None,
    ) -> dict[str, int]:
        """Read every capture without a result (``stale``: or an older extractor's); return outcome -> number.

        ``again`` are ids of captures to read once more. ``changed`` is called with each capture that was read before
        and what is different now.
        """
        self._draining.set()
        self._work(progress, stale, tuple(again), changed)
        if self.counts.total():
            with closing(store.open_archive(self.archive_db)) as archive:
                covered.refresh(archive.conn)
        return dict(self.counts)

    def start(self) -> None:
        """Begin to read in the background while a crawl adds captures."""
        self._thread = threading.Thread(target=self._guarded, name="extraction", daemon=True)
        self._thread.start()

    def finish(self, progress: Tick | None = None, *, within: float | None = None) -> dict[str, int]:
        """Read what is left, stop, and return outcome -> number. Raises what stopped the thread, if anything did.

        ``within`` so many seconds nothing new is begun any more: what is left then is read by the next run.
        """
        assert self._thread is not None, "start() comes first"
        self._draining.set()
        deadline = None if within is None else time.monotonic() + within
        while self._thread.is_alive():
            self._thread.join(POLL)  # in slices, so that Ctrl-C is heard
            if deadline is not None and time.monotonic() >= deadline:
                self._leaving.set()
            if progress:
                progress(self.counts.total(), None)
        if self._failure is not None:
            raise self._failure
        return dict(self.counts)

    def _guarded(self) -> None:
        try:
            self._work(None, stale=False, again=(), changed=None)
        except BaseException as failure:
            # Kept for finish(): the crawl goes on without extraction, and the captures keep their turn.
            log.warning("extraction stopped (%r); captures are kept and read by the next run", failure)
            self._failure = failure

    def _work(self, progress: Tick | None, stale: bool, again: tuple[str, ...], changed: Changed | None) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(["archive.pipeline"])
        db = store.open_archive(self.archive_db)
        crawl = captures.connect(self.place.crawl_db)
        known = captures.Captures(crawl)
        # Workers inherit the mask: Ctrl-C is for the parent to handle, also while they are still starting.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        forkserver.ensure_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        pool = ProcessPool(
            max_workers=self.workers,
            initializer=_begin,
            initargs=(self.limits.memory, dict(os.environ)),
            context=context,
        )
        finished = False
        try:
            todo = itertools.chain(again, self._todo(db, crawl, stale))
            waiting: deque[tuple[Capture, ProcessFuture[Result]]] = deque()
            exhausted = False
            while not (exhausted and not waiting):
                exhausted = exhausted or self._leaving.is_set()
                while not exhausted and len(waiting) < self.workers * AHEAD:
                    identity = next(todo, None)
                    if identity is None:
                        exhausted = True
                    elif identity == "":
                        break  # nothing new just now
                    elif (capture := known.get(identity)) and not self._noted(db, crawl, known, capture, again):
                        job = (str(self.place.warc), str(self.place.crawl_db), capture)
                        waiting.append((capture, pool.schedule(self.read, args=list(job), timeout=self.limits.seconds)))
                if waiting:
                    capture, future = waiting.popleft()
                    document = _outcome(capture, future, self.limits)
                    if changed and (differences := store.differences(db, capture, document)):
                        changed(capture, differences)
                    store.save(db, capture, document)
                    self.counts["report" if isinstance(document, Report) else f"rejected: {document.reason}"] += 1
                    if progress:
                        progress(self.counts.total(), None)
            finished = True
        finally:
            if finished:
                pool.close()
            else:
                pool.stop()
            pool.join()
            crawl.close()
            db.close()

    def _noted(
        self,
        db: store.Database,
        crawl: sqlite3.Connection,
        known: captures.Captures,
        capture: Capture,
        again: tuple[str, ...],
    ) -> bool:
        """Save a capture that need not be read, and say so. What a person decided about is read in any case."""
        if capture.origin.role is Role.GONE:
            store.gone(db, capture)
            self.counts["gone"] += 1
            return True
        earlier = known.sighting_of(capture)
        if earlier is None or capture.id in again or decisions.of(crawl, capture.id):
            return False
        store.sight(db, capture, earlier)
        self.counts["seen again"] += 1
        return True

    def _todo(self, db: store.Database, crawl: sqlite3.Connection, stale: bool) -> Iterator[str]:
        """Yield ids of captures to read; "" when there is none for now; end when there is none and none will come."""
        newest = _newest(crawl)
        first = list(store.pending(db, self.place.crawl_db, stale=stale))
        yield from first
        seen = set(first)  # a capture that came between the two queries above is in both
        while True:
            ending = self._draining.is_set()  # looked at before the query: what comes until then is still read
            rows = crawl.execute(
                "select rowid, id from captures where rowid > ? and role in (?, ?) order by rowid",
                (newest, *store.TELLING),
            ).fetchall()
            if rows:
                newest = rows[-1][0]
                yield from (row[1] for row in rows if row[1] not in seen)
                seen.clear()
            elif ending:
                return
            else:
                self._draining.wait(POLL)
                yield ""


def read_page(warc: str, crawl_db: str, capture: Capture) -> Result:
    """Read a capture's bytes and extract them: what a worker process does. ``warc`` is the folder of the WARC files."""
    db = captures.connect(Path(crawl_db), readonly=True)
    try:
        record = warc_read.read(Path(warc), capture.warc, capture.offset)
        body = warc_read.payload_of(Path(warc), record, captures.Captures(db))
        verdict = decisions.of(db, capture.id)
    finally:
        db.close()
    origin = capture.origin
    if origin.url and origin.url.startswith("urn:"):
        origin = replace(origin, url=None)  # a saved file whose address nobody told
    document = extract(origin, body)
    if record.truncated is not None:
        document = replace(document, issues=(*document.issues, Issue(IssueCode.TRUNCATED, "text", record.truncated)))
    return decisions.as_report(document) if verdict == decisions.REPORT else document


def _outcome(capture: Capture, future: ProcessFuture[Result], limits: Limits) -> Result:
    try:
        return future.result()
    except TimeoutError:
        return _crashed(capture, IssueCode.LIMIT_EXCEEDED, f"took longer than {limits.seconds:g} s")
    except MemoryError:
        return _crashed(capture, IssueCode.LIMIT_EXCEEDED, f"needed more than {limits.memory >> 20} MB")
    except ProcessExpired as death:
        return _crashed(capture, IssueCode.WORKER_KILLED, f"the worker died with exit code {death.exitcode}")
    except Exception as error:
        # A defect of ours, or a record that cannot be read back. One bad page never stops the others.
        log.exception("capture %s could not be read", capture.id)
        return _crashed(capture, IssueCode.WORKER_KILLED, f"{type(error).__name__}: {error}")


def _crashed(capture: Capture, code: IssueCode, detail: str) -> Rejection:
    return Rejection(
        extractor=EXTRACTOR,
        title=capture.origin.link_title,
        reason=Reason.CRASHED,
        detail=detail,
        issues=(Issue(code, "", detail),),
    )


def _newest(crawl: sqlite3.Connection) -> int:
    return crawl.execute("select coalesce(max(rowid), 0) from captures").fetchone()[0] or 0


def _begin(memory: int, environment: dict[str, str]) -> None:
    """Bound a worker: its address space, no core file; the environment is ours, not that of the server's start."""
    os.environ.clear()
    os.environ.update(environment)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
