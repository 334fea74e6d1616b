"""Many hosts at once, in a process of its own: each an address of 127.0.0.0/8, all on one port, in one event loop.

python crowd.py HOSTS PAGES FOLDER [SILENT]

Every host is a healthy portal of its own division (four counties a prefecture) with ``PAGES`` pages: two of the list,
the others reports, each page unlike that of any other host. ``SILENT`` more take every request and never answer.
Writes ``portals.toml`` and ``divisions.tsv`` to FOLDER, then a line to the terminal; serves until its input is closed.
``log.tsv`` there gets a line for each request before its answer goes out: number of the host, when the request was
read, when its answer was made (seconds since the epoch), path. A client that waits for the answer is thus never seen to
ask again before the second moment: what begins earlier is a second request at a time.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from fazhi_zoo.places import specs
from fazhi_zoo.site import Answer, Page, Site, build

MARK = b"</p>"  # where the text of each host gets a mark of its own
LINK = re.compile(rb'href="([^"]*)"')


def address(number: int) -> str:
    """Return the address of a host, counted from 0."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def code_of(number: int) -> str:
    """Return the code of a host's county."""
    return f"99{20 + number // 4}{21 + number % 4}"


def patterns(pages: int) -> list[Site]:
    """Return the sites that all hosts are made after: without attachments, without links that lead nowhere, with a
    link to page 2 of the list. So a crawler that follows every link asks for the same pages, and the home page."""
    chosen = [spec for spec in specs() if spec.charset == "utf-8" and not spec.gzip and "-" not in spec.code]
    reports = pages - 2
    sites = [build(replace(spec, dialect="next_anchor"), reports, 0, (reports + 1) // 2) for spec in chosen]
    for site in sites:
        kept = {path: page for path, page in site.pages.items() if path.endswith((".html", ".txt")) or path == "/"}

        def leads(match: re.Match[bytes], kept: dict[str, Page] = kept) -> bytes:
            return match[0] if match[1].decode() in kept else b'href="#"'

        site.pages = {path: replace(page, body=LINK.sub(leads, page.body)) for path, page in kept.items()}
    return sites


def answer(site: Site, number: int, path: str) -> bytes:
    """Return what a host sends for a path."""
    page = site.pages.get(path, Answer(b"", "text/plain", 404))
    assert isinstance(page, Answer)
    body = (
        page.body.replace(MARK, f"（{number}）</p>".encode())
        if page.content_type.startswith("text/html")
        else page.body
    )
    head = f"HTTP/1.1 {page.status} OK\r\nContent-Type: {page.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(site: Site, number: int, port: int, log: TextIO) -> asyncio.Server:
    """Answer as a host of a number."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                began = time.time()
                path = head.split(b" ", 2)[1].decode()
                whole = answer(site, number, path)
                log.write(f"{number}\t{began:.6f}\t{time.time():.6f}\t{path}\n")
                writer.write(whole)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has what it wanted
        finally:
            writer.close()

    return await asyncio.start_server(talk, address(number), port, backlog=64)


async def hush(number: int, port: int) -> asyncio.Server:
    """Take connections to a host and never answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    return await asyncio.start_server(talk, address(number), port, backlog=64)


def write_files(folder: Path, port: int, hosts: int, silent: int, column: list[str]) -> None:
    """Write the portal file and the divisions it speaks of."""
    stanzas, places = [], ["level\tcode\tparent\tname"]
    for number in range(hosts + silent):
        code, home = code_of(number), f"http://{address(number)}:{port}/"
        if number % 4 == 0:
            places.append(f"2\t{code[:4]}00\t990000\t众{number // 4}市")
        places.append(f"3\t{code}\t{code[:4]}00\t众{number}县")
        name = f"示例省众{number}县人民政府"
        stanzas.append(f'[{code}]\nname = "{name}"\nhome = "{home}"\nlistings = ["{column[number % len(column)]}"]\n')
    (folder / "portals.toml").write_text("\n".join(stanzas), "utf-8")
    (folder / "divisions.tsv").write_text("\n".join(places) + "\n", "utf-8")


async def main(hosts: int, pages: int, folder: Path, silent: int) -> None:
    """Serve until the input is closed."""
    sites = patterns(pages)
    log = (folder / "log.tsv").open("a", encoding="utf-8", buffering=1)
    first = await serve(sites[0], 0, 0, log)
    port = first.sockets[0].getsockname()[1]
    others = [await serve(sites[number % len(sites)], number, port, log) for number in range(1, hosts)]
    others += [await hush(number, port) for number in range(hosts, hosts + silent)]
    write_files(folder, port, hosts, silent, [site.listings[0] for site in sites])
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in (first, *others):
        server.close()
    log.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int((sys.argv[4:] or ["0"])[0])))
