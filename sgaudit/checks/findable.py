"""Whether a worried child or parent finds the safeguarding page from the home page."""

from __future__ import annotations

from collections.abc import Iterator

from sgaudit.checks.interface import Check, Need, Options, finding
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, PageEvidence
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted
from sgaudit.register import Registers
from sgaudit.rules import Rule


class FindableOptions(Options):
    """`clicks`: how many clicks from the home page are near enough."""

    clicks: int = 2


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    options = FindableOptions.model_validate(rule.options)
    if evidence.settings.get("page"):
        message = "Only the pages named with --page were audited, so the way from the home page was not walked."
        return Decided(findings=(finding(rule, evidence.url, Outcome.inapplicable, message),))
    pages = [page for page in evidence.pages if page.role is Role.safeguarding]
    if not evidence.pages:
        return Decided()
    if not pages:
        return Decided(findings=(_none(rule, evidence),))
    return Decided(findings=tuple(_each(rule, evidence, pages, options.clicks)))


def _each(rule: Rule, evidence: Evidence, pages: list[PageEvidence], clicks: int) -> Iterator[Finding]:
    places = Places(evidence)
    for page in pages:
        name = places.name(page.url)
        seen = EvidenceItem(kind="page", url=page.url, detail="; ".join(page.role_reasons))
        if page.trouble is not None:
            message = f"The page {name} could not be read: {page.reason or page.trouble.value}"
            yield finding(rule, page.url, Outcome.untested, message, seen)
        elif page.depth is not None and page.depth <= clicks:
            away = "is the home page" if page.depth == 0 else f"is {counted(page.depth, 'click')} from the home page"
            yield finding(rule, page.url, Outcome.passed, f"The page {name} {away}.", seen, fix=())
        elif unsure := _home_trouble(evidence):
            message = f"No short way to the page {name} was seen: {unsure}"
            yield finding(rule, page.url, Outcome.untested, message, seen)
        elif page.depth is None and evidence.incomplete:
            message = f"No link to the page {name} was met, but not every page was read: {evidence.incomplete[0]}"
            yield finding(rule, page.url, Outcome.untested, message, seen)
        elif page.depth is None:
            message = f"No link leads from the home page to the page {name}: only the site map knows of it."
            yield finding(rule, page.url, Outcome.failed, message, seen)
        else:
            message = (
                f"The page {name} is {counted(page.depth, 'click')} from the home page; "
                f"somebody who is worried should need {clicks} at most."
            )
            yield finding(rule, page.url, Outcome.failed, message, seen, severity=Severity.moderate)


def _none(rule: Rule, evidence: Evidence) -> Finding:
    unsure = _home_trouble(evidence) or (evidence.incomplete[0] if evidence.incomplete else "")
    if unsure:
        message = f"No page about safeguarding or reporting was found, but not every page was read: {unsure}"
        return finding(rule, evidence.url, Outcome.untested, message)
    read = sum(page.trouble is None for page in evidence.pages)
    message = (
        "No page about safeguarding or reporting was found from the home page; "
        f"{counted(read, 'page was', 'pages were')} read."
    )
    return finding(rule, evidence.url, Outcome.failed, message, severity=Severity.serious)


def _home_trouble(evidence: Evidence) -> str:
    """Why the home page could not be read, empty when it could."""
    home = next((page for page in evidence.pages if page.role is Role.home or page.depth == 0), None)
    if home is None:
        return "the home page was not read."
    if home.trouble is None:
        return ""
    return f"the home page failed: {home.reason or home.trouble.value}"


FINDABLE = Check(options=FindableOptions, decide=_decide, needs=frozenset({Need.crawl}))
