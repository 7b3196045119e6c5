"""The report as workflow commands of GitHub Actions: at most ten annotations, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Finding, Report
from sgaudit.model.words import counted, shortened
from sgaudit.reporters.standing import Standing, fails, source_file, standing, weighs, weightiest

MOST = 10
"""GitHub shows no more annotations of one kind and step."""
_LONGEST = 500


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """One command a line. What fails the run is an error, what nobody could tell a warning, the verdict a notice."""
    del pictures, beside
    commands = list(_commands(report))
    if len(commands) >= MOST:
        left = counted(len(commands) - MOST + 2, "more thing") + " to look at"
        commands[MOST - 2 :] = [_command("notice", "sgaudit", f"And {left}, in the report.")]
    level = "notice" if report.run.exit_code == 0 else "error"
    verdict = _command(level, f"sgaudit: {report.verdict.headline}", report.verdict.sentence)
    return "\n".join((verdict, *commands)) + "\n"


def _commands(report: Report) -> Iterator[str]:
    titles = {row.id: row.title for row in report.rules}

    def of(level: str, finding: Finding) -> str:
        step = f" To fix it: {finding.how_to_fix[0]}" if finding.how_to_fix else ""
        text = f"{shortened(finding.message, _LONGEST)} ({finding.page}){step}"
        file = source_file(report, finding.page)
        return _command(level, titles.get(finding.rule, finding.rule), text, file)

    for one in weightiest(report.findings):
        if fails(report, one):
            yield of("error", one)
    for row in report.rules:
        if standing(report, row) is Standing.unsure:
            yield _command("warning", f"Could not tell: {row.title}", row.message)
    for reason in report.run.incomplete_reasons:
        yield _command("warning", "The audit is incomplete", reason)
    for one in weightiest(report.findings):
        if one.outcome is Outcome.failed and not weighs(report, one):
            yield of("notice", one)


def _command(level: str, title: str, text: str, file: str = "") -> str:
    place = f",file={_property(file)},line=1" if file else ""
    return f"::{level} title={_property(shortened(title, 200))}{place}::{_data(shortened(text, 2 * _LONGEST))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
