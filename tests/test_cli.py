"""The command line: contract of names and keys, one-line errors with a remedy, documented exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.adding import add_files
from archive.datadir import DataDir
from crawler import __main__ as start
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


@pytest.mark.parametrize("query", ["", " ", "！？", '"'])
def test_search_wants_a_word(filled: DataDir, query: str) -> None:
    result = run("search", query, "--data", filled.root)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no word to search for" in result.stderr


def test_a_hit_is_three_lines_also_where_the_text_has_paragraphs(filled: DataDir) -> None:
    lines = run("search", "法", "--limit", 3, "--data", filled.root).stdout.splitlines()
    assert [bool(line) for line in lines] == [True, True, True, False] * 3 + [True]


def test_a_reader_who_had_enough_is_no_error(filled: DataDir) -> None:
    command = [sys.executable, "-m", "crawler", "search", "法", "--data", str(filled.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_an_interrupt_while_the_program_loads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupt:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "crawler.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "crawler.cli", raising=False)
    monkeypatch.delattr("crawler.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupt(), *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        start.main()
    assert end.value.code == 130
    assert capsys.readouterr().err.startswith("fazhi: interrupted")


def test_the_demo_can_be_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        command = [sys.executable, "-m", "crawler", "demo", "--no-serve", "--data", str(tmp_path / "data")]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.endswith("the archive holds 20 reports\n")


@pytest.mark.parametrize("content", [b"", b"no WARC at all" * 100, bytes(range(256)) * 10])
def test_what_is_no_warc_never_enters_the_archive(tmp_path: Path, content: bytes) -> None:
    for name in ("a.warc", "a.warc.gz"):
        (tmp_path / name).write_bytes(content)
        result = run("add", tmp_path / name, "--data", tmp_path / "data")
        assert result.exit_code == 2
        assert "no readable WARC record" in result.stderr
    assert not (tmp_path / "data").exists()


def test_add_prints_a_line_a_file(tmp_path: Path, sample_files: list[Path]) -> None:
    result = run("add", *sample_files[:3], "--data", tmp_path / "data")
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    for line, file in zip(lines, sample_files[:3], strict=False):
        assert f"  {file.name}  " in line


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
        (["add", "ftp://www.example.gov.cn/a"], 2, "no web address"),
        (["search", "法", "--region", "湖北"], 2, "is no division code"),
        (["search", "法", "--region", "42"], 2, "is no division code"),
        (["inspect", "any.html", "--code", "4206830"], 2, "is no division code"),
        (["inspect", "any.html", "--url", "not a url"], 2, "no web address"),
        (["add", "any.html", "--url", "http:///x"], 2, "no web address"),
    ],
)
def test_errors_are_one_line_with_a_remedy(
    tmp_path: Path, arguments: Sequence[str], code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = [] if arguments[0] in ("portals", "inspect") else ["--data", tmp_path / "none"]
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
