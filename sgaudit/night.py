"""One night: the audit alone in its folder, a line in the log for each event, and a message where something changed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sgaudit import __version__, store
from sgaudit.alerts import Alert, alert, missed
from sgaudit.config import NOWHERE, Config, ConfigError
from sgaudit.history import History, HistoryError, path_of
from sgaudit.lock import LockHeld
from sgaudit.log_file import LogFile, masked
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
            for problem in _missed(config, addresses, error):
                log.say("problem", problem)
            raise
        problems = [*done.problems, *_told(config, addresses, done)]
        for problem in problems:
            log.say("problem", problem)
        log.say("end", _outcome(done))
        return replace(done, problems=tuple(filter(None, (*problems, log.problem))))
    finally:
        log.close()


def unsettled(url: str | None, output: Path | None, error: ConfigError, addresses: tuple[str, ...]) -> list[str]:
    """Count a night that wrong settings ended before it began, as far as its options say which site it was for.

    Returns what went wrong with telling `addresses`.
    """
    if not addresses:
        return []
    try:
        config = Config(url=url or NOWHERE, output=output or Path("reports"))
    except ValueError:
        return []  # not even an address: somebody is at the keyboard
    return _missed(config, addresses, error)


def _missed(config: Config, addresses: tuple[str, ...], error: BaseException) -> list[str]:
    """Remember a night that ended without a report, and tell of the second one running."""
    if not addresses or _code(error) not in (USAGE, INTERNAL):
        return []
    where = path_of(config.output, config.history)
    if where is None:
        return [_NO_HISTORY]
    history, site = History(where), store.site_name(config.url)
    try:
        message = missed(config.url, masked(_said(error)), history.nights(site, _NIGHTS), history.failures(site))
        history.fail(site, datetime.now(UTC), _code(error))
    except HistoryError as trouble:
        return [_unknown(trouble)]
    return _sent(addresses, message)


def _sent(addresses: tuple[str, ...], message: Alert | None) -> list[str]:
    return send(addresses, message) if message else []


_NO_HISTORY = "No alert was sent: alerts need the history, which the settings switch off ([report] history)."


def _unknown(error: HistoryError) -> str:
    return f"No alert was sent, because the history is needed for that: {error}."


def _told(config: Config, addresses: tuple[str, ...], done: Done) -> list[str]:
    """Send what is worth a message. Returns what went wrong with that."""
    if not addresses:
        return []
    where = path_of(config.output, config.history)
    if where is None:
        return [_NO_HISTORY]
    report, history = done.report, History(where)
    site = store.site_name(report.site.url)
    try:
        nights, failures = history.nights(site, _NIGHTS), history.failures(site)
    except HistoryError as error:
        return [_unknown(error)]
    earlier = [night for night in nights if night.run != report.run.id]
    return _sent(addresses, alert(report, earlier, str(done.report_file.resolve()), failures))


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
