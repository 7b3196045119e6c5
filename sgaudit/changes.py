"""What changed since the run before: pure, from what is remembered and tonight's report.

A fault is called fixed only on evidence: its rule decided tonight, every page it stood on was looked at again, and
nothing about it was left open. Whatever else is missing tonight could not be rechecked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from sgaudit.model.change import Before, Changes, Fault, Point
from sgaudit.model.clock import day_of
from sgaudit.model.outcome import LinkVerdict, Outcome
from sgaudit.model.policy import Policy
from sgaudit.model.report import Finding, LinkRow, PageRow, Report
from sgaudit.model.visits import page_key, without_visits

FIRST = "This is the first audit of this site that is remembered here, so there is nothing to compare it with."
POINTS = 12
"""How many runs a trend is made of."""
_LET_GO = timedelta(days=90)
_DECIDED = (Outcome.passed, Outcome.failed, Outcome.inapplicable)
_ERROR = 400
_OPEN = (Outcome.cant_tell, Outcome.untested)


def compare(before: Before | None, report: Report) -> Changes:
    """New, fixed, still failing, could not be rechecked."""
    if before is None:
        return Changes(note=FIRST)
    tonight = _Tonight(report)
    failing = _failing(report)
    known = recognised(before.faults, failing, {row.id for row in report.rules if row.across == "any"})
    new: list[Fault] = []
    still: list[Fault] = []
    for fault in failing:
        if old := known.get(fault.fingerprint):
            still.append(_continued(fault, old))
        else:
            unchecked = before.outcomes.get(fault.rule) not in _DECIDED
            new.append(fault.model_copy(update={"reason": "It was not checked last time." if unchecked else ""}))
    again = {old.fingerprint for old in known.values()}
    linked = {url for fault in failing for url in fault.links}
    fixed: list[Fault] = []
    not_rechecked: list[Fault] = []
    for fault in before.faults:
        if fault.fingerprint in again:
            continue
        if fault.links and linked.issuperset(fault.links):
            continue  # told tonight together with others, or each by itself
        if tonight.still_broken(fault):
            still.append(_continued(fault.model_copy(update={"last_seen": tonight.day}), fault))
        elif doubt := tonight.doubt(fault):
            not_rechecked.append(fault.model_copy(update={"reason": doubt}))
        else:
            fixed.append(fault.model_copy(update={"reason": ""}))
    return Changes(
        compared_with=before.run,
        since=before.started,
        rules_digest=before.rules_digest,
        other_rules=before.rules_digest != report.ruleset.sha256,
        outcomes=before.outcomes,
        new=_weightiest(new, report),
        fixed=_weightiest(fixed, report),
        still_failing=_weightiest(still, report),
        not_rechecked=_weightiest(not_rechecked, report),
    )


def recognised(before: Sequence[Fault], failing: Sequence[Fault], any_page: Collection[str]) -> dict[str, Fault]:
    """Those of `failing` that are not new, by fingerprint, each with what was known of it before.

    `any_page` are the rules that one page is enough for.
    """
    known = {fault.fingerprint: fault for fault in before}
    left = {name: fault for name, fault in known.items() if name not in {one.fingerprint for one in failing}}
    found: dict[str, Fault] = {}
    for fault in failing:
        old = known.get(fault.fingerprint) or _same_requirement(fault, left, any_page) or _same_links(fault, before)
        if old is not None:
            left.pop(old.fingerprint, None)
            found[fault.fingerprint] = old
    return found


def marked(report: Report, changes: Changes, policy: Policy) -> Report:
    """The report with `changes`, and with each failed finding saying since when it is known and by when it is due."""
    known = {fault.fingerprint: fault for fault in (*changes.new, *changes.still_failing)}
    new = {fault.fingerprint for fault in changes.new}
    today = day_of(report.run.started)

    def dated(finding: Finding) -> Finding:
        if finding.outcome is not Outcome.failed:
            return finding
        fault = known.get(finding.fingerprint)
        change = "" if fault is None else "new" if finding.fingerprint in new else "still-failing"
        since, nights = (fault.first_seen, fault.nights) if fault else (today, 1)
        due = None if finding.accepted_until else policy.due_day(finding.severity, since)
        return finding.model_copy(update={"change": change, "first_seen": since, "nights": nights, "due": due})

    return report.model_copy(update={"changes": changes, "findings": tuple(map(dated, report.findings))})


def failing_now(report: Report) -> set[str]:
    """The fingerprints of every fault that fails after `report`."""
    failing = {one.fingerprint for one in report.findings if one.outcome is Outcome.failed}
    return failing | {one.fingerprint for one in (report.changes.still_failing if report.changes else ())}


def trended(report: Report, earlier: Sequence[Point]) -> Report:
    """The report with its trend: the last of `earlier` and itself."""
    outcomes = [row.outcome for row in report.rules]
    tonight = Point(
        run=report.run.id,
        started=report.run.started,
        headline=report.verdict.headline,
        exit_code=report.run.exit_code,
        complete=report.run.complete,
        failing=len(failing_now(report)),
        met=outcomes.count(Outcome.passed),
        applicable=len(outcomes) - outcomes.count(Outcome.inapplicable),
    )
    return report.model_copy(update={"trend": (*earlier[1 - POINTS :], tonight)})


def remembered(report: Report) -> Before:
    """What the next run is to know of this one: every fault that is open after it, long unseen ones let go."""
    changes = report.changes or Changes()
    today = day_of(report.run.started)
    unseen = [fault for fault in changes.not_rechecked if today - fault.last_seen <= _LET_GO]
    open_faults = {fault.fingerprint: fault for fault in (*unseen, *_failing(report))}
    open_faults |= {fault.fingerprint: fault for fault in (*changes.new, *changes.still_failing)}
    return Before(
        run=report.run.id,
        started=today,
        rules_digest=report.ruleset.sha256,
        outcomes={row.id: row.outcome for row in report.rules},
        faults=tuple(open_faults.values()),
    )


def compared_with(changes: Changes) -> Before | None:
    """What a run was compared with, as its changes tell it; None where they tell of no comparison."""
    if not changes.compared_with or changes.since is None:
        return None
    return Before(
        run=changes.compared_with,
        started=changes.since,
        rules_digest=changes.rules_digest,
        outcomes=changes.outcomes,
        faults=(*changes.fixed, *changes.still_failing, *changes.not_rechecked),
    )


def faults(findings: Sequence[Finding], groups: Mapping[str, str], today: date) -> list[Fault]:
    """The failed findings as faults first seen `today`, each fingerprint once; `groups` are those of the rules."""
    found: dict[str, Fault] = {}
    for one in findings:
        if one.outcome is Outcome.failed and one.fingerprint not in found:
            found[one.fingerprint] = _fault(one, groups.get(one.rule, ""), today)
    return list(found.values())


def _failing(report: Report) -> list[Fault]:
    return faults(report.findings, {row.id: row.group for row in report.rules}, day_of(report.run.started))


def _fault(finding: Finding, group: str, today: date) -> Fault:
    kinds = ("link", "certificate") if group == "links" else ()
    return Fault(
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        page=finding.page,
        message=finding.message,
        severity=finding.severity,
        pages=finding.pages or (finding.page,),
        links=tuple(dict.fromkeys(without_visits(item.url) for item in finding.evidence if item.kind in kinds)),
        frames=tuple(dict.fromkeys(item.frame for item in finding.evidence if item.frame)),
        subject=finding.subject,
        decisive=finding.decisive,
        first_seen=today,
        last_seen=today,
    )


def _continued(fault: Fault, old: Fault) -> Fault:
    later = fault.last_seen > old.last_seen
    first = min(old.first_seen, fault.first_seen)
    last = max(fault.last_seen, old.last_seen)
    return fault.model_copy(update={"first_seen": first, "last_seen": last, "nights": old.nights + later, "reason": ""})


def _same_requirement(fault: Fault, left: dict[str, Fault], any_page: Collection[str]) -> Fault | None:
    """Where one page is enough, what is missing is missing on the site: the page it is told of may change."""
    if fault.decisive or fault.rule not in any_page:
        return None
    same = [old for old in left.values() if old.rule == fault.rule and not old.decisive]
    return min(same, key=lambda old: old.first_seen, default=None)


def _same_links(fault: Fault, before: Sequence[Fault]) -> Fault | None:
    """Broken links are told each by itself or many together: what was known of all of them is not new."""
    known: dict[str, Fault] = {}
    for old in before:
        known |= {url: old for url in old.links if old.rule == fault.rule}
    if not fault.links or not known.keys() >= set(fault.links):
        return None
    return min((known[url] for url in fault.links), key=lambda old: old.first_seen)


def _weightiest(found: Iterable[Fault], report: Report) -> tuple[Fault, ...]:
    """The weightiest first, of one weight in the order of the rules: the way to report before all else."""
    order = {row.id: place for place, row in enumerate(report.rules)}
    return tuple(
        sorted(found, key=lambda one: (-one.severity.rank, order.get(one.rule, len(order)), one.first_seen, one.page))
    )


class _Tonight:
    """One report, laid out for the question whether a known fault was looked at again."""

    def __init__(self, report: Report) -> None:
        self.day = day_of(report.run.started)
        self._run = report.run
        self._rules = {row.id: row for row in report.rules}
        self._pages: dict[str, PageRow] = {}
        for page in report.pages:
            for url in (page.url, page.final_url):
                if url and (page.tested or page_key(url) not in self._pages):
                    self._pages[page_key(url)] = page
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            self._findings[finding.rule].append(finding)
        self._links = {without_visits(row.url): row for row in report.links}

    def still_broken(self, fault: Fault) -> bool:
        """Whether a link it is about is broken or suspicious tonight, however that is told."""
        rows = [self._links.get(url) for url in fault.links]
        return fault.rule in self._rules and any(
            row is not None and row.verdict.at_least(LinkVerdict.suspicious) for row in rows
        )

    def doubt(self, fault: Fault) -> str:
        """Why nobody knows whether it is fixed; empty when it was looked at again and is gone."""
        rule = self._rules.get(fault.rule)
        if rule is None:
            return "Its rule was not part of this audit."
        if self._run.no_verdict:
            return "This audit came to no verdict."
        found = self._findings[fault.rule]
        if rule.across == "any" and not fault.decisive and any(one.outcome is Outcome.passed for one in found):
            return ""
        if found and not any(one.outcome in _DECIDED for one in found):
            return f"It could not be judged this time: {rule.message}"
        by_crawl = rule.group == "links"
        return (
            next(filter(None, (self._page_doubt(page, by_crawl=by_crawl) for page in fault.pages)), "")
            or next(filter(None, map(self._link_doubt, fault.links)), "")
            or ("" if by_crawl else self._left_open(fault, found))
        )

    def _page_doubt(self, url: str, *, by_crawl: bool) -> str:
        page = self._pages.get(page_key(url))
        if page is None:
            return "Its page was not met on the site this time."
        if page.status is not None and page.status >= _ERROR:
            return f"Its page answered with an error this time ({page.status})."
        if page.tested or (by_crawl and page.read):
            return ""
        return f"Its page was not looked at this time: {page.reason or 'it was not opened'}"

    def _link_doubt(self, url: str) -> str:
        """A link is in order where it works; one that is gone counts only where the whole site was read."""
        row = self._links.get(url) or self._of_host(url)
        if row is not None:
            works = row.verdict is LinkVerdict.working
            return "" if works else f"Its link could not be verified this time: {row.reason}"
        return "" if self._run.complete else "Its link was not met this time, but not all of the site was read."

    def _of_host(self, url: str) -> LinkRow | None:
        """For the front page of a host, which stands for its certificate: a link to that host, a working one first."""
        parts = urlsplit(url)
        if parts.path not in ("", "/"):
            return None
        rows = [row for row in self._links.values() if row.url.startswith(f"{parts.scheme}://{parts.netloc}/")]
        return min(rows, key=lambda row: row.verdict.rank, default=None)

    def _left_open(self, fault: Fault, found: Iterable[Finding]) -> str:
        """The same question left open tonight on one of its pages."""
        where = {page_key(page) for page in fault.pages}
        for one in found:
            if one.outcome not in _OPEN or not where & {page_key(page) for page in (*one.pages, one.page)}:
                continue
            frames = {item.frame for item in one.evidence if item.kind == "frame"}
            elsewhere = one.outcome is Outcome.cant_tell and one.subject != fault.subject
            if elsewhere or (frames and not frames & set(fault.frames)):
                continue
            return f"It could not be judged this time: {one.message}"
        return ""
