"""Write what is generated: cli.md from the help texts, data.md and ../datasette_metadata.json from the schema, the
counts of catalogue.md from the portal files.

python docs/generate.py            writes them
python docs/generate.py --check    exits 1 and names the page that is not current (a test runs this)
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import click

from archive import divisions, schema
from crawler import catalogue
from crawler.cli import main

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


def catalogue_page() -> str:
    """Return docs/catalogue.md with its counts brought up to date; all else in it is written by hand."""
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    return re.sub(
        r"(<!-- counts.*? -->\n).*?(<!-- end of counts -->)",
        lambda match: f"{match[1]}\n{counts()}\n\n{match[2]}",
        text,
        flags=re.DOTALL,
    )


def write_or_check(check: bool) -> int:
    """Write the pages, or with ``check`` compare them; return the exit code."""
    stale = 0
    metadata = json.dumps(schema.metadata(), ensure_ascii=False, indent=2) + "\n"
    pages = {
        "cli.md": cli(),
        "data.md": schema.markdown(),
        "catalogue.md": catalogue_page(),
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
