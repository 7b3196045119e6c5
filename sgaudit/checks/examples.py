"""Every rule's own examples, run through its check: a rule file is its own test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sgaudit.checks.table import CHECKS
from sgaudit.model.evidence import (
    Certificate,
    DocumentSeen,
    Evidence,
    LinkEvidence,
    PageEvidence,
    Probe,
    Trouble,
    Versions,
)
from sgaudit.model.outcome import Outcome, Reading, Role, worst
from sgaudit.model.report import Decided
from sgaudit.page import page_from_html
from sgaudit.register import Registers
from sgaudit.rules import Example, Rule

_TODAY = dt.date(2026, 11, 24)
_ROLES = {
    "home": Role.home,
    "safeguarding": Role.safeguarding,
    "every-page": Role.safeguarding,
    "site": Role.safeguarding,
}
_READINGS = {
    "contradicted": Reading.contradicted,
    "superseded": Reading.superseded,
    "hidden": Reading.hidden,
}


@dataclass(frozen=True)
class Mismatch:
    """An example that its rule does not judge as its heading says. `number` counts from 1 under that heading."""

    rule: str
    heading: str
    number: int
    came_out: str
    html: str
    why: str = ""

    def __str__(self) -> str:
        shown = " ".join(self.html.split())
        shown = shown if len(shown) <= 100 else f"{shown[:99]}…"
        why = f" ({self.why})" if self.why else ""
        return f"{self.rule}: {self.heading} example {self.number} came out {self.came_out}{why}: {shown}"


def run_examples(rule: Rule, registers: Registers) -> Iterator[Mismatch]:
    """Judge each example of `rule` as the only page of a site; yields those that come out otherwise.

    Rules that need a browser or an engine have no examples, and yield nothing.
    """
    shown = rule.examples
    for heading, examples in (
        ("passed", shown.passed),
        ("failed", shown.failed),
        ("cantTell", shown.cant_tell),
        ("contradicted", shown.contradicted),
        ("superseded", shown.superseded),
        ("hidden", shown.hidden),
    ):
        yield from _mismatches(rule, registers, heading, examples)


def _mismatches(rule: Rule, registers: Registers, heading: str, examples: Sequence[Example]) -> Iterator[Mismatch]:
    for number, example in enumerate(examples, start=1):
        decided = CHECKS[rule.check].decide(rule, evidence_of(rule, example), registers)
        outcome = _outcome(decided)
        expected = heading
        came_out: str = outcome
        if heading in _READINGS:
            readings = {row.reading.value for row in decided.statements}
            came_out = ", ".join(sorted(readings)) or "without a reading"
        elif decided.statements and outcome is Outcome.failed and heading == "failed":
            # What fails is absent; the other ways of failing have headings of their own.
            readings = {row.reading.value for row in decided.statements}
            came_out = "failed" if readings == {"absent"} else ", ".join(sorted(readings))
        if came_out != expected:
            yield Mismatch(rule.id, heading, number, came_out, example.html, example.why)


def evidence_of(rule: Rule, example: Example) -> Evidence:
    """What a run would have seen had `example` been its only page."""
    day = dt.date.fromisoformat(example.today) if example.today else _TODAY
    started = dt.datetime(day.year, day.month, day.day, 9, tzinfo=dt.UTC)
    role = _ROLES[rule.where]
    page = page_from_html(example.page, example.html, role)
    return Evidence(
        run_id="example",
        url=example.page,
        hosts=(urlsplit(example.page).hostname or "",),
        started=started,
        finished=started,
        versions=Versions(sgaudit="example"),
        pages=(
            PageEvidence(
                url=example.page, final_url=example.page, status=200, title=page.title, depth=0, role=role, size=1
            ),
        ),
        rendered=(page,),
        links=(
            *(_link(example, url, answer) for url, answer in example.links.items()),
            *(_document(example, url, named) for url, named in example.documents.items()),
        ),
        certificates=tuple(
            Certificate(host=host, ends=dt.datetime.combine(dt.date.fromisoformat(last), dt.time(9), dt.UTC))
            for host, last in example.certificates.items()
        ),
    )


def _link(example: Example, url: str, answer: str) -> LinkEvidence:
    """A link that was tried once and answered with an HTTP status, or failed with one of the Trouble words."""
    host, own = urlsplit(url).hostname, urlsplit(example.page).hostname
    if answer.isdigit():
        probe = Probe(url=url, method="GET", status=int(answer), final_url=url, content_type="text/html")
    else:
        probe = Probe(url=url, method="GET", final_url=url, trouble=Trouble(answer), message=answer.replace("-", " "))
    return LinkEvidence(
        url=url, kinds=("a",), internal=host == own, pages=(example.page,), page_count=1, probes=(probe,)
    )


def _document(example: Example, url: str, named: tuple[str, ...]) -> LinkEvidence:
    """A PDF that was opened and names these addresses."""
    link = _link(example, url, "200")
    return link.model_copy(update={"kinds": ("a", "document"), "document": DocumentSeen(pages=1, links=named)})


def _outcome(decided: Decided) -> Outcome:
    return worst(finding.outcome for finding in decided.findings)
