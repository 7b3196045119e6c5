"""One audit of a site at a time: the second says who is at work, and a dead one keeps nobody out."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sgaudit import lock
from sgaudit.lock import FILE, LockHeld, alone

HOLDER = """
import sys
from pathlib import Path
from sgaudit.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that is at work in `folder` until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_is_at_work_and_since_when(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(LockHeld) as caught, alone(tmp_path):
            pytest.fail("two were at work at once")
        process.communicate("")
    said = rf"an audit begun \d{{4}}-\d\d-\d\d \d\d:\d\d \(process {process.pid} on .+\) is at work there"
    assert re.search(said, str(caught.value))
    with alone(tmp_path) as noted:
        assert noted == "", "one that ended is not worth noting"


def test_the_place_of_one_that_was_killed_is_taken_and_that_is_noted(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.communicate()
    with alone(tmp_path) as noted:
        assert f"(process {process.pid} on " in noted
        assert noted.endswith("was ended before it was finished; this one takes its place.")
    with alone(tmp_path) as noted:
        assert noted == ""


def test_the_same_process_is_no_exception(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(LockHeld, match=f"process {os.getpid()} "), alone(tmp_path):
        pass


def test_other_folders_are_not_concerned(tmp_path: Path) -> None:
    with alone(tmp_path / "a.example") as one, alone(tmp_path / "b.example") as other:
        assert (one, other) == ("", "")


def test_it_is_let_go_where_the_audit_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone(tmp_path):
        raise ZeroDivisionError
    with alone(tmp_path) as noted:
        assert noted == ""


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"pid": "x", "host": 1, "since": 2}', b"\xff\xfe", b"9" * 5000]
)
def test_a_file_that_says_nothing_still_keeps_the_second_out(tmp_path: Path, content: bytes) -> None:
    with alone(tmp_path):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(LockHeld, match="another audit is at work there"), alone(tmp_path):
            pass


def test_where_the_file_system_keeps_no_locks_the_audit_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_file: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock, "_lock", refused)
    with alone(tmp_path) as noted:
        assert "two audits could overlap" in noted


if hasattr(signal, "SIGSTOP"):

    def test_a_holder_that_stands_still_is_not_taken_for_dead(tmp_path: Path) -> None:
        with holder(tmp_path) as process:
            process.send_signal(signal.SIGSTOP)
            try:
                with pytest.raises(LockHeld), alone(tmp_path):
                    pass
            finally:
                process.send_signal(signal.SIGCONT)
            process.communicate("")
