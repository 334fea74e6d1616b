"""Datasette's own pages in Chinese: fragments of its templates are replaced as they are loaded.

Datasette knows no translations, and copies of its big templates would break with every version. A fragment that a
version does not have is simply not met; ``tests/test_site.py`` checks which are met on the version it runs with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, Environment

from archive import schema

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
    ("<strong>{{ facet_info.name }}{%", "<strong>{{ facet_info.name|column_in_chinese(table) }}{%"),
    ('{{ (facet_value.label | string()) or "-" }}', "{{ facet_value.label|value_in_chinese(facet_info.name) }}"),
    ('<li>{{ facet_value.label or "-" }}', "<li>{{ facet_value.label|value_in_chinese(facet_info.name) }}"),
    ('<h2 id="tables">Tables', '<h2 id="tables">数据表'),
    ("{{ table.name }}</a>", "{{ table.name|table_in_chinese }}</a>"),
    (" row{% if table.count == 1 %}{% else %}s{% endif %}", " 行"),
    ("... and <a", "另有 <a"),
    (" hidden table{% if hidden_count == 1 %}{% else %}s{% endif %}</a>", " 个内部表</a>"),
    (" row{% if other.count == 1 %}{% else %}s{% endif %}", " 行"),
    ("from {{ other.other_column }} in {{ other.other_table }}", "{{ other.other_table|table_in_chinese }}"),
    ("&middot; Queries took {{ query_ms|round(3) }}ms", "· 查询用时 {{ query_ms|round(1) }} 毫秒"),
    ("<p>JSON shape:", "<p>JSON 形式："),
    (">default</a>", ">默认</a>"),
    (">array</a>", ">数组</a>"),
    (">newline-delimited</a>", ">每行一条</a>"),
    (">object</a>", ">对象</a>"),
    ("CSV options:", "CSV 选项："),
    ("> download file</label>", "> 下载为文件</label>"),
    ("> expand labels</label>", "> 编号旁加标题</label>"),
    ('value="Export CSV"', 'value="导出 CSV"'),
    # Names for what a screen reader would only call a list or a field, and a main part to jump to.
    ('<section class="content">', '<section class="content" role="main">'),
    ('<select name="_filter_column', '<select aria-label="筛选的列" name="_filter_column'),
    ('<select name="_filter_op', '<select aria-label="筛选方式" name="_filter_op'),
    ('<input type="text" name="_filter_value', '<input aria-label="筛选的值" type="text" name="_filter_value'),
)
# Columns that hold codes, and the list of words they are said in.
CODES = {
    "level": "level", "issuer_kind": "issuer_kind", "source_kind": "source_kind", "status": "status",
    "reason": "reason", "code": "issue", "source": "value_source", "published_source": "value_source",
    "verdict": "verdict", "kind": "change",
}  # fmt: skip
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
        env.filters["column_in_chinese"] = column_in_chinese
        env.filters["value_in_chinese"] = value_in_chinese
        env.filters["table_in_chinese"] = table_in_chinese


def table_in_chinese(name: str) -> str:
    """Return the Chinese name of a table with its own behind it.

    >>> table_in_chinese("reports"), table_in_chinese("reports_fts")
    ('年度报告 reports', 'reports_fts')
    """
    table = schema.tables().get(name)
    return f"{table.title} {name}" if table else name


def column_in_chinese(name: str, table: str) -> str:
    """Return what a column of a table is called in Chinese.

    >>> column_in_chinese("issuer_kind", "reports"), column_in_chinese("unheard", "of")
    ('机关类型', 'unheard')
    """
    known = schema.tables().get(table)
    return next((c.zh for c in known.columns if c.name == name), name) if known else name


def value_in_chinese(value: object, column: str) -> str:
    """Return the words for a code, anything else as it is.

    >>> value_in_chinese("county", "level"), value_in_chinese(2020, "year"), value_in_chinese(None, "year")
    ('县级', '2020', '（空）')
    >>> value_in_chinese("superseded", "status"), value_in_chinese("not_looked", "status")
    ('已被后来的版本取代', '未查')
    """
    if value is None or value == "":
        return "（空）"
    if column == "field":
        return column_in_chinese(str(value), "reports")
    lists = ("status", "coverage") if column == "status" else (CODES.get(column, ""),)  # of versions, of what is due
    known = [schema.words().get(name, {}).get(str(value)) for name in lists]
    return next(filter(None, known), str(value))


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
