"""The log: a line an event, with its time, UTF-8, bounded, and nothing secret in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgaudit import log_file
from sgaudit.log_file import LogFile, masked


def test_every_event_is_one_line_with_its_time(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "new folder" / "audit.log")
    log.say("start", "https://www.school.example/café\nFAKE end \x1b[31m")
    log.say("end", "exit code 0")
    log.close()
    lines = (tmp_path / "new folder" / "audit.log").read_bytes().decode("utf-8").splitlines()
    assert len(lines) == 2
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ start https://www\.school\.example/café FAKE end .*", lines[0]
    )
    assert "\x1b" not in lines[0]
    again = LogFile(tmp_path / "new folder" / "audit.log")
    again.say("start", "x")
    again.close()
    assert len((tmp_path / "new folder" / "audit.log").read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://head:hunter2@www.school.example/x", "http://...@www.school.example/x"),
        ("slack://tok@en@host/path", "slack://...@host/path"),
        ("see https://s.example/a?token=hunter2&x=1;y=2#top.", "see https://s.example/a?token=...&x=...;y=...#top."),
        ("https://s.example/?hunter2", "https://s.example/?..."),
        ("https://s.example/a b?c=d", "https://s.example/a b?c=d"),
        ("mail head@school.example", "mail head@school.example"),
    ],
)
def test_secrets_of_addresses_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_it_begins_anew_when_it_is_full_and_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "_BYTES", 1000)
    log = LogFile(tmp_path / "audit.log")
    for number in range(100):
        log.say("problem", f"{number} " + "x" * 200)
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["audit.log", *(f"audit.log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert " 99 x" in (tmp_path / "audit.log").read_text("utf-8")


def test_a_line_has_an_end(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "audit.log")
    for text in ("x" * 1_000_000, "x://" * 250_000, "x://@" * 200_000, "x://a?" * 200_000):
        log.say("problem", text)
    log.close()
    assert (tmp_path / "audit.log").stat().st_size < 9000


def test_what_cannot_be_written_is_said_once_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    log = LogFile(tmp_path / "taken" / "audit.log")
    log.say("start", "x")
    log.close()
    assert log.problem.startswith(f"{tmp_path / 'taken' / 'audit.log'}: the log cannot be written (")


if Path("/dev/full").exists():

    def test_a_full_disk_is_a_problem_and_not_a_traceback(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "audit.log").symlink_to("/dev/full")
        log = LogFile(tmp_path / "audit.log")
        log.say("start", "x")
        log.close()
        assert "No space left on device" in log.problem
        assert capfd.readouterr() == ("", "")


def test_without_a_file_nothing_is_written() -> None:
    log = LogFile(None)
    log.say("start", "x")
    log.close()
    assert log.problem == ""
