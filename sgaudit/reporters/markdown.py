"""The report as Markdown, for a job's summary or a comment on a change: short, and under 60 KB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sgaudit.model.change import Fault
from sgaudit.model.report import Report
from sgaudit.reporters import since
from sgaudit.reporters.actions import Action, actions, unchecked, undecided
from sgaudit.reporters.standing import by_group
from sgaudit.reporters.words import (
    GROUPS,
    OUTCOMES,
    counted,
    day_and_time,
    link_tally,
    listed,
    london,
    one_line,
    shortened,
    tally,
)

LIMIT = 60_000
"""Bytes of the whole text. GitHub refuses a summary above a megabyte and a comment above 65,536 letters."""
_ACTIONS, _FAULTS, _OTHERS = 10, 15, 15
_LONGEST = 600
_ICONS = {"pass": "✅", "fail": "❌", "unknown": "❔"}
_CUT = "\n*There is more, in the report.*\n"
# What begins something within a line; with a backslash before it, it is itself. So no address becomes a link either.
_MARKS = re.compile(r"([\\`*_\[\]<>|~&$#]|(?<=[a-z]):(?=//)|(?<=www)\.)", re.IGNORECASE)
# What begins something at the beginning of a line: a list, a rule, a heading's underline.
_OPENING = re.compile(r"^(?=[-+=])|^(\d+)(?=[.)])")
# GitHub makes mentions and references of these even where they are escaped; the joiner is not seen.
_CALLS = re.compile(r"([@#])(?=\w)")


def render(report: Report, pictures: Mapping[str, bytes], *, beside: str = "") -> str:
    """Verdict, what needs doing, what changed, every requirement. All words of the site are escaped."""
    del pictures, beside
    text: list[str] = []
    room = LIMIT - len(_CUT.encode())
    for line in _lines(report):
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            return "\n".join((*text, _CUT))
        text.append(line)
    return "\n".join((*text, ""))


def _lines(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"## {_ICONS[verdict.level]} {_said(verdict.headline)}"
    yield ""
    yield _said(verdict.sentence)
    yield ""
    when = day_and_time(london(report.run.started))
    name = one_line(report.site.name) or report.site.url
    yield f"{_said(name)} ({_said(report.site.url)}), as seen on {when}, UK time."
    if not report.run.complete:
        reasons = report.run.incomplete_reasons or ("The run was not finished.",)
        yield ""
        yield f"**Incomplete:** {' '.join(map(_said, reasons[:4]))}"
    yield from _to_do(actions(report))
    yield from _changes(report)
    yield from _requirements(report)
    yield from _others("Needs a person", [one.message for one in undecided(report)])
    yield from _others("Could not check", [one.message for one in unchecked(report)])
    risks = [f"{one.fingerprint or one.rule}: {one.reason} {since.state(one, report)}" for one in report.accepted]
    yield from _others("Accepted risks", risks)
    yield ""
    yield f"{_said(counted(report.summary.pages.get('found', 0), 'page'))} found.{_links(report)}"


def _to_do(found: Sequence[Action]) -> Iterator[str]:
    if not found:
        return
    yield from ("", "### What needs doing", "")
    for number, one in enumerate(found[:_ACTIONS], 1):
        facts = ", ".join(filter(None, (str(one.severity), one.since, one.charge)))
        yield f"{number}. **{_said(one.what)}** ({_said(facts)})"
        yield from (f"   - {_said(_elsewhere(step))}" for step in (*one.also, *one.steps))
        if one.more:
            yield f"   - and {one.more} more like this, in the report"
        pages = [_said(page) for page in one.pages[:3]]
        yield f"   - on {', '.join(pages)}{f' and {len(one.pages) - 3} more' if len(one.pages) > 3 else ''}"
    if len(found) > _ACTIONS:
        yield f"\nand {counted(len(found) - _ACTIONS, 'more thing')} to do, in the report"


def _changes(report: Report) -> Iterator[str]:
    changes = report.changes
    if changes is None:
        return
    yield from ("", f"### {since.heading(report)}", "", _said(since.line(changes)))
    for field, heading in since.KINDS:
        faults: tuple[Fault, ...] = getattr(changes, field)
        if faults and field != "still_failing":
            yield from ("", f"**{heading}**", "")
            yield from (f"- {_said(since.told(one, dated=field != 'new'))}" for one in faults[:_FAULTS])
            if len(faults) > _FAULTS:
                yield f"- and {len(faults) - _FAULTS} more, in the report"


def _requirements(report: Report) -> Iterator[str]:
    yield from ("", "### Requirements", "", _said(f"{listed(tally(report))}."), "")
    yield from ("| requirement | result | what was seen |", "|---|---|---|")
    for group, rows in by_group(report):
        yield f"| **{_said(GROUPS.get(group, group))}** | | |"
        for row in rows:
            result = OUTCOMES[row.outcome] + (", accepted" if row.accepted else "")
            yield f"| {_said(row.title)} | {_said(result)} | {_said(shortened(row.message, 200))} |"


def _others(heading: str, messages: Sequence[str]) -> Iterator[str]:
    if messages:
        yield from ("", f"### {heading}", "", *(f"- {_said(one)}" for one in messages[:_OTHERS]))
    if len(messages) > _OTHERS:
        yield f"- and {len(messages) - _OTHERS} more, in the report"


def _links(report: Report) -> str:
    told = link_tally(report)
    return f" {_said(told)}." if told else ""


def _elsewhere(step: str) -> str:
    """A step that points at suggested wording further down, which is not in this format."""
    return step.replace("stands below, under this requirement", "stands in the report").replace(
        "has a suggested wording below", "has a suggested wording in the report"
    )


def _said(text: str) -> str:
    """`text` on one line, cut, with nothing left in it that Markdown, HTML or GitHub would make something of."""
    plain = shortened(text, _LONGEST).encode("utf-8", "replace").decode("utf-8")
    escaped = _OPENING.sub(lambda found: f"{found[1] or ''}\\", _MARKS.sub(r"\\\1", plain))
    return _CALLS.sub("\\1\N{WORD JOINER}", escaped)
