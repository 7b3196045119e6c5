"""The report as a table for a spreadsheet: a line for each finding, and one for each requirement without any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from sgaudit.model.report import Finding, Report, RuleRow
from sgaudit.model.words import one_line
from sgaudit.reporters.standing import by_group, weightiest
from sgaudit.reporters.words import OUTCOMES, basis

COLUMNS = (
    "site", "audited", "group", "rule", "requirement", "level", "rests on", "result", "severity", "what", "page",
    "pages", "change", "first seen", "nights", "owner", "due", "accepted until", "in baseline", "how to fix",
    "selector", "fingerprint",
)  # fmt: skip
# What makes a spreadsheet take a cell for a formula; the wide ones are taken for the narrow ones in Japanese settings.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """The table with a heading, as RFC 4180 and spreadsheets want it. Nothing in it is taken for a formula."""
    del pictures, beside
    text = io.StringIO()
    # All in quotes: a semicolon must not begin a cell where spreadsheets separate with it.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for _, rows in by_group(report):
        for row in rows:
            own: list[Finding | None] = [*weightiest([one for one in report.findings if one.rule == row.id])]
            writer.writerows([_cell(cell) for cell in _cells(report, row, one)] for one in own or [None])
    return "\ufeff" + text.getvalue()  # without the mark, Excel does not read UTF-8


def _cells(report: Report, row: RuleRow, finding: Finding | None) -> Iterator[object]:
    yield from (report.site.url, f"{report.run.started:%Y-%m-%d %H:%M}", row.group, row.id, row.title, row.level)
    yield basis(row)
    if finding is None:
        yield from (OUTCOMES[row.outcome], row.severity, row.message, *[""] * 9, " ".join(row.how_to_fix), "", "")
        return
    yield from (OUTCOMES[finding.outcome], finding.severity, finding.message, finding.page, len(finding.pages) or 1)
    yield from (finding.change, finding.first_seen or "", finding.nights or "", finding.owner, finding.due or "")
    yield from (finding.accepted_until or "", "yes" if finding.in_baseline else "", " ".join(finding.how_to_fix))
    yield next((item.selector for item in finding.evidence if item.selector), "")
    yield finding.fingerprint


def _cell(value: object) -> str:
    """One cell on one line; an apostrophe before what would be taken for a formula makes it text."""
    text = one_line(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
