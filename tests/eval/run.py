"""Measure extraction on real labelled pages, real reports and generated pages, beside other extractors, in one run.

    python -m tests.eval.run [--floors]      print the tables; with --floors also write what was reached to floors.json

Corpora (``corpora``): ``pages`` (33 article pages of real portals) and ``seeds`` (five reports) of ../shared; generated
are ``shapes`` (templates), ``dialects`` (systems with documents of many kinds), ``nameless`` (these without names) and
``zoo`` (every article page of the sample portals).
All comparisons are made without white space. CPU is process time, every tool in this one process.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
FLOORS = HERE / "floors.json"

from archive.extract import extract  # noqa: E402  # the path above must be set first
from archive.model import Document, Origin, Report  # noqa: E402  # the same
from eval.corpora import CORPORA, Case, bare  # noqa: E402  # the same
from eval.headings import precision_and_recall  # noqa: E402  # the same


@dataclass(frozen=True, slots=True)
class Got:
    """What a tool made of a page."""

    text: str
    title: str | None = None
    published: str | None = None
    fields: dict[str, str | None] | None = None


def ours(case: Case) -> Got:
    """Run our own extraction."""
    document: Document = extract(Origin(content_type=case.content_type), case.body)
    region = document.region
    return Got(
        document.text,
        document.title,
        str(document.published) if document.published else None,
        {
            "doc_no": document.doc_no,
            "index_no": document.index_no,
            "publisher": document.publisher,
            "attachments": "|".join(a.name for a in document.attachments),
            "year": str(document.year) if document.year else None,
            "written": str(document.written) if document.written else None,
            "adcode": region.adcode if region else None,
            "region": "/".join(region.names) if region else None,
            "issuer": document.issuer,
            "topic": document.topic,
            "validity": document.validity,
            "site_code": document.site_code,
            "report": "yes" if isinstance(document, Report) else "no",
        },
    )


def _trafilatura(**options: bool) -> Callable[[Case], Got]:
    import trafilatura

    def run(case: Case) -> Got:
        found = trafilatura.bare_extraction(case.body, with_metadata=True, include_comments=False, **options)
        return Got(found.text or "", found.title, found.date) if found else Got("")

    return run


def _readability() -> Callable[[Case], Got]:
    readability, lxml = import_module("readability"), import_module("lxml.html")

    def run(case: Case) -> Got:
        document = readability.Document(case.body)
        return Got(lxml.fromstring(document.summary()).text_content(), document.short_title())

    return run


def _justext() -> Callable[[Case], Got]:
    justext = import_module("justext")
    options = {"length_low": 20, "length_high": 60, "stopwords_low": 0.0, "stopwords_high": 0.0}

    def run(case: Case) -> Got:
        found = justext.justext(case.body, frozenset(), **options)
        return Got("\n".join(row.text for row in found if not row.is_boilerplate))

    return run


def _resiliparse() -> Callable[[Case], Got]:
    extractor = import_module("resiliparse.extract.html2text")
    return lambda case: Got(extractor.extract_plain_text(case.body.decode("utf-8", "replace"), main_content=True))


def _gne() -> Callable[[Case], Got]:
    gne = import_module("gne")

    def run(case: Case) -> Got:
        found = gne.GeneralNewsExtractor().extract(case.body.decode("utf-8", "replace"))
        return Got(found["content"], found["title"], (found["publish_time"] or "")[:10] or None)

    return run


TOOLS: dict[str, Callable[[], Callable[[Case], Got]]] = {
    "fazhi": lambda: ours,
    "trafilatura": _trafilatura,
    "trafilatura precision": lambda: _trafilatura(favor_precision=True),
    "readability-lxml": _readability,
    "justext (CJK)": _justext,
    "resiliparse": _resiliparse,
    "gne": _gne,
}


@dataclass(slots=True)
class Score:
    """Counts of one tool on one corpus: (reached, possible) for each measure, CPU in ms a page, what went wrong."""

    counts: dict[str, list[int]]
    cpu: float
    faults: list[str]

    def share(self, name: str) -> float:
        """Return a measure as a share of 1."""
        reached, possible = self.counts.get(name, [0, 0])
        return reached / possible if possible else 1.0


def score(tool: Callable[[Case], Got], cases: list[Case]) -> Score:
    """Run a tool over cases. A tool that raises has found nothing."""
    counts: dict[str, list[int]] = {}
    faults: list[str] = []

    def count(name: str, reached: int, possible: int, fault: str = "") -> None:
        row = counts.setdefault(name, [0, 0])
        row[0] += reached
        row[1] += possible
        if fault and reached != possible:
            faults.append(fault)

    spent = 0.0
    for case in cases:
        begin = time.process_time()
        try:
            got = tool(case)
        except Exception:
            got = Got("")
        spent += time.process_time() - begin
        text = bare(got.text)
        lost = [phrase for phrase in case.keep if bare(phrase) not in text and phrase not in case.optional]
        leaked = [phrase for phrase in case.drop if bare(phrase) in text]
        count("kept", len(case.keep) - len(lost), len(case.keep), f"{case.name}: lost {lost[:3]}")
        count("clean", len(case.drop) - len(leaked), len(case.drop), f"{case.name}: leaked {leaked[:3]}")
        lines = [bare(line) for line in got.text.split("\n") if bare(line)]
        if case.lines is not None:
            expected = [bare(line) for line in case.lines]
            free = {bare(line) for line in case.optional}
            kept = [line for line in lines if line not in free]
            exact = kept == [line for line in expected if line not in free] or lines == [bare(case.title), *expected]
            count("exact", exact, 1, f"{case.name}: {len(lines)} lines for {len(expected)}")
        elif case.count is not None:
            count(
                "exact",
                case.count[0] <= len(lines) <= case.count[1],
                1,
                f"{case.name}: {len(lines)} lines for {case.count}",
            )
        if case.title is not None or got.fields is not None:
            count("title", bare(got.title) == bare(case.title), 1, f"{case.name}: title {got.title}")
        if case.published is not None or got.fields is not None:
            count("published", got.published == case.published, 1, f"{case.name}: published {got.published}")
        for name, value in case.fields if got.fields is not None else ():
            count(
                "fields",
                bare(got.fields.get(name)) == bare(value),
                1,
                f"{case.name}: {name} {got.fields.get(name)} for {value}",
            )
    return Score(counts, spent / max(len(cases), 1) * 1000, faults)


def fingerprint(cases: list[Case]) -> str:
    """Return a digest of a corpus: pages and truth."""
    digest = hashlib.sha256()
    for case in cases:
        digest.update(
            repr(
                (case.name, hashlib.sha256(case.body).hexdigest(), case.keep, case.drop, case.title, case.published)
            ).encode()
        )
    return digest.hexdigest()[:16]


def measure(corpus: str) -> tuple[str, Score]:
    """Return the fingerprint of a corpus and our own score on it."""
    cases = list(CORPORA[corpus]())
    return fingerprint(cases), score(ours, cases)


def main() -> None:
    """Print one table a corpus."""
    measures = ("kept", "clean", "exact", "title", "published", "fields")
    floors: dict[str, dict[str, str | float]] = {}
    for corpus, load in CORPORA.items():
        cases = list(load())
        print(f"\n{corpus}: {len(cases)} pages, fingerprint {fingerprint(cases)}")
        print(f"{'tool':24}" + "".join(f"{name:>14}" for name in measures) + f"{'CPU ms':>9}")
        for name, make in TOOLS.items():
            try:
                tool = make()
            except ImportError:
                print(f"{name:24}  not installed")
                continue
            score(tool, cases[:2])  # load tables and caches before the clock runs
            result = score(tool, cases)
            cells = (
                f"{'{}/{}'.format(*result.counts[m]):>14}" if m in result.counts else f"{'-':>14}" for m in measures
            )
            print(f"{name:24}" + "".join(cells) + f"{result.cpu:9.1f}")
            if name == "fazhi":
                pinned = {"fingerprint": fingerprint(cases)} if corpus in ("pages", "seeds") else {}
                floors[corpus] = pinned | {m: round(result.share(m), 4) for m in measures if m in result.counts}
                for fault in result.faults[:20]:
                    print("   ", fault)
    rows, precision, recall = precision_and_recall()
    print(f"\ntitles: {rows} rows, precision {precision:.3f}, recall {recall:.3f}")
    if "--floors" in sys.argv:
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
