"""Cells of a CSV that people open in Excel, WPS or LibreOffice: the first bytes, and what no cell may begin with. Pure.

A spreadsheet runs a cell that begins with ``=`` as a formula; ``+``, ``-``, ``@``, a tab and a carriage return lead to
the same. Titles come from pages anybody may write. Such a cell gets an apostrophe in front (OWASP, CSV Injection);
a plain number stays one. Formats for programs (JSON lines, Parquet, the data package, ``?_raw=1``) hold values as they
are.
"""

from __future__ import annotations

import csv
import io
import re

BOM = "\ufeff"  # without it Excel takes UTF-8 for the encoding of the country it was sold in
_BEGINS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # some spreadsheets fold full width
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def cell(value: object) -> object:
    """Return a value that a spreadsheet will show and not run.

    >>> cell("=HYPERLINK(1)"), cell("-12.5"), cell(-3), cell("复议"), cell(None)
    ("'=HYPERLINK(1)", '-12.5', -3, '复议', None)
    """
    if not isinstance(value, str):
        return value
    begins = value.lstrip(" \u3000\ufeff").startswith(_BEGINS) or value.startswith(_BEGINS)
    return f"'{value}" if begins and not _NUMBER.fullmatch(value) else value


def safe_csv(text: str) -> str:
    r"""Return whole rows of CSV with every cell made safe.

    >>> safe_csv('title,n\r\n"=1,2",-5\r\n')
    'title,n\r\n"\'=1,2",-5\r\n'
    """
    csv.field_size_limit(2**31 - 1)  # a cell may hold a whole report
    out = io.StringIO()
    rows = csv.reader(io.StringIO(text, newline=""), strict=False)
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
