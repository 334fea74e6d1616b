"""What a visitor is told when a request came to nothing, and with which status.

    404    no such page
    400    Datasette could not make sense of the address: it has no check of its own for every wrong parameter and lets
           SQLite or Python raise. Told by where the error arose: not in our code. A line for the operator all the same.
    503    took too long, or the file cannot be read just now (busy, being replaced, disk at fault); ask again
    500    left to Datasette: an error in our code, with its traceback in the log

JSON stays JSON.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, NotFound, Response
from datasette.views.base import DatasetteError

from archive.site import language
from archive.site.pages import TooSlowError, message

# Of sqlite3's messages, those that are the file's or the machine's fault and not the question's.
_OF_THE_FILE = ("locked", "busy", "disk", "unable to open", "readonly", "out of memory", "not a database")


def told(datasette: Any, request: Any, exception: Exception) -> Callable[[], Awaitable[Any]] | None:
    """Return what answers a request that raised, None to leave it to Datasette."""
    t = language.speaker(request)
    if isinstance(exception, NotFound):
        if _wants_json(request):
            return None
        head = t("没有这个页面", "There is no such page")
        text = t("网址可能写错了，或页面已经移走。", "The address may be wrong, or the page was moved.")
        return partial(message, datasette, request, 404, head, text)
    if isinstance(exception, QueryInterrupted | TooSlowError):
        head = t("查询超时", "The query took too long")
        return partial(_say, datasette, request, 503, head, t("请加上筛选条件再试。", "Narrow it and try again."))
    if isinstance(exception, Base400 | DatasetteError):
        return None
    if isinstance(exception, sqlite3.Error) and any(word in str(exception) for word in _OF_THE_FILE):
        _log(request, exception)
        head = t("暂时读不出", "Cannot be read just now")
        return partial(_say, datasette, request, 503, head, t("请稍后再试。", "Please try again in a while."))
    if _in_our_code(exception.__traceback__):
        return None
    _log(request, exception)
    head = t("看不懂这个网址", "This address makes no sense")
    text = t("网址中的参数有误，请检查后再试。", "One of its parameters cannot be; please check them.")
    return partial(_say, datasette, request, 400, head, text)


async def _say(datasette: Any, request: Any, status: int, head: str, text: str) -> Response:
    if _wants_json(request):
        error = {"ok": False, "error": f"{head}: {text}", "status": status, "title": None}
        answer = Response.json(error, status=status)
    else:
        answer = await message(datasette, request, status, head, text)
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


def _wants_json(request: Any) -> bool:
    return str(request.path).endswith((".json", ".jsono"))


def _in_our_code(trace: TracebackType | None) -> bool:
    """Tell whether an error arose in a page of ours or below it; hooks of ours that Datasette calls count, too."""
    while trace:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("archive.") and module != "archive.site.guard":
            return True
        trace = trace.tb_next
    return False


def _log(request: Any, exception: Exception) -> None:
    said = f"{request.method} {request.path}?{request.query_string}"[:500]
    why = str(exception)[:300]
    print(f"fazhi: {said!a}: {type(exception).__name__}: {why!a}", file=sys.stderr)
