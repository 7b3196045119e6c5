"""Evidence and rules become the report: findings are gathered, weighed and turned into one verdict here only."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import get_args

from sgaudit import accepting
from sgaudit.accepting import accept
from sgaudit.changes import faults, recognised
from sgaudit.checks.criteria import criteria
from sgaudit.checks.places import Places
from sgaudit.checks.table import CHECKS
from sgaudit.checks.vantage import vantage
from sgaudit.model.clock import day_of
from sgaudit.model.evidence import Evidence, RenderedPage
from sgaudit.model.exit_codes import NO_VERDICT, NOTHING_FAILED, SOMETHING_FAILED
from sgaudit.model.outcome import LinkVerdict, Outcome, Role, Severity, worst
from sgaudit.model.policy import Policy
from sgaudit.model.report import (
    Decided,
    ErrorRow,
    Finding,
    LinkRow,
    PageRow,
    Report,
    RulePackInfo,
    RuleRow,
    Run,
    Site,
    SkippedRow,
    Summary,
    Tool,
    Verdict,
    fingerprint,
)
from sgaudit.rules import Rule, RulePack


def conclude(evidence: Evidence, pack: RulePack) -> Report:
    """Decide every rule of `pack` on `evidence`. Pure: the same evidence and rules give the same report."""
    fail_on = Severity(str(evidence.settings.get("fail_on", Severity.moderate)))
    decided = [(rule, _decide(rule, evidence, pack)) for rule in pack.rules]
    today = day_of(evidence.started)
    findings, accepted = accept(_findings(decided, evidence.policy, today), evidence.policy, today)
    rows = tuple(_row(rule, [one for one in findings if one.rule == rule.id], evidence.policy) for rule in pack.rules)
    silenced = sum(one.change == "silenced" for one in pack.changes)
    verdict, exit_code = _verdict(evidence, rows, findings, fail_on, silenced)
    links = tuple(chain.from_iterable(found.links for _, found in decided))
    versions = evidence.versions
    seen_from = vantage(evidence, pack.registers)
    return Report(
        tool=Tool(
            version=versions.sgaudit,
            axe_version=versions.axe,
            browser=f"{versions.browser} {versions.browser_version}".strip(),
            python=versions.python,
            platform=versions.platform,
        ),
        ruleset=RulePackInfo(rules=len(pack.rules), last_looked_at=pack.last_looked_at, sha256=pack.sha256),
        run=Run(
            id=evidence.run_id,
            resumes=evidence.resumes,
            started=evidence.started,
            finished=evidence.finished,
            complete=not (evidence.incomplete or evidence.no_verdict),
            incomplete_reasons=(*evidence.no_verdict, *evidence.incomplete),
            no_verdict=bool(evidence.no_verdict),
            exit_code=exit_code,
            settings=evidence.settings,
            timings=evidence.timings,
            vantage=seen_from.where,
            vantage_reason=seen_from.reason,
        ),
        site=Site(url=evidence.url, name=evidence.site_name, hosts=evidence.hosts),
        verdict=verdict,
        summary=_summary(rows, findings, evidence, links),
        rules=rows,
        changed_rules=pack.changes,
        accepted=accepted,
        findings=findings,
        statements=tuple(chain.from_iterable(found.statements for _, found in decided)),
        button=tuple(chain.from_iterable(found.button for _, found in decided)),
        links=links,
        accessibility=tuple(chain.from_iterable(found.accessibility for _, found in decided)),
        criteria=criteria(pack.registers.wcag, decided),
        pages=_pages(evidence),
        skipped=tuple(SkippedRow(url=skipped.url, reason=skipped.reason) for skipped in evidence.skipped),
        errors=(
            *(
                ErrorRow(stage=problem.stage, url=problem.url, type=problem.type, message=problem.message)
                for problem in evidence.problems
            ),
            *_unknown_owners(evidence.policy, pack),
        ),
    )


def _findings(decided: Sequence[tuple[Rule, Decided]], policy: Policy, today: date) -> tuple[Finding, ...]:
    """All findings with their owners, each failed one marked where the baseline has it."""
    found = []
    for rule, one in decided:
        owner = policy.owner(rule.id, rule.group)
        for finding in one.findings:
            owned = owner if finding.outcome in (Outcome.failed, Outcome.cant_tell) else ""
            found.append(finding.model_copy(update={"owner": owned}))
    if policy.baseline is None:
        return tuple(found)
    groups = {rule.id: rule.group for rule, _ in decided}
    any_page = {rule.id for rule, _ in decided if rule.across == "any"}
    known = recognised(policy.baseline, faults(found, groups, today), any_page)
    return tuple(one.model_copy(update={"in_baseline": one.fingerprint in known}) for one in found)


def _unknown_owners(policy: Policy, pack: RulePack) -> Iterator[ErrorRow]:
    """Words of the owners' list that name no rule: whoever they stand for would wait in vain."""
    known = {rule.id for rule in pack.rules} | {one.rule for one in pack.changes}
    groups = get_args(Rule.model_fields["group"].annotation)
    for word in policy.owners:
        if word not in groups and not any(fnmatch.fnmatchcase(rule, word) for rule in known):
            message = f"[owners] names {word!r}, which is no rule, pattern of rules or group; see `sgaudit rules list`."
            yield ErrorRow(stage="settings", type="owners", message=message)


def _decide(rule: Rule, evidence: Evidence, pack: RulePack) -> Decided:
    found = CHECKS[rule.check].decide(rule, evidence, pack.registers)
    if weight := pack.weights.get(rule.id):
        found = found.model_copy(update={"findings": tuple(_weighed(one, weight) for one in found.findings)})
    if not found.findings and (reason := _nothing_to_look_at(rule, evidence)):
        return found.model_copy(update={"findings": (_site_finding(rule, evidence, Outcome.untested, reason),)})
    if rule.across == "any":
        return found.model_copy(update={"findings": _any_page(found.findings)})
    return found


def _weighed(finding: Finding, weight: Severity) -> Finding:
    """The finding with the severity that settings give its rule. What misleads a child never weighs less for that."""
    keeps = finding.decisive and finding.severity.at_least(weight)
    return finding if keeps else finding.model_copy(update={"severity": weight})


def _nothing_to_look_at(rule: Rule, evidence: Evidence) -> str:
    roles = {page.role for page in evidence.rendered}
    if rule.where == "safeguarding" and Role.safeguarding not in roles:
        return "No safeguarding page was reached, so this could not be looked at."
    if rule.where == "home" and Role.home not in roles:
        return "The home page was not opened, so this could not be looked at."
    if rule.where in ("every-page", "site") and not (evidence.rendered or evidence.pages):
        return "No page was reached, so this could not be looked at."
    return ""


def _site_finding(rule: Rule, evidence: Evidence, outcome: Outcome, message: str) -> Finding:
    return Finding(
        fingerprint=fingerprint(rule.id, evidence.url),
        rule=rule.id,
        outcome=outcome,
        severity=rule.severity,
        page=evidence.url,
        message=message,
        how_to_fix=rule.fix,
    )


def _any_page(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One page that satisfies the rule is enough, unless some page decisively breaks it.

    Where none does and some page could not be looked at, the missing thing may stand there: nobody can tell.
    """
    decisive = [finding for finding in findings if finding.outcome is Outcome.failed and finding.decisive]
    passed = [finding for finding in findings if finding.outcome is Outcome.passed]
    if passed:
        return tuple(decisive + passed)
    if any(finding.outcome is Outcome.untested for finding in findings):
        return tuple(
            finding.model_copy(
                update={
                    "outcome": Outcome.cant_tell,
                    "message": f"{finding.message} Another page that could hold it could not be looked at.",
                }
            )
            if finding.outcome is Outcome.failed and not finding.decisive
            else finding
            for finding in findings
        )
    return tuple(findings)


def _row(rule: Rule, findings: Sequence[Finding], policy: Policy) -> RuleRow:
    outcome = worst(finding.outcome for finding in findings)
    telling = sorted(
        (finding for finding in findings if finding.outcome is outcome), key=lambda finding: -finding.severity.rank
    )
    message = telling[0].message if telling else "Nothing on this site calls for this check."
    if len(telling) > 1 and outcome is not Outcome.passed:
        others = len(telling) - 1
        message = f"{message} ({others} more like this.)"
    severity = telling[0].severity if telling and outcome is Outcome.failed else rule.severity
    return RuleRow(
        id=rule.id,
        title=rule.title,
        group=rule.group,
        basis=rule.basis,
        level=rule.level,
        severity=severity,
        outcome=outcome,
        pages=tuple(dict.fromkeys(finding.page for finding in telling)),
        message=message,
        why=rule.why,
        how_to_fix=rule.fix,
        wording=rule.wording,
        source={"title": rule.source.title, "url": rule.source.url, "seen": rule.source.seen},
        across=rule.across,
        owner=policy.owner(rule.id, rule.group),
        accepted=outcome is Outcome.failed and all(one.accepted_until for one in telling),
    )


def _verdict(
    evidence: Evidence, rows: Sequence[RuleRow], findings: Sequence[Finding], fail_on: Severity, silenced: int
) -> tuple[Verdict, int]:
    places = Places(evidence)
    failed = sorted(
        (_by_name(finding, places) for finding in findings if finding.outcome is Outcome.failed),
        key=lambda finding: -finding.severity.rank,
    )
    weighty = [finding for finding in failed if finding.severity.at_least(fail_on)]
    counted = [finding for finding in weighty if not accepting.tolerated(finding)]
    unsure = [*evidence.no_verdict, *_unsure(rows, [_by_name(finding, places) for finding in findings])]
    route = {row.id for row in rows if row.group == "reporting-route"}
    # Where another page offers a way that works, a child can report, however bad the rest is.
    works = {finding.rule for finding in findings if finding.outcome is Outcome.passed}
    seen = {page.url for page in evidence.rendered if page.role is Role.safeguarding and page.trouble is None}
    # That the home page offers no way proves little while the pages that may offer one were not reached.
    urgent = [
        one
        for one in weighty
        if one.severity is Severity.critical
        and one.rule in route - works
        and (one.page in seen or not evidence.no_verdict)
    ]
    if any(one.accepted_until is None for one in urgent):
        headline = "Urgent: a child cannot report from this site"
    elif urgent:
        headline = f"{'Action needed, and' if counted else 'Accepted:'} a child cannot report from this site"
    elif counted:
        headline = "Action needed"
    elif unsure:
        headline = "We could not tell"
    elif any(row.id == "ceop-button" and row.outcome is Outcome.passed for row in rows):
        headline = "Working"
    else:
        headline = "Nothing that was checked needs action"
    if counted:
        sentence = _action(counted, unsure, urgent=any(one in counted for one in urgent))
        level, code = ("fail", NO_VERDICT if evidence.no_verdict else SOMETHING_FAILED)
    elif urgent:
        # Accepted or known, it fails no run; that it is so stays the verdict.
        sentence = f"{urgent[0].message}{_besides(unsure)}"
        level, code = ("fail", NO_VERDICT if unsure else NOTHING_FAILED)
    elif unsure:
        sentence = unsure[0]
        level, code = "unknown", NO_VERDICT
    else:
        headline = accepting.headline(weighty, headline)
        sentence = _good_news(rows, [one for one in failed if one not in weighty], silenced, bool(weighty))
        level, code = "pass", NOTHING_FAILED
    sentence += accepting.said(weighty, route, sentence)
    return Verdict.model_validate({"level": level, "headline": headline, "sentence": sentence}), code


def _by_name(finding: Finding, places: Places) -> Finding:
    """The finding with its page named, for a sentence that stands by itself."""
    name = places.name(finding.page)
    message = finding.message.replace(" on this page", f" on the page {name}")
    message = re.sub(r"^This page\b", lambda _: f"The page {name}", message)
    return finding.model_copy(update={"message": message})


def _action(counted: Sequence[Finding], unsure: Sequence[str], *, urgent: bool) -> str:
    """What is wrong and what could not be told; where the latter may be the worse of the two, it comes first."""
    worst_one = counted[0].message
    number = len({one.rule for one in counted})
    if unsure and not urgent:
        unmet = f"{number} {'requirement is' if number == 1 else 'requirements are'} not met"
        return f"{unsure[0]} Besides, {unmet}, first of all this: {worst_one}"
    rest = number - 1
    more = f" {rest} more {'requirement is' if rest == 1 else 'requirements are'} not met." if rest else ""
    return f"{worst_one}{more}{_besides(unsure)}"


def _besides(unsure: Sequence[str]) -> str:
    return f" Besides, not everything could be judged: {unsure[0]}" if unsure else ""


def _unsure(rows: Iterable[RuleRow], findings: Sequence[Finding]) -> list[str]:
    """Why a pass may not be said: a critical rule nobody could decide, or a rule no page could be tried with."""
    judged = {finding.rule for finding in findings if finding.outcome in (Outcome.passed, Outcome.failed)}
    told = {(one.rule, one.outcome): one.message for one in reversed(findings)}
    return [
        told.get((row.id, row.outcome), row.message)
        for row in rows
        if (row.severity is Severity.critical and row.outcome in (Outcome.cant_tell, Outcome.untested))
        or (row.outcome is Outcome.untested and row.id not in judged)
    ]


def _good_news(rows: Sequence[RuleRow], failed: Sequence[Finding], silenced: int, tolerated: bool) -> str:
    met = sum(row.outcome is Outcome.passed for row in rows)
    applicable = sum(row.outcome is not Outcome.inapplicable for row in rows)
    button = next((row for row in rows if row.id == "ceop-button"), None)
    opening = "Nothing else needs action." if tolerated else "Nothing that was checked needs action."
    if button is None:
        opening = "The way to report to CEOP was not part of this audit."
    elif button.outcome is Outcome.passed:
        opening = "The way to report to CEOP was tried from this site and works."
    person = sum(row.outcome is Outcome.cant_tell for row in rows)
    sentence = f"{opening} {met} of {applicable} requirements are met."
    if person:
        sentence += f" {person} {'needs' if person == 1 else 'need'} a person to look."
    if failed:
        sentence += f" {len(failed)} smaller {'thing' if len(failed) == 1 else 'things'} could be better."
    if silenced:
        were, them = ("was", "it") if silenced == 1 else ("were", "them")
        sentence += f" {silenced} more {were} not asked, because settings silence {them}."
    return sentence


def _summary(
    rows: Sequence[RuleRow], findings: Sequence[Finding], evidence: Evidence, links: Sequence[LinkRow]
) -> Summary:
    failed = Counter(finding.severity for finding in findings if finding.outcome is Outcome.failed)
    outcomes = Counter(row.outcome for row in rows)
    verdicts = Counter(link.verdict for link in links)
    opened = [page for page in evidence.rendered if page.trouble is None]
    return Summary(
        rules={outcome: outcomes[outcome] for outcome in Outcome},
        failed_by_severity={severity: failed[severity] for severity in Severity},
        pages={
            "found": len(evidence.pages),
            "safeguarding": sum(page.role is Role.safeguarding for page in evidence.pages),
            "opened": len(opened),
            "not_opened": len(evidence.rendered) - len(opened),
            "skipped": len(evidence.skipped),
        },
        links={verdict: verdicts[verdict] for verdict in LinkVerdict},
        accepted=sum(finding.accepted_until is not None for finding in findings),
        reused={
            "read": sum(page.seen_at is not None for page in evidence.pages),
            "tested": sum(page.seen_at is not None for page in evidence.rendered),
            "scanned": sum(_scanned_at(page) is not None for page in evidence.rendered),
            "links": sum(link.seen_at is not None for link in links),
        },
    )


def _pages(evidence: Evidence) -> tuple[PageRow, ...]:
    rendered: dict[str, RenderedPage] = {page.url: page for page in evidence.rendered}
    rows = []
    for page in evidence.pages:
        seen = rendered.get(page.url) or rendered.get(page.final_url)
        tested = seen is not None and seen.trouble is None
        reason = page.reason or (seen.message if seen and seen.trouble else "")
        rows.append(
            PageRow(
                url=page.url,
                final_url=page.final_url,
                status=page.status,
                title=page.title,
                role=page.role,
                role_reasons=page.role_reasons,
                depth=page.depth,
                fetched_by=page.fetched_by,
                read=page.trouble is None,
                tested=tested,
                reason=reason or ("" if tested else "read by the crawl, not opened in the browser"),
                screenshots={str(view.width): view.screenshot for view in seen.views if view.screenshot}
                if seen
                else {},
                read_at=page.seen_at,
                tested_at=seen.seen_at if seen else None,
                scanned_at=_scanned_at(seen) if seen else None,
            )
        )
    return tuple(rows)


def _scanned_at(page: RenderedPage) -> datetime | None:
    """When the engine really looked at a page that was itself looked at in this run; None where it did then too."""
    scans = (view.scan.seen_at for view in page.views if view.scan is not None and page.seen_at is None)
    return min((moment for moment in scans if moment is not None), default=None)
