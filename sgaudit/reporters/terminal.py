"""The verdict for a person at a terminal, and one rule in full, as plain text."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Report, RuleRow
from sgaudit.model.words import listed, one_line
from sgaudit.reporters.earlier import in_short
from sgaudit.reporters.since import acceptances, line
from sgaudit.reporters.words import OUTCOMES, link_tally, tally
from sgaudit.rules import Rule

_ROWS = 12
_SENTENCE_LINES = 4
_ACCEPTED = 3
_COLOURS = {Outcome.failed: "31", Outcome.cant_tell: "33", Outcome.untested: "35"}
_WHERE = {
    "safeguarding": "on safeguarding pages",
    "every-page": "on every page that is opened",
    "home": "on the home page",
    "site": "on the home page and the safeguarding pages",
}
_ACROSS = {"any": "one of them is enough", "all": "each of them counts"}
_VERDICT_COLOURS = {"fail": "31", "unknown": "33", "pass": "32"}


def render(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """Verdict, one line for each rule that needs somebody, and counts: at most about 25 lines of `width` columns."""
    width = max(40, width)
    verdict = report.verdict
    painted = f"1;{_VERDICT_COLOURS[verdict.level]}"
    lines = [_paint(line, painted, colour) for line in textwrap.wrap(one_line(verdict.headline), width)]
    lines += textwrap.wrap(one_line(verdict.sentence), width, max_lines=_SENTENCE_LINES, placeholder=" …")
    if rows := sorted((row for row in report.rules if row.outcome in _COLOURS), key=_weight):
        lines += ["", *_table(rows, width, colour)]
    if report.changes is not None:
        lines += ["", *textwrap.wrap(one_line(line(report.changes)), width)]
    lines += ["", *_counts(report, width)]
    return "\n".join(lines)


def _weight(row: RuleRow) -> tuple[int, int]:
    return -row.outcome.rank, -row.severity.rank


def _table(rows: list[RuleRow], width: int, colour: bool) -> Iterator[str]:
    shown = rows if len(rows) <= _ROWS else rows[: _ROWS - 1]
    results = max(len(_result(row)) for row in shown)
    names = min(max(len(row.id) for row in shown), 28, width - results - 4)
    for row in shown:
        name = _cut(one_line(row.id), names).ljust(names)
        result = _paint(_result(row).ljust(results), _COLOURS[row.outcome], colour)
        room = width - names - results - 6
        message = _cut(one_line(row.message), room) if room >= 16 else ""
        yield f"  {name}  {result}  {message}".rstrip()
    if len(rows) > len(shown):
        yield f"  and {len(rows) - len(shown)} more, in the report"


def _result(row: RuleRow) -> str:
    """What failed and was accepted is not met all the same."""
    return f"{OUTCOMES[row.outcome]}, accepted" if row.accepted else OUTCOMES[row.outcome]


def _counts(report: Report, width: int) -> Iterator[str]:
    pages = report.summary.pages
    yield from textwrap.wrap(f"Requirements: {listed(tally(report))}.", width)
    opened = f"{pages.get('opened', 0):,} opened in the browser"
    yield _cut(f"Pages: {pages.get('found', 0):,} found, {opened}.", width)
    if links := link_tally(report):
        yield from textwrap.wrap(f"{links}.", width)
    if said := in_short(report):
        yield from textwrap.wrap(said, width)
    if silenced := [one.rule for one in report.changed_rules if one.change == "silenced"]:
        yield _cut(f"Silenced by this school's settings: {one_line(', '.join(silenced))}.", width)
    for said in acceptances(report)[:_ACCEPTED]:
        yield _cut(one_line(said), width)
    if not report.run.complete:
        reasons = report.run.incomplete_reasons or ("the run was not finished.",)
        said = "Incomplete" if len(reasons) == 1 else f"Incomplete, for {len(reasons)} reasons"
        yield _cut(f"{said}: {one_line(reasons[0])}", width)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _cut(text: str, room: int) -> str:
    """`text` in at most `room` columns, with an ellipsis where something is left out."""
    used = 0
    for place, char in enumerate(text):
        used += 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > room:
            kept = text[: max(0, place - 1)]
            return (kept.rsplit(" ", 1)[0] if " " in kept[-20:] else kept).rstrip(" ,;:") + "…"
    return text


def rule_text(rule: Rule) -> str:
    """One rule in full: what it asks, why, on what it rests, how to fix it, suggested wording."""

    def wrapped(text: str, first: str = "", rest: str = "") -> str:
        return textwrap.fill(" ".join(text.split()), 80, initial_indent=first, subsequent_indent=rest)

    source = rule.source
    parts = [
        f"{rule.id}\n{wrapped(rule.title)}",
        f"Why it matters\n{wrapped(rule.why, '  ', '  ')}",
        "How it is weighed\n"
        f"  group {rule.group}, level {rule.level}, severity {rule.severity}\n"
        f"  {_WHERE[rule.where]}; {_ACROSS[rule.across]}; decided by the check {rule.check}",
        f"What it rests on\n  {rule.basis}\n{wrapped(source.title, '  ', '  ')}"
        + (f"\n  {source.url}" if source.url else "")
        + f"\n  last looked at {source.seen}",
        "How to fix\n" + "\n".join(wrapped(step, f"  {n}. ", "     ") for n, step in enumerate(rule.fix, 1)),
    ]
    if rule.wording:
        parts.append(f"Suggested wording\n{wrapped(rule.wording, '  ', '  ')}")
    return "\n\n".join(parts)
