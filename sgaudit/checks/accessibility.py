"""What the accessibility engine saw, one issue with its pages instead of a row for each element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from sgaudit.checks.accessibility_issues import Issue, gather
from sgaudit.checks.interface import Check, Need, Options, applies_to, finding, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, RenderedPage, View
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted
from sgaudit.register import Registers
from sgaudit.rules import Rule


class Words(Options):
    """Our own words for one of the engine's rules: what it means for a person, and what to do about it."""

    means: str
    do: str


class AccessibilityOptions(Options):
    """`kind`: WCAG A and AA, or the engine's best practices beyond WCAG. `words`: by the engine's rule id."""

    kind: Literal["wcag", "best-practice"]
    words: Mapping[str, Words] = Field(default_factory=dict)


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    options = AccessibilityOptions.model_validate(rule.options)
    pages = [page for page in evidence.rendered if applies_to(rule, page)]
    places = Places(evidence)
    if not pages:
        return Decided()
    if all(page.trouble is not None for page in pages):
        return Decided(findings=tuple(_untested(rule, places, evidence, pages)))
    canary = evidence.canary
    if canary is None or not canary.alive:
        why = canary.message if canary and canary.message else "it was not tried on a page with known faults"
        message = (
            f"The accessibility engine did not prove that it works, so none of its results count: {why.rstrip('.')}."
        )
        return Decided(findings=(places.once(rule, [], Outcome.untested, message, what="canary"),))
    scanned = [(page, view) for page in pages for view in page.views if _usable(page, view)]
    issues = gather(scanned, best_practice=options.kind == "best-practice")
    findings = [_finding(rule, places, options, issue) for issue in issues]
    findings += _untested(rule, places, evidence, pages)
    if scanned and not any(issue.outcome is Outcome.failed for issue in issues):
        findings.append(_passed(rule, places, options, scanned))
    return Decided(findings=tuple(findings), accessibility=tuple(issue.row() for issue in issues))


def _error_page(page: RenderedPage) -> bool:
    # A block or error page is not the school's page: its faults and its lack of them say nothing.
    return page.status is not None and page.status >= 400


def _usable(page: RenderedPage, view: View) -> bool:
    scan = view.scan
    return (
        page.trouble is None
        and not _error_page(page)
        and scan is not None
        and scan.trouble is None
        and (scan.passes > 0 or bool(scan.results))
    )


def _finding(rule: Rule, places: Places, options: AccessibilityOptions, issue: Issue) -> Finding:
    words = options.words.get(issue.rule)
    means = words.means if words else f"The engine says: “{issue.help.rstrip('.')}”."
    fix: tuple[str, ...] = (
        (words.do,) if words else (f"Follow the engine's advice for “{issue.rule}”: {issue.help_url}",)
    )
    if issue.shared_by:
        fix += (f"The same element stands on {issue.shared_by} pages, so it is part of their template: mend it there.",)
    seen = f"{counted(issue.node_count, 'place')} {places.on(issue.pages)}{issue.only_at()}"
    if issue.outcome is Outcome.failed:
        message = f"{means} Seen in {seen}."
    else:
        message = f"Needs a person: the engine could not decide whether this is so in {seen}. {means}"
    items = [
        EvidenceItem(
            kind="element",
            url=node.page,
            frame=node.frame,
            selector=node.selector,
            quote=node.html,
            detail=node.summary,
        )
        for node in issue.examples[:5]
    ]
    return places.once(
        rule,
        issue.pages,
        issue.outcome,
        message,
        *items,
        what=f"{issue.rule} {issue.outcome}",
        subject=issue.rule,
        severity=_severity(rule, options, issue.impact),
        fix=fix,
    )


def _severity(rule: Rule, options: AccessibilityOptions, impact: str) -> Severity:
    if options.kind == "best-practice" or impact not in list(Severity):
        return rule.severity
    return Severity(impact)


def _untested(rule: Rule, places: Places, evidence: Evidence, pages: Sequence[RenderedPage]) -> Iterator[Finding]:
    """Everything the engine did not see, with the reason: pages, widths and frames."""
    yield from not_looked_at(rule, evidence)
    frames: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        if page.trouble is not None:
            continue
        if _error_page(page):
            message = f"The answer was an error page ({page.status}), so accessibility was not judged."
            yield finding(rule, page.url, Outcome.untested, message)
            continue
        if not page.views:
            yield finding(rule, page.url, Outcome.untested, "This page was opened, but the engine was not run on it.")
        for view in page.views:
            if reason := _not_scanned(view):
                message = f"At {view.width} pixels wide {places.name(page.url)} was not tested: {reason}."
                yield finding(rule, page.url, Outcome.untested, message, what=str(view.width))
            elif view.scan is not None:
                for frame in view.scan.untested_frames:
                    frames.setdefault((frame.url, frame.reason), []).append(page.url)
    for (url, reason), held in frames.items():
        where = places.on(tuple(dict.fromkeys(held)))
        because = f": {reason.rstrip('.')}" if reason else ""
        message = f"The embedded page {url or 'without an address'} {where} was not tested{because}."
        item = EvidenceItem(kind="frame", url=held[0], frame=url, detail=reason)
        yield places.once(rule, held, Outcome.untested, message, item, what=f"frame {url}")


def _not_scanned(view: View) -> str:
    """Why one width counts as untested, empty when it was scanned."""
    scan = view.scan
    if scan is None:
        return "the engine was not run"
    if scan.trouble is not None:
        return scan.message.rstrip(".") or f"the engine did not finish ({scan.trouble.value})"
    if scan.passes == 0 and not scan.results:
        return "the engine tried no rule at all"
    return ""


def _passed(
    rule: Rule, places: Places, options: AccessibilityOptions, scanned: Sequence[tuple[RenderedPage, View]]
) -> Finding:
    pages = tuple(dict.fromkeys(page.url for page, _ in scanned))
    widths = " and ".join(str(width) for width in sorted({view.width for _, view in scanned}, reverse=True))
    names = ", ".join(places.name(page) for page in pages[:10]) + (" and others" if len(pages) > 10 else "")
    of = "WCAG 2.2 A and AA" if options.kind == "wcag" else "good practice beyond WCAG"
    message = (
        f"Automatic checks of {of} found no fault on {counted(len(pages), 'page')} at {widths} pixels wide: {names}. "
        "Such checks find only a part of what can be wrong, so this is no proof that everybody can use the page."
    )
    items = [EvidenceItem(kind="page", url=page) for page in pages[:50]]
    return places.once(rule, pages, Outcome.passed, message, *items, what="passed", fix=())


ACCESSIBILITY = Check(
    options=AccessibilityOptions, decide=_decide, needs=frozenset({Need.crawl, Need.browser, Need.engine})
)
