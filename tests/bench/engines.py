"""The engines beside which our search is measured: FTS5 with its own trigram tokenizer, tantivy, a LIKE scan.

    python tests/bench/engines.py tantivy COUNT DIR     builds DIR/tantivy over the same generated reports
    python tests/bench/engines.py trigram COUNT DIR     builds DIR/trigram.db

tantivy gets the very words our index gets (``archive.tokens``), so that only the engines differ. Rows and passages of
what any of them finds come from the same archive and by the same code.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

import tantivy
from crowded import BATCH, generate

from archive import tokens

HEAP = 256 << 20


def schema() -> tantivy.Schema:
    """Return tantivy's schema: text and title cut at spaces, the number of the document fast to sort by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_text_field("title", tokenizer_name="whitespace")
    builder.add_unsigned_field("docid", stored=True, fast=True)
    return builder.build()


def build_tantivy(where: Path, count: int) -> dict[str, float]:
    """Build ``where/tantivy``; return CPU seconds, the cutting into words included, and bytes."""
    (where / "tantivy").mkdir(parents=True)
    index = tantivy.Index(schema(), path=str(where / "tantivy"))
    writer = index.writer(heap_size=HEAP, num_threads=1)
    spent = 0.0
    for docid, row in enumerate(generate(count), 1):
        begin = time.process_time()
        document = tantivy.Document()
        document.add_text("text", tokens.tokens(row.text) or "")
        document.add_text("title", tokens.tokens(str(row.columns["title"])) or "")
        document.add_unsigned("docid", docid)
        writer.add_document(document)
        spent += time.process_time() - begin
    begin = time.process_time()
    writer.commit()
    writer.wait_merging_threads()
    spent += time.process_time() - begin
    return {"indexed": spent, "index bytes": sum(file.stat().st_size for file in (where / "tantivy").iterdir())}


def build_trigram(where: Path, count: int) -> dict[str, float]:
    """Build ``where/trigram.db``; return CPU seconds and bytes."""
    conn = sqlite3.connect(where / "trigram.db")
    conn.execute("create virtual table f using fts5(text, title, content='', tokenize='trigram')")
    spent = 0.0
    for docid, row in enumerate(generate(count), 1):
        begin = time.process_time()
        conn.execute("insert into f(rowid, text, title) values (?, ?, ?)", (docid, row.text, row.columns["title"]))
        if docid % BATCH == 0:
            conn.commit()
        spent += time.process_time() - begin
    begin = time.process_time()
    conn.execute("insert into f(f) values ('optimize')")
    conn.commit()
    spent += time.process_time() - begin
    size = conn.execute("select sum(pgsize) from dbstat where substr(name, 1, 2) = 'f_'").fetchone()[0]
    conn.close()
    return {"indexed": spent, "index bytes": size}


ENGINES = {"tantivy": build_tantivy, "trigram": build_trigram}


if __name__ == "__main__":
    name, count, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.json").write_text(json.dumps(ENGINES[name](place, count)))
