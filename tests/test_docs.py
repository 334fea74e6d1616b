"""Docs cannot lag: generated pages are current, commands and closed lists are told, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from archive.model import IssueCode, Reason
from crawler.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_begins_with_the_two_commands_and_names_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert text.index("make demo") < text.index("make test") < 1500
    assert [name for name in main.commands if f"fazhi {name}" not in text] == []


def test_closed_lists_are_explained() -> None:
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    assert [value for value in (*Reason, *IssueCode) if f"`{value}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    assert [file.name for file in folder.glob("0*.md") if file.name not in index] == []


def test_architecture_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = {word.rsplit(".", 1)[-1] for word in re.findall(r"`([a-z_.*]+)`", text)}
    modules = {file.stem for room in ("archive", "crawler") for file in (ROOT / room).glob("*.py")}
    assert [
        name for name in sorted(modules - {"__init__", "cli"}) if name not in named and not name.startswith("warc_")
    ] == []
