"""`sgaudit schedule`: a ready file that runs the audit every night. It prints or writes it, and installs nothing."""

from __future__ import annotations

import getpass
import os
import sys
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sgaudit.cli.configure import Force, write_new
from sgaudit.cli.ending import fail
from sgaudit.cli.options import ConfigOption, LogOption, OutputOption, UrlArgument, given
from sgaudit.config import Config, file_in_use, load
from sgaudit.console import say
from sgaudit.model.exit_codes import USAGE
from sgaudit.schedule import (
    Job,
    ScheduleError,
    cron,
    github,
    night_time,
    systemd,
    together,
    windows,
    windows_file,
    workflow,
)
from sgaudit.store import site_name


class Scheduler(StrEnum):
    """What starts the run every night."""

    systemd = "systemd"
    cron = "cron"
    windows = "windows"
    github = "github"


def register(app: typer.Typer) -> None:
    """Add the command of this file to the front door."""
    app.command("schedule")(schedule)


def schedule(
    scheduler: Annotated[Scheduler, typer.Argument(help="What is to start the audit.")],
    url: UrlArgument = None,
    config: ConfigOption = None,
    output: OutputOption = None,
    log: LogOption = None,
    at: Annotated[
        str, typer.Option("--at", metavar="HH:MM", help="When, by this machine's clock (github: UTC).")
    ] = "02:17",
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="The account it runs as.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="PATH", help="Write it there (systemd: a folder) and print nothing.")
    ] = None,
    force: Force = False,
) -> None:
    """Print a ready file that runs the audit every night; nothing is installed."""
    settings = load(given({"url": url, "output": output, "log": log}), config)
    try:
        when = night_time(at)
        if scheduler is Scheduler.github:
            files = {"nightly-audit.yml": github(workflow(), settings.url, when).encode("utf-8")}
        else:
            job = Job(
                name=site_name(settings.url),
                url=settings.url,
                command=_command(settings, given({"url": url, "output": output}), file_in_use(config)),
                folder=str(Path.cwd()),
                writes=_writes(settings),
                at=when,
                deadline=settings.deadline,
                user=user or _account(),
            )
            files = _files(scheduler, job, to is not None)
    except ScheduleError as error:
        fail(USAGE, str(error))
    if to is None:
        sys.stdout.write(together((name, content.decode("utf-8")) for name, content in files.items()))
    for name, content in files.items() if to else ():
        place = to / name if to and scheduler is Scheduler.systemd else to
        write_new(place or Path(name), content, force)
        typer.echo(f"Written: {place}")
    say(_NEXT[scheduler])


_NEXT = {
    Scheduler.systemd: "Next, as root: put both files into /etc/systemd/system, then `systemctl daemon-reload` and "
    "`systemctl enable --now` with the timer's name.",
    Scheduler.cron: "Next: `crontab -e`, and add the lines.",
    Scheduler.windows: "Next: write it with --to sgaudit.xml, then "
    "`schtasks /Create /TN sgaudit /XML sgaudit.xml /RU ACCOUNT /RP *`, which asks for the account's password.",
    Scheduler.github: "Next: put it into a repository of your own as .github/workflows/nightly-audit.yml.",
}


def _files(scheduler: Scheduler, job: Job, written: bool) -> dict[str, bytes]:
    if scheduler is Scheduler.systemd:
        return {name: text.encode("utf-8") for name, text in systemd(job).items()}
    if scheduler is Scheduler.cron:
        return {"crontab": cron(job, timeout=sys.platform == "linux").encode("utf-8")}
    text = windows(job, date.today() + timedelta(days=1))
    return {"sgaudit.xml": windows_file(text) if written else text.encode("utf-8")}


def _command(settings: Config, options: dict[str, str | Path], file: Path | None) -> list[str]:
    script = Path(sys.executable).with_name("sgaudit.exe" if os.name == "nt" else "sgaudit")
    # With -P, so that nothing in the folder it starts in is taken for a part of Python.
    command = [str(script)] if script.is_file() else [sys.executable, "-P", "-m", "sgaudit"]
    command += ["audit", *([str(options["url"])] if "url" in options else [])]
    command += ["--config", str(file.resolve())] if file else []
    command += ["--output", str(settings.output.resolve())] if "output" in options else []
    log = settings.log or settings.output / "sgaudit.log"
    return [*command, "--log", str(log.resolve()), "--quiet"]


def _writes(settings: Config) -> list[str]:
    """The folders that a run writes to."""
    folders = [settings.output.resolve()]
    folders += [settings.log.resolve().parent] if settings.log else []
    folders += [settings.history.resolve().parent] if isinstance(settings.history, Path) else []
    return list(dict.fromkeys(map(str, folders)))


def _account() -> str:
    """Who is at work here; root's place is taken by an account of the audit's own."""
    if os.name == "nt":
        return f"{os.environ.get('USERDOMAIN', '.')}\\{getpass.getuser()}"
    name = getpass.getuser()
    return "sgaudit" if name == "root" else name
