"""One whole run on disk: a folder, the audit, its reports, and the folder moved to its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sgaudit import reporters, store
from sgaudit.audit import audit_site, rule_pack
from sgaudit.config import Config
from sgaudit.model.evidence import Evidence
from sgaudit.model.report import Report
from sgaudit.progress import Progress, Stop, quiet
from sgaudit.verdict import conclude


@dataclass(frozen=True)
class Done:
    """A finished run: its report and the folder that holds it."""

    report: Report
    folder: Path

    @property
    def report_file(self) -> Path:
        """The page a person opens."""
        return self.folder / "report.html"


def run_audit(config: Config, *, progress: Progress = quiet, stop: Stop | None = None) -> Done:
    """Audit and write `OUTPUT/HOST/TIME`. Raises ConfigError, RuleError and StoreError before the site is touched."""
    pack = rule_pack(config.rules, config.select, config.ignore)
    run = store.RunFolder(config.output, config.url, datetime.now(UTC))
    try:
        evidence, report = audit_site(config, pack, run.folder, run_id=run.id, progress=progress, stop=stop)
        run.write(store.EVIDENCE_FILE, store.pack_evidence(evidence))
        for name, text in _files(report, run.folder):
            run.write(name, text)
    except store.StoreError:
        raise
    except BaseException:
        run.discard()
        raise
    return Done(report, run.finish())


def recheck(path: Path, rules: tuple[Path, ...] = ()) -> Done:
    """Decide a run's saved evidence again, without network or browser; written to RUN/recheck.

    The run's own choice of rules holds. Raises StoreError and RuleError.
    """
    folder = store.find_run(path)
    evidence = store.load_evidence(folder)
    pack = rule_pack(
        rules or [Path(item) for item in _words(evidence, "rules")],
        _words(evidence, "select"),
        _words(evidence, "ignore"),
    )
    report = conclude(evidence, pack)
    target = folder / "recheck"
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise store.StoreError(f"{target}: cannot be made ({error.strerror}); check who owns that folder") from None
    for name, text in _files(report, folder, beside="../"):
        store.write_atomically(target / name, text)
    return Done(report, target)


def _words(evidence: Evidence, setting: str) -> list[str]:
    value = evidence.settings.get(setting)
    return value if isinstance(value, list) else []


def _files(report: Report, folder: Path, *, beside: str = "") -> list[tuple[str, str]]:
    """Every format's file name and text; `beside` leads from where they are written to the run's folder."""
    pictures = store.pictures(folder)
    return [
        (reporter.file_name, reporter.render(report, pictures, beside=beside))
        for reporter in reporters.REPORTERS.values()
    ]
