"""Answers that are refusals, in a first form: status codes, challenge scripts, block pages, empty shells.

A refusal is archived as what it is (role ``other``), never as a report, and never solved: the host is held and the
portal's verdict is ``blocked``. The words and scripts that tell stand in ``archive.refusals``.
"""

from __future__ import annotations

import re

from archive import refusals
from archive.model import Reason
from crawler.targets import Page

STATUSES = {401, 403, 405, 406, 412, 418, 451, 468, 512, 521}  # 429 and 503 ask to wait: see ``manners``
LINKS = 5  # a block page leads hardly anywhere
SHELL = 3000  # bytes; real home pages below this size were challenges or redirects in all 45 cases seen
_SCRIPT = re.compile(r"(?is)<(script|style|noscript)\b.*?(?:</\1>|\Z)")
_REFRESH = re.compile(r"(?i)^\s*(\d{1,3})\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)")
REFRESH_SECONDS = 5


def refusal(page: Page) -> str | None:
    """Name the refusal that an answer is, or return None.

    >>> refusal(Page("http://a.gov.cn/", b"", status=521))
    'status 521'
    >>> refusal(Page("http://a.gov.cn/", b"<script>var x = '__jsl_clearance'; location.reload()</script>"))
    'challenge (__jsl_clearance)'
    >>> refusal(Page("http://a.gov.cn/", "<p>法治政府建设</p>".encode()))
    """
    if page.status in STATUSES:
        return f"status {page.status}"
    if page.status >= 300 or not page.text:
        return None
    bare = re.sub(r"<[^<>]*>", " ", _SCRIPT.sub(" ", page.text[: 40 * SHELL]))
    visible = " ".join(bare.split())
    if page.root is not None and len(page.root.xpath("//a[@href]")) > LINKS:
        return None
    found = refusals.judge(title="", visible=visible, source=page.text, body=0)
    if found is not None and found[0] is Reason.REFUSAL:
        return f"challenge ({found[1][:30]})"
    if page.status == 202 and len(visible) < 100:
        return "status 202 without a page"
    if not visible and len(page.body) < SHELL and "<script" in page.text.lower() and refresh(page) is None:
        return "a shell that only a script fills"
    return None


def refresh(page: Page) -> str | None:
    """Return where a page sends the reader at once by ``<meta http-equiv="refresh">``, None if it does not.

    >>> refresh(Page("http://a.gov.cn/", b'<meta http-equiv="Refresh" content="0; url=/new/">'))
    'http://a.gov.cn/new/'
    """
    if page.root is None or len(page.body) > 2 * SHELL:
        return None
    for content in page.root.xpath("//meta[translate(@http-equiv,'REFSH','refsh')='refresh']/@content"):
        match = _REFRESH.match(content)
        if match and int(match[1]) <= REFRESH_SECONDS:
            url = page.resolve(match[2])
            return url if url != page.url else None
    return None
