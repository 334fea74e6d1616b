"""A web server on loopback for the crawler's tests: a dict of pages, and a log of what was asked when.

A page is bytes or text (200, HTML), an ``Answer``, or a function of the number of times it was asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass
class Answer:
    """What the server says; ``close`` breaks the connection after ``body``, ``silent`` sends nothing at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None  # Content-Length told, where it is not the truth
    wait: float = 0.0
    silent: bool = False


Content = bytes | str | Answer
Source = Content | Callable[[int], Content]


@dataclass(frozen=True)
class Asked:
    """A request: path, moment it came, moment its answer was sent, its headers."""

    path: str
    began: float
    ended: float
    headers: Mapping[str, str]


class Loopback:
    """Serve pages on a free port of 127.0.0.1. Use as a context manager."""

    def __init__(self, pages: Mapping[str, Source]) -> None:
        self.pages = dict(pages)
        self.asked: list[Asked] = []
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return f"http://{self.host}{path}"

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [request.path for request in self.asked]

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str) -> Answer:
        source = self.pages.get(path)
        with self._lock:
            number = self._counts[path] = self._counts.get(path, 0) + 1
        if callable(source):
            source = source(number)
        if source is None:
            return Answer(404, b"<p>404 Not Found</p>", {"Content-Type": "text/html"})
        if isinstance(source, Answer):
            return source
        body = source.encode() if isinstance(source, str) else source
        return Answer(200, body, {"Content-Type": "text/html; charset=utf-8"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                began = time.time()
                answer = server._answer(self.path)
                time.sleep(answer.wait)
                try:
                    if answer.silent:
                        self.close_connection = True
                        return
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    length = len(answer.body) if answer.declared is None else answer.declared
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    self.wfile.write(answer.body)
                    self.close_connection = answer.declared is not None
                except OSError:
                    self.close_connection = True
                finally:
                    with server._lock:
                        server.asked.append(Asked(self.path, began, time.time(), dict(self.headers)))

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def listing(rows: list[tuple[str, str, str]], extra: str = "", *, title: str = "法治政府建设年度报告") -> str:
    """Return a list page: rows of (address, title, date)."""
    items = "".join(f'<li><a href="{u}" title="{t}">{t}</a><span>{d}</span></li>' for u, t, d in rows)
    return (
        f"<html><head><title>{title}-示例县人民政府</title></head><body><div class='nav'><a href='/'>首页</a>"
        f"<a href='/xwzx/'>新闻中心</a></div><ul class='list'>{items}</ul>{extra}</body></html>"
    )


def report(year: int, place: str = "示例县", paragraphs: int = 6) -> str:
    """Return a report page of a fictional place."""
    title = f"{place}{year}年法治政府建设情况报告"
    body = "".join(
        f"<p>{n}、{year}年，{place}坚持把法治政府建设摆在全局工作的重要位置，第{n}项工作按期完成，"
        f"全年办理行政复议案件{100 + n * 7 + year % 50}件，法治政府建设年度任务全部落实。</p>"
        for n in range(1, paragraphs + 1)
    )
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title><meta name='ArticleTitle' content='{title}'>"
        f"<meta name='PubDate' content='{year + 1}-03-12 10:00'></head><body><h1>{title}</h1>"
        f"<div id='zoom'>{body}<p>{place}人民政府</p><p>{year + 1}年3月10日</p></div></body></html>"
    )
