"""However an audit ends, no browser process and no folder of its own is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from odd_site import Site

from sgaudit.browser import Browser, BrowserMissing
from sgaudit.config import Config
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers

AUDIT = """
import sys, time
from pathlib import Path
from sgaudit.browser import Browser
from sgaudit.config import Config
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers
with Browser(Config(url=sys.argv[1]), Registers(), Stop(), Path(sys.argv[2])) as browser:
    print("up", flush=True)
    browser.look(sys.argv[1] + sys.argv[3], Role.home, press=False, scan=False)
    time.sleep(60)
"""


def descendants(ancestor: int) -> dict[int, str]:
    """The processes below `ancestor`, with their names; none that has ended and only waits to be noticed."""
    parents: dict[int, tuple[int, str]] = {}
    told = subprocess.run(["ps", "-eo", "pid=,ppid=,stat=,comm="], capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        number, parent, state, name = line.split(None, 3)
        if not state.startswith("Z"):
            parents[int(number)] = (int(parent), name)
    found: dict[int, str] = {}
    grown = True
    while grown:
        grown = False
        for number, (parent, name) in parents.items():
            if number not in found and (parent == ancestor or parent in found):
                found[number] = name
                grown = True
    return {number: name for number, name in found.items() if name != "ps"}


def gone(processes: dict[int, str]) -> dict[int, str]:
    """Those of `processes` that are still there after a while; empty is well."""
    ends = time.monotonic() + 20
    left = processes
    while left and time.monotonic() < ends:
        left = {number: name for number, name in left.items() if alive(number)}
        threading.Event().wait(0.05)
    return left


def alive(number: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True).stdout.strip()
    return bool(told) and not told.startswith("Z")


def folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("sgaudit-browser-*")}


@pytest.fixture
def site() -> Site:
    made = Site()
    yield made
    made.end()


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_nothing_is_left_when_the_audit_is_done(site: Site, own_temp: Path) -> None:
    url = f"http://127.0.0.1:{site.server_port}/"
    before = descendants(os.getpid())
    with Browser(Config(url=url), Registers(), Stop(), own_temp / "run") as browser:
        assert browser.look(f"{url}plain", Role.home, press=False, scan=False).trouble is None
        started = {n: name for n, name in descendants(os.getpid()).items() if n not in before}
        assert len(started) > 2
    assert gone(started) == {}
    assert [path.name for path in own_temp.iterdir()] == ["run"]


def test_nothing_is_left_when_the_audit_breaks(own_temp: Path) -> None:
    before = descendants(os.getpid())
    started: dict[int, str] = {}
    with pytest.raises(ZeroDivisionError):
        with Browser(Config(url="http://127.0.0.1:9/"), Registers(), Stop(), own_temp):
            started = {n: name for n, name in descendants(os.getpid()).items() if n not in before}
            raise ZeroDivisionError
    assert started
    assert gone(started) == {}
    assert list(own_temp.iterdir()) == []


def test_nothing_is_left_of_a_browser_that_does_not_start(own_temp: Path) -> None:
    false = own_temp / "browser"
    false.write_text("#!/bin/sh\nexit 3\n")
    false.chmod(0o755)
    before = descendants(os.getpid())
    with pytest.raises(BrowserMissing, match="does not start as a browser"):
        with Browser(Config(url="http://127.0.0.1:9/", browser_path=false), Registers(), Stop(), own_temp):
            pass
    assert gone({n: name for n, name in descendants(os.getpid()).items() if n not in before}) == {}
    assert [path.name for path in own_temp.iterdir()] == ["browser"]


def test_a_page_whose_process_dies_is_looked_at_once_more(site: Site, own_temp: Path) -> None:
    url = f"http://127.0.0.1:{site.server_port}/"

    def kill_renderers() -> None:
        ends = time.monotonic() + 20
        while "/silent" not in site.asked and time.monotonic() < ends:
            threading.Event().wait(0.02)
        for number in descendants(os.getpid()):
            command = subprocess.run(["ps", "-o", "args=", "-p", str(number)], capture_output=True, text=True).stdout
            if "--type=renderer" in command:
                os.kill(number, signal.SIGKILL)

    with Browser(Config(url=url, page_timeout=4), Registers(), Stop(), own_temp) as browser:
        killer = threading.Thread(target=kill_renderers)
        killer.start()
        page = browser.look(f"{url}hanging-picture", Role.home, press=False, scan=False)
        killer.join()
        assert page.trouble is None, page.message
        assert site.asked.count("/hanging-picture") == 2
        assert [view.width for view in page.views] == [1280, 375]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
@pytest.mark.parametrize("page", ["silent", "loop-in-script"])
def test_no_process_outlives_an_audit_that_is_ended_in_the_middle(
    how: signal.Signals, page: str, site: Site, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{site.server_port}/"
    environ = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", AUDIT, url, str(tmp_path / "run"), page]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ) as audit:
        assert audit.stdout is not None
        assert audit.stdout.readline().strip() == "up"
        ends = time.monotonic() + 20
        while f"/{page}" not in site.asked and time.monotonic() < ends:
            threading.Event().wait(0.05)
        started = descendants(audit.pid)
        assert len(started) > 2
        audit.send_signal(how)
        audit.wait(30)
    assert gone(started) == {}
    if how is signal.SIGINT:
        assert [path.name for path in tmp_path.iterdir() if path.name != "run"] == []
