"""Values that a page's scripts hold: object literals and single options, read without running anything.

    read(text, start)    {SID: '7', TREE: [{"id": 1}]}  ->  dict; what is torn gives what came before the tear
    option(text, name)   siteId: "12", var siteId = 12, …&siteId=12&…  ->  "12"

A script's object is not JSON: keys stand bare, strings in single quotes, values may be calls. What is no literal is
None. Everything here takes time in proportion to the text.
"""

from __future__ import annotations

import re

DEEPEST = 100  # containers within one another; a tree of columns has three or four
LONGEST_OPTION = 300  # characters

_STRING = r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|'[^'\\]*+(?:\\.[^'\\]*+)*+'"
_TOKEN = re.compile(
    rf"(?:\s++|//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)*+([{{}}\[\],:]|{_STRING}|[^\s{{}}\[\],:\"']++)", re.DOTALL
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "", "\n": ""}
_WORDS = {"true": True, "false": False}


def read(text: str, start: int = 0) -> object:
    """Return the literal that begins at a place of a script, None where none does.

    >>> read("x = {SID:'755001', TREE:[{\\"id\\": 7, name: '示例'}], go: run(), }", 4)
    {'SID': '755001', 'TREE': [{'id': 7, 'name': '示例'}], 'go': None}
    >>> read('{"rows": [{"title": "a"}, {"title": "torn he')
    {'rows': [{'title': 'a'}, {}]}
    """
    root: object = None
    open_: list[dict[str, object] | list[object]] = []
    keys: list[str | None] = []
    while (match := _TOKEN.match(text, start)) is not None:
        token, start = match[1], match.end()
        if token in ("}", "]"):
            if open_:
                open_.pop()
                keys.pop()
            if not open_:
                break
        elif token == ",":
            if not open_:
                break
            keys[-1] = None
        elif token != ":":
            value = _value(token)
            if not open_:
                root = value
            elif isinstance(open_[-1], list):
                open_[-1].append(value)
            elif (key := keys[-1]) is None:
                keys[-1] = _key(token)
            else:
                open_[-1].setdefault(key, value)
            if isinstance(value, dict | list):
                if len(open_) >= DEEPEST:
                    break
                open_.append(value)
                keys.append(None)
            elif not open_:
                break
    return root


def option(text: str, name: str) -> str | None:
    """Return the first value that a script gives a name, None where it gives none or an empty one.

    >>> option("var siteId = '12', organId = '';", "siteId"), option("?siteId=12&organId=", "organId")
    ('12', None)
    """
    word = re.escape(name)  # first, so that the search runs from one to the next
    bound = rf"{word}(?<![\w$-]{word})[\"']?[ \t]{{0,9}}[:=]\s{{0,9}}"
    quoted = rf"\"([^\"\n]{{1,{LONGEST_OPTION}}})\"|'([^'\n]{{1,{LONGEST_OPTION}}})'|(\d{{1,20}})(?!\d)"
    match = re.search(f"{bound}(?:{quoted})", text)
    return next(filter(None, match.groups()), "").strip() or None if match else None


def _key(token: str) -> str:
    return _unescape(token[1:-1]) if token[0] in "\"'" else token


def _value(token: str) -> object:
    if token == "{":
        return {}
    if token == "[":
        return []
    if token[0] in "\"'":
        return _unescape(token[1:-1])
    if len(token) <= 18 and re.fullmatch(r"-?[0-9]+", token):
        return int(token)
    return _WORDS.get(token)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    told = _ESCAPE.sub(lambda match: _character(match[1]), text)
    return told.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: str) -> str:
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _PLAIN.get(escape, escape)
