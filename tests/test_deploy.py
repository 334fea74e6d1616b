"""deploy/: what the programs that will read these files say of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .loopback import Loopback, portal, write_portals

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
    assert [file.name for file in files] == [
        "fazhi-crawl.service",
        "fazhi-crawl.timer",
        "fazhi-schedule.service",
        "fazhi.service",
    ]
    done = subprocess.run(["systemd-analyze", "verify", *map(str, files)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "fazhi" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("fazhi.service", ["serve"]),
        ("fazhi-crawl.service", ["crawl"]),
        ("fazhi-schedule.service", ["schedule"]),
        ("Dockerfile", ["serve"]),
        ("compose.yaml", ["schedule", "crawl"]),
        ("crontab", ["crawl", "verify", "tidy"]),
        ("github-actions.yml", ["rebuild", "crawl", "status"]),
    ],
)
def test_commands_and_options_are_those_of_fazhi(name: str, asked: list[str]) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    commands = re.findall(r"^(?!#).*(?:/opt/fazhi/bin/|5h |run: | {2})fazhi ([a-z]+ --[^|>\n]*)", text, re.M)
    lists = re.findall(r'^\s*(?:CMD|command:) \["((?:serve|crawl|schedule)[^\]]*)"\]$', text, re.M)
    commands += [" ".join(part.split('", "')) for part in lists]
    assert [command.split()[0] for command in commands] == asked
    for command, *options in map(str.split, commands):
        told = subprocess.run([str(FAZHI), command, "--help"], capture_output=True, text=True, check=True).stdout
        assert [option for option in options if option.startswith("--") and option not in told] == []


def test_the_lines_of_the_crontab_run(tmp_path: Path) -> None:
    lines = [line for line in (DEPLOY / "crontab").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    jobs = [line.split(None, 6) for line in lines if "=" not in line.split()[0]]
    fields = [r"[0-5]?\d", r"1?\d|2[0-3]", r"\*", r"\*", r"\*|[0-7]"]
    assert [all(map(re.fullmatch, fields, job[:5])) for job in jobs] == [True] * 3
    assert [(job[5], "%" in job[6]) for job in jobs] == [("fazhi", False)] * 3
    data = tmp_path / "data"
    portals = tmp_path / "portals.toml"
    portals.write_text('[990101]\nname = "示例县"\nhome = "http://127.0.0.1/"\nschedule = "never"\n', encoding="utf-8")
    data.mkdir()
    for *_, job in jobs:
        here = job.replace("/opt/fazhi/bin/fazhi", str(FAZHI)).replace("/srv/fazhi", str(data))
        here = here.replace("--due", f"--due --portals {portals}")  # not the portals of the real world
        assert subprocess.run(["/bin/sh", "-c", here], timeout=60).returncode == 0, (data / "cron.log").read_text()
    assert (data / "cron.log").read_text("utf-8").splitlines() == [
        "nothing is ever due",
        "all records whole in 0 of 0 file(s)",
        "databases are in order",
    ]


GH = """#!/bin/sh
# Stands in for GitHub's own tool: the release "data" is a folder.
set -e
store={store}
case "$1 $2" in
"release view") if [ "$4" = --json ]; then ls "$store"; else [ -d "$store" ]; fi ;;
"release create") mkdir "$store" ;;
"release download")
    [ "$6" = --dir ] && to=$7 || to=.
    found=1
    for file in "$store"/$5; do [ -e "$file" ] && cp "$file" "$to" && found=0; done
    exit $found ;;
"release upload") name=$(basename "$4"); [ "$5" = --clobber ] || [ ! -e "$store/$name" ]; cp "$4" "$store/$name" ;;
*) exit 64 ;;
esac
"""


@pytest.mark.slow
def test_the_steps_for_github_keep_the_data_from_run_to_run(tmp_path: Path) -> None:
    steps = yaml.safe_load((DEPLOY / "github-actions.yml").read_text("utf-8"))["jobs"]["crawl"]["steps"]
    scripts = {step["name"]: step["run"] for step in steps if step.get("run") and step["name"] != "Install"}
    assert list(scripts) == ["Fetch the data", "Crawl what is due", "Keep the data", "Say how it stands"]
    tools, store = tmp_path / "bin", tmp_path / "release"
    tools.mkdir()
    (tools / "gh").write_text(GH.format(store=store), encoding="utf-8")
    (tools / "gh").chmod(0o755)
    said = []
    with Loopback(portal(2019, 2020), code="990101") as server:
        for number, moment in enumerate(["2027-06-05T14:30:00Z", "2027-06-12T14:20:00Z", "2027-06-13T14:20:00Z"]):
            work = tmp_path / str(number)  # a machine that knows nothing of the last one
            work.mkdir()
            write_portals(work / "portals.toml", server)
            where = {**os.environ, "PATH": f"{tools}:{FAZHI.parent}:{os.environ['PATH']}", "FAZHI_CLOCK": moment}
            if number == 2:
                (store / "databases.tar.gz").unlink()  # lost: made again from the WARC files
            for name, script in scripts.items():
                done = subprocess.run(
                    ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],  # as GitHub does
                    cwd=work, env=where, capture_output=True, text=True, timeout=120,
                )  # fmt: skip
                assert done.returncode == 0, done.stdout + done.stderr
                if name == "Crawl what is due":
                    said.append([word for word in ("ok", "unchanged", "nothing is due") if f" {word} " in done.stdout])
    assert said == [["ok"], ["unchanged"], ["unchanged"]]
    assert len(list(store.glob("*.warc.gz"))) == 3
    assert (store / "databases.tar.gz").exists()


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
