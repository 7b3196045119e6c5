"""The engine's results of all pages, widths and frames merged: one issue for each of its rules and outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sgaudit.model.evidence import AxeNode, AxeResult, RenderedPage, View
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import AccessibilityNode, AccessibilityRow, fingerprint

_EXAMPLES = 50
_SHARED = 3  # two pages may be alike by chance
_LEVELS = re.compile(r"wcag2\d?(a{1,3})")
_CRITERION = re.compile(r"wcag(\d)(\d)(\d{1,2})")


def criteria(tags: Iterable[str]) -> tuple[str, ...]:
    """The WCAG success criteria that the engine's tags name: `wcag143` is 1.4.3, `wcag1410` is 1.4.10."""
    found = (_CRITERION.fullmatch(tag) for tag in tags)
    return tuple(".".join(match.groups()) for match in found if match)


def is_best_practice(tags: Iterable[str]) -> bool:
    """Whether the tags name no WCAG level A or AA, so that the rule asks for more than WCAG does."""
    levels = {match[1] for tag in tags if (match := _LEVELS.fullmatch(tag))}
    return not levels & {"a", "aa"}


class Issue:
    """One of the engine's rules with one outcome, and every element it was seen on."""

    def __init__(self, result: AxeResult) -> None:
        self.rule, self.help, self.help_url = result.rule, result.help, result.help_url
        self.outcome = Outcome(result.outcome)
        self.wcag = criteria(result.tags)
        self.best_practice = is_best_practice(result.tags)
        self.impact = result.impact
        self._nodes: dict[tuple[str, str, str], tuple[AxeNode, set[int]]] = {}
        self._pages: dict[str, None] = {}
        self._bearers: dict[tuple[str, str], set[str]] = {}
        self._scanned: set[int] = set()

    def add(self, page: RenderedPage, view: View, result: AxeResult) -> None:
        """Take in what one page at one width showed."""
        self.impact = max(self.impact, result.impact, *(node.impact for node in result.nodes), key=_weight)
        self._pages.setdefault(page.url)
        self._scanned.update(one.width for one in page.views if one.scan is not None)
        for node in result.nodes:
            self._bearers.setdefault((node.selector, node.html), set()).add(page.url)
            self._nodes.setdefault((page.url, node.frame, node.selector), (node, set()))[1].add(view.width)

    @property
    def pages(self) -> tuple[str, ...]:
        """Addresses of the pages it was seen on, in the order they were looked at."""
        return tuple(self._pages)

    @property
    def node_count(self) -> int:
        """How many elements, each counted once however many widths show it."""
        return max(len(self._nodes), 1)

    @property
    def examples(self) -> tuple[AccessibilityNode, ...]:
        """The first elements, those of different pages before further ones of the same page."""
        by_page: dict[str, list[AccessibilityNode]] = {}
        for (page, frame, selector), (node, widths) in self._nodes.items():
            seen = AccessibilityNode(
                page=page,
                frame=frame,
                selector=selector,
                html=node.html,
                summary=node.summary,
                widths=tuple(sorted(widths, reverse=True)),
                fingerprint=fingerprint(self.rule, page, f"{frame} {selector}"),
            )
            by_page.setdefault(page, []).append(seen)
        turns = max((len(nodes) for nodes in by_page.values()), default=0)
        ordered = [
            nodes[turn] for turn in range(min(turns, _EXAMPLES)) for nodes in by_page.values() if turn < len(nodes)
        ]
        return tuple(ordered[:_EXAMPLES])

    @property
    def shared_by(self) -> int:
        """On how many pages one and the same element shows it, where that is part of what they share; else 0."""
        most = max(map(len, self._bearers.values()), default=0)
        return most if most >= _SHARED else 0

    def only_at(self) -> str:
        """`, at 375 pixels wide only` when other widths were scanned and did not show it."""
        seen = {width for _, widths in self._nodes.values() for width in widths}
        if len(seen) == 1 and self._scanned - seen:
            return f", at {seen.pop()} pixels wide only"
        return ""

    def row(self) -> AccessibilityRow:
        """The row of the report's table."""
        return AccessibilityRow(
            rule=self.rule,
            impact=self.impact,
            wcag=self.wcag,
            best_practice=self.best_practice,
            outcome=self.outcome,
            help=self.help,
            help_url=self.help_url,
            pages=self.pages,
            page_count=len(self.pages),
            node_count=self.node_count,
            nodes=self.examples,
            shared_by=self.shared_by,
        )


def gather(scanned: Sequence[tuple[RenderedPage, View]], *, best_practice: bool) -> list[Issue]:
    """The issues of one kind, failed before undecided, those of what pages share first, then weightiest first."""
    issues: dict[tuple[str, str], Issue] = {}
    for page, view in scanned:
        for result in view.scan.results if view.scan else ():
            if is_best_practice(result.tags) is not best_practice:
                continue
            issues.setdefault((result.rule, result.outcome), Issue(result)).add(page, view, result)
    return sorted(issues.values(), key=_order)


def _order(issue: Issue) -> tuple[int, bool, int, str]:
    return -issue.outcome.rank, not issue.shared_by, -_weight(issue.impact), issue.rule


def _weight(impact: str) -> int:
    return Severity(impact).rank if impact in list(Severity) else -1
