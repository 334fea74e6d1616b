"""The recorder: every answer on disk with what is known of it, before anything else sees it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from archive.datadir import DataDir
from archive.model import Role
from archive.warc_read import body_of, read
from archive.warc_verify import verify
from crawler.recorder import Recorder, torn_by
from crawler.session import Session
from crawler.targets import Portal, Target

HOME = "http://www.shili.gov.cn/"
TARGET = Target(
    url=HOME + "1.html", role=Role.REPORT, portal="990101", title="示例县2020年法治政府建设情况报告",
    date=date(2021, 3, 12), parent=HOME + "list/", depth=2, id=7,
)  # fmt: skip
PAGE = ("<html><body><h1>报告</h1>" + "<p>法治政府建设稳步推进。</p>" * 80 + "</body></html>").encode()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    portal = Portal(code="990101", name="示例县", home=HOME, hosts=frozenset({"www.shili.gov.cn"}))
    with Session(DataDir.open(tmp_path), [portal], delay=2.0) as opened:
        yield opened


def answer(session: Session, response: Response, target: Target = TARGET, **meta: Any) -> Request:
    request = Request(response.url, headers={"User-Agent": "fazhi"}, meta={"target": target, "root": 7, **meta})
    assert Recorder(session).process_response(request, response) is response
    return request


def html(url: str = TARGET.url, body: bytes = PAGE, status: int = 200, **headers: Any) -> Response:
    return Response(url, status, {"Content-Type": "text/html; charset=utf-8", **headers}, body)


def test_an_answer_is_written_with_all_that_is_known_of_it(session: Session) -> None:
    packed = gzip.compress(PAGE)
    cookies = {"Set-Cookie": ["a=1", "b=2"], "Content-Encoding": "gzip", "ETag": '"x"'}
    answer(session, html(body=packed, **cookies))
    (capture,) = session.captures.all()
    origin = capture.origin
    assert (origin.url, origin.portal, origin.adcode, origin.role) == (TARGET.url, "990101", "990101", Role.REPORT)
    assert (origin.link_title, origin.link_date, origin.parent) == (TARGET.title, TARGET.date, TARGET.parent)
    assert (capture.target, capture.depth, capture.crawl, capture.etag) == (TARGET.url, 2, session.crawl, '"x"')
    record = read(session.place.warc, capture.warc, capture.offset)
    assert record.body == packed
    assert record.payload() == PAGE
    assert [value for name, value in record.headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert body_of(session.place.warc, capture, session.captures) == PAGE


def test_the_row_points_to_bytes_that_are_on_the_disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    monkeypatch.setattr(session.writer, "sync", lambda: order.append("fsync"))
    add = session.captures.add
    monkeypatch.setattr(session.captures, "add", lambda capture: (order.append("row"), add(capture)))
    answer(session, html())
    assert order == ["fsync", "row"]


@pytest.mark.parametrize(
    ("response", "role"),
    [
        (html(), Role.REPORT),
        (html(status=302, body=b"", Location="/x"), Role.OTHER),
        (html(status=302, body=b"", Location="/"), Role.GONE),
        (html(status=301, body=b"", Location="http://bieli.gov.cn/"), Role.OTHER),
        (html(status=404), Role.GONE),
        (html(status=410), Role.GONE),
        (html(status=500), Role.OTHER),
        (html(status=521), Role.OTHER),
        (html(body=b"<script>document.cookie='__jsl_clearance=1'</script>"), Role.OTHER),
        (html(body=gzip.compress(b"<script>'__jsl_clearance=1'</script>"), **{"Content-Encoding": "gzip"}), Role.OTHER),
        (html(body=b"<meta http-equiv='refresh' content='0;url=/'>"), Role.GONE),
        (html(body=b"<meta http-equiv='refresh' content='0;url=/2.html'>"), Role.OTHER),
        (html(body=gzip.compress(PAGE)[:-20], **{"Content-Encoding": "gzip"}), Role.OTHER),
        (html().replace(flags=["dataloss"]), Role.OTHER),
        (html(body=b"%PDF-1.7"), Role.REPORT),
        (html(body=b""), Role.GONE),
        (html(body="<p>您访问的页面不存在</p>".encode()), Role.GONE),
    ],
)  # fmt: skip
def test_what_is_no_content_is_never_extracted(session: Session, response: Response, role: Role) -> None:
    answer(session, response)
    (capture,) = session.captures.all()
    assert capture.origin.role is role


def test_robots_txt_has_its_own_role(session: Session) -> None:
    answer(session, html(HOME + "robots.txt", b"User-agent: *"), dont_obey_robotstxt=True)
    (capture,) = session.captures.all()
    assert (capture.origin.role, capture.target, capture.origin.link_title) == (Role.ROBOTS, HOME + "robots.txt", None)
    assert capture.origin.portal == "990101"


def test_the_same_bytes_are_written_once(session: Session) -> None:
    answer(session, html())
    answer(session, html())
    kinds = [capture.kind for capture in session.captures.all()]
    assert sorted(kinds) == ["response", "revisit"]
    assert {body_of(session.place.warc, c, session.captures) for c in session.captures.all()} == {PAGE}


def test_every_answer_paces_its_host(session: Session) -> None:
    before = session.frontier.now()
    answer(session, html())
    assert session.frontier.hosts.held_until("www.shili.gov.cn") >= before + 2.0


def test_a_torn_body_is_marked(session: Session) -> None:
    request = answer(session, html().replace(flags=["dataloss"]))
    assert request.meta["torn"] == "disconnect"
    session.writer.close()
    assert list(verify(session.place.warc, progress=lambda done, total=None: None)) == []


def test_a_disk_that_refuses_ends_the_run(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    reasons: list[str] = []
    session.close_spider = reasons.append
    monkeypatch.setattr(session.writer, "write", full)
    with pytest.raises(OSError, match="No space"):
        answer(session, html())
    assert isinstance(session.fatal, OSError)
    assert (reasons, session.frontier.stopped) == (["storage"], True)
    assert session.captures.count() == 0


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_cut_gzip_stream_is_noticed_wherever_it_was_cut(cut: int) -> None:
    body = gzip.compress(PAGE)
    assert torn_by(html(body=body[:-cut], **{"Content-Encoding": "gzip"})) == "disconnect"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PAGE, None),
        (PAGE, "gzip"),
        (zlib.compress(PAGE), "deflate"),
        (b"", "gzip"),
        (gzip.compress(b"0" * 10**7), "gzip"),
    ],
)
def test_a_whole_body_is_whole(body: bytes, coding: str | None) -> None:
    assert torn_by(html(body=body, **({"Content-Encoding": coding} if coding else {}))) is None


def test_a_bomb_is_unpacked_no_further_than_a_page_may_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.settings.DOWNLOAD_MAXSIZE", 100_000)
    bomb = gzip.compress(b"0" * 10**7)
    assert torn_by(html(body=bomb[:-9], **{"Content-Encoding": "gzip"})) is None  # its end was never looked at


def test_a_page_that_cannot_be_judged_is_archived(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(page: object, known: object) -> None:
        raise RecursionError

    monkeypatch.setattr("crawler.guard.look", defect)
    answer(session, html())
    assert session.captures.count() == 1
    assert session.fatal is None


def test_bytes_whose_row_was_lost_in_a_crash_get_it_back(tmp_path: Path) -> None:
    portal = Portal(code="990101", name="示例县", home=HOME, hosts=frozenset({"www.shili.gov.cn"}))
    with Session(DataDir.open(tmp_path), [portal], delay=2.0) as first:
        answer(first, html())
        (kept,) = first.captures.all()
        first.db.execute("DELETE FROM captures")  # a power cut: the record was synced, the commit was not
        first.writer._file = None  # and the file never closed
    with Session(DataDir.open(tmp_path), [portal], delay=2.0) as second:
        assert list(second.captures.all()) == [kept]
