# ruff: noqa: E501  # lists of words read better in full lines
"""Whatever a visitor asks for, on our pages and on Datasette's own: an answer, never a server's error.

``FUZZ=5000 pytest tests/test_site_fuzz.py`` asks more, and other things at every run.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from datasette.app import Datasette
from fazhi_zoo.records import capture, library, rejection, report
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from archive import schema, store
from archive.site import HEADERS

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = int(os.environ.get("FUZZ", "200"))
EVIL = "<img src=x onerror=alert(1)>"

Site = tuple[Datasette, asyncio.AbstractEventLoop]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    archive = tmp_path_factory.mktemp("fuzz") / "archive.db"
    db = store.open_archive(archive)
    for taken, document in library(12):
        store.save(db, taken, document)
    store.save(db, capture(50), report(f"{EVIL}正文" * 20, title=EVIL, issuer=EVIL, doc_no=EVIL))
    store.save(db, capture(51), rejection(title=EVIL))
    db.close()
    told = json.loads((ROOT / "datasette_metadata.json").read_text(encoding="utf-8"))
    config = {"config": told} if "config" in Datasette.__init__.__code__.co_varnames else {}
    loop = asyncio.new_event_loop()
    served = Datasette([str(archive)], metadata=told, **config)
    loop.run_until_complete(served.invoke_startup())
    yield served, loop
    loop.close()


WORDS = st.sampled_from((
    "", "0", "-1", "1", "2020", "99999999999999999999", "1e9", "NaN", "null", "max", "on", "off", "' or 1=1 --", '"', "*", "(", ")",
    "NEAR(", "法治", "行政复议", "-法治", "year:2020", "title:", "region:990102", "a OR b", "\x00", "\ufeff", "\ud7ff", "\U0010ffff", EVIL,
    "javascript:alert(1)", "../../etc/passwd", "//evil.example/", "\r\nSet-Cookie: a=1", "reports", "texts", "id", "title", "text",
    "docid", "rowid", "published", "html", "json", "csv", "blob", "array", "objects", "arrays", "arrayfirst", "object", "nl",
    "990000", "990102", "990102101", "county", "current", "all", "newest", "en", "zh", "x" * 3000, "法" * 1500, "[1,2]", '{"a":', "a,b,c",
    "2021-03-31", "count", "columns", "filters", "%", "%41", "~", "~41~", "+", "&", "=", "#", "?",
))  # fmt: skip
TEXTS = st.one_of(WORDS, st.text(max_size=12), st.integers(-(2**70), 2**70).map(str))
NAMES = st.one_of(
    st.sampled_from((
        "q", "year", "region", "page", "sort", "province", "city", "level", "issuer", "issuer_kind", "source_kind", "kind", "late",
        "part", "lang", "a", "b", "view", "format", "_search", "_searchmode", "_search_title", "_size", "_next", "_sort", "_sort_desc",
        "_facet", "_facet_size", "_facet_array", "_facet_date", "_nofacet", "_nosuggest", "_nocount", "_shape", "_labels", "_label",
        "_col", "_nocol", "_where", "_through", "_extra", "_extras", "_json", "_json_infinity", "_nl", "_ttl", "_trace", "_timelimit", "_stream",
        "_dl", "_header", "_raw", "_blob_column", "_blob_hash", "_group_by", "_timelimit", "_filter_column", "_filter_op",
        "_filter_value", "_filter_column_1", "_filter_op_1", "_filter_value_1", "sql", "title__contains", "title__like", "title__glob",
        "title__regexp", "year__gt", "year__in", "year__not", "published__date", "id__exact", "text__contains", "title__arraycontains",
        "title__isnull", "title__endswith", "year__lte", "title__arraynotcontains", "nosuch__contains", "rowid", "docid__gt",
    )),
    st.text(max_size=8),
)  # fmt: skip
PARTS = st.one_of(
    WORDS, st.text(max_size=8), st.sampled_from(("-", ".", "..", "search", "insert", "query", "schema", "blob"))
)
FORMATS = st.sampled_from(("", "", "", ".json", ".csv", ".xml", ".txt", ".blob", ".jsono", ".db", ".html", ".md"))
TABLES = st.sampled_from((*schema.tables(), schema.FTS, *schema.FTS_SHADOWS, "sqlite_master", "nosuch"))
INNER = st.sampled_from((
    "versions", "plugins", "settings", "config", "threads", "tasks", "databases", "actor", "auth-token", "logout", "permissions",
    "messages", "allow-debug", "patterns", "metadata", "api", "jump", "queries", "schema", "allowed", "rules", "check", "actions",
    "create-token", "debug/autocomplete", "tables", "autocomplete", "static/app.css", "static/../x", "static-plugins/fazhi/fazhi.css",
))  # fmt: skip
BEHIND = st.sampled_from((
    "query", "create", "insert", "upsert", "alter", "count", "fragment", "autocomplete", "drop", "schema", "queries", "execute-write",
    "foreign-key-targets", "foreign-key-suggestions", "set-column-type", "query/parameters", "queries/analyze", "queries/store",
))  # fmt: skip


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def text(value: str) -> st.SearchStrategy[str]:
    return st.just(value)


CODED = PARTS.map(lambda part: quote(part.encode("utf-8", "replace"), safe="~"))
PATHS = st.one_of(
    st.sampled_from((
        "/", "/search", "/coverage", "/coverage.json", "/coverage.csv", "/compare", "/about", "/help", "/search/help", "/home.json",
        "/suggest", "/feed/new.xml", "/feed/search.xml", "/robots.txt", "/sitemap.xml", "/en/", "/en", "/en/search", "/en/coverage",
        "/en/about", "/en/compare", "/archive", "/archive.json", "/archive.db", "/-/", "/favicon.ico", "//", "/.json", "/.jsono",
        "/-", "/en/archive", "/en/en/search", "/search.json", "/archive/-/query", "/archive/-/query.json", "/archive/-/query.csv",
    )),
    joined(st.sampled_from(("", "/en")), st.sampled_from(("/report/", "/place/", "/snapshot/", "/feed/", "/feed/place/")), CODED, FORMATS),
    joined(text("/sitemap/"), CODED, text(".xml")),
    joined(text("/report/990102-2020-"), CODED, FORMATS),
    joined(text("/archive/"), TABLES, FORMATS),
    joined(text("/archive/"), TABLES, FORMATS),
    joined(text("/archive/"), TABLES, text("/"), CODED, FORMATS),
    joined(text("/archive/"), TABLES, text("/-/"), BEHIND, FORMATS),
    joined(text("/archive/-/"), BEHIND, FORMATS),
    joined(text("/-/"), INNER, FORMATS),
    joined(text("/"), CODED, FORMATS),
    joined(text("/"), CODED, text("/"), CODED, FORMATS),
    joined(text("/"), CODED, text("/"), CODED, text("/"), CODED, FORMATS),
)  # fmt: skip
QUERIES = st.one_of(
    st.just(""),
    st.lists(st.tuples(NAMES, TEXTS), max_size=5).map(
        lambda pairs: urlencode([(n.encode("utf-8", "replace"), v.encode("utf-8", "replace")) for n, v in pairs])
    ),
    st.sampled_from(
        ("%ff=%ff", "q=%ff%fe", "=", "&&&", "q", "q=%", "a=1;b=2", "_facet=" + "&_facet=".join(schema.tables()))
    ),
)
SENT = st.dictionaries(
    st.sampled_from(("host", "cookie", "accept", "if-none-match", "if-modified-since", "x-forwarded-host", "authorization", "origin")),
    st.sampled_from(("", "evil.example", "a=b; ds_actor=x; ds_messages=y", "*", '"', "Mon, 99 Foo 2026", "Bearer dstok_x", "null")),
    max_size=2,
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, derandomize="FUZZ" not in os.environ, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(
    method=st.sampled_from(("GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT")),
    path=PATHS,
    query=QUERIES,
    sent=SENT,
)
@example(method="GET", path="/archive/reports", query="_next=x", sent={})
def test_no_request_breaks_the_server(site: Site, method: str, path: str, query: str, sent: dict[str, str]) -> None:
    served, loop = site
    address = f"{path}?{query}" if query else path
    answer = loop.run_until_complete(served.client.request(method, address, headers=sent))
    event(f"{answer.status_code} {'/'.join(path.split('/')[:2])[:12] or '/'}")
    assert answer.status_code < 500, answer.text[:600]
    assert "Traceback" not in answer.text
    for name in HEADERS:
        assert len(answer.headers.get_list(name)) == 1
    if "html" in answer.headers.get("content-type", ""):
        assert EVIL not in answer.text
    assert not answer.headers.get("location", "").startswith(("//", "http://evil"))
