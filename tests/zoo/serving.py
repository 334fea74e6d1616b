"""HTTP for one sample portal: validators and 304, HEAD, answers cut short, and a log of every request."""

from __future__ import annotations

import socket
import socketserver
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fazhi_zoo import pages, secure
from fazhi_zoo.site import Answer, Ask, Site

HOST = "127.0.0.1"
DRIPS = 10  # pieces of a slow body
MOST_POSTED = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A line of the server's log. ``inflight`` counts the open requests of this host, this one included; ``status``
    is None when the client went away before it had the answer; ``size`` is that of the body sent, in bytes."""

    time: float
    host: str
    method: str
    path: str
    status: int | None
    inflight: int
    body: str = ""
    scheme: str = "http"
    size: int = 0

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.host}{self.path}"

    @property
    def key(self) -> str:
        """The address, and behind ``#`` what was posted to it."""
        return f"{self.url}#{self.body}" if self.method == "POST" else self.url


class Server(ThreadingHTTPServer):
    """One portal on one port. Stops cleanly: open connections are closed and their threads awaited."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, site: Site, port: int, record: Callable[[Request], None]) -> None:
        super().__init__((HOST, port), Handler, bind_and_activate=False)
        self.site = site
        self.record = record
        self.counts: Counter[str] = Counter()
        self.inflight = 0
        self.guard = threading.Lock()
        self.ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        try:
            self.server_bind()
            if not site.refuses:  # a bound port that nobody listens on refuses every connection
                self.server_activate()
                self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name=f"zoo {site.spec.code}")
                self._thread.start()
        except OSError:
            self.server_close()
            raise
        self.host = f"{HOST}:{self.server_address[1]}"
        self.scheme = "https" if site.secure else "http"
        self.base = f"{self.scheme}://{self.host}"

    def server_bind(self) -> None:
        """Bind without asking the name service for our own name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; the handshake of TLS follows in the thread of the connection."""
        connection, address = super().get_request()
        if not self.site.secure:
            return connection, address
        try:
            connection.getpeername()  # the library leaks the socket of a client that has gone when it wraps it
            return secure.wrap(connection, self.site.secure), address
        except OSError:  # the client went away before its greeting; the library passes over it, and closes nothing
            connection.close()
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep count of the open connections."""
        with self.guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ends."""
        with self.guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that goes away; anything else is an error of the zoo and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """End the threads and close the port."""
        self.ended.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        with self.guard:
            waiting = list(self._open)
        for connection in waiting:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it ended by itself meanwhile
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers from the table of the portal."""

    protocol_version = "HTTP/1.1"
    server_version = "zoo"
    sys_version = ""
    wbufsize = -1  # buffered: a small head and its body leave together
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Answer GET, HEAD and POST.

        The request is logged before its last byte goes out: a client that waits for the whole answer can then never
        be seen with two requests in flight.
        """
        server = self.server
        started = time.time()
        with server.guard:
            server.inflight += 1
            inflight = server.inflight
            server.counts[self.path] += 1
            count = server.counts[self.path]
        status: int | None = None
        size = 0
        body = last = b""
        try:
            body = self._body()
            answer = self._find(Ask(self.path, self.headers, count, self.command, body))
            last = self._send(answer)
            status, size = answer.status, len(answer.body)
        finally:
            with server.guard:
                server.inflight -= 1
            words = body.decode("utf-8", "replace")
            server.record(
                Request(started, server.host, self.command, self.path, status, inflight, words, server.scheme, size)
            )
        self.wfile.write(last)
        self.wfile.flush()

    def finish(self) -> None:
        """Close both ends of the connection. The library leaves the reading end open where the last write fails: the
        socket then waits for the garbage collector, which tells of it in whatever test is running by then."""
        with closing(self.rfile):
            super().finish()

    do_HEAD = do_POST = do_GET  # noqa: N815  # the names http.server calls

    def _body(self) -> bytes:
        """Read what was posted; too long or of unknown length, the connection cannot go on."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST_POSTED:
            self.close_connection = True
            return b""
        return self.rfile.read(int(length))

    def _find(self, ask: Ask) -> Answer:
        site = self.server.site
        if (route := site.routes.get(ask.route)) is not None:
            return route(ask)
        if ask.method == "POST":
            return Answer(b"", "text/plain", 405, (("Allow", "GET, HEAD"),))
        page = site.pages.get(ask.path) or site.fallback or site.html(pages.missing_page(site.spec), 404)
        answer = page if isinstance(page, Answer) else page(ask)
        return Answer(status=304, headers=answer.headers) if _unchanged(ask, answer) else answer

    def _send(self, answer: Answer) -> bytes:
        """Send head and body but for the last byte, which is returned; a head without a body waits in the buffer."""
        if answer.pause:
            self.server.ended.wait(answer.pause)
        self.send_response(answer.status)
        if answer.status != 304:
            if answer.content_type:
                self.send_header("Content-Type", answer.content_type)
            if not answer.endless:
                length = len(answer.body) if answer.declared is None else answer.declared
                self.send_header("Content-Length", str(length))
        for name, value in answer.headers:
            if answer.status != 304 or name != "Content-Encoding":
                self.send_header(name, value)
        if answer.declared is not None or answer.endless:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self._send_body(answer)
            return answer.body[-1:]
        return b""

    def _send_body(self, answer: Answer) -> None:
        """Send a body but for its last byte."""
        body, ended = answer.body[:-1], self.server.ended
        while answer.endless and not ended.is_set():
            self.wfile.write(answer.body)
        if answer.drip:
            step = max(1, len(body) // DRIPS)
            while len(body) > step and not ended.wait(answer.drip / DRIPS):
                self.wfile.write(body[:step])
                self.wfile.flush()
                body = body[step:]
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing to the terminal; ``Zoo.log`` has it all."""


def _unchanged(ask: Ask, answer: Answer) -> bool:
    """Tell whether the client's copy is good: If-None-Match decides where it is given, else If-Modified-Since."""
    head = dict(answer.headers)
    if answer.status != 200:
        return False
    if (asked := ask.headers.get("If-None-Match")) is not None:
        return head.get("ETag") in [tag.strip() for tag in asked.split(",")]
    since, modified = ask.headers.get("If-Modified-Since"), head.get("Last-Modified")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except ValueError:
        return False
