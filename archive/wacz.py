"""The archive's pages as one WACZ file (1.1.1), for ReplayWeb.page, pywb and every other tool that replays them.

    archive/             WARC files: all as they are, or one with the records of the chosen reports, bytes unchanged
    indexes/             index.cdx.gz in blocks, index.idx to find the block
    pages/pages.jsonl    the reports' pages with their titles
    datapackage.json     sizes and digests of these; datapackage-digest.json the digest of that

Of a chosen report come all captures that gave it or confirmed it, the files linked from it, what their revisits refer
to, and the requests. One pass, records as they come: memory grows with the number of chosen captures alone, the index
is sorted on disk beside the output.

Written here, as the ``wacz`` package needs Frictionless and thirty packages more, and ``surt``, which makes the keys
for all of them, is under the AGPL. The keys are those of wabac.js (ReplayWeb.page); pywb makes its own index.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from urllib.parse import urlsplit

from archive import __version__, clock, store
from archive.datadir import DataDir
from archive.errors import BrokenRecordError, UsageError
from archive.export import Selection, snapshot
from archive.warc_fields import KINDS
from archive.warc_http import first
from archive.warc_read import is_web, read, record_of
from archive.warc_scan import BUFFER, Raw, files, is_gzip, load, name_of, scan

VERSION = "1.1.1"
BLOCK = 1024  # lines of the index in one gzip block
CHOSEN = "fazhi-chosen.warc.gz"
PORTS = {"http": 80, "https": 443}

Tick = Callable[[int, int | None], None]
Tell = Callable[[str], None]


def write(
    place: DataDir, db: sqlite3.Connection, chosen: Selection, out: IO[bytes], folder: Path, *, tick: Tick, broken: Tell
) -> int:
    """Write the chosen reports' captures, or where nothing is chosen all WARC files, to a seekable stream.

    Return the number of captures in the index. The index is sorted in ``folder``. ``tick`` is called with bytes done
    and in all, ``broken`` with a line for each record that cannot be had. Raises UsageError where nothing is there.
    """
    with snapshot(db), TemporaryDirectory(dir=folder) as work, closing(sqlite3.connect(Path(work) / "index")) as index:
        index.execute("create table lines (line text)")
        package = _Package(out, index)
        with closing(package.zip):  # also where something fails: the file is thrown away then
            if chosen == Selection():
                _all(place, package, tick)
            else:
                _some(place, db, chosen, package, tick, broken)
            number = int(index.execute("select count(*) from lines").fetchone()[0])
            if not number:
                raise UsageError(
                    "no page to export", "begin with `fazhi crawl` or `fazhi add`, or choose other reports"
                )
            package.index()
            package.pages(_pages(db, chosen))
            package.close()
    return number


@dataclass
class _Package:
    """A WACZ that is being written: the ZIP, the lines of its index, what is in it so far."""

    out: IO[bytes]
    lines: sqlite3.Connection
    resources: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zip = zipfile.ZipFile(self.out, "w")
        self.moment = clock.now()

    def add(self, path: str, parts: Iterable[bytes], *, packed: bool = False, listed: bool = True) -> str:
        """Add a file, as it comes; return its digest. What tools read by range is stored, not packed."""
        info = zipfile.ZipInfo(path, self.moment.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as file:
            for part in parts:
                file.write(part)
                digest.update(part)
                size += len(part)
        told = f"sha256:{digest.hexdigest()}"
        if listed:
            name = path.rpartition("/")[2].lower()
            self.resources.append({"name": name, "path": path, "hash": told, "bytes": size})
        return told

    def note(self, raw: Raw, name: str, offset: int, length: int) -> None:
        """Take a record into the index, where it is a capture that can be read."""
        if raw.kind not in KINDS or not is_web(raw):
            return
        try:
            record = record_of(raw, name)
        except BrokenRecordError:
            return  # `fazhi verify` names it
        facts: dict[str, str] = {"url": record.url, "mime": record.mime or "", "status": str(record.status)}
        if record.kind == "revisit":
            facts["mime"] = "warc/revisit"
            if not raw.block.strip():
                del facts["status"]  # a 304, which stands for the answer that it confirms
        if digest := first(raw.fields, "WARC-Payload-Digest"):
            facts["digest"] = digest
        facts |= {"length": str(length), "offset": str(offset), "filename": name}
        stamp = f"{record.date:%Y%m%d%H%M%S}" if record.date else "19700101000000"
        line = f"{key(record.url)} {stamp} {json.dumps(facts, ensure_ascii=False)}\n"
        self.lines.execute("insert into lines values (?)", (line,))

    def index(self) -> None:
        """Write the index, sorted by bytes, in blocks that can be read alone."""
        heads = ["!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}) + "\n"]

        def packed() -> Iterator[bytes]:
            offset = 0
            cursor = self.lines.execute("select line from lines order by cast(line as blob)")
            while rows := cursor.fetchmany(BLOCK):
                block = gzip.compress("".join(line for (line,) in rows).encode("utf-8"), mtime=0)
                place = {"offset": offset, "length": len(block), "filename": "index.cdx.gz"}
                url, stamp, _ = rows[0][0].split(" ", 2)
                heads.append(f"{url} {stamp} {json.dumps(place)}\n")
                offset += len(block)
                yield block

        self.add("indexes/index.cdx.gz", packed())
        self.add("indexes/index.idx", (line.encode("utf-8") for line in heads), packed=True)

    def pages(self, rows: Iterable[dict[str, str]]) -> None:
        """Write the list of pages."""
        head = {"format": "json-pages-1.0", "id": "pages", "title": "法治政府建设年度报告"}
        told = (json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n" for row in (head, *rows))
        self.add("pages/pages.jsonl", told, packed=True)

    def close(self) -> None:
        """Write what describes the package."""
        described = {
            "profile": "data-package", "wacz_version": VERSION, "title": "法治政府建设年度报告",
            "created": f"{self.moment:%Y-%m-%dT%H:%M:%SZ}", "software": f"fazhi {__version__}",
            "resources": self.resources,
        }  # fmt: skip
        data = json.dumps(described, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
        digest = {"path": "datapackage.json", "hash": self.add("datapackage.json", [data], packed=True, listed=False)}
        self.add("datapackage-digest.json", [json.dumps(digest).encode()], packed=True, listed=False)
        self.zip.close()


def _all(place: DataDir, package: _Package, tick: Tick) -> None:
    """Add all WARC files as they are; of one that is being written what is whole by now."""
    paths = files(place.warc)
    total, done = sum(path.stat().st_size for path in paths), 0
    for path in paths:
        name, size, end = name_of(path), path.stat().st_size, 0
        for item in scan(path):
            if isinstance(item, Raw):
                package.note(item, name, item.offset, item.end - item.offset)
                end = item.end
                tick(done + end // 2, total)
        if path.name != name:
            size = end
        with path.open("rb") as file:
            package.add(f"archive/{name}", _copied(file, size, partial(_second_half, tick, done, size, total)))
        done += path.stat().st_size


def _second_half(tick: Tick, done: int, size: int, total: int, copied: int) -> None:
    tick(done + (size + copied) // 2, total)


def _copied(file: IO[bytes], size: int, tick: Callable[[int], None]) -> Iterator[bytes]:
    left = size
    while left and (part := file.read(min(left, BUFFER))):
        yield part
        left -= len(part)
        tick(size - left)


def _some(
    place: DataDir, db: sqlite3.Connection, chosen: Selection, package: _Package, tick: Tick, broken: Tell
) -> None:
    """Add one WARC file with the records of the chosen reports."""
    paths = {name_of(path): path for path in files(place.warc)}
    wanted = sorted(_wanted(place, db, chosen, broken))

    def records() -> Iterator[bytes]:
        offset, last = 0, ""
        for number, (warc, at) in enumerate(wanted, 1):
            try:
                for raw, member in _members(paths[warc], at, with_info=warc != last):
                    package.note(raw, CHOSEN, offset, len(member))
                    yield member
                    offset += len(member)
            except (BrokenRecordError, KeyError):
                broken(f"{warc}:{at}: cannot be read; `fazhi verify` says why")
            last = warc
            tick(number, len(wanted))

    package.add(f"archive/{CHOSEN}", records())


def _wanted(place: DataDir, db: sqlite3.Connection, chosen: Selection, broken: Tell) -> set[tuple[str, int]]:
    """Return file and offset of what belongs to the chosen reports."""
    where, values = chosen.where()
    of = f"from captures c join reports r on r.id = c.report where {where}"
    found = db.execute(
        f'select url, warc, "offset", kind from captures where id in (select c.id {of} union select c.same_as {of})',
        values,
    ).fetchall()
    wanted = {(warc, offset): kind for _, warc, offset, kind in found}
    if not place.crawl_db.exists():
        return set(wanted)
    with closing(store.connect_readonly(place.crawl_db)) as crawl:
        of = 'select warc, "offset", kind from captures where'
        for url in {url for url, *_ in found}:
            linked = crawl.execute(f"{of} role = 'attachment' and parent = ?", (url,))
            wanted |= {(warc, offset): kind for warc, offset, kind in linked}
        open_ends = [at for at, kind in wanted.items() if kind == "revisit"]
        while open_ends:
            at = open_ends.pop()
            try:
                referred = read(place.warc, *at).refers_to
            except BrokenRecordError:
                continue  # it is told when it is to be copied
            row = crawl.execute(f"{of} id = ?", (referred,)).fetchone()
            if row is None:
                broken(f"{at[0]}:{at[1]}: refers to a capture that is not here")
            elif (row[0], row[1]) not in wanted:
                wanted[row[0], row[1]] = row[2]
                if row[2] == "revisit":
                    open_ends.append((row[0], row[1]))
    return set(wanted)


def _members(path: Path, offset: int, *, with_info: bool) -> Iterator[tuple[Raw, bytes]]:
    """Yield a record and its request, before them the head of the file, each with its bytes as gzip member."""
    with path.open("rb", buffering=BUFFER) as file:
        packed, size = is_gzip(file, path.name), path.stat().st_size

        def member(raw: Raw) -> bytes:
            file.seek(raw.offset)
            data = file.read(raw.end - raw.offset)
            return data if packed else gzip.compress(data, mtime=0)

        if with_info and offset and (head := load(file, 0, gzip=packed)).kind == "warcinfo":
            yield head, member(head)
        raw = load(file, offset, gzip=packed)
        yield raw, member(raw)
        identity = first(raw.fields, "WARC-Record-ID")
        if raw.end < size:
            try:
                request = load(file, raw.end, gzip=packed)
            except BrokenRecordError:
                return  # the request of a file that is being written, or a broken one: the answer stands without it
            if request.kind == "request" and first(request.fields, "WARC-Concurrent-To") == identity:
                yield request, member(request)


def _pages(db: sqlite3.Connection, chosen: Selection) -> Iterator[dict[str, str]]:
    where, values = chosen.where()
    rows = db.execute(
        f"select s.capture, s.url, s.fetched, r.title from sources s join reports r on r.id = s.report where {where}"
        " and s.fetched is not null order by s.url, s.fetched",
        values,
    )
    for capture, url, fetched, title in rows:
        moment = f"{datetime.fromisoformat(fetched):%Y-%m-%dT%H:%M:%SZ}"
        yield {"id": capture, "url": url, "ts": moment, "title": title or url}


def key(url: str) -> str:
    """Return the key of an address in the index: the host reversed, small letters, the query in order.

    >>> key("http://www.Example.gov.cn:8080/A/b.html?b=2&a=1#x"), key("https://127.0.0.1/")
    ('cn,gov,example:8080)/a/b.html?a=1&b=2', '1,0,0,127)/')
    """
    parts = urlsplit(url.lower())
    if parts.scheme not in PORTS or not parts.hostname:
        return re.sub(r"\s", "%20", url)
    host = ",".join(reversed(re.sub(r"^www\d*\.", "", parts.hostname).split(".")))
    port = f":{parts.port}" if parts.port not in (None, PORTS[parts.scheme]) else ""
    query = "?" + "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{host}{port}){parts.path or '/'}{query}".replace(" ", "%20")
