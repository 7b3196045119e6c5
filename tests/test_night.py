"""A night as a schedule runs it: alone, logged, and with a message over real HTTP where something changed."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from test_cli import sgaudit
from test_nights import HOST, _rules_are_read_once, school, site

from sgaudit import store
from sgaudit.alerts import Alert
from sgaudit.config import Config
from sgaudit.history import History
from sgaudit.lock import LockHeld, alone
from sgaudit.night import run_night
from sgaudit.notify import send, taken

__all__ = ["_rules_are_read_once"]  # a fixture that this file uses too

SECRETS = ("hunter2", "tok-9f8e7d", "channel-key")
MESSAGE = Alert("Marsh End School: Working", "All of it.\n\n- one", "info")


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address of apprise's for a server that keeps what it is sent, and what it was sent."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body) | {"path": self.path, "authorization": self.headers["Authorization"]})
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://audit:{SECRETS[0]}@127.0.0.1:{server.server_port}/{SECRETS[2]}?-token={SECRETS[1]}", got
    finally:
        server.shutdown()
        server.server_close()


def everything(folder: Path) -> str:
    """Every byte that lies in `folder`, packed ones unpacked, the history row by row."""
    texts = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            texts.append((gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8", "replace"))
    for path in folder.rglob("*.db"):
        with closing(sqlite3.connect(path)) as database:
            texts += database.iterdump()
    return "\n".join(texts)


def test_only_the_nights_on_which_something_changes_send_a_message_and_no_secret_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "sgaudit.log"
    with receiver() as (address, got), school(tmp_path, log=log) as (stand, config):

        def night(*paths: str) -> int:
            stand.hosts = {HOST: site(*paths)}
            done = run_night(config, (address,))
            assert done.problems == ()
            return len(got)

        assert night("/news") == 1, "the digest: the first audit of all"
        assert "This week" in got[0]["title"]
        assert night("/news") == 1
        assert night("/news", "/gone") == 2
        assert "\nNew (1)\n- broken-links (" in got[1]["message"]
        assert got[1]["type"] == "failure"
        assert night("/news", "/gone") == 2
        assert night("/news") == 3
        assert "\nFixed (1)\n- broken-links: " in got[2]["message"]
        stand.hosts = {HOST: {}}
        assert len([run_night(config, (address,)) for _ in range(3)]) == 3
        assert len(got) == 4, "the second of three nights that came to no verdict"
        assert "for the second time running" in got[3]["message"]
    assert got[0]["path"].startswith(f"/{SECRETS[2]}")
    assert got[0]["authorization"].startswith("Basic ")
    kept = everything(tmp_path)
    assert not [secret for secret in SECRETS if secret in kept]
    assert "json://" not in kept


def test_the_second_night_running_without_a_report_sends_a_message_and_the_first_good_one_too(tmp_path: Path) -> None:
    log = tmp_path / "sgaudit.log"
    with receiver() as (address, got), school(tmp_path, log=log) as (stand, config):
        stand.hosts = {HOST: site("/news")}
        run_night(config, (address,))
        broken = config.model_copy(update={"baseline": tmp_path / "none.json"})
        for _ in range(3):
            with pytest.raises(store.StoreError):
                run_night(broken, (address,))
        assert len(got) == 2, "the week's digest, and the second of three nights"
        assert got[1]["title"] == f"{config.url}: no audit could be made"
        assert "none.json: no report can be read there" in got[1]["message"]
        run_night(config, (address,))
        assert len(got) == 3 and "The site could be judged again" in got[2]["message"]
        with alone(tmp_path / HOST), pytest.raises(LockHeld):
            run_night(config, (address,))
        assert len(History(tmp_path / "history.db").failures(HOST)) == 3, "one that is kept out is no failure"
    assert not [secret for secret in SECRETS if secret in everything(tmp_path)]


def test_settings_that_cannot_be_used_count_as_a_night_without_a_report(tmp_path: Path) -> None:
    (tmp_path / "sgaudit.toml").write_text("[crwal]\n")
    with receiver() as (address, got):
        for _ in range(3):
            done = sgaudit("audit", "https://school.example", cwd=tmp_path, SGAUDIT_ALERT_URLS=address)
            assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert len(got) == 1
    assert "unknown section [crwal]" in got[0]["message"]
    assert sgaudit("audit", cwd=tmp_path).returncode == 2
    assert len(History(tmp_path / "reports" / "history.db").failures("school.example")) == 3


def test_the_log_says_when_it_began_and_how_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "sgaudit.log"
    with school(tmp_path, log=log) as (stand, config):
        stand.hosts = {HOST: site("/gone")}
        done = run_night(config)
        run_night(config.model_copy(update={"history": tmp_path}))
        with alone(tmp_path / HOST), pytest.raises(LockHeld):
            run_night(config)
        with pytest.raises(store.StoreError):
            run_night(config.model_copy(update={"baseline": tmp_path / "none.json"}))
    lines = log.read_text("utf-8").splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (start|problem|end) ", line) for line in lines)
    events = [line.split(" ", 2)[1:] for line in lines]
    assert [kind for kind, _ in events] == ["start", "end", "start", "problem", "end", "start", "end", "start", "end"]
    assert events[0][1].startswith(f"{config.url} (sgaudit ")
    assert re.search(rf": exit code 1, .+ seconds; .*{re.escape(done.folder.name)}", events[1][1])
    assert "is at work there" in events[6][1] and "exit code 3" in events[6][1]
    assert "exit code 2" in events[8][1]


def test_a_second_audit_of_the_site_says_who_is_at_work_and_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    with alone(tmp_path / "reports" / "127.0.0.1-9"):
        done = sgaudit("audit", "http://127.0.0.1:9", "--select", "broken-links", cwd=tmp_path)
    assert done.returncode == 3
    assert f"(process {os.getpid()} on {socket.gethostname()}) is at work there; nothing was audited" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_audit_of_another_site_is_not_kept_out(tmp_path: Path) -> None:
    with alone(tmp_path / "other.example"), school(tmp_path) as (_stand, config):
        assert run_night(config).problems == ()


def test_the_place_of_an_audit_that_was_killed_is_taken_and_that_is_a_problem(tmp_path: Path) -> None:
    left = {"pid": 1, "host": "here", "since": "2026-07-01T01:30:00+00:00"}
    with school(tmp_path) as (_stand, config):
        (tmp_path / HOST).mkdir()
        (tmp_path / HOST / ".sgaudit.lock").write_text(json.dumps(left))
        (problem,) = run_night(config).problems
    assert "an audit begun 2026-07-01 02:30 (process 1 on here) was ended before it was finished" in problem


def test_alerts_that_do_not_arrive_are_a_problem_told_without_the_address(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with receiver(500) as (address, got), school(tmp_path, log=tmp_path / "sgaudit.log") as (_stand, config):
        done = run_night(config, (address, f"nonsense://{SECRETS[0]}", SECRETS[1]))
    assert len(got) == 1
    assert done.problems == (
        "SGAUDIT_ALERT_URLS, address 1: the alert could not be delivered.",
        "SGAUDIT_ALERT_URLS, address 2: is none that apprise understands.",
        "SGAUDIT_ALERT_URLS, address 3: is none that apprise understands.",
    )
    assert done.report.run.exit_code == 0, "the audit itself was made"
    shown = "".join(capfd.readouterr()) + everything(tmp_path)
    assert not [secret for secret in SECRETS if secret in shown]
    assert shown.count("could not be delivered") == 1


def test_a_message_reaches_every_address_whatever_becomes_of_the_others() -> None:
    with receiver() as (one, first), receiver(404) as (two, _), receiver() as (three, third):
        assert send((one, two, three), MESSAGE) == ["SGAUDIT_ALERT_URLS, address 2: the alert could not be delivered."]
    assert [got["title"] for got in (*first, *third)] == [MESSAGE.title] * 2
    assert first[0]["message"] == MESSAGE.body


def test_without_apprise_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert send(("json://localhost",), MESSAGE) == [
        "Alerts need apprise, which is not installed: type `pip install 'sgaudit[alerts]'`."
    ]


def test_too_many_addresses_are_not_all_told() -> None:
    said = send(("nonsense",) * 21, MESSAGE)
    assert said[-1] == "SGAUDIT_ALERT_URLS: only the first 20 addresses were told."


def test_alerts_ask_for_the_history(tmp_path: Path) -> None:
    with receiver() as (address, got), school(tmp_path, history=False) as (_stand, config):
        (problem,) = run_night(config, (address,)).problems
    assert "alerts need the history, which the settings switch off" in problem
    assert got == []


def test_the_addresses_are_taken_out_of_the_environment_before_the_browser_starts() -> None:
    environ = {"SGAUDIT_ALERT_URLS": " json://a\n json://b ", "PATH": "/bin"}
    assert taken(environ) == ("json://a", "json://b")
    assert environ == {"PATH": "/bin"}
    assert taken(environ) == ()
    assert not [name for name in Config.model_fields if "alert" in name], "they are no setting, so no report holds them"


def test_the_front_door_sends_them_too(tmp_path: Path) -> None:
    with receiver() as (address, got):
        done = sgaudit(
            "audit", "http://127.0.0.1:9", "--select", "broken-links", "--log", "audit.log",
            cwd=tmp_path, SGAUDIT_ALERT_URLS=address,
        )  # fmt: skip
    assert done.returncode == 3
    assert len(got) == 1
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr + everything(tmp_path)]
    assert "exit code 3" in (tmp_path / "audit.log").read_text("utf-8")
