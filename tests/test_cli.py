"""The command line: contract of names and keys, one-line errors with a remedy, documented exit codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.adding import add_files
from archive.datadir import DataDir
from crawler.cli import main

INSPECT_KEYS = [
    "file", "kind", "reason", "title", "year", "published", "published_source", "written", "adcode", "region", "level",
    "issuer", "issuer_kind", "publisher", "doc_no", "index_no", "source_kind", "text", "sections", "parts",
    "indicators", "issues", "attachments", "extractor",
]  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sample_files: list[Path]) -> DataDir:
    place = DataDir.open(tmp_path_factory.mktemp("filled") / "data")
    add_files(place, sample_files, url=None, code=None)
    return place


def test_every_command_has_help_with_an_example() -> None:
    for name in main.commands:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert f"fazhi {name}" in result.stdout.split("Example:")[1], name


def test_inspect_prints_one_object_a_line_in_order(sample_files: list[Path]) -> None:
    result = run("inspect", *sample_files, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in sample_files]
    assert all(list(line) == INSPECT_KEYS for line in lines)
    assert {line["kind"] for line in lines} == {"report", "rejected"}
    assert all((line["reason"] is None) == (line["kind"] == "report") for line in lines)


def test_inspect_shows_a_person_where_each_value_came_from(sample_files: list[Path]) -> None:
    output = run("inspect", sample_files[0]).stdout
    assert "published" in output
    assert "label:" in output or "meta:" in output
    assert "lines cut as chrome" in output


def test_inspect_goes_on_behind_a_file_it_cannot_read(tmp_path: Path, sample_files: list[Path]) -> None:
    result = run("inspect", tmp_path / "missing.html", sample_files[0], "--json")
    assert result.exit_code == 2
    assert result.stderr == f"fazhi: no such file: {tmp_path / 'missing.html'} - check the path\n"
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (list(first), first["kind"], first["reason"]) == (INSPECT_KEYS, "rejected", "unreadable")
    assert second["file"] == str(sample_files[0])


@pytest.mark.parametrize("body", [b"", b"\x00" * 5000, b"%PDF-1.7 ...", b"\xff\xfe<\x00", b"<html>" * 20000])
def test_inspect_takes_any_bytes(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "strange.bin"
    file.write_bytes(body)
    result = run("inspect", file, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["kind"] == "rejected"


def test_search_finds_marks_and_filters(filled: DataDir) -> None:
    everything = run("search", "法治", "--json", "--limit", 100, "--data", filled.root)
    hits = [json.loads(line) for line in everything.stdout.splitlines()]
    assert len(hits) > 10
    year = hits[0]["year"]
    some = run("search", "法治", "--json", "--year", year, "--limit", 100, "--data", filled.root)
    assert [json.loads(line)["id"] for line in some.stdout.splitlines()] == [h["id"] for h in hits if h["year"] == year]
    plain = run("search", "法治", "--limit", 1, "--data", filled.root).stdout
    assert f"{len(hits)} report(s), 1 shown (--limit)" in plain


def test_search_without_a_hit_says_what_to_try(filled: DataDir) -> None:
    result = run("search", "没有这样的词语", "--data", filled.root)
    assert result.exit_code == 0
    assert "no report holds" in result.stdout


def test_verify_is_silent_on_whole_files_and_names_a_broken_record(filled: DataDir, tmp_path: Path) -> None:
    assert run("verify", "--data", filled.root).stdout == "all records whole\n"
    place = DataDir.open(tmp_path / "data")
    (source,) = filled.warc.iterdir()
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0xFF
    (place.warc / source.name).write_bytes(data)
    result = run("verify", "--data", place.root)
    assert result.exit_code == 1
    assert source.name in result.stderr.splitlines()[0]
    assert "restore the file from a copy" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "法"], 2, "begin with `fazhi crawl`"),
        (["serve"], 2, "--data"),
        (["extract"], 2, "--data"),
        (["verify"], 2, "--data"),
        (["rebuild"], 2, "--data"),
        (["crawl"], 2, "say which portals to crawl"),
        (["crawl", "999999"], 2, "999999"),
        (["portals", "--find", "没有的地方"], 2, "no portal matches"),
        (["add", "missing.html"], 2, "no such file"),
        (["search", "法", "--region", "湖北"], 2, "is no division code"),
    ],
)
def test_errors_are_one_line_with_a_remedy(
    tmp_path: Path, arguments: Sequence[str], code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = [] if arguments[0] == "portals" else ["--data", tmp_path / "none"]
    result = run(*arguments, *data)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stderr.startswith("fazhi: ")
    assert result.stderr.count("\n") == 1
    assert " - " in result.stderr


def test_a_second_writer_is_refused(filled: DataDir, sample_files: list[Path]) -> None:
    with filled.lock():
        result = run("add", sample_files[0], "--data", filled.root)
    assert result.exit_code == 1
    assert result.stderr.startswith("fazhi: ")


def test_interrupt_ends_with_130(filled: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.search.search", interrupt)
    result = run("search", "法", "--data", filled.root)
    assert result.exit_code == 130
    assert "run the same command again" in result.stderr
