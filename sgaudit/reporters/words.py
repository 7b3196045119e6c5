"""The words people read for what the report says in terms, and text of the audited site made fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sgaudit.model.clock import london as london
from sgaudit.model.outcome import Basis, LinkVerdict, Outcome, Reading, Role, Severity
from sgaudit.model.report import CriterionRow, Report, RuleChange, RuleRow, Run
from sgaudit.model.words import counted as counted
from sgaudit.model.words import listed as listed
from sgaudit.model.words import one_line as one_line
from sgaudit.model.words import printable as printable
from sgaudit.model.words import shortened as shortened

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.failed: "not met",
    Outcome.cant_tell: "needs a person",
    Outcome.untested: "could not check",
    Outcome.passed: "met",
    Outcome.inapplicable: "does not apply",
}
READINGS: Mapping[Reading, str] = {
    Reading.present: "there",
    Reading.superseded: "older wording",
    Reading.contradicted: "contradicted",
    Reading.hidden: "hidden",
    Reading.absent: "missing",
    Reading.untested: "could not check",
}
LINKS: Mapping[LinkVerdict, str] = {
    LinkVerdict.broken: "broken",
    LinkVerdict.suspicious: "suspicious",
    LinkVerdict.unverifiable: "could not be verified",
    LinkVerdict.blocked: "turned us away",
    LinkVerdict.working: "working",
}
GROUPS: Mapping[str, str] = {
    "reporting-route": "The way to report",
    "statements": "What the page must say",
    "links": "Links",
    "accessibility": "Can everyone use it",
    "content": "Other content",
}
ROLES: Mapping[Role, str] = {
    Role.home: "home page",
    Role.safeguarding: "safeguarding page",
    Role.sample: "sample of the rest",
    Role.other: "other page",
}
TESTED: Mapping[str, str] = {
    "automatic": "tested automatically",
    "person": "needs a person",
    "not-tested": "not tested",
}
CRITERIA: Mapping[str, str] = {
    "automatic": "By automatic tools",
    "keyboard": "By hand: keyboard",
    "zoom": "By hand: zoom and reflow",
    "audio-visual": "By hand: sound and moving pictures",
    "additional": "By hand: what else the guidelines ask",
}
SEVERITIES: Mapping[Severity, str] = {
    Severity.critical: "critical",
    Severity.serious: "serious",
    Severity.moderate: "moderate",
    Severity.minor: "minor",
}
PRESSES: Mapping[str, str] = {
    "same-tab": "opens in the same tab",
    "new-tab": "opens in a new tab",
    "in-frame": "opens within the page",
    "download": "hands out a file",
    "other-app": "opens another program",
    "nothing": "nothing opened",
    "not-pressed": "not tried",
    "not-visible": "cannot be seen",
    "covered": "something lies over it",
    "off-page": "lies outside the page",
    "detached": "vanished while being pressed",
    "not-focusable": "Tab does not stop at it",
    "focus-lost": "Tab does not reach it",
    "no-effect": "nothing happens",
    "form": "is a form, which is never sent",
    "page-lost": "the page went away",
    "stuck": "the page stopped answering",
}
ARRIVALS: Mapping[str, str] = {
    "official": "CEOP's own site",
    "official-weak": "CEOP's site, not the best page",
    "education": "CEOP's education site",
    "retired": "given up by CEOP",
    "superseded": "not CEOP's any more",
    "wrong-country": "another country's service",
    "other-service": "another body's service",
    "lookalike": "made to look like CEOP's",
    "hijacked": "another site",
    "elsewhere": "not CEOP's site",
    "gone": "the page is gone",
    "soft-404": "the page is gone",
    "closed": "closed for reports",
    "redirect-loop": "never arrives",
    "refuses-frame": "stays empty in the frame",
    "blocked": "turned us away",
    "filter": "stopped by a web filter",
    "unreachable": "could not be reached",
    "server-error": "CEOP's server had trouble",
    "unrecognised": "could not be recognised",
    "unclear": "unclear answer",
}
CHANGES: Mapping[str, str] = {
    "silenced": "silenced",
    "reweighed": "weighed otherwise",
    "not-selected": "not selected",
}
_BASES: Mapping[Basis, str] = {
    Basis.statute: "law",
    Basis.statutory_guidance: "statutory guidance",
    Basis.sector_guidance: "sector guidance",
    Basis.good_practice: "good practice",
}


def basis(rule: RuleRow) -> str:
    """What a rule rests on, without claiming more than its source."""
    if rule.basis is Basis.sector_guidance and re.search(r"\bNCA\b", rule.source.get("title", "")):
        return "the NCA's guide for hosts of the button"
    return _BASES[rule.basis]


def basis_in_short(rule: RuleRow) -> str:
    """The same in two words, for a table."""
    return "the NCA's guide" if basis(rule).startswith("the NCA") else basis(rule)


def first_sentence(text: str, length: int = 220) -> str:
    """The first sentence of `text`, cut at a word to at most `length` characters."""
    return shortened(re.split(r"(?<=[.!?])\s+(?=[A-Z“])", one_line(text), maxsplit=1)[0], length)


def tally(report: Report) -> list[str]:
    """How many rules came out how, in words, as `by_outcome` orders them."""
    return [said(outcome, number) for outcome, number in by_outcome(report)]


def by_outcome(report: Report) -> list[tuple[Outcome, int]]:
    """How many rules came out how, those that are met first; other outcomes that no rule has are left out."""
    counts = report.summary.rules
    order = sorted(OUTCOMES, key=lambda outcome: outcome is not Outcome.passed)
    return [(one, counts.get(one, 0)) for one in order if counts.get(one, 0) or one is Outcome.passed]


def said(outcome: Outcome, number: int) -> str:
    """`13 met`, `2 need a person`."""
    word = OUTCOMES[outcome]
    return f"{number} {word if number == 1 else word.replace('needs', 'need').replace('does', 'do')}"


def changed(report: Report) -> str:
    """How many requirements settings left out or weighed otherwise, in one sentence; empty when there are none."""
    kinds: list[str] = [one.change for one in report.changed_rules]
    said: list[str] = []
    for kind, what in CHANGES.items():
        if number := kinds.count(kind):
            many = f"{number}" if said else counted(number, "requirement")
            said.append(f"{many} {'is' if number == 1 else 'are'} {what}")
    return f"By the settings of this audit, {listed(said)}." if said else ""


def reweighed(change: RuleChange) -> str:
    """What a requirement weighs here and usually: `minor instead of serious, should instead of must`."""
    pairs = [(change.severity, change.usual_severity), (change.level, change.usual_level)]
    said = [f"{now} instead of {usual}" for now, usual in pairs if now != usual]
    return ", ".join(said) or f"always {change.severity}"


def link_tally(report: Report) -> str:
    """How many links there are and how they stand, in words; empty when none was checked."""
    counts = report.summary.links
    if not sum(counts.values()):
        return ""
    order = sorted(LINKS, key=lambda verdict: verdict is not LinkVerdict.working)
    said = [f"{counts[verdict]:,} {LINKS[verdict]}" for verdict in order if counts.get(verdict, 0)]
    return f"{counted(sum(counts.values()), 'link')}: {listed(said)}"


def criteria_tally(rows: Sequence[CriterionRow]) -> str:
    """How many criteria were looked at how, and against how many of them a machine found faults, in two sentences."""
    counts = {kind: sum(row.tested == kind for row in rows) for kind in TESTED}
    told = [
        f"{number} {word if number == 1 else word.replace('needs', 'need')}"
        for kind, word in TESTED.items()
        if (number := counts[kind])
    ]
    faulty = sum(bool(row.issues) for row in rows)
    every = counted(len(rows), "success criterion", "success criteria")
    return f"{every}: {listed(told)}. A machine found faults against {faulty or 'none'} of them."


def criterion(row: CriterionRow) -> str:
    """What a machine found against one criterion, in words; empty where none looked."""
    said = []
    if row.issues:
        said.append(f"{counted(len(row.issues), 'issue')} ({listed(row.issues)})")
    if row.undecided:
        said.append(f"{counted(len(row.undecided), 'question')} left open ({listed(row.undecided)})")
    if said:
        return f"{listed(said)} on {counted(row.page_count, 'page')}."
    return "No fault was found by a machine." if row.tested == "automatic" else ""


def day_and_time(moment: datetime) -> str:
    """`24 November 2026 at 08:53`."""
    return f"{moment.day} {moment:%B %Y at %H:%M}"


def day(text: str) -> str:
    """`2026-11-01` as `1 November 2026`; other text as it is."""
    try:
        parsed = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return text
    return f"{parsed.day} {parsed:%B %Y}"


def seconds(number: float) -> str:
    """`12 seconds`, `3 minutes 5 seconds`."""
    if number < 60:
        return f"{number:.1f} seconds" if number < 10 else f"{number:.0f} seconds"
    minutes, rest = divmod(round(number), 60)
    return counted(minutes, "minute") + (f" {counted(rest, 'second')}" if rest else "")


def seen_from(run: Run) -> str:
    """From where the audit looked, and how that is known."""
    where = {
        "inside": "Inside the school's network, behind its filter.",
        "outside": "Outside the school's network.",
        "unknown": "Not known: perhaps inside the school's network, perhaps not.",
    }[run.vantage]
    return f"{where} {run.vantage_reason}".strip()
