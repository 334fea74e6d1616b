"""Debian's Chromium, headless, on an archive served by ``fazhi serve``: what a visitor meets."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from archive.adding import add_files
from archive.datadir import DataDir

START_SECONDS = 30
HOSTILE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<title>&lt;script&gt;document.title="ran"&lt;/script&gt;青禾县人民政府2020年法治政府建设年度报告</title>
<script>document.title = "ran"; fetch("{trap}/fetch")</script>
<link rel="stylesheet" href="{trap}/style.css"><meta http-equiv="refresh" content="1;url={trap}/refresh">
</head><body onload="document.title='ran'"><img src="{trap}/pixel.gif" onerror="document.title='ran'">
<iframe src="{trap}/frame"></iframe><form action="{trap}/form"><button id="send">提交</button></form>
<div class="article"><p>一、主要工作。狴犴&lt;img src=x onerror=alert(1)&gt;&lt;/mark&gt;案件12件。</p>
{paragraphs}<p>青禾县人民政府</p><p>2021年1月20日</p></div></body></html>"""

# One address of which the text was corrected, and the report of the year before.
REPORT = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>
<meta name="PubDate" content="{published} 09:00"></head><body><h1>{title}</h1>
<p>索引号：000014349/{year}-00012 发布机构：青禾县人民政府 发布日期：{published} 文号：青政发〔{next}〕6号</p>
<div class="article">{paragraphs}<table><tr><th>指标</th><th>数量</th></tr>
<tr><td>行政复议案件</td><td>{cases}件</td></tr><tr><td>出庭应诉率</td><td>{rate}%</td></tr></table>
<p>青禾县人民政府</p><p>{next}年1月20日</p></div></body></html>"""
TEXT = """现将青禾县{year}年度法治政府建设情况报告如下。
一、{year}年度推进法治政府建设的主要举措和成效
（一）依法履行政府职能。全面推行权责清单制度，动态调整行政许可事项{items}项，政务服务事项网上可办率稳定在高位。
（二）化解社会矛盾。全年收到行政复议申请{cases}件，办结{cases}件；行政机关负责人出庭应诉率为{rate}%。各乡镇调委会全年调处纠纷。
二、存在的不足和原因
执法人员专业能力与群众期待相比仍有差距，个别部门对规范性文件审查不够重视。{fault}
三、主要负责人履行第一责任人职责情况
县长主持召开政府常务会议{meetings}次研究法治工作，带头学习宪法，对重大行政决策严格履行法定程序。
四、下一年度的工作安排
继续推进行政执法三项制度落实，加强基层执法队伍建设，健全矛盾纠纷多元化解机制。"""
FIRST = {"year": 2022, "next": 2023, "published": "2023-01-28", "items": 12, "cases": 36, "rate": 97, "meetings": 5,
         "fault": ""}  # fmt: skip
CORRECTED = FIRST | {"cases": 38, "fault": "部分案卷制作不够规范。"}
BEFORE = FIRST | {"year": 2021, "next": 2022, "published": "2022-04-12", "items": 9, "cases": 31, "meetings": 4}


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; without one these tests are skipped, and fail in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    message = "no Chromium found (Debian: apt install chromium fonts-noto-cjk)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def trap() -> Iterator[tuple[str, list[str]]]:
    """Another host: its address, and what was asked of it. Nothing ever should be."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 - the name is the base class's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(
    chromium: str, tmp_path_factory: pytest.TempPathFactory, sample_files: list[Path], trap: tuple[str, list[str]]
) -> Iterator[str]:
    """Address of a site with the sample reports and a hostile page that is a report."""
    place = DataDir.open(tmp_path_factory.mktemp("browser") / "data")
    hostile = place.root / "hostile.html"
    paragraphs = "<p>全年推进依法行政，各项任务按期完成，现将2020年法治政府建设情况报告如下。</p>" * 20
    hostile.write_text(HOSTILE.replace("{trap}", trap[0]).replace("{paragraphs}", paragraphs), encoding="utf-8")
    add_files(place, sample_files, url=None, code=None)
    (added,) = add_files(place, [hostile], url=f"{trap[0]}/zfxxgk/t20210125_1.html", code="990121")
    assert added.report, added
    for number, (told, name) in enumerate([(BEFORE, "1"), (FIRST, "2"), (CORRECTED, "2")]):
        file = place.root / f"version{number}.html"
        file.write_text(written(told), encoding="utf-8")
        (added,) = add_files(place, [file], url=f"{trap[0]}/zfxxgk/t2023_{name}.html", code="990121")
        assert added.report, added
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "crawler", "serve", "--port", str(port), "--data", str(place.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, server)
            yield address
        finally:
            server.terminate()


def written(told: dict[str, object]) -> str:
    """Return a page with a report of Qinghe, a county that is in no table."""
    lines = TEXT.format(**told).split("\n")
    title = f"青禾县人民政府{told['year']}年度法治政府建设情况报告"
    return REPORT.format(**told, title=title, paragraphs="".join(f"<p>{line}</p>" for line in lines))


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):  # refused, or slow on a busy machine
            return
        time.sleep(0.1)
    pytest.fail(f"no answer from {address}")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a module. No longer: while it runs, so does its event loop, and asyncio tests cannot."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, site: str, trap: tuple[str, list[str]]) -> Iterator[Page]:
    """A page of a visitor with no history; whatever it does, no script of a page opens a box or asks another host."""
    context = browser.new_context(base_url=site, locale="zh-CN", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    boxes: list[str] = []
    errors: list[str] = []
    opened.on("dialog", lambda box: (boxes.append(box.message), box.dismiss()))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert boxes == []
    assert errors == []
    assert trap[1] == []
