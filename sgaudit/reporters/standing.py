"""How findings and requirements count for a program that knows only red and green: the same way as the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from sgaudit.accepting import tolerated
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Finding, Report, RuleRow
from sgaudit.reporters.words import GROUPS


class Standing(StrEnum):
    """What one requirement does to the run: `fails` and `unsure` keep it from exit code 0, the others do not.

    `tolerated` failed and is an accepted risk or was in the baseline, `smaller` failed below the run's `fail_on`;
    for `person` one must look, and `unchecked` could be checked in part only.
    """

    fails = "fails"
    unsure = "unsure"
    tolerated = "tolerated"
    smaller = "smaller"
    person = "person"
    unchecked = "unchecked"
    met = "met"
    inapplicable = "inapplicable"


def weighs(report: Report, finding: Finding) -> bool:
    """Whether `finding` failed at or above the run's `fail_on`."""
    least = Severity(str(report.run.settings.get("fail_on", Severity.moderate)))
    return finding.outcome is Outcome.failed and finding.severity.at_least(least)


def fails(report: Report, finding: Finding) -> bool:
    """Whether `finding` alone makes the run fail."""
    return weighs(report, finding) and not tolerated(finding)


def standing(report: Report, row: RuleRow) -> Standing:
    """How the requirement `row` counts in this run."""
    own = [one for one in report.findings if one.rule == row.id]
    if any(fails(report, one) for one in own):
        return Standing.fails
    if row.outcome is Outcome.failed:
        return Standing.tolerated if any(weighs(report, one) for one in own) else Standing.smaller
    if row.outcome is Outcome.cant_tell:
        return Standing.unsure if row.severity is Severity.critical else Standing.person
    if row.outcome is Outcome.untested:
        judged = any(one.outcome in (Outcome.passed, Outcome.failed) for one in own)
        return Standing.unchecked if judged and row.severity is not Severity.critical else Standing.unsure
    return Standing.met if row.outcome is Outcome.passed else Standing.inapplicable


def by_group(report: Report) -> Iterator[tuple[str, list[RuleRow]]]:
    """The groups in the order people read them, each by its id with its requirements."""
    order = list(GROUPS)
    known = dict.fromkeys(row.group for row in report.rules)
    for group in sorted(known, key=lambda name: order.index(name) if name in order else len(order)):
        yield group, [row for row in report.rules if row.group == group]


def weightiest(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, weightiest first, otherwise as they were."""
    return sorted(findings, key=lambda one: (-one.outcome.rank, -one.severity.rank))


def source_file(report: Report, page: str) -> str:
    """The file that `page` was served from (`--serve`), with slashes, as a path of the repository that was checked out.

    Empty for a page of a live site, and where the folder was not named from the working folder downwards.
    """
    folder = str(report.run.settings.get("serve") or "").replace("\\", "/")
    if not folder or folder.startswith("/") or ":" in folder or ".." in folder.split("/"):
        return ""
    try:
        site, parts = urlsplit(report.site.url), urlsplit(page)
    except ValueError:
        return ""
    base = site.path.rpartition("/")[0] + "/"
    path = unquote(parts.path)
    if parts.netloc != site.netloc or not path.startswith(base):
        return ""
    steps = [step for step in path[len(base) :].split("/") if step]
    if any(step in (".", "..") or "\\" in step for step in steps):
        return ""
    if not (steps and "." in steps[-1]):
        steps.append("index.html")
    return "/".join((*(step for step in folder.split("/") if step not in ("", ".")), *steps))
