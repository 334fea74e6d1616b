"""Debian's Chromium, headless, on an archive served by ``fazhi serve``: what a visitor meets."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
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


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(address, timeout=5):
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
