from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import StorageError
from archive.warc_read import walk
from archive.warc_repair import repair
from archive.warc_write import WarcWriter

from .warc_samples import exchange, fill, findings, only_file, origin

URL = "http://www.example.gov.cn/a.html"


def fail_after(budget: int, code: int) -> Callable[[int, bytes], int]:
    """Return a write() that takes ``budget`` bytes, at most 100 at a time, and then refuses."""
    real = os.write
    left = [budget]

    def write(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(code, os.strerror(code))
        taken = real(descriptor, bytes(data[: min(100, left[0])]))
        left[0] -= taken
        return taken

    return write


@pytest.mark.parametrize("budget", [0, 1, 150, 800])
def test_a_full_disk_leaves_no_torn_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    writer = WarcWriter(tmp_path)
    captures = [writer.write(exchange(URL), origin(), target=URL)]
    size = only_file(tmp_path).stat().st_size
    with monkeypatch.context() as full:
        full.setattr(os, "write", fail_after(budget, errno.ENOSPC))
        with pytest.raises(StorageError, match=r"cannot write to .*No space left on device - free some space"):
            writer.write(exchange(URL, os.urandom(5000), seconds=1), origin(), target=URL)
    assert only_file(tmp_path).stat().st_size == size
    captures.append(writer.write(exchange(URL, seconds=2), origin(), target=URL))  # space was made: it goes on
    writer.close()
    assert list(walk(tmp_path)) == captures
    assert findings(tmp_path) == []


def test_an_interrupt_leaves_no_torn_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    captures = []
    with WarcWriter(tmp_path) as writer:
        captures.append(writer.write(exchange(URL), origin(), target=URL))
        with monkeypatch.context() as stopped:

            def write(descriptor: int, data: bytes, real=os.write) -> int:
                real(descriptor, bytes(data[:50]))
                raise KeyboardInterrupt

            stopped.setattr(os, "write", write)
            with pytest.raises(KeyboardInterrupt):
                writer.write(exchange(URL, seconds=1), origin(), target=URL)
        captures.append(writer.write(exchange(URL, seconds=2), origin(), target=URL))
    assert list(walk(tmp_path)) == captures


def test_a_full_disk_at_the_first_record_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(os, "write", fail_after(10, errno.ENOSPC))
        with pytest.raises(StorageError, match="No space left"):
            fill(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StorageError, match=r"cannot make a WARC file in .*No such file"):
        fill(tmp_path / "none", 1)


def test_what_a_failed_sync_did_not_confirm_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = WarcWriter(tmp_path)
    kept = writer.write(exchange(URL), origin(), target=URL)
    writer.sync()
    writer.write(exchange(URL, seconds=1), origin(), target=URL)

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(StorageError, match="Input/output error"):
            writer.sync()
    writer.close()
    assert list(walk(tmp_path)) == [kept]


def test_a_file_that_cannot_be_cut_back_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = WarcWriter(tmp_path)
    kept = writer.write(exchange(URL), origin(), target=URL)
    with monkeypatch.context() as broken:

        def refuse(descriptor: int, size: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        broken.setattr(os, "write", fail_after(100, errno.EIO))
        broken.setattr(os, "ftruncate", refuse)
        with pytest.raises(StorageError):
            writer.write(exchange(URL, seconds=1), origin(), target=URL)
    with pytest.raises(StorageError, match="could not be cut back"):
        writer.write(exchange(URL, seconds=2), origin(), target=URL)
    writer.close()
    assert only_file(tmp_path).name.endswith(".open")
    assert "100 bytes of a torn record cut off" in repair(tmp_path)[0]
    assert list(walk(tmp_path)) == [kept]


LIMITED = """
import resource, sys
from pathlib import Path
from tests.warc_samples import exchange, origin
from archive.errors import StorageError, UsageError
from archive.warc_write import WarcWriter
import os
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with WarcWriter(Path(sys.argv[1])) as writer:
    for number in range(100):
        try:
            capture = writer.write(exchange("http://a.example/", os.urandom(700), seconds=number), origin(), target="t")
        except StorageError as error:
            print(number, error)
            break
"""


def test_a_real_limit_of_the_kernel_leaves_whole_records(tmp_path: Path) -> None:
    """The kernel writes the part of a record that still fits and refuses the rest, as a full disk does."""
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], cwd=root, capture_output=True, text=True)
    number, message = done.stdout.split(" ", 1)
    assert message.startswith(f"cannot write to {tmp_path}/fazhi-")
    assert "File too large - free some space" in message
    assert only_file(tmp_path).stat().st_size < 20_000
    assert len(list(walk(tmp_path))) == int(number) > 5
    assert findings(tmp_path) == []
