"""Datasette's own pages in Chinese: fragments of its templates are replaced as they are loaded.

Datasette knows no translations, and copies of its big templates would break with every version. A fragment that a
version does not have is simply not met; ``tests/test_site.py`` checks which are met on the version it runs with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, Environment

# (fragment of a template of 0.65 or 1.0, what stands there instead)
FRAGMENTS: tuple[tuple[str, str], ...] = (
    ("<!DOCTYPE html>\n<html>\n", '<!DOCTYPE html>\n<html lang="zh-Hans">\n'),
    ('<html lang="en">', '<html lang="zh-Hans">'),
    (">home</a>", ">首页</a>"),
    ("Powered by <a", "由 <a"),
    (">Datasette</a>\n", ">Datasette</a> 提供支持\n"),
    ("Search:</label>", "检索：</label>"),
    ("- column -", "－ 选择列 －"),
    ("- remove filter -", "－ 去掉筛选 －"),
    ('value="Apply filters"', 'value="筛选"'),
    ('value="Apply"', 'value="筛选"'),
    ("> descending</label>", "> 倒序</label>"),
    ("Sort by {{", "排序：{{"),
    ("Sort...", "排序…"),
    ("This data as ", "数据格式："),
    ("Next page", "下一页"),
    ("0 records", "没有记录"),
    (">Advanced export<", ">导出<"),
    ('(<a href="#export">advanced</a>)', '（<a href="#export">更多</a>）'),
    ("Links from other tables", "其他表中的相关记录"),
    (" row{% if count == 1 %}{% else %}s{% endif %}", " 行"),
    (" row{% if filtered_table_rows_count == 1 %}{% else %}s{% endif %}", " 行"),
    ("{{ human_description_en }}", "{{ human_description_en|said_in_chinese }}"),
    # Datasette 1.0a41 forgets what was searched for.
    ('name="_search" value="{{ search }}"', 'name="_search" value="{{ search or request.args.get("_search") or "" }}"'),
    ("{{ item.label }}", "{{ '首页' if item.label == 'home' else item.label }}"),
)
MET: set[str] = set()  # fragments that were met since the process began


class _Loader(BaseLoader):
    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, uptodate = self.inner.get_source(environment, template)
        for english, chinese in FRAGMENTS:
            if english in source:
                MET.add(english)
                source = source.replace(english, chinese)
        return source, filename, uptodate

    def list_templates(self) -> list[str]:
        return self.inner.list_templates()


def translate(env: Any) -> None:
    """Wrap the loader of a Jinja environment, once."""
    if not isinstance(env.loader, _Loader):
        env.loader = _Loader(env.loader)
        env.filters["said_in_chinese"] = said_in_chinese


def said_in_chinese(english: str) -> str:
    """Return Datasette's sentence on what a table page shows, with its fixed words in Chinese.

    >>> said_in_chinese('where search matches "法治" and year = 2020 sorted by published descending')
    '条件：检索 "法治"，year = 2020，按 published 倒序'
    """
    said = re.sub(r"^where ", "条件：", english)
    said = re.sub(r"search matches (?=\")", "检索 ", said)
    said = re.sub(r",? ?\bsorted by (\S+)( descending)?$", lambda m: f"，按 {m[1]} {'倒序' if m[2] else '正序'}", said)
    # Only " and " between conditions: words in quotes are the visitor's.
    return re.sub(r'" and ', '"，', said).removeprefix("，")
