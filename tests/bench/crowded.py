"""Generated reports by the thousand for the search benchmark: realistic length and repetition, kept out of git.

    python tests/bench/crowded.py COUNT DIR     makes DIR/archive.db with its search index (and prints what it took)

Paragraphs are those of the sample portals' reports (``fazhi_zoo.text``), 3,700 characters of them a report. One
character in nine is then replaced, in pairs, so that two reports share about as many pairs, threes and fours of
characters as real ones do (0.23, 0.10 and 0.05 of them, Jaccard, over the five real reports that were measured).
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from fazhi_zoo import places
from fazhi_zoo import text as words

from archive import schema, settling, store, tokens

SYLLABLES = "鹤云梅石临清宁安永长平东南西北新江河山林泉阳湖岭溪桥海龙凤金玉春"
BODIES = 1500  # whose paragraphs are dealt
KINDS = (("government", "人民政府", 60), ("department", "司法局", 25), ("department", "应急管理局", 15))
SOURCES = (("official", 80), ("department_site", 8), ("upper_level_portal", 5), ("repost", 5), ("content_farm", 2))
REPLACED = 11  # of so many characters two are others
BATCH = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One generated report: its columns in ``reports`` without ``docid``, and its text."""

    columns: dict[str, object]
    text: str


def divisions() -> list[tuple[str, str, str]]:
    """Return code, path of names and level of 30 invented provinces with their cities and counties."""
    rng = random.Random(3)
    names = [a + b for a in SYLLABLES for b in SYLLABLES if a != b]
    rng.shuffle(names)
    deal = iter(names * 4)
    made = []
    for p in range(30):
        province = f"{next(deal)}省"
        made.append((f"{60 + p}0000", province, "province"))
        for c in range(1, 11):
            city = f"{province}/{next(deal)}市"
            made.append((f"{60 + p}{c:02d}00", city, "prefecture"))
            made += [(f"{60 + p}{c:02d}{n + 21:02d}", f"{city}/{next(deal)}县", "county") for n in range(8)]
    return made


def generate(count: int, *, seed: int = 1) -> Iterator[Row]:
    """Yield reports in order of publication, the same for the same seed and count."""
    rng = random.Random(seed)
    regions = divisions()
    issuer_words = places.issuer("government", "990102").words
    bodies = [[block.text for block in _body(rng, issuer_words)] for _ in range(BODIES)]
    stock = "".join(char for body in bodies[:30] for line in body for char in line if tokens.is_han(char))
    for number in range(count):
        year = 2015 + number * 11 // count
        code, region, level = rng.choice(regions)
        kind, name, _ = rng.choices(KINDS, [k[2] for k in KINDS])[0]
        source = rng.choices([s[0] for s in SOURCES], [s[1] for s in SOURCES])[0]
        issuer = region.rsplit("/", 1)[-1] + name
        lines = list(rng.choice(bodies))
        length = rng.randint(2500, 4500)
        while sum(map(len, lines)) < length:
            lines.insert(rng.randrange(1, len(lines)), rng.choice(rng.choice(bodies)))
        published = date(year + 1, 1, 5) + timedelta(days=int(rng.triangular(0, 330, 80)))
        signed = f"{issuer}\n{published.year}年{published.month}月{published.day}日"
        text = _varied(rng, "\n".join(lines).replace("2020", str(year)), stock) + "\n" + signed
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield Row(
            {
                "id": f"{code}-{year}-{digest[:8]}", "title": f"{issuer}{year}年法治政府建设年度报告", "year": year,
                "region": region, "level": level, "issuer": issuer, "issuer_kind": kind,
                "published": published.isoformat(), "adcode": code, "source_kind": source,
                "url": f"http://www.example.gov.cn/{number}.html", "status": "current", "chars": len(text),
                "digest": digest,
            },
            text,
        )  # fmt: skip


def _body(rng: random.Random, issuer: dict[str, str]) -> list[words.Block]:
    shape = words.Shape(table=rng.random() < 0.3, layout=rng.choice(("parts", "groups", "run_on")))
    features = frozenset(word for word in words.WORDS if rng.random() < 0.3)
    return words.report(rng, issuer, 2020, features, shape)


def _varied(rng: random.Random, text: str, stock: str) -> str:
    """Replace characters in pairs by others of the same stock, as names, places and habits differ."""
    chars = list(text)
    size = len(stock) - 2
    for _ in range(len(chars) // REPLACED):
        at = int(rng.random() * (len(chars) - 1))
        if tokens.is_han(chars[at]) and tokens.is_han(chars[at + 1]):
            other = int(rng.random() * size)
            # From two places: a pair that stands together in the stock would be a word of it.
            chars[at], chars[at + 1] = stock[other], stock[int(rng.random() * size)]
    return "".join(chars)


def build(path: Path, count: int) -> dict[str, float]:
    """Make an archive of generated reports; return CPU seconds of its parts and bytes of text and index."""
    db = store.open_archive(path)
    conn = db.conn
    took = {"generated": 0.0, "stored": 0.0, "indexed": 0.0, "text bytes": 0.0}
    rows = generate(count)
    docid = 0
    while True:
        begin = time.process_time()
        batch = list(islice(rows, BATCH))
        took["generated"] += time.process_time() - begin
        if not batch:
            break
        conn.execute("begin")
        first = docid
        begin = time.process_time()
        for docid, row in enumerate(batch, first + 1):
            settling.insert(conn, "reports", row.columns | {"docid": docid})
            settling.insert(conn, "texts", {"id": row.columns["id"], "title": row.columns["title"], "text": row.text})
        took["stored"] += time.process_time() - begin
        begin = time.process_time()
        for docid, row in enumerate(batch, first + 1):
            settling.index(conn, docid, str(row.columns["title"]), row.text)
        conn.execute("commit")
        took["indexed"] += time.process_time() - begin
        took["text bytes"] += sum(len(row.text.encode()) + len(str(row.columns["title"]).encode()) for row in batch)
    begin = time.process_time()
    conn.execute(f"insert into {schema.FTS}({schema.FTS}) values ('optimize')")
    conn.execute("pragma wal_checkpoint(truncate)")
    took["indexed"] += time.process_time() - begin
    tables = ",".join(f"'{name}'" for name in schema.FTS_SHADOWS)
    took["index bytes"] = conn.execute(f"select sum(pgsize) from dbstat where name in ({tables})").fetchone()[0]
    db.close()
    path.with_suffix(".json").write_text(json.dumps(took))
    return took


if __name__ == "__main__":
    where = Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    print(build(where / "archive.db", int(sys.argv[1])))
