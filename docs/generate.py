"""Write what is generated: cli.md from the help texts, data.md and ../datasette_metadata.json from the schema, the
counts of catalogue.md from the portal files, and in crawling.md what the crawler's own tables and docstrings say.

python docs/generate.py            writes them
python docs/generate.py --check    exits 1 and names the page that is not current (a test runs this)
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import click

from archive import divisions, schema
from crawler import catalogue, discovery, families, guard, settings, tables, verdicts
from crawler.cli import main
from crawler.health import model
from crawler.manners import LIMITS

DOCS = Path(__file__).resolve().parent

CLI_HEAD = """\
# Commands

Generated from the help texts; do not edit (`make docs`).

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | error: one line says what is wrong and what to do |
| 2 | usage: the arguments are at fault |
| 3 | the crawl ended, but some portals are not fine (their verdicts say why) |
| 130 | interrupted; what was done is kept, and the same command goes on where it stopped |
"""


def cli() -> str:
    """Return docs/cli.md: the help text of every command."""
    parts = [CLI_HEAD, section("fazhi", main)]
    parts += [section(f"fazhi {name}", command) for name, command in sorted(main.commands.items())]
    return "\n".join(parts)


def section(name: str, command: click.Command) -> str:
    """Return one command's heading and help, 100 columns wide whatever the terminal."""
    context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
    return f"## {name}\n\n```\n{command.get_help(context)}\n```\n"


def counts() -> str:
    """Return the table of catalogue.md: portals of each province by dialect, and how many have listings and remarks."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for portal in catalogue.load().values():
        province = divisions.by_code(f"{portal.code[:2]}0000")[0].name
        said = {"with listings": bool(portal.listings), "with a remark": bool(portal.remark)}
        rows[province] += Counter({"portals": 1, portal.family or "not known": 1, **said})
    sums = rows["all"] = sum(rows.values(), Counter())
    fixed = ["portals", "with listings", "with a remark", "not known"]
    heads = fixed + sorted(sums.keys() - set(fixed), key=lambda head: (-sums[head], head))
    lines = ["| province | " + " | ".join(heads) + " |", "|---" + "|--:" * len(heads) + "|"]
    for row, found in rows.items():
        cells = [f"{found[head]:,}" if found[head] else "" for head in heads]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def filled(page: str, parts: dict[str, str]) -> str:
    """Return a page of docs/ with its marked parts brought up to date; all else in it is written by hand."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for name, part in parts.items():
        opening, closing = f"<!-- {name}: generated, `make docs` -->\n", f"<!-- end of {name} -->"
        before, mark, rest = text.partition(opening)
        _, end, after = rest.partition(closing)
        if not mark or not end:
            raise SystemExit(f"docs/{page} has no part {name!r}")
        text = f"{before}{opening}\n{part}\n\n{closing}{after}"
    return text


def crawling() -> dict[str, str]:
    """Return the generated parts of crawling.md."""
    limits = [f"| {field.name} | {getattr(LIMITS, field.name):,} |" for field in fields(LIMITS)]
    meaning = " ".join(str(type(LIMITS).__doc__).split())
    settings_table = str(settings.__doc__).partition("\n\n")[2].strip()
    return {
        "limits": "\n".join(["| limit | value |", "|---|--:|", *limits, "", meaning]),
        "states": "\n".join(
            ["| state | meaning |", "|---|---|", *(f"| {name} | {what} |" for name, what in tables.STATES.items())]
        ),
        "verdicts": literal(str(verdicts.__doc__).partition("\n\n")[2]),
        "guard": literal(str(guard.__doc__).partition("\n\n")[2].partition("\n\n")[0]),
        "settings": settings_table,
        "dialects": "\n".join([*map(dialect, modules(families.FAMILIES)), forms_table()]),
        "engines": "\n".join(map(dialect, modules(discovery.ENGINES))),
    }


def modules(readers: Iterable[object]) -> list[ModuleType]:
    """Return the modules of some dialects, each once, in their order."""
    return list(dict.fromkeys(sys.modules[type(reader).__module__] for reader in readers))


def dialect(module: ModuleType) -> str:
    """Return what a module of dialects says of itself."""
    head, _, rest = str(module.__doc__).partition("\n\n")
    return f"### {module.__name__.rsplit('.', 1)[1]}\n\n{' '.join(head.split())}\n\n{literal(rest)}\n"


def literal(text: str) -> str:
    """Return a text as it stands."""
    return f"```text\n{textwrap.dedent(text).strip()}\n```"


def forms_table() -> str:
    """Return the systems known by their addresses."""
    rows = (DOCS.parent / "crawler/families/forms.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if not row.startswith("#")][1:]
    head = "| name | examples | source |\n|---|---|---|\n"
    return head + "\n".join(f"| {name} | {portals} | {source} |" for name, *_, portals, source in cells)


def write_or_check(check: bool) -> int:
    """Write the pages, or with ``check`` compare them; return the exit code."""
    stale = 0
    metadata = json.dumps(schema.metadata(), ensure_ascii=False, indent=2) + "\n"
    pages = {
        "cli.md": cli(),
        "data.md": schema.markdown(),
        "catalogue.md": filled("catalogue.md", {"counts": counts()}),
        "crawling.md": filled("crawling.md", crawling()),
        "health.md": filled("health.md", {"needs": literal(str(model.__doc__).partition("\n\n")[2])}),
        "../datasette_metadata.json": metadata,
    }
    for name, text in pages.items():
        page = DOCS / name
        if check and (not page.is_file() or page.read_text(encoding="utf-8") != text):
            print(f"docs/{name} is not current: run `make docs`", file=sys.stderr)
            stale = 1
        elif not check:
            page.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(write_or_check("--check" in sys.argv[1:]))
