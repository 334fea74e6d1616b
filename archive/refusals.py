"""Answers that are no page: challenges and blocks of a firewall, login walls, error texts sent with status 200. Leaf.

The vocabulary is ``data/refusals.toml``. No challenge is ever solved: it is recognised and recorded.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from archive.model import Reason


@cache
def _signs() -> tuple[int, re.Pattern[str], re.Pattern[str], frozenset[int], re.Pattern[str]]:
    data = tomllib.loads(files("archive").joinpath("data/refusals.toml").read_text("utf-8"))
    refusal, error = data["refusal"], data["error"]
    return (
        data["short"],
        re.compile("|".join(refusal["text"])),
        re.compile("|".join(refusal["script"])),
        frozenset(refusal["status"]),
        re.compile("|".join(error["text"])),
    )


def judge(*, title: str, visible: str, source: str, body: int, status: int = 200) -> tuple[Reason, str] | None:
    """Return why an answer is no page, and the words that tell, or None.

    ``visible`` is all the text of the page, ``body`` the length of what was taken for the document.

    >>> judge(title="", visible="您访问的页面不存在或已删除！返回首页", source="", body=0)
    (<Reason.ERROR_PAGE: 'error_page'>, '您访问的页面不存在')
    >>> judge(title="", visible="", source="<script>var __jsl_clearance=1</script>", body=0)
    (<Reason.REFUSAL: 'refusal'>, '__jsl_clearance')
    """
    short, refused, script, statuses, error = _signs()
    if status in statuses:
        return Reason.REFUSAL, f"HTTP {status}"
    if status >= 400:
        return Reason.ERROR_PAGE, f"HTTP {status}"
    if body > short // 2:
        return None
    if len(visible) <= short:
        for pattern, reason in ((refused, Reason.REFUSAL), (error, Reason.ERROR_PAGE)):
            for text in (title, visible):
                if match := pattern.search(text):
                    return reason, match[0][:80]
    if len(visible) <= 20 and (match := script.search(source[:200_000])):
        return Reason.REFUSAL, match[0][:80]
    if title and (match := error.search(title)) and body < 100:
        return Reason.ERROR_PAGE, match[0][:80]
    return None
