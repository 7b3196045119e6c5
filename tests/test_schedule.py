"""Ready files for every night: each is read back by its own kind of parser, with awkward paths in it."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_cli import sgaudit

from sgaudit.schedule import Job, ScheduleError, cron, github, night_time, systemd, windows, windows_file, workflow

URL = "https://www.school.example/caf%C3%A9?a=1&b=$2"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def job(**changes: Any) -> Job:
    values: dict[str, Any] = {
        "name": "www.school.example",
        "url": URL,
        "command": ["/opt/my tools/sgaudit", "audit", URL, "--output", '/srv/100% "our" reports', "--quiet"],
        "folder": "/srv/school audits",
        "writes": ['/srv/100% "our" reports', "/var/log/audits"],
        "at": time(2, 17),
        "deadline": 1800.0,
        "user": "audit",
    }
    return Job(**(values | changes))


def read(text: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",), comment_prefixes=("#",))
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(text)
    return parsed


def unit_words(line: str) -> list[str]:
    """The words of a line as systemd takes them apart."""
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]


def test_systemd_runs_it_once_a_night_within_a_limit_and_makes_up_for_a_missed_one() -> None:
    files = systemd(job())
    assert list(files) == ["sgaudit-www.school.example.service", "sgaudit-www.school.example.timer"]
    service, timer = (read(text) for text in files.values())
    run = service["Service"]
    assert run["Type"] == "exec", "a limit on the run does not hold for oneshot"
    assert run["RuntimeMaxSec"] == "2700"
    assert (run["KillSignal"], run["KillMode"]) == ("SIGINT", "mixed"), "the audit reports what it has"
    assert run["SuccessExitStatus"] == "1"
    assert unit_words(run["ExecStart"]) == list(job().command)
    assert run["WorkingDirectory"] == "/srv/school audits"
    assert unit_words(run["ReadWritePaths"]) == list(job().writes)
    assert (run["User"], run["ProtectSystem"], run["NoNewPrivileges"]) == ("audit", "strict", "yes")
    assert "SGAUDIT_ALERT_URLS" not in run.get("Environment", ""), "a unit can be read by everybody"
    assert run["EnvironmentFile"] == "-/etc/sgaudit/www.school.example.env"
    when = timer["Timer"]
    assert (when["OnCalendar"], when["Persistent"], when["RandomizedDelaySec"]) == ("*-*-* 02:17:00", "true", "900")
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_systemd_leaves_the_browser_what_its_sandbox_needs() -> None:
    run = read(next(iter(systemd(job()).values())))["Service"]
    kept_out = {"RestrictNamespaces", "PrivateUsers", "MemoryDenyWriteExecute", "SystemCallFilter", "ProtectProc"}
    assert not kept_out & set(run)


if shutil.which("systemd-analyze"):

    def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
        folder = tmp_path / 'school "A" 100%'
        folder.mkdir()
        command = [sys.executable, "-P", "-m", "sgaudit", "audit", URL, "--output", str(folder)]
        files = systemd(job(command=command, folder=str(folder), writes=[str(folder)]))
        for name, text in files.items():
            (tmp_path / name).write_text(text, "utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *files],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={"SYSTEMD_LOG_LEVEL": "notice"},
        )  # fmt: skip
        said = [line for line in (done.stdout + done.stderr).splitlines() if "sgaudit" in line]
        assert said == []


def test_cron_gets_one_line_in_which_paths_and_percent_signs_survive() -> None:
    line = cron(job()).splitlines()[-1]
    minute, hour, *stars, command = line.split(" ", 5)
    assert (minute, hour, stars) == ("17", "2", ["*", "*", "*"])
    assert "%" not in command.replace(r"\%", ""), "a bare one ends the line"
    words = shlex.split(command.replace(r"\%", "%"))
    assert words[:3] == ["cd", "/srv/school audits", "&&"]
    assert words[3:7] == ["timeout", "--signal=INT", "--kill-after=120", "2700"]
    assert words[7:] == list(job().command)
    assert shlex.split(cron(job(), timeout=False).splitlines()[-1].replace(r"\%", "%"))[8:] == list(job().command)


def test_the_windows_task_is_utf_16_runs_as_a_user_and_is_ended_in_time() -> None:
    command = [r"C:\Program Files\sgaudit.exe", "audit", URL, "--output", "D:\\our reports\\", "--quiet"]
    content = windows_file(
        windows(job(command=command, folder=r"D:\our & co", user="SCHOOL\\audit"), date(2026, 12, 1))
    )
    assert content.startswith(b"\xff\xfe")
    assert content.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>\r\n')
    task = ElementTree.fromstring(content)

    def text(path: str) -> str:
        return task.findtext("/".join(f"{TASK}{part}" for part in path.split("/")), "")

    assert text("Triggers/CalendarTrigger/StartBoundary") == "2026-12-01T02:17:00"
    assert text("Triggers/CalendarTrigger/RandomDelay") == "PT15M"
    assert text("Triggers/CalendarTrigger/ScheduleByDay/DaysInterval") == "1"
    assert (text("Principals/Principal/UserId"), text("Principals/Principal/LogonType")) == (
        "SCHOOL\\audit",
        "Password",
    )
    assert text("Principals/Principal/RunLevel") == "LeastPrivilege"
    wanted = {
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "ExecutionTimeLimit": "PT45M",
    }
    assert {name: text(f"Settings/{name}") for name in wanted} == wanted
    assert text("Actions/Exec/Command") == command[0]
    assert text("Actions/Exec/Arguments") == rf'audit {URL} --output "D:\our reports\\" --quiet'
    assert text("Actions/Exec/WorkingDirectory") == r"D:\our & co"


@pytest.mark.parametrize("user", ["SYSTEM", "NT AUTHORITY\\SYSTEM", "S-1-5-18", "LocalSystem"])
def test_no_task_runs_as_system_and_no_unit_as_root(user: str) -> None:
    with pytest.raises(ScheduleError, match="Edge fails as SYSTEM"):
        windows(job(user=user), date(2026, 12, 1))
    with pytest.raises(ScheduleError, match="no sandbox"):
        systemd(job(user="root"))


@pytest.mark.parametrize("write", [systemd, cron, lambda one: windows(one, date(2026, 12, 1))])
def test_a_line_break_in_a_path_is_refused(write: Any) -> None:
    with pytest.raises(ScheduleError, match="no schedule can carry"):
        write(job(folder="/srv/a\nUser=root"))


def test_github_gets_the_workflow_of_this_repository_with_the_school_in_it() -> None:
    original = yaml.safe_load(workflow())
    text = github(workflow(), 'https://www.school.example/${{ secrets.X }}"', time(4, 5))
    mine = yaml.safe_load(text)
    assert mine[True]["schedule"] == [{"cron": "5 4 * * *"}]
    assert mine["env"]["SITE"] == "https://www.school.example/$%7B%7B secrets.X %7D%7D%22"
    (job_name,) = original["jobs"]
    assert "if" not in mine["jobs"][job_name]
    assert mine["jobs"][job_name]["steps"] == original["jobs"][job_name]["steps"]
    assert mine["jobs"][job_name]["timeout-minutes"] > 60
    assert mine["permissions"] == original["permissions"]
    assert "SGAUDIT_SITE" not in text, "nothing is left to be filled in"


@pytest.mark.parametrize("text", ["2", "24:00", "02:60", "2am", "02:17:00", "\u0662:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError, match="expected a time of day such as 02:17"):
        night_time(text)


def test_the_command_prints_or_writes_and_says_what_comes_next(tmp_path: Path) -> None:
    (tmp_path / "sgaudit.toml").write_text('[run]\nurl = "https://www.school.example"\ndeadline = 60\n')
    printed = sgaudit("schedule", "systemd", "--user", "audit", cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    assert "daemon-reload" in printed.stderr
    written = sgaudit("schedule", "systemd", "--user", "audit", "--to", ".", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    service = (tmp_path / "sgaudit-www.school.example.service").read_text("utf-8")
    assert service in printed.stdout
    run = read(service)["Service"]
    words = unit_words(run["ExecStart"])
    assert words[words.index("audit") :] == [
        "audit", "--config", str(tmp_path / "sgaudit.toml"), "--log", str(tmp_path / "reports" / "sgaudit.log"),
        "--quiet",
    ]  # fmt: skip
    assert Path(words[0]).is_absolute()
    assert (run["RuntimeMaxSec"], run["WorkingDirectory"]) == ("960", str(tmp_path))
    assert unit_words(run["ReadWritePaths"]) == [str(tmp_path / "reports")]
    again = sgaudit("schedule", "systemd", "--user", "audit", "--to", ".", cwd=tmp_path)
    assert (again.returncode, "--force overwrites it" in again.stderr) == (2, True)
    task = sgaudit("schedule", "windows", "--user", "SCHOOL\\audit", "--to", "task.xml", cwd=tmp_path)
    assert (task.returncode, (tmp_path / "task.xml").read_bytes()[:2]) == (0, b"\xff\xfe")
    refused = sgaudit("schedule", "windows", "--user", "SYSTEM", cwd=tmp_path)
    assert (refused.returncode, "Edge fails as SYSTEM" in refused.stderr) == (2, True)
