"""One whole run on disk: a folder, the audit, its reports, and the folder moved to its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sgaudit import store
from sgaudit.audit import audit_site, rule_pack
from sgaudit.changes import POINTS, compare, compared_with, marked, remembered, trended
from sgaudit.config import Config
from sgaudit.history import History, HistoryError, path_of
from sgaudit.lock import alone
from sgaudit.memory import FILE as NIGHTS
from sgaudit.model.change import Changes
from sgaudit.model.evidence import Evidence
from sgaudit.model.report import ErrorRow, Report
from sgaudit.preview import served
from sgaudit.progress import Progress, Stop, quiet
from sgaudit.publishing import Output, files, on_paper, outputs, prepare, printed, publish
from sgaudit.reuse import reusing
from sgaudit.verdict import conclude


@dataclass(frozen=True)
class Done:
    """A finished run: its report, the folder that holds it, and what went wrong after the report was written.

    `printed` is what the formats that were asked for want on the standard output.
    """

    report: Report
    folder: Path
    problems: tuple[str, ...] = ()
    printed: str = ""

    @property
    def report_file(self) -> Path:
        """The page a person opens."""
        return self.folder / "report.html"


def run_audit(config: Config, *, progress: Progress = quiet, stop: Stop | None = None, exclusive: bool = False) -> Done:
    """Audit and write `OUTPUT/HOST/TIME`. Raises ConfigError, RuleError and StoreError before the site is touched.

    `exclusive` raises LockHeld, as early, where another exclusive audit of that site is at work in `OUTPUT`.
    """
    asked = outputs(config.format)
    prepare(asked)
    with served(config) as reachable, ExitStack() as held:
        return _run(reachable, asked, progress, stop or Stop(config.deadline), held, exclusive=exclusive)


def _run(
    config: Config, asked: tuple[Output, ...], progress: Progress, stop: Stop, held: ExitStack, *, exclusive: bool
) -> Done:
    pack = rule_pack(config.rules, config.select, config.ignore, config.rule_settings)
    if config.baseline is not None:
        known = remembered(store.load_report(config.baseline)).faults
        config = config.model_copy(update={"policy": config.policy.model_copy(update={"baseline": known})})
    noted = _alone(config, held) if exclusive else ""
    started = datetime.now(UTC)
    run = store.RunFolder(config.output, config.url, started)
    memory = _Memory(config)
    reuse = held.enter_context(reusing(config, pack, run.site / NIGHTS, run.id, run.folder, started))
    try:
        evidence, report = audit_site(
            config, pack, run.folder, run_id=run.id, progress=progress, stop=stop, reuse=reuse
        )
        run.write(store.EVIDENCE_FILE, store.pack_evidence(evidence))
        report = memory.compared(report)
        for name, text in files(report, run.folder, asked):
            run.write(name, text)
    except store.StoreError:
        raise
    except BaseException:
        run.discard()
        raise
    folder = run.finish()
    # After the report is in its place: a run that ends here is told as new once more, never lost.
    if problem := memory.keep(report):
        report = _with_problem(report, problem)
        for name, text in files(report, folder, asked):
            with suppress(store.StoreError):  # where the disk is full the report stays as it is; the problem is said
                store.write_atomically(folder / name, text)
    if reuse and not stop.reason:
        reuse.end(evidence, report)
    unwritten = (*on_paper(report, folder, asked, config), *publish(report, folder, asked, os.environ))
    stayed = _pruned(config, run.site)
    nights = reuse.problems if reuse else ()
    problems = tuple(filter(None, (noted, memory.problem, *nights, *unwritten, *stayed)))
    return Done(report, folder, problems, printed(report, asked))


def _alone(config: Config, held: ExitStack) -> str:
    """Be the only audit of this site until `held` is let go. Returns what is worth noting of the one before."""
    try:
        return held.enter_context(alone(config.output / store.site_name(config.url)))
    except OSError as error:
        raise store.not_writable(config.output, error) from None


class _Memory:
    """The history as one run uses it: whatever is wrong with it becomes a sentence, and the audit goes on."""

    def __init__(self, config: Config) -> None:
        where = path_of(config.output, config.history)
        self._history = History(where) if where else None
        self._site = store.site_name(config.url)
        self._policy = config.policy
        self.problem = ""

    def compared(self, report: Report) -> Report:
        """The report with what changed since the run before, and its trend."""
        if self._history is None:
            return marked(report, Changes(note=_OFF), self._policy)
        try:
            told = marked(report, compare(self._history.before(self._site), report), self._policy)
            nights = self._history.nights(self._site, POINTS - 1)
            return trended(told, [night.point() for night in nights])
        except HistoryError as error:
            self.problem = str(error)
            note = f"What changed is not known, because the history could not be read: {error}."
            return _with_problem(marked(report, Changes(note=note), self._policy), self.problem)

    def keep(self, report: Report) -> str:
        """Remember the run. Returns what went wrong, empty where nothing did or where it was told already."""
        if self._history is None or self.problem:
            return ""
        try:
            self._history.keep(self._site, report)
        except HistoryError as error:
            self.problem = str(error)
        return self.problem


_OFF = "The history is switched off, so nothing was compared."


def _with_problem(report: Report, problem: str) -> Report:
    row = ErrorRow(stage="history", type="history", message=f"{problem[:1].upper()}{problem[1:]}.")
    return report.model_copy(update={"errors": (*report.errors, row)})


def _pruned(config: Config, site: Path) -> list[str]:
    try:
        return store.prune(site, keep_runs=config.keep_runs, keep_days=config.keep_days, now=datetime.now(UTC))
    except OSError as error:
        return [f"{site}: old reports could not be looked through ({error.strerror})."]


def recheck(path: Path, rules: tuple[Path, ...] = ()) -> Done:
    """Decide a run's saved evidence again, without network or browser; written to RUN/recheck.

    The run's own choice and weighing of rules holds. Raises StoreError and RuleError.
    """
    folder = store.find_run(path)
    evidence = store.load_evidence(folder)
    pack = rule_pack(
        rules or [Path(item) for item in _words(evidence, "rules")],
        _words(evidence, "select"),
        _words(evidence, "ignore"),
        evidence.rule_settings,
    )
    report = _compared_again(conclude(evidence, pack), folder, evidence)
    target = folder / "recheck"
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise store.StoreError(f"{target}: cannot be made ({error.strerror}); check who owns that folder") from None
    for name, text in files(report, folder, beside="../"):
        store.write_atomically(target / name, text)
    return Done(report, target)


def _compared_again(report: Report, folder: Path, evidence: Evidence) -> Report:
    """The report compared with what the run was compared with when it was made."""
    try:
        saved = store.load_report(folder / store.REPORT_FILE)
    except store.StoreError:
        return report  # a report that an older version wrote, or none: then nothing is said of changes
    changes = saved.changes
    if changes is None:
        return report
    before = compared_with(changes)
    told = marked(report, changes if before is None else compare(before, report), evidence.policy)
    return trended(told, saved.trend[:-1]) if saved.trend else told


def render_again(path: Path, config: Config, formats: Sequence[str] = ()) -> Done:
    """Write a saved run's report anew, also in other formats, deciding nothing. Raises ConfigError and StoreError.

    `config` says which browser prints it, where that is asked for.
    """
    asked = outputs(formats)
    prepare(asked)
    folder = store.find_run(path)
    report = store.load_report(folder / store.REPORT_FILE)
    for name, text in files(report, folder, asked):
        store.write_atomically(folder / name, text)
    problems = (*on_paper(report, folder, asked, config), *publish(report, folder, asked, os.environ))
    return Done(report, folder, problems, printed(report, asked))


def _words(evidence: Evidence, setting: str) -> list[str]:
    value = evidence.settings.get(setting)
    return value if isinstance(value, list) else []
