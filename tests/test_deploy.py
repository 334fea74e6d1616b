"""deploy/: what the programs that will read these files say of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FAZHI = Path(sys.executable).with_name("fazhi")
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_takes_the_example(tmp_path: Path) -> None:
    example = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/var/cache/nginx/fazhi", str(tmp_path / "cache"))
    (tmp_path / "site.conf").write_text(example, encoding="utf-8")
    whole = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run(
        [str(NGINX), "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "[warn]" in done.stderr) == (0, False), done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    files = []
    for unit in sorted(DEPLOY.glob("fazhi*.*")):
        files.append(tmp_path / unit.name)
        files[-1].write_text(unit.read_text("utf-8").replace("/opt/fazhi/bin/fazhi", str(FAZHI)), encoding="utf-8")
    assert [file.name for file in files] == ["fazhi-crawl.service", "fazhi-crawl.timer", "fazhi.service"]
    done = subprocess.run(["systemd-analyze", "verify", *map(str, files)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "fazhi" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.parametrize("name", ["fazhi.service", "fazhi-crawl.service", "Dockerfile", "compose.yaml"])
def test_commands_and_options_are_those_of_fazhi(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    commands = re.findall(r"^ExecStart=/opt/fazhi/bin/fazhi (.+)$", text, re.M)
    lists = re.findall(r'^\s*(?:CMD|command:) \["((?:serve|crawl)[^\]]*)"\]$', text, re.M)
    commands += [" ".join(part.split('", "')) for part in lists]
    assert len(commands) == 1
    command, *options = commands[0].split()
    told = subprocess.run([str(FAZHI), command, "--help"], capture_output=True, text=True, check=True).stdout
    assert [option for option in options if option.startswith("--") and option not in told] == []


def test_the_image_has_what_the_package_is_made_of() -> None:
    copied = set(re.findall(r"^COPY (.+) \./?\S*$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.M))
    files = {word for line in copied for word in line.split() if not word.startswith("--")}
    assert files == {
        "constraints.txt",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        "archive",
        "crawler",
        "tests/zoo",
    }
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert kept == files
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_deploy_page_names_every_file() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    assert [file.name for file in DEPLOY.iterdir() if file.name not in page] == []
