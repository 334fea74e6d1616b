"""Any other search: the site's own form, sent with the word as a browser would, and the links of what comes back.

    GET or POST <action>?<hidden inputs>&<text input>=法治政府建设

How to recognise it: by nothing but the word in the request, where no engine that is known answers there. The form must
lie on the portal's own domain and look as if it searched (its address, the name of its input, its placeholder). Where
the results are, nobody knows: links whose titles name the subject are hits, a 下一页 link leads on. The answer may
also be the page of an engine that is known, which its script would ask: ``discovery.ways`` sees to that.
Examples: 辛集 (www.xinji.gov.cn/search?q=), 唐山 (www.tangshan.gov.cn/search.jspx?q=).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.addresses import canonical
from crawler.discovery.clues import Clues, asked, is_near
from crawler.discovery.engines.engine import Engine
from crawler.families.base import Next
from crawler.targets import Page, Portal


class PlainForm(Engine):
    """A form that asks for a word."""

    name = "search: form"
    mark = api = re.compile(r"(?!)")
    turn = ""

    def __init__(self, known: tuple[Engine, ...]) -> None:
        self.known = known

    def recognise(self, page: Page) -> bool:
        return asked(page.url, page.post) and not any(engine.recognise(page) for engine in self.known)

    def ask(self, clues: Clues, portal: Portal, *, complete: bool = False) -> list[Next]:
        found = []
        for form in clues.forms:
            if is_near(form.action, portal) and not any(engine.mark.search(form.action) for engine in self.known):
                url, post = form.filled(clues.encoding)
                found.append(Next(canonical(url) or url, post=post))
        return found[:1]

    def fields(self, options: Mapping[str, str], portal: Portal) -> dict[str, Any]:
        return {}
