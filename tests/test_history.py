"""The history stays whole: killed in the middle of writing, written by two at once, on a full disk, or not ours."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_report import ANONYMOUS, BUTTON, SAFE, clean_report, finding, hostile_report, small_report

from sgaudit import history
from sgaudit.changes import compare, marked, remembered
from sgaudit.history import History, HistoryError
from sgaudit.model.outcome import Outcome
from sgaudit.model.policy import Policy
from sgaudit.model.report import Report

SITE = "www.marsh-end.example"
BEGIN = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)


def night(number: int, **changes: object) -> Report:
    """The small report of that night, with many faults, so that writing them takes more than one page of the file."""
    started = BEGIN + timedelta(days=number - 1)
    run = small_report().run.model_copy(update={"id": f"night-{number}", "started": started, "finished": started})
    many = tuple(finding(ANONYMOUS, f"{SAFE}{n}/", message=f"Fault {n}. " * 20) for n in range(60))
    return small_report(**({"run": run, "findings": (finding(BUTTON), *many)} | changes))


def kept(memory: History, report: Report, site: str = SITE) -> Report:
    """The report compared with what is known and then remembered."""
    told = marked(report, compare(memory.before(site), report), Policy())
    memory.keep(site, told)
    return told


def whole(path: Path) -> bool:
    with sqlite3.connect(path) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_what_was_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    assert memory.before(SITE) is None
    first = kept(memory, night(1))
    known = memory.before(SITE)
    assert known is not None
    ours = remembered(first)
    assert sorted(known.faults, key=str) == sorted(ours.faults, key=str)
    assert known.model_copy(update={"faults": ()}) == ours.model_copy(update={"faults": ()})
    assert memory.before("another.example") is None


def test_the_nights_are_counted_through_the_file(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    for number in range(1, 13):
        report = kept(memory, night(number))
    assert report.changes is not None and len(report.changes.still_failing) == 61
    assert {(one.first_seen, one.nights) for one in report.findings} == {(date(2026, 7, 1), 12)}
    met = tuple(one.model_copy(update={"outcome": Outcome.passed}) for one in night(13).findings)
    shown = small_report().pages[1]
    pages = tuple(shown.model_copy(update={"url": one.page, "final_url": one.page}) for one in met)
    done = kept(memory, clean_report().model_copy(update={"run": night(13).run, "findings": met, "pages": pages}))
    assert done.changes is not None and len(done.changes.fixed) == 61
    known = memory.before(SITE)
    assert known is not None and known.faults == ()
    nights = memory.nights(SITE)
    assert [one.failing for one in nights] == [61] * 12 + [0]
    assert (nights[-1].fixed, nights[-1].headline, nights[0].new) == (61, "Working", 0)


def test_the_same_run_is_remembered_once(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    report = kept(memory, night(1))
    memory.keep(SITE, report)
    assert len(memory.nights(SITE)) == 1


def test_a_run_that_ends_after_a_later_one_does_not_undo_it(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    slow = marked(night(1), compare(memory.before(SITE), night(1)), Policy())
    kept(memory, night(2))
    memory.keep(SITE, slow)
    known = memory.before(SITE)
    assert known is not None and known.run == "night-2"


def test_rows_go_after_three_years_but_never_the_newest(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    kept(memory, night(1), "closed.example")
    kept(memory, night(1))
    kept(memory, night(2))
    kept(memory, night(1200, findings=()))
    assert [one.run for one in memory.nights(SITE)] == ["night-1200"]
    assert [one.run for one in memory.nights("closed.example")] == ["night-1"]
    assert memory.sites() == ["closed.example", SITE]


def test_a_hostile_page_is_remembered_like_any_other(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    evil = "\ud800'); DROP TABLE run; --\x00"
    kept(memory, hostile_report(evil, "https://evil.example/"))
    known = memory.before(SITE)
    assert known is not None and "DROP TABLE" in known.faults[0].message


CHILD = """
    import os, signal, sqlite3, sys
    from pathlib import Path
    sys.path[:0] = [{tests!r}]
    from test_history import SITE, kept, night
    from sgaudit.history import History
    die_at, connect = int(sys.argv[2]), sqlite3.connect

    def mortal(*arguments, **options):
        database = connect(*arguments, **options)
        database.execute("PRAGMA cache_size = 1")  # so that what is not committed is already in the file
        seen = []

        def trace(statement):
            if statement.startswith(("INSERT", "CREATE", "COMMIT")):
                seen.append(statement)
                if len(seen) == die_at or (die_at == 0 and statement == "COMMIT"):
                    os.kill(os.getpid(), signal.SIGKILL)

        database.set_trace_callback(trace)
        return database

    memory = History(Path(sys.argv[1]))
    sqlite3.connect = mortal
    kept(memory, night(int(sys.argv[3])))
"""


def child(path: Path, *arguments: object, code: str = CHILD) -> subprocess.Popen[bytes]:
    program = textwrap.dedent(code.format(tests=str(Path(__file__).parent)))
    return subprocess.Popen([sys.executable, "-c", program, str(path), *map(str, arguments)], stderr=subprocess.PIPE)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("die_at", [0, 2, 8, 60, 130])
def test_a_run_that_is_killed_while_it_writes_leaves_what_was_there(tmp_path: Path, die_at: int) -> None:
    path = tmp_path / "history.db"
    memory = History(path)
    kept(memory, night(1))
    before = memory.before(SITE)
    died = child(path, die_at, 2)
    assert died.wait(60) == -signal.SIGKILL, died.stderr and died.stderr.read().decode()
    assert memory.before(SITE) == before
    assert whole(path)
    again = kept(memory, night(2))
    assert again.changes is not None and len(again.changes.still_failing) == 61
    assert [one.run for one in memory.nights(SITE)] == ["night-1", "night-2"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("die_at", [0, 1, 5, 40])
def test_a_first_run_that_is_killed_while_it_makes_the_file_leaves_a_fresh_start(tmp_path: Path, die_at: int) -> None:
    path = tmp_path / "history.db"
    assert child(path, die_at, 1).wait(60) == -signal.SIGKILL
    memory = History(path)
    assert (memory.before(SITE), memory.nights(), memory.sites()) == (None, [], [])
    kept(memory, night(1))
    assert len(memory.nights(SITE)) == 1


TOGETHER = """
    import sys
    from pathlib import Path
    sys.path[:0] = [{tests!r}]
    from test_history import kept, night
    from sgaudit.history import History
    memory = History(Path(sys.argv[1]))
    for number in range(1, 7):
        kept(memory, night(number), sys.argv[2])
"""


def test_audits_that_end_at_once_are_all_remembered(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    sites = ["one.example", "two.example", "three.example", "one.example"]
    writers = [child(path, site, code=TOGETHER) for site in sites]
    for writer in writers:
        assert writer.wait(120) == 0, writer.stderr and writer.stderr.read().decode()
    memory = History(path)
    assert {site: len(memory.nights(site)) for site in memory.sites()} == dict.fromkeys(sites, 6)
    known = memory.before("two.example")
    assert known is not None and {one.nights for one in known.faults} == {6}
    assert whole(path)


def test_on_a_full_disk_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.db"
    memory = History(path)
    kept(memory, night(1))
    before, connect = memory.before(SITE), sqlite3.connect

    def small(*arguments: object, **options: object) -> sqlite3.Connection:
        database = connect(*arguments, **options)  # type: ignore[call-overload]
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    more = night(2, findings=tuple(finding(ANONYMOUS, f"{SAFE}new/{n}", message="Long. " * 50) for n in range(200)))
    with monkeypatch.context() as full:
        full.setattr(history.sqlite3, "connect", small)
        with pytest.raises(HistoryError, match="the disk is full; free some space"):
            kept(memory, more)
    assert memory.before(SITE) == before
    assert whole(path)
    kept(memory, more)
    assert len(memory.nights(SITE)) == 2


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE guests (name TEXT)")


def _newer(path: Path) -> None:
    kept(History(path), night(1))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")


def _damaged(path: Path) -> None:
    kept(History(path), night(1))
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_text("a text and no database at all" * 40), "damaged or no history"),
        (_foreign, "is another program's database"),
        (_newer, "was written by a newer sgaudit"),
        (_damaged, "damaged"),
        (_folder, "cannot be opened for writing"),
    ],
    ids=["text", "foreign", "newer", "damaged", "folder"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path, spoil: object, says: str) -> None:
    path = tmp_path / "history.db"
    spoil(path)  # type: ignore[operator]
    held = path.read_bytes() if path.is_file() else None
    memory = History(path)
    for use in (lambda: memory.before(SITE), lambda: memory.keep(SITE, night(2)), memory.nights, memory.sites):
        with pytest.raises(HistoryError) as caught:
            use()
        assert says in str(caught.value)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)
    assert held is None or path.read_bytes() == held, "what is not ours is left as it is"


def test_a_row_that_cannot_be_understood_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    memory = History(path)
    kept(memory, night(1))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE finding SET fault = 'odd'")
        database.execute("UPDATE rule_outcome SET outcome = 'odd'")
    for use in (lambda: memory.before(SITE), memory.nights):
        with pytest.raises(HistoryError, match="holds what this version cannot read"):
            use()


def test_an_empty_file_is_a_fresh_start(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.touch()
    assert History(path).before(SITE) is None
    kept(History(path), night(1))
    assert [one.name for one in tmp_path.iterdir()] == ["history.db"], "one file at rest"


def test_a_year_of_nights_stays_small(tmp_path: Path) -> None:
    memory = History(tmp_path / "history.db")
    for number in range(1, 31):
        kept(memory, night(number))
    assert memory.path.stat().st_size < 400_000, "a month of 61 faults a night"
