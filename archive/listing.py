"""Pages of links: columns, home pages, results of a search, told from articles by what they show. Pure; leaf."""

from __future__ import annotations

import re

from archive import chrome, dates, labels
from archive.body import Region, is_link
from archive.chrome import Kind
from archive.page import Page

_SHORT_DATE = re.compile(r"[\[(（]?\b\d{2}-\d{2}[\])）]?$")  # 01-31 beside an entry of this year
_PAGER = re.compile(r"共\s*\d+\s*(?:条|页|篇)|第\s*\d+\s*/\s*\d+\s*页|下一?页.{0,20}(?:尾|末)页|页次[:：]?\s*\d+/\d+")
STAMP = 20  # characters of a date and time that stands alone, as beside an entry of a list
COLUMN = 15  # links on a page of links
ENTRY = 8  # characters of a linked title in a list
SERIES = 5  # entries, each with a summary perhaps, that make a list


def entries(page: Page) -> int:
    """Count links with a date beside them, as lists of articles have."""
    count = 0
    for index, block in enumerate(page.blocks):
        if not block.linked or len(block.text) > 150:
            continue
        following = page.blocks[index + 1].text if index + 1 < len(page.blocks) else ""
        if dates.find(block.text) or _SHORT_DATE.search(block.text) or (len(following) < 20 and dates.alone(following)):
            count += 1
    return count


def is_column(page: Page, region: Region, short: bool) -> str:
    """Say why a page is a column, a home page or a list of results, or return nothing.

    ``short``: the page has no text to speak of. An article page says what it is: ``ArticleTitle`` is required there
    (国办发〔2017〕47号, annex 3), or a line of date and source stands above the text.
    """
    inside = page.blocks[region.start : region.end]
    titles = sum(is_link(block) and len(block.text) >= ENTRY for block in inside)
    if (not short and titles < SERIES) or page.metas.get("articletitle"):
        return ""
    texts = [block.text for block in page.blocks]
    for number, text in enumerate(texts):
        if chrome.kind(text) is Kind.INFO and (len(text) > STAMP or (number < region.start and labels.pairs(text))):
            return ""
    dated = sum(bool(dates.find(block.text[-STAMP:])) for block in inside if len(block.text) <= 60)
    if min(titles, dated) >= SERIES:
        return f"{titles} linked titles, {dated} lines that end with a date"
    if not short:
        return ""
    links = sum(is_link(block) for block in page.blocks)
    if pager := next((text for text in texts if len(text) <= 60 and _PAGER.search(text)), ""):
        return f"a pager: {pager}"
    return f"{links} of {len(texts)} lines are links" if links >= COLUMN and links * 2 >= len(texts) else ""
