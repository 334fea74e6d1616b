from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.datadir import DataDir
from archive.errors import StorageError, UsageError

HOLDER = """
import sys, time
from pathlib import Path
from archive.datadir import DataDir
with DataDir.open(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_open_makes_the_folders(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path / "new" / "data")
    root = tmp_path / "new" / "data"
    assert (place.root, place.warc, place.crawl_db, place.archive_db) == (
        root,
        root / "warc",
        root / "crawl.db",
        root / "archive.db",
    )
    assert place.warc.is_dir()
    assert DataDir.open(root) == DataDir.open(root, create=False) == place


def test_open_without_create_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no data directory at") as caught:
        DataDir.open(tmp_path / "typo", create=False)
    assert "--data" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_open_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is no directory"):
        DataDir.open(tmp_path / "file")


def test_open_says_where_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "warc").write_text("a file in the way")
    with pytest.raises(StorageError, match=r"cannot make .*warc: File exists - choose another directory"):
        DataDir.open(tmp_path)
    (tmp_path / "warc").unlink()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere, so it has to be acted
    with pytest.raises(StorageError, match="cannot write to"):
        DataDir.open(tmp_path)
    assert DataDir.open(tmp_path, create=False).root == tmp_path  # reading needs no right to write


def test_lock_is_held_once_and_given_back(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    with place.lock():
        with pytest.raises(StorageError, match=rf"another fazhi \(process {os.getpid()}\)"), place.lock():
            pytest.fail("the lock was given twice")
        with pytest.raises(ZeroDivisionError), DataDir.open(tmp_path / "other").lock():
            raise ZeroDivisionError
    with place.lock(), DataDir.open(tmp_path / "other").lock():
        pass


def test_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StorageError, match=f"process {child.pid}"), place.lock():
            pytest.fail("the lock was given twice")
        child.send_signal(signal.SIGKILL)
        child.wait()
    with place.lock():
        assert (tmp_path / ".lock").read_text() == str(os.getpid())


def test_a_lock_that_cannot_be_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, how: int) -> None:
        raise OSError(37, "No locks available")

    with monkeypatch.context() as network_disk:
        network_disk.setattr("fcntl.flock", refuse)
        with pytest.raises(StorageError, match=r"No locks available - .*file system"), DataDir.open(tmp_path).lock():
            pytest.fail("no lock was held")
    (tmp_path / ".lock").unlink()
    (tmp_path / ".lock").mkdir()
    with pytest.raises(StorageError, match="cannot open"), DataDir.open(tmp_path).lock():
        pytest.fail("no lock was held")


def test_whoever_asks_whether_the_lock_is_held_does_not_take_it(tmp_path: Path) -> None:
    place = DataDir.open(tmp_path)
    assert place.busy() is False  # nobody ever locked it
    with place.lock():
        assert place.busy() is True
    assert place.busy() is False
    with place.lock():
        pass
