"""Captures through worker processes into the store: limits hold, one bad page never stops the others."""

from __future__ import annotations

import importlib
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import captures, store
from archive.datadir import DataDir
from archive.model import Capture, Origin, Role
from archive.pipeline import Limits, Pipeline
from archive.warc_write import Exchange, WarcWriter

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NEWS = "<html><head><title>鹤渚市召开春耕会议</title></head><body><div id=zoom>%s</div></body></html>"


@pytest.fixture
def place(tmp_path: Path) -> DataDir:
    return DataDir.open(tmp_path / "data")


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch):
    """The reader of tests/workers: worker processes find it by name, as they get the parent's import path."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "workers"))
    return importlib.import_module("hostile_pages").read


def archive_pages(place: DataDir, titles: list[str | None], first: int = 0) -> list[Capture]:
    """Put a page for each link title into the WARC file and the table."""
    made = []
    db = captures.connect(place.crawl_db)
    table = captures.Captures(db)
    with WarcWriter(place.warc) as writer:
        for number, title in enumerate(titles, first):
            url = f"http://127.0.0.1:1/{number}.html"
            body = (NEWS % "<p>干部群众一起查看墒情，商量播种。</p>" * 3).encode() + str(number).encode()
            origin = Origin(
                url=url,
                role=Role.REPORT,
                link_title=title,
                content_type="text/html",
                fetched=START + timedelta(seconds=number),
            )
            made.append(writer.write_resource(origin, body, target=url))
        writer.sync()
        for capture in made:
            table.add(capture)
    db.close()
    return made


def outcomes(place: DataDir) -> list[tuple[str, str, str]]:
    db = store.open_archive(place.archive_db)
    rows = db.execute(
        "select r.url, r.reason, coalesce(group_concat(i.code), '') from rejected r"
        " left join issues i on i.capture = r.capture group by r.capture order by r.url"
    ).fetchall()
    db.close()
    return [(url.rsplit("/", 1)[1], reason, codes) for url, reason, codes in rows]


@pytest.mark.parametrize(
    ("title", "code"),
    [("kills", "worker_killed"), ("aborts", "worker_killed"), ("hangs", "limit_exceeded"), ("eats", "limit_exceeded"),
     ("raises", "worker_killed")],
)  # fmt: skip
def test_a_page_that_breaks_its_worker_is_an_issue_and_the_others_go_on(place, hostile, title: str, code: str) -> None:
    archive_pages(place, [None, title, None])
    counts = Pipeline(place, workers=2, limits=Limits(seconds=2), read=hostile).run()
    assert counts == {"rejected: news": 2, "rejected: crashed": 1}
    assert outcomes(place) == [("0.html", "news", ""), ("1.html", "crashed", code), ("2.html", "news", "")]


def test_a_worker_has_the_environment_of_its_run(place, hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for number, told in enumerate(("one.tsv", None, "two.tsv")):  # the server that forks the workers outlives the runs
        monkeypatch.setenv("FAZHI_DIVISIONS", told) if told else monkeypatch.delenv("FAZHI_DIVISIONS")
        (capture,) = archive_pages(place, ["asks"], first=number)
        Pipeline(place, workers=1, read=hostile).run()
        with closing(store.open_archive(place.archive_db)) as db:
            said += db.conn.execute("select title from rejected where capture = ?", (capture.id,)).fetchone()
    assert said == ["one.tsv", None, "two.tsv"]


def test_what_has_a_result_is_not_read_again(place, hostile) -> None:
    archive_pages(place, [None] * 3)
    assert Pipeline(place, workers=1, read=hostile).run() == {"rejected: news": 3}
    archive_pages(place, [None], first=3)
    assert Pipeline(place, workers=1, read=hostile).run() == {"rejected: news": 1}
    assert Pipeline(place, workers=1, read=hostile).run() == {}


def test_beside_a_crawl_it_reads_what_comes_and_drains_at_the_end(place, hostile) -> None:
    archive_pages(place, [None] * 2)
    pipeline = Pipeline(place, workers=1, read=hostile)
    pipeline.start()
    feeder = threading.Thread(target=archive_pages, args=(place, [None] * 20, 2))
    feeder.start()
    feeder.join()
    deadline = time.monotonic() + 30
    while pipeline.counts.total() < 22 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pipeline.counts.total() == 22  # read while the crawl "goes on", not only at its end
    archive_pages(place, [None], first=22)
    assert pipeline.finish() == {"rejected: news": 23}


def test_a_missing_warc_file_is_an_issue(place) -> None:
    archive_pages(place, [None, None])
    for file in place.warc.iterdir():
        file.unlink()
    assert Pipeline(place, workers=1).run() == {"rejected: crashed": 2}
    db = store.open_archive(place.archive_db)
    details = {row[0] for row in db.execute("select detail from rejected")}
    db.close()
    assert len(details) == 2
    assert all("BrokenRecordError" in detail for detail in details)


def test_what_stops_the_thread_is_told_at_the_end(place, hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    archive_pages(place, [None])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "save", full)
    pipeline = Pipeline(place, workers=1, read=hostile)
    pipeline.start()
    with pytest.raises(OSError, match="No space left"):
        pipeline.finish()


def test_a_body_cut_short_on_the_way_is_told(place) -> None:
    url = "http://127.0.0.1:1/cut.html"
    exchange = Exchange(
        url=url, status=200, reason="OK", protocol="HTTP/1.1", headers=(("Content-Type", "text/html"),),
        body=(NEWS % "<p>干部群众一起查看墒情").encode(), request_line_method="GET", request_headers=(), fetched=START,
        truncated="disconnect",
    )  # fmt: skip
    db = captures.connect(place.crawl_db)
    with WarcWriter(place.warc) as writer:
        capture = writer.write(exchange, Origin(url=url, role=Role.REPORT), target=url)
        writer.sync()
        captures.Captures(db).add(capture)
    db.close()
    Pipeline(place, workers=1).run()
    archive = store.open_archive(place.archive_db)
    issues = archive.execute("select code, detail from issues").fetchall()
    archive.close()
    assert ("truncated", "disconnect") in issues


def test_what_is_left_when_it_must_end_soon_is_read_by_the_next_run(place: DataDir) -> None:
    pages: list[str | None] = [f"第{number}次会议" for number in range(60)]
    archive_pages(place, pages)
    first = Pipeline(place)
    first.start()
    began = time.monotonic()
    read = sum(first.finish(within=0.0).values())
    assert read < len(pages)
    assert time.monotonic() - began < 15
    assert read + sum(Pipeline(place).run().values()) == len(pages)
