"""The memory of earlier nights is only a help: killed, shared, full, damaged or foreign, it costs nobody an audit."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sgaudit import memory
from sgaudit.memory import Memory

GROUND = "as on the first night"


def remembered(path: Path, audit: str = "a", ground: str = GROUND, **more: object) -> Memory:
    return Memory(path, audit, ground, **more)  # type: ignore[arg-type]


def aged(path: Path, **back: float) -> None:
    """Make everything that is kept older."""
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT rowid, seen FROM kept").fetchall()
        for row, seen in rows:
            before = datetime.fromisoformat(seen) - timedelta(**back)
            database.execute("UPDATE kept SET seen = ? WHERE rowid = ?", (before.isoformat(), row))


def names(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return [name for (name,) in database.execute("SELECT name FROM kept ORDER BY name")]


def test_what_was_made_ready_is_there_another_night_and_the_rest_is_not(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path) as first:
        first.keep("page", "/one", b"One page", "its mark")
        first.keep("page", "/two", b"Another")
        first.make_ready("page", ["/one"])
        assert first.find("page", "/two") is not None, "to the audit itself all of it is known"
        first.end()
    with remembered(path, "b") as second:
        kept = second.find("page", "/one")
        assert kept is not None and (kept.body, kept.mark, kept.tonight) == (b"One page", "its mark", False)
        assert timedelta(0) <= datetime.now(UTC) - kept.seen < timedelta(minutes=5)
        assert second.find("page", "/two") is None
        assert second.find("look", "/one") is None
    assert names(path) == ["/one"], "what only a resumed audit could use goes when it cannot be resumed"


def test_what_was_seen_under_other_conditions_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path) as first:
        first.keep("page", "/", b"live", ready=True)
    with remembered(path, "b", "another server") as second:
        assert second.find("page", "/") is None
        second.keep("page", "/", b"staging", ready=True)
    with remembered(path, "c") as third:
        assert third.find("page", "/") is None, "the one was put in the place of the other"


def test_only_a_stopped_audit_of_today_with_the_same_settings_is_resumed(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path, "stopped", settings="these") as first:
        first.keep("page", "/", b"home")
    with remembered(path, "b", settings="these") as new:
        assert (new.resumed, new.find("page", "/")) == ("", None)
        new.end()
    with remembered(path, "c", settings="others", resume=True) as other:
        assert other.resumed == ""
        other.end()
    with remembered(path, "d", settings="these", resume=True) as again:
        kept = again.find("page", "/")
        assert again.resumed == "stopped" and kept is not None and kept.tonight
        again.keep("page", "/more", b"more")
    with remembered(path, "e", settings="these", resume=True) as twice:
        assert (twice.resumed, twice.find("page", "/more") is not None) == ("stopped", True)
        twice.end()
    with remembered(path, "f", settings="these", resume=True) as ended:
        assert ended.resumed == ""
        ended.end()


def test_one_that_was_stopped_yesterday_is_not_resumed(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path, "old"):
        pass
    with sqlite3.connect(path) as database:
        database.execute("UPDATE audit SET begun = ?", ((datetime.now(UTC) - timedelta(hours=25)).isoformat(),))
    with remembered(path, "new", resume=True) as new:
        assert new.resumed == ""


def test_what_is_old_and_what_is_too_much_is_dropped_the_oldest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "memory.db"
    noise = [os.urandom(1_000) for _ in range(4)]
    with remembered(path) as first:
        for number, body in enumerate(noise[:2]):
            first.keep("page", f"/{number}", body, ready=True)
    aged(path, days=41)
    with remembered(path, "b") as second:
        second.keep("page", "/2", noise[2], ready=True)
        second.flush()
        aged(path, days=1)
        second.keep("page", "/3", noise[3], ready=True)
        second.end()
    assert names(path) == ["/2", "/3"]
    monkeypatch.setattr(memory, "MOST_BYTES", 1_500)
    monkeypatch.setattr(memory, "LARGEST", 1_500)
    with remembered(path, "c") as third:
        third.keep("page", "/large", os.urandom(2_000), ready=True)
        third.end()
    assert names(path) == ["/3"]


def test_hostile_names_and_bodies_come_back_as_text_and_bytes(tmp_path: Path) -> None:
    evil = "\ud800'); DROP TABLE kept; --\x00"
    with remembered(tmp_path / "memory.db") as kept:
        kept.keep("page", evil, b"\x00\xff", evil, ready=True)
        found = kept.find("page", evil)
        kept.flush()
        found = kept.find("page", evil)
    assert found is not None and found.body == b"\x00\xff" and "DROP TABLE" in found.mark


CHILD = """
    import os, signal, sys
    from pathlib import Path
    from sgaudit.memory import Memory
    kept = Memory(Path(sys.argv[1]), sys.argv[2], "ground", settings="s")
    kept.__enter__()
    die_at, seen = int(sys.argv[3]), []

    def trace(statement):
        seen.append(statement)
        if len(seen) == die_at or (die_at == 0 and statement == "COMMIT"):
            os.kill(os.getpid(), signal.SIGKILL)

    kept._database.execute("PRAGMA cache_size = 1")  # so that what is not committed is already in the file
    kept._database.set_trace_callback(trace)
    for number in range(500):
        kept.keep("page", f"{sys.argv[2]}/{number}", os.urandom(3000), ready=True)
    kept.__exit__(None, None, None)
    print(kept.problem)
"""


def child(path: Path, audit: str, die_at: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(path), audit, str(die_at)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("die_at", [0, 1, 30, 100, 300])
def test_an_audit_that_is_killed_while_it_writes_leaves_whole_rows(tmp_path: Path, die_at: int) -> None:
    path = tmp_path / "memory.db"
    with remembered(path, "before", "ground") as before:
        before.keep("page", "/", b"home", ready=True)
        before.end()
    died = child(path, "killed", die_at)
    assert died.wait(60) == -signal.SIGKILL, died.stderr and died.stderr.read()
    with remembered(path, "after", "ground", settings="s", resume=True) as after:
        assert (after.problem, after.resumed) == ("", "killed")
        assert after.find("page", "/") is not None
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        bodies = [body for (body,) in database.execute("SELECT body FROM kept WHERE audit = 'killed'")]
    assert {len(zlib.decompress(body)) for body in bodies} <= {3_000}


def test_two_audits_at_once_both_keep_what_they_saw(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    both = [child(path, name, -1) for name in ("one", "two")]
    for done in both:
        said, trouble = done.communicate(timeout=120)
        assert (done.returncode, said.strip()) == (0, ""), trouble
    assert len(names(path)) == 1_000


def test_on_a_full_disk_the_audit_goes_on_without(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path) as first:
        first.keep("page", "/", b"home", ready=True)
        first.flush()
        assert first._database is not None
        pages = first._database.execute("PRAGMA page_count").fetchone()[0]
        first._database.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(200):
            first.keep("page", f"/{number}", os.urandom(2_000), ready=True)
        first.end()
        assert "the disk is full" in first.problem and first.find("page", "/") is None
    with remembered(path, "b") as second:
        assert second.problem == "" and second.find("page", "/") is not None


def _text_file(path: Path) -> None:
    path.write_text("a text and no database at all" * 40)


def _damaged(path: Path) -> None:
    with remembered(path) as kept:
        for number in range(300):
            kept.keep("page", f"/{number}", os.urandom(1_000), ready=True)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [_text_file, _damaged])
def test_one_that_is_damaged_is_begun_anew_and_that_is_said(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "memory.db"
    spoil(path)  # type: ignore[operator]
    with remembered(path, "b") as kept:
        assert kept.find("page", "/1") is None
        assert "damaged" in kept.problem
    with remembered(path, "c") as kept:
        kept.keep("page", "/", b"home", ready=True)
        kept.end()
        assert kept.problem == "" and kept.find("page", "/") is not None


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE guests (name TEXT)")
    with remembered(path) as kept:
        kept.keep("page", "/", b"home", ready=True)
        assert "another program's" in kept.problem and kept.find("page", "/") is None
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("guests",)]


def test_that_of_another_version_is_a_first_night(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path) as kept:
        kept.keep("page", "/", b"home", ready=True)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with remembered(path, "b") as other:
        assert (other.problem, other.find("page", "/")) == ("", None)


def test_a_row_that_was_tampered_with_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with remembered(path) as kept:
        kept.keep("page", "/", b"home", ready=True)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE kept SET body = x'00112233'")
    with remembered(path, "b") as other:
        assert (other.find("page", "/"), other.problem) == (None, "")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "memory.db").mkdir()
    with remembered(tmp_path / "memory.db") as kept:
        kept.keep("page", "/", b"home", ready=True)
    assert "cannot be used" in kept.problem
