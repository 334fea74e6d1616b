"""The schedule's loop by a clock that is told: years pass in a moment, and children are acted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import captures
from archive.datadir import DataDir
from crawler import batches, catalogue, chores, due, tables
from crawler.children import Ended
from crawler.chores import Chore
from crawler.manners import Window
from crawler.schedule import Log, Options, Schedule

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SUMMER = datetime(2027, 6, 1, 14, tzinfo=UTC)
CHORES = (Chore("verify", ("verify",), DAY), Chore("tidy", ("tidy",), 7 * DAY), Chore("status", ("status",), DAY, True))


@dataclass
class World:
    """A machine whose clock moves only while the schedule sleeps or a child runs, and whose crawls are acted."""

    folder: Path
    now: datetime = SUMMER
    until: datetime = SUMMER + 30 * DAY
    portals: int = 2
    codes: dict[str, list[int]] = field(default_factory=dict)  # job -> exit codes of its next runs, 0 behind them
    jumps: dict[datetime, timedelta] = field(default_factory=dict)  # at this moment the clock is set by so much
    idle: bool = False  # crawls leave no verdict
    deadly: frozenset[str] = frozenset()  # a crawl in which these are is killed
    ran: list[tuple[datetime, str, tuple[str, ...]]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    stopped_by: str | None = None
    elapsed: float = 0.0

    def __post_init__(self) -> None:
        self.place = DataDir.open(self.folder / "data")
        self.file = self.folder / "portals.toml"
        self.write(self.portals)

    def write(self, number: int, text: str = "") -> None:
        entries = (f'[99{n:04}]\nname = "示例"\nhome = "http://p{n}.gov.cn/"\n{text}' for n in range(number))
        self.file.write_text("\n".join(entries), encoding="utf-8")

    def wait(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.elapsed += seconds
        self.now += timedelta(seconds=seconds)
        for moment in [moment for moment in self.jumps if moment <= self.now]:
            self.now += self.jumps.pop(moment)
        if self.now >= self.until:
            self.stopped_by = "SIGTERM"

    def run(self, command: tuple[str, ...], bell: World, log: Path, *, keep: tuple[int, ...]) -> Ended:
        name, *rest = command
        assert (bell, log, rest[-2:]) == (self, self.place.root / f"{name}.log", ["--data", str(self.place.root)])
        self.ran.append((self.now, name, tuple(rest[:-2])))
        code = self.codes.get(name) and self.codes[name].pop(0)
        if name == "crawl" and not code and not self.idle:
            named = {word for word in rest if word.startswith("99")}
            code = self.crawl(int(rest[rest.index("--most") + 1]), named)
        self.pass_by(60)
        return Ended(code or 0, 60.0, "last words" if code else "")

    def crawl(self, most: int, named: set[str]) -> int:
        """Leave behind what a crawl of all that is due, or of those named, leaves behind; return its exit code."""
        planned = due.visits(self.place.crawl_db, catalogue.load(self.file).values(), self.now)
        chosen = [portal.code for portal in due.due(planned, self.now) if not named or portal.code in named][:most]
        if self.deadly & set(chosen):
            return -11
        with captures.connect(self.place.crawl_db) as db:
            captures.Captures(db)
            tables.create(db)
            crawl, moment = f"{self.now:%Y%m%dT%H%M%SZ}-{len(self.ran):04}", self.now.isoformat()
            db.execute("INSERT INTO crawls(id,started,ended,state) VALUES(?,?,?,'finished')", (crawl, moment, moment))
            for code in chosen:
                db.execute("INSERT INTO verdicts VALUES(?,?,'示例','ok',9,1,0,'')", (crawl, code))
        db.close()
        return 0

    def go(self, **options: Any) -> int:
        asked = Options(portals=self.file, program=(), **options)
        log = Log(lambda line: self.lines.append(json.loads(line)), as_json=True)
        loop = Schedule(
            self.place, asked, log, self, run=self.run, now=lambda: self.now, elapsed=lambda: self.elapsed  # type: ignore[arg-type]
        )  # fmt: skip
        return loop.go()

    def times(self, name: str, since: datetime = SUMMER) -> list[timedelta]:
        return [moment - since for moment, job, _ in self.ran if job == name]

    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]

    def visited(self) -> dict[str, int]:
        with sqlite3.connect(self.place.crawl_db) as db:
            found = dict(db.execute("SELECT portal,count(*) FROM verdicts GROUP BY portal").fetchall())
        db.close()
        return found


def test_a_month_of_summer(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.go() == 0
    assert [time.days for time in world.times("crawl")] == [0, 7, 14, 21, 28]
    assert max(time.seconds for time in world.times("crawl")) <= 5 * 60  # it does not drift
    assert world.events() == ["start", *["crawl", "crawled", "sleep"] * 5, "stop"]
    assert {key: value for key, value in world.lines[2].items() if key != "time"} == {
        "event": "crawled", "text": "2 ok; 18 pages, 2 reports in 60 s", "verdicts": {"ok": 2}, "pages": 18,
        "reports": 2, "seconds": 60.0, "code": 0,
    }  # fmt: skip
    assert world.lines[-1]["text"] == "asked to by SIGTERM"


def test_the_season_begins_on_new_years_day_of_china(tmp_path: Path) -> None:
    began = datetime(2026, 12, 21, 14, tzinfo=UTC)
    world = World(tmp_path, now=began, until=began + 14 * DAY)
    world.go()
    year = datetime(2026, 12, 31, 16, tzinfo=UTC) - began
    assert [round(time / MINUTE) for time in world.times("crawl", began)] == [
        0, 7 * 24 * 60, *(round((year + n * DAY) / MINUTE) for n in range(4)),
    ]  # fmt: skip


def test_a_machine_asleep_for_a_month_does_each_portal_once(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + 33 * DAY, jumps={SUMMER + DAY: 31 * DAY})
    world.go(chores=CHORES)
    assert [time // DAY for time in world.times("crawl")] == [0, 32]
    assert [time // DAY for time in world.times("verify")] == [1, 32] or world.times("verify")[0] // DAY == 32
    assert len(world.times("tidy")) == 1
    assert [line["text"] for line in world.lines if line["event"] == "clock"] == [
        "went 31 days, 0:00:00 ahead: set, or the machine was asleep"
    ]
    assert world.visited() == {"990000": 2, "990001": 2}


def test_a_clock_that_is_set_back_by_a_year_silences_nothing(tmp_path: Path) -> None:
    ahead = SUMMER + 365 * DAY
    world = World(tmp_path, now=ahead, until=ahead + 30 * DAY, jumps={ahead + HOUR: -365 * DAY})
    world.until = SUMMER + 8 * DAY
    world.stopped_by = None
    world.jumps = {ahead + HOUR: -365 * DAY}

    def pass_by(seconds: float) -> None:
        world.elapsed += seconds
        world.now += timedelta(seconds=seconds)
        for moment in [moment for moment in world.jumps if moment <= world.now]:
            world.now += world.jumps.pop(moment)
        if not world.jumps and world.now >= world.until:
            world.stopped_by = "SIGTERM"

    world.pass_by = pass_by  # type: ignore[method-assign]
    world.go(chores=CHORES)
    assert [time // DAY for time in world.times("crawl", ahead)] == [0, -365, -358]
    assert "back" in next(line["text"] for line in world.lines if line["event"] == "clock")
    assert [time // DAY for time in world.times("verify", SUMMER)][:3] == [0, 1, 2]


def test_a_crash_is_told_counted_and_tried_again_ever_later(tmp_path: Path) -> None:
    codes = [-9, 1, 139, -11, 130, 2, 1, 1]
    world = World(tmp_path, portals=9, until=SUMMER + DAY, codes={"crawl": codes.copy()})
    assert world.go() == 0
    pauses = [b - a - MINUTE for a, b in zip(world.times("crawl"), world.times("crawl")[1:], strict=False)]
    assert [round(pause / MINUTE) for pause in pauses][:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    failed = [line for line in world.lines if line["event"] == "failed"]
    assert [(line["job"], line["code"], line["failures"]) for line in failed] == [
        ("crawl", code, n) for n, code in enumerate(codes, 1)
    ]
    assert failed[0]["text"] == ("crawl: died of signal 9: last words; 1 in a row, again 2027-06-01 14:02 UTC")
    assert failed[1]["text"].startswith("crawl: exit code 1: last words; 2 in a row")
    assert world.visited() == {f"99{n:04}": 1 for n in range(9)}


def test_a_child_that_leaves_all_as_due_as_before_is_no_endless_loop(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + 2 * HOUR, idle=True)
    world.go()
    assert [round(time / MINUTE) for time in world.times("crawl")] == [0, 2, 5, 10, 19, 36, 69]
    assert "2 portals are as due as before" in world.lines[3]["text"]


def test_a_child_that_cannot_be_started(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + 10 * MINUTE)

    def run(*_: object, **__: object) -> Ended:
        raise OSError(12, "Cannot allocate memory")

    world.run = run  # type: ignore[method-assign]
    assert world.go() == 0
    assert [line["text"].partition(";")[0] for line in world.lines if line["event"] == "failed"] == [
        "crawl: cannot be started: [Errno 12] Cannot allocate memory"
    ] * 4


def test_a_broken_portal_file_or_database_is_told_until_it_is_mended(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + 3 * DAY)
    good = world.file.read_text("utf-8")
    world.file.write_text("[broken", encoding="utf-8")
    world.place.crawl_db.write_bytes(b"no database at all" * 100)
    wait = world.wait

    def mend(seconds: float) -> None:
        wait(seconds)
        if world.now >= SUMMER + 5 * MINUTE:
            world.file.write_text(good, encoding="utf-8")
        if world.now >= SUMMER + 20 * MINUTE:
            world.place.crawl_db.unlink(missing_ok=world.ran != [])
            world.wait = wait  # type: ignore[method-assign]

    world.wait = mend  # type: ignore[method-assign]
    world.go()
    reasons = [line["text"].partition(";")[0] for line in world.lines if line["event"] == "failed"]
    assert "no valid TOML" in reasons[0]
    assert "file is not a database" in reasons[-1]
    assert len(reasons) == 5
    assert [round(time / MINUTE) for time in world.times("crawl")] == [31]
    assert world.visited() == {"990000": 1, "990001": 1}


def test_only_in_the_hours_of_the_window(tmp_path: Path) -> None:
    noon = datetime(2027, 3, 1, 4, tzinfo=UTC)
    world = World(tmp_path, now=noon, until=noon + 2 * DAY)
    world.go(window=Window(22, 6), crawl=("--window", "22-6"))
    assert [round(time / HOUR) for time in world.times("crawl", noon)] == [10, 34]
    assert world.lines[1]["text"] == "nothing is due before 2027-03-01 14:00 UTC"
    assert world.ran[0][2] == ("--due", "--most", "500", "--portals", str(world.file), "--window", "22-6")


def test_batches_new_ones_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST", 2)
    world = World(tmp_path, portals=5, until=SUMMER + HOUR)
    world.go(chores=CHORES)
    assert [job for _, job, _ in world.ran] == ["crawl", "status"] * 3
    assert [(line["due"], line["new"]) for line in world.lines if line["event"] == "crawl"] == [(5, 5), (3, 3), (1, 1)]
    assert world.visited() == dict.fromkeys([f"99000{n}" for n in range(5)], 1)


def test_a_portal_that_brings_every_crawl_down_is_left_out_and_the_others_go_on(tmp_path: Path) -> None:
    world = World(tmp_path, portals=40, until=SUMMER + 2 * DAY, deadly=frozenset({"990013", "990031"}))
    world.go()
    assert world.visited() == {code: 1 for n in range(40) if (code := f"99{n:04}") not in world.deadly}
    held = [(line["portal"], line["time"]) for line in world.lines if line["event"] == "held"]
    assert {code for code, _ in held[:2]} == world.deadly
    assert held[1][1] < "2027-06-01T20:00"  # within hours
    assert 4 <= len(held) <= 6  # asked again a day later, and held again
    assert "its crawl died of signal 11: last words; " in next(x["text"] for x in world.lines if x["event"] == "held")


def test_one_pass_tells_that_its_crawl_died(tmp_path: Path) -> None:
    world = World(tmp_path, portals=1, deadly=frozenset({"990000"}))
    assert world.go(once=True) == 1
    assert world.events() == ["start", "crawl", "failed"]  # one pass is too short to find out whose fault it is


def test_an_error_that_is_told_is_no_portals_fault(tmp_path: Path) -> None:
    world = World(tmp_path, portals=1, codes={"crawl": [1] * 5})
    world.go()
    assert "held" not in world.events()
    assert world.visited() == {"990000": 5}


def test_chores_between_crawls_and_over_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + 5 * DAY + HOUR, codes={"verify": [0, 1, -9], "tidy": [1]})
    world.go(chores=CHORES)
    assert [time // DAY for time in world.times("verify")] == [1, 2, 3, 4, 5]
    assert world.times("tidy") == []
    assert [line["text"] for line in world.lines if line["event"] == "verify"] == [
        "done in 60 s", "exit code 1: last words", "died of signal 9: last words", "done in 60 s", "done in 60 s",
    ]  # fmt: skip
    world.stopped_by, world.until = None, SUMMER + 9 * DAY
    world.go(chores=CHORES)
    assert [time // DAY for time in world.times("tidy")] == [7, 8]  # it failed: again the next day
    assert [time // DAY for time in world.times("verify")] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [time // DAY for time in world.times("status")] == [0, 1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"tidy": 5, "verify": "soon", "x": null}', b"\xff", b'{"tidy": "2027-06-01"}'],
)
def test_a_damaged_diary_costs_a_delay(tmp_path: Path, content: bytes) -> None:
    world = World(tmp_path, until=SUMMER + 8 * DAY)
    (world.place.root / chores.FILE).write_bytes(content)
    world.go(chores=CHORES)
    assert [time // DAY for time in world.times("tidy")] == [7]


@pytest.mark.parametrize(("codes", "code", "ran"), [
    ({}, 0, ["crawl", "status"]),
    ({"status": [3]}, 0, ["crawl", "status"]),
    ({"crawl": [3]}, 1, ["crawl", "status"]),  # acted: no verdict was left
    ({"crawl": [-9]}, 1, ["crawl", "status"]),
    ({"status": [1]}, 1, ["crawl", "status"]),
])  # fmt: skip
def test_once(tmp_path: Path, codes: dict[str, list[int]], code: int, ran: list[str]) -> None:
    world = World(tmp_path, codes=codes)
    assert world.go(once=True, chores=CHORES) == code
    assert [job for _, job, _ in world.ran] == ran


def test_a_stop_during_a_chore_leaves_it_due(tmp_path: Path) -> None:
    world = World(tmp_path, until=SUMMER + DAY + MINUTE)
    world.go(chores=CHORES)
    assert [job for _, job, _ in world.ran][-1] == "verify"
    told = json.loads((world.place.root / chores.FILE).read_text("utf-8"))
    assert datetime.fromisoformat(told["verify"]) <= world.now


def test_lines_for_a_person(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.clock.now", lambda: SUMMER)
    write: Callable[[str], None] = print
    Log(write).event("crawl", "12 portals due, 3 new", due=12)
    assert capsys.readouterr().out == "2027-06-01T14:00:00Z crawl: 12 portals due, 3 new\n"
