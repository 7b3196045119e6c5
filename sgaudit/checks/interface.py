"""What every check is: a pure function from a rule and the evidence to what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding, fingerprint
from sgaudit.register import Registers
from sgaudit.rules import Rule


class Need(StrEnum):
    """The work a check leans on. Work that no selected rule needs is not done."""

    crawl = "crawl"
    links = "links"
    browser = "browser"
    press = "press"
    engine = "engine"


class Options(BaseModel):
    """Base of a check's options in a rule file: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Check:
    """One row of the CHECKS table."""

    options: type[BaseModel]
    decide: Callable[[Rule, Evidence, Registers], Decided]
    needs: frozenset[Need]


_ROLES = {
    "safeguarding": frozenset({Role.safeguarding}),
    "home": frozenset({Role.home}),
    "every-page": frozenset({Role.home, Role.safeguarding, Role.sample, Role.other}),
    "site": frozenset({Role.home, Role.safeguarding}),
}


def applies_to(rule: Rule, page: RenderedPage) -> bool:
    """Whether the rule's `where` names this page's role."""
    return page.role in _ROLES[rule.where]


def looked_at(rule: Rule, evidence: Evidence) -> Iterator[RenderedPage]:
    """The pages the rule applies to that the browser could look at."""
    return (page for page in evidence.rendered if applies_to(rule, page) and page.trouble is None)


def not_looked_at(rule: Rule, evidence: Evidence) -> list[Finding]:
    """An `untested` finding for every page the rule applies to that could not be looked at, with the reason."""
    return [
        finding(rule, page.url, Outcome.untested, f"This page could not be looked at: {page.message}")
        for page in evidence.rendered
        if applies_to(rule, page) and page.trouble is not None
    ]


def finding(
    rule: Rule,
    page: str,
    outcome: Outcome,
    message: str,
    *evidence: EvidenceItem,
    what: str = "",
    severity: Severity | None = None,
    fix: tuple[str, ...] | None = None,
    decisive: bool = False,
) -> Finding:
    """A finding of `rule` on `page`; `what` (selector or quote) tells several on one page apart in the fingerprint."""
    return Finding(
        fingerprint=fingerprint(rule.id, page, what),
        rule=rule.id,
        outcome=outcome,
        severity=severity or rule.severity,
        page=page,
        message=message,
        how_to_fix=rule.fix if fix is None else fix,
        evidence=evidence,
        decisive=decisive,
    )
