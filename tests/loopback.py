"""Portals on loopback for the crawler's tests: a dict of pages on the zoo's server, and ``fazhi crawl`` over them."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from fazhi_zoo.places import PortalSpec
from fazhi_zoo.serving import Request, Server
from fazhi_zoo.site import Answer, Ask, Page, Site

from . import zygote

__all__ = [
    "Answer",
    "Ask",
    "Loopback",
    "Request",
    "command",
    "crawl",
    "fazhi",
    "listing",
    "report",
    "rows",
    "write_portals",
]

COLUMN = "/zwgk/fzzfjsndbg/"
FAZHI = Path(sys.executable).with_name("fazhi")


class Loopback:
    """Serve pages on a free port of 127.0.0.1. Text is a page of HTML. Use as a context manager.

    ``secure`` names a server that speaks TLS only, see ``fazhi_zoo.secure``; ``told`` the scheme of the portal file
    where it is another than the server's.
    """

    def __init__(
        self,
        pages: Mapping[str, Page | str],
        *,
        code: str = "420683",
        listings: Sequence[str] = (COLUMN,),
        secure: str | None = None,
        told: str | None = None,
    ) -> None:
        spec = PortalSpec(code=code, name="示例县人民政府", site_name="示例县人民政府")
        self.site = Site(spec, "generic", listings=tuple(listings), secure=secure, told=told)
        for path, page in pages.items():
            self.site.pages[path] = Answer(page.encode()) if isinstance(page, str) else page
        self.log: list[Request] = []

    def __enter__(self) -> Loopback:
        self._server = Server(self.site, 0, self.log.append)
        self.host, self.base = self._server.host, self._server.base
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop()

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.log]


def write_portals(file: Path, *servers: Loopback) -> None:
    """Write the portal file of some servers."""
    stanzas = []
    for server in servers:
        home = f"{server.site.told}://{server.host}/" if server.site.told else f"{server.base}/"
        listings = ", ".join(f'"{path}"' for path in server.site.listings)
        stanzas.append(
            f'["{server.site.spec.code}"]\nname = "{server.site.spec.name}"\nhome = "{home}"\n'
            + (f"listings = [{listings}]\n" if listings else "")
        )
    file.write_text("\n".join(stanzas), encoding="utf-8")


def command(folder: Path, *arguments: str) -> list[str]:
    """Return the command that crawls ``folder/portals.toml`` into ``folder/data``, without a pause of our own."""
    return [
        str(FAZHI), "crawl", "--portals", str(folder / "portals.toml"), "--data", str(folder / "data"),
        *(arguments if "--delay" in arguments else ("--delay", "0", *arguments)),
    ]  # fmt: skip


def fazhi(*arguments: str, **environment: str) -> zygote.Done:
    """Run a command line of fazhi to its end, in a process of its own."""
    return zygote.shared().run(*arguments, **{"COLUMNS": "200"} | environment)


def crawl(folder: Path, *servers: Loopback, arguments: Sequence[str] = ()) -> zygote.Done:
    """Crawl some servers to the end."""
    write_portals(folder / "portals.toml", *servers)
    return fazhi(*command(folder, *arguments)[1:])


def rows(folder: Path, query: str, *, database: str = "crawl.db") -> list[tuple[object, ...]]:
    """Return the rows of a query on a database of ``folder/data``."""
    db = sqlite3.connect(f"file:{folder / 'data' / database}?mode=ro", uri=True)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def listing(entries: Sequence[tuple[str, str, str]], extra: str = "") -> str:
    """Return a list page: entries of (address, title, date)."""
    items = "".join(f'<li><a href="{u}" title="{t}">{t}</a><span>{d}</span></li>' for u, t, d in entries)
    return (
        "<html><head><meta charset='utf-8'><title>法治政府建设年度报告-示例县人民政府</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/xwzx/'>新闻中心</a><a href='/hdjl/'>互动交流</a></div>"
        f"<ul class='list'>{items}</ul>{extra}<div class='footer'>示例县人民政府办公室主办</div></body></html>"
    )


def report(year: int, place: str = "示例县") -> str:
    """Return a report page of a fictional place."""
    title = f"{place}{year}年法治政府建设情况报告"
    body = "".join(
        f"<p>{n}、{year}年，{place}坚持把法治政府建设摆在全局工作的重要位置，第{n}项工作按期完成，"
        f"全年办理行政复议案件{100 + n * 7 + year % 50}件，法治政府建设年度任务全部落实。</p>"
        for n in range(1, 7)
    )
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title><meta name='ArticleTitle' content='{title}'>"
        f"<meta name='PubDate' content='{year + 1}-03-12 10:00'></head><body><h1>{title}</h1>"
        f"<div id='zoom'>{body}<p>{place}人民政府</p><p>{year + 1}年3月10日</p></div></body></html>"
    )


def entry(year: int, path: str = "") -> tuple[str, str, str]:
    """Return the list entry of ``report(year)``."""
    address = path or f"./{year + 1}03/t{year + 1}0312_{year}.html"
    return address, f"示例县{year}年法治政府建设情况报告", f"{year + 1}-03-12"


def portal(*years: int, **more: Page | str) -> dict[str, Page | str]:
    """Return the pages of a portal with a report for each year; ``more`` by path replaces or adds pages."""
    pages: dict[str, Page | str] = {COLUMN: listing([entry(year) for year in years])}
    for year in years:
        pages[article(year)] = report(year)
    return pages | more


def article(year: int) -> str:
    """Return the path of a year's report."""
    return f"{COLUMN}{year + 1}03/t{year + 1}0312_{year}.html"
