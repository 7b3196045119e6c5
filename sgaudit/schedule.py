"""Ready files that run the audit every night, as text: systemd, cron, Windows Task Scheduler. Nothing is installed."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

SPREAD = timedelta(minutes=15)
"""How much later than its time a run may begin, so that many schools do not ask at the same minute."""

_GRACE = timedelta(minutes=15)  # for the report, the history and alerts after the deadline of the audit itself


@dataclass(frozen=True)
class Job:
    """One nightly run. `command` is the program with its arguments and `folder` where it starts, both absolute.

    `name` is short and plain, for file names. `writes` are the folders it must be able to write to. `deadline` is the
    audit's own, in seconds. `user` is who it runs as: never root or SYSTEM, as which browsers have no sandbox or fail.
    """

    name: str
    url: str
    command: Sequence[str]
    folder: str
    writes: Sequence[str]
    at: time
    deadline: float
    user: str

    @property
    def limit(self) -> int:
        """Seconds after which whoever started the run ends it."""
        return int(self.deadline + _GRACE.total_seconds())


class ScheduleError(ValueError):
    """A job that cannot be written down. The message is one sentence."""


def systemd(job: Job) -> dict[str, str]:
    """The service and the timer, by file name. Raises ScheduleError."""
    _plain(job)
    if job.user == "root":
        raise ScheduleError("as root the browser has no sandbox; name another account with --user")
    unit = f"sgaudit-{job.name}"
    service = f"""\
[Unit]
Description=Nightly safeguarding audit of {_percent(job.url)}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={job.user}
WorkingDirectory={_percent(job.folder)}
ExecStart={" ".join(_exec(word, first=not number) for number, word in enumerate(job.command))}
# Secrets such as SGAUDIT_ALERT_URLS=... belong there: a file of root's with mode 600.
EnvironmentFile=-/etc/sgaudit/{job.name}.env
Environment=LANG=C.UTF-8
# 1: something needs action, which the report says. The unit fails where no report or no verdict came of it.
SuccessExitStatus=1
# The audit keeps its own deadline; past this one it is interrupted, reports what it has, and is ended with its browser.
RuntimeMaxSec={job.limit}
KillMode=mixed
KillSignal=SIGINT
TimeoutStopSec=120
UMask=0027
# Written so that the browser's own sandbox, which asks for user namespaces and makes code as it runs, goes on working:
# no RestrictNamespaces=, PrivateUsers=, SystemCallFilter= or MemoryDenyWriteExecute=.
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
# There before the first run: {shlex.join(["sudo", "install", "-d", "-o", job.user, *job.writes])}
ReadWritePaths={" ".join(_quoted(path) for path in job.writes)}
ProtectControlGroups=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
SystemCallArchitectures=native
"""
    timer = f"""\
[Unit]
Description=Every night: safeguarding audit of {_percent(job.url)}

[Timer]
OnCalendar=*-*-* {job.at:%H:%M}:00
RandomizedDelaySec={int(SPREAD.total_seconds())}
# A night on which the machine was off is made up for when it is on again.
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{unit}.service": service, f"{unit}.timer": timer}


def cron(job: Job, *, timeout: bool = True) -> str:
    """The lines for `crontab -e`. With `timeout` the run is ended from outside too, by GNU's timeout."""
    _plain(job)
    limited = ["timeout", "--signal=INT", "--kill-after=120", str(job.limit), *job.command]
    words = shlex.join(limited if timeout else job.command)
    # Cron takes a bare % for the end of the line.
    line = f"cd {shlex.quote(job.folder)} && {words}".replace("%", r"\%")
    return f"""\
# Nightly safeguarding audit of {job.url}: add these lines with `crontab -e` as {job.user}, not as root.
# SGAUDIT_ALERT_URLS may be set in a line of its own above; a crontab can be read by its owner only.
{job.at.minute} {job.at.hour} * * * {line}
"""


def windows(job: Job, first: date) -> str:
    """The task for Windows Task Scheduler, which runs from the day `first` on, as XML without an encoding's name."""
    _plain(job)
    if job.user.rpartition("\\")[2].upper() in _SYSTEM:
        raise ScheduleError("Edge fails as SYSTEM; name another account with --user, such as SCHOOL\\audit")
    program, *arguments = job.command
    return f"""\
<?xml version="1.0"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(f"Nightly safeguarding audit of {job.url}")}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{first.isoformat()}T{job.at:%H:%M}:00</StartBoundary>
      <RandomDelay>PT{int(SPREAD.total_seconds() // 60)}M</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(job.user)}</UserId>
      <LogonType>Password</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT{-(-job.limit // 60)}M</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(arguments))}</Arguments>
      <WorkingDirectory>{escape(job.folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def windows_file(text: str) -> bytes:
    """The task as Task Scheduler wants its file: UTF-16 with a mark before the first letter, lines ended as there."""
    named = text.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>', 1)
    return b"\xff\xfe" + named.replace("\n", "\r\n").encode("utf-16-le")


def github(workflow: str, url: str, at: time) -> str:
    """The workflow that a school copies, with its own address and time (of UTC)."""
    # The characters of an expression of GitHub's have no place in an address as they are.
    address = url.replace("{", "%7B").replace("}", "%7D").replace('"', "%22").replace("\\", "%5C")
    text = re.sub(r'(- cron: )"[^"]*"', rf'\g<1>"{at.minute} {at.hour} * * *"', workflow, count=1)
    text = text.replace("${{ vars.SGAUDIT_SITE }}", f'"{address}"')
    text = re.sub(r"^ *if: vars\.SGAUDIT_SITE != ''\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\A(?:#.*\n)+", _GITHUB_HEAD, text)


_GITHUB_HEAD = """\
# Put this file into a repository of your own as .github/workflows/nightly-audit.yml. The time is UTC.
# The report is kept as an artefact; the job fails when something needs action (1) or nothing could be told (3).
"""
_SYSTEM = frozenset({"SYSTEM", "LOCALSYSTEM", "S-1-5-18"})


def _plain(job: Job) -> None:
    for text in (job.name, job.url, job.folder, job.user, *job.command, *job.writes):
        if not text.isprintable():
            raise ScheduleError(f"{text!r} holds a character that no schedule can carry; rename it")


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """One word of a list in a unit file."""
    escaped = _percent(text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{escaped}"' if re.search(r"[\s\"'\\;]", text) or not text else escaped


def _exec(word: str, *, first: bool) -> str:
    """One word of a command in a unit file; variables are taken to be meant in all but the program's path."""
    return _quoted(word if first else word.replace("$", "$$"))


def together(files: Iterable[tuple[str, str]]) -> str:
    """Several files as one text, each headed by its name; one alone as it is."""
    shown = list(files)
    return shown[0][1] if len(shown) == 1 else "\n".join(f"# --- {name} ---\n{text}" for name, text in shown)


def night_time(text: str) -> time:
    """A time of day as HH:MM. Raises ScheduleError."""
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if match is None:
        raise ScheduleError(f"--at {text!r}: expected a time of day such as 02:17")
    return time(int(match[1]), int(match[2]))


def workflow() -> str:
    """The workflow for GitHub that comes with the package (or stands in a checkout)."""
    packaged = Path(__file__).parent / "data" / "nightly-audit.yml"
    checkout = Path(__file__).parent.parent / ".github" / "workflows" / "nightly-audit.yml"
    return (packaged if packaged.is_file() else checkout).read_text("utf-8")
