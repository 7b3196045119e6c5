"""A report in other formats, where it is wanted: beside the others, at a path of its own, and where GitHub looks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_report import changed_report, small_report
from test_cli import sgaudit
from test_store import evidence

from sgaudit import store
from sgaudit.audit import rule_pack
from sgaudit.checks.examples import evidence_of
from sgaudit.config import ConfigError
from sgaudit.model.evidence import Certificate
from sgaudit.model.outcome import Outcome
from sgaudit.publishing import Output, outputs, prepare, publish, step_outputs
from sgaudit.reporters import REPORTERS
from sgaudit.rules import Example
from sgaudit.store import StoreError
from sgaudit.verdict import conclude


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run of the small report."""
    folder = store.RunFolder(tmp_path / "reports", "https://www.marsh-end.example/", datetime(2026, 7, 1, tzinfo=UTC))
    folder.write(store.EVIDENCE_FILE, store.pack_evidence(evidence()))
    folder.write(store.REPORT_FILE, REPORTERS["json"].render(small_report(), {}))
    return folder.finish()


def test_a_saved_run_is_written_in_other_formats(run: Path, tmp_path: Path) -> None:
    asked = ["report", str(run), "--format", "csv", "--format", "junit=out/deep/junit.xml", "--format", "github"]
    done = sgaudit(*asked, cwd=tmp_path, GITHUB_STEP_SUMMARY="", GITHUB_OUTPUT="")
    assert (done.returncode, done.stderr) == (0, "")
    assert (run / "report.csv").is_file()
    assert (tmp_path / "out" / "deep" / "junit.xml").read_text("utf-8") == REPORTERS["junit"].render(small_report(), {})
    assert done.stdout == f"Report: {run / 'report.html'}\n{REPORTERS['github'].render(small_report(), {})}"


def test_the_formats_of_a_run_go_when_the_run_goes(run: Path) -> None:
    for reporter in REPORTERS.values():
        (run / reporter.file_name).write_text("x")
    newer = store.RunFolder(run.parent.parent, "https://www.marsh-end.example/", datetime(2026, 7, 2, tzinfo=UTC))
    newer.write(store.EVIDENCE_FILE, store.pack_evidence(evidence()))
    newer.write(store.REPORT_FILE, REPORTERS["json"].render(small_report(), {}))
    newer.finish()
    assert store.prune(run.parent, keep_runs=1, keep_days=0, now=datetime(2027, 1, 1, tzinfo=UTC)) == []
    assert not run.exists()


def test_a_name_may_come_with_a_file_whose_name_has_an_equals_sign() -> None:
    assert outputs(["sarif", "junit=a=b.xml"]) == (Output("sarif"), Output("junit", Path("a=b.xml")))
    with pytest.raises(ConfigError, match="there is no format ''"):
        outputs([""])


def test_a_folder_that_cannot_be_made_is_known_before_the_audit(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="its folder cannot be made"):
        prepare([Output("sarif", tmp_path / "taken" / "s.sarif")])


def test_what_cannot_be_written_is_said_and_costs_nothing_else(run: Path, tmp_path: Path) -> None:
    (run / "report.csv").write_text("x")
    environ = {"GITHUB_STEP_SUMMARY": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    asked = [Output("sarif", tmp_path / "s.sarif"), Output("csv", tmp_path / "c.csv"), Output("github")]
    first, second = publish(small_report(), run, asked, environ)
    assert "its report cannot be read" in first
    assert second == f"{tmp_path}: cannot be written (Is a directory)."
    assert (tmp_path / "c.csv").read_text() == "x"
    assert (tmp_path / "outputs").read_text().startswith("verdict=fail\n")


def test_the_summary_is_added_to_what_other_tools_wrote_and_only_for_github(run: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    assert publish(small_report(), run, [Output("junit")], environ) == ()
    assert summary.read_text() == "before\n"
    assert publish(small_report(), run, [Output("github")], environ) == ()
    assert summary.read_text("utf-8").startswith("before\n## ❌ Urgent: a child cannot report from this site\n")


def test_a_steps_outputs_are_plain_values() -> None:
    assert step_outputs(changed_report(), Path("r")) == (
        f"verdict=fail\nexit-code=1\nnew=2\nfixed=1\nreport-path={Path('r') / 'report.html'}\n"
    )


def test_a_previews_own_certificate_says_nothing_of_the_live_site() -> None:
    pack = rule_pack().chosen(("certificate-expiry",), ())
    page = evidence_of(pack.named("certificate-expiry"), Example(html="<p>x</p>"))
    (host, *_) = page.hosts
    ends = page.started.replace(year=page.started.year + 1)
    shown = page.model_copy(update={"certificates": (Certificate(host=host, port=443, ends=ends),)})
    (live,) = conclude(shown, pack).rules
    (preview,) = conclude(shown.model_copy(update={"settings": {**shown.settings, "serve": "public"}}), pack).rules
    assert (live.outcome, preview.outcome) == (Outcome.passed, Outcome.inapplicable)
