"""Write reports into an archive that is being served: one by one, then with changed texts, then the whole file anew.

Run with the archive's path and the number of reports; prints each number when it is saved, so that a test can follow.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from fazhi_zoo.records import capture, library

from archive import store


def main(path: Path, count: int) -> None:
    """Save ``count`` reports, change every fifth, checkpoint, copy a fresh archive over this one as rebuild does."""
    made = list(library(count))
    db = store.open_archive(path)
    for number, (taken, document) in enumerate(made, 1):
        store.save(db, taken, document)
        print(number, flush=True)
        time.sleep(0.03)  # as extraction takes, too
    for number in range(0, count, 5):
        taken, document = made[number]
        later = capture(number, url=taken.origin.url, day=number + 400)
        store.save(db, later, replace(document, text=document.text + "\n更正。"))
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    fresh = path.with_name("fresh.db")
    with closing(store.open_archive(fresh)) as db:
        for taken, document in made:
            store.save(db, taken, document)
    with closing(sqlite3.connect(fresh)) as source, closing(sqlite3.connect(path, timeout=60)) as target:
        source.backup(target)
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
