"""The site while another process writes: what is saved is there at once, and nobody is ever shown an error."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from datasette.app import Datasette
from fazhi_zoo.records import capture, report

from archive import store

ROOT = Path(__file__).resolve().parents[1]
WRITER = ROOT / "tests" / "workers" / "writing_reports.py"
REPORTS = 60
ADDRESSES = (
    "/", "/search", "/search?q=%E6%B3%95%E6%B2%BB", "/search?q=%E6%B3%95&year=2019", "/search?region=990000",
    "/feed/new.xml", "/feed/place/990000.xml", "/feed/search.xml?q=%E6%B3%95", "/sitemap.xml", "/sitemap/1.xml",
    "/archive", "/archive/reports", "/archive/reports.json?_shape=array", "/archive/reports.csv?_size=max",
    "/archive/reports?_search=%E6%B3%95&_facet=level", "/archive/texts.json?_size=5", "/archive/sources",
    "/coverage", "/place/990102", "/en/", "/about",
)  # fmt: skip


@pytest.mark.asyncio
async def test_readers_are_never_in_the_way_of_a_writer_nor_he_in_theirs(tmp_path: Path) -> None:
    archive = tmp_path / "archive.db"
    db = store.open_archive(archive)
    first = store.save(db, capture(1000), report("最早的一份报告。" * 40, title="最早的报告"))
    db.close()
    told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
    site = Datasette([str(archive)], metadata=told, **config)
    await site.invoke_startup()
    writer = await asyncio.create_subprocess_exec(
        sys.executable, str(WRITER), str(archive), str(REPORTS), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    statuses: Counter[tuple[str, int]] = Counter()
    saved, ended = 0, False
    seen: set[int] = set()  # totals that the search page showed meanwhile
    late: list[tuple[int, int]] = []  # saved before a page was asked for, and shown on it, where fewer

    async def read(number: int) -> None:
        while not ended:
            around = (*ADDRESSES[number:], *ADDRESSES[:number], f"/report/{first}")
            for address in around if number else ("/search", "/feed/new.xml"):
                there = saved
                answer = await site.client.get(address)
                statuses[address, answer.status_code] += 1
                if address == "/search" and saved < REPORTS:
                    shown = re.search(r"共 <b>(\d+)</b> 份", answer.text)
                    seen.add(int(shown[1]) if shown else -1)
                    if not shown or int(shown[1]) < there + 1:
                        late.append((there, int(shown[1]) if shown else -1))

    readers = [asyncio.create_task(read(number * 5)) for number in range(4)]
    try:
        async for line in writer.stdout:
            saved = saved if line == b"done\n" else int(line)
        await writer.wait()
        await asyncio.sleep(0.5)
    finally:
        ended = True
        await asyncio.gather(*readers)
    gone = (f"/report/{first}", 404)  # the fresh archive that is copied over in the end does not hold it
    assert {status for (address, status), _ in statuses.items() if (address, status) != gone} == {200}
    assert {address for address, _ in statuses} == {*ADDRESSES, f"/report/{first}"}
    assert (writer.returncode, saved, late) == (0, REPORTS, [])
    assert len(seen) > 3
    assert len((await site.client.get("/archive/reports.json?_shape=array&_size=200")).json()) == REPORTS
