"""One night: the audit alone in its folder, a line in the log for each event, and a message where something changed."""

from __future__ import annotations

import os
from dataclasses import replace

from sgaudit import __version__, store
from sgaudit.alerts import alert
from sgaudit.config import Config, ConfigError
from sgaudit.history import History, HistoryError, path_of
from sgaudit.lock import LockHeld
from sgaudit.log_file import LogFile
from sgaudit.model.exit_codes import INTERNAL, NO_VERDICT, USAGE
from sgaudit.notify import send
from sgaudit.progress import Progress, Stop, quiet
from sgaudit.rules import RuleError
from sgaudit.run import Done, run_audit

_NIGHTS = 200  # more than a week of audits, however often they are made


def run_night(
    config: Config, addresses: tuple[str, ...] = (), *, progress: Progress = quiet, stop: Stop | None = None
) -> Done:
    """Audit as `run_audit` does, alone; log it where the settings say, and tell `addresses` what they should know.

    Raises LockHeld where another audit of the site is at work there, and what `run_audit` raises. What goes wrong with
    log and alerts is among the problems.
    """
    log = LogFile(config.log)
    try:
        log.say("start", f"{config.url} (sgaudit {__version__}, process {os.getpid()})")
        try:
            done = run_audit(config, progress=progress, stop=stop, exclusive=True)
        except BaseException as error:
            log.say("end", f"{config.url}: no report, exit code {_code(error)}: {_said(error)}")
            raise
        problems = [*done.problems, *_told(config, addresses, done)]
        for problem in problems:
            log.say("problem", problem)
        log.say("end", _outcome(done))
        return replace(done, problems=tuple(filter(None, (*problems, log.problem))))
    finally:
        log.close()


def _told(config: Config, addresses: tuple[str, ...], done: Done) -> list[str]:
    """Send what is worth a message. Returns what went wrong with that."""
    if not addresses:
        return []
    where = path_of(config.output, config.history)
    if where is None:
        return ["No alert was sent: alerts need the history, which the settings switch off ([report] history)."]
    report = done.report
    try:
        nights = History(where).nights(store.site_name(report.site.url), _NIGHTS)
    except HistoryError as error:
        return [f"No alert was sent, because the history is needed for that: {error}."]
    message = alert(report, [night for night in nights if night.run != report.run.id], str(done.report_file.resolve()))
    return send(addresses, message) if message else []


def _outcome(done: Done) -> str:
    report, changes = done.report, done.report.changes
    changed = f"; {len(changes.new)} new, {len(changes.fixed)} fixed" if changes and changes.compared_with else ""
    seconds = (report.run.finished - report.run.started).total_seconds()
    whole = "" if report.run.complete else ", not complete"
    return (
        f"{report.site.url}: exit code {report.run.exit_code}, {report.verdict.headline}{changed}; "
        f"{seconds:.0f} seconds{whole}; {done.report_file}"
    )


def _code(error: BaseException) -> int:
    if isinstance(error, LockHeld | KeyboardInterrupt):
        return NO_VERDICT
    return USAGE if isinstance(error, ConfigError | RuleError | store.StoreError) else INTERNAL


def _said(error: BaseException) -> str:
    return "given up by Ctrl-C" if isinstance(error, KeyboardInterrupt) else f"{error} ({type(error).__name__})"
