"""Every link target gets a verdict; broken and suspicious ones are reported with the link's words and its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sgaudit.checks.interface import Check, Need
from sgaudit.checks.link_findings import bad, missing_fragments, not_verified
from sgaudit.checks.link_targets import Target
from sgaudit.checks.link_verdicts import LinkOptions, judge
from sgaudit.checks.places import Places, without_fragment
from sgaudit.model.evidence import Evidence, Trouble
from sgaudit.model.outcome import LinkVerdict, Outcome, Role
from sgaudit.model.report import Decided, Finding, LinkRow
from sgaudit.model.words import counted
from sgaudit.register import Registers, registrable_domain
from sgaudit.rules import Rule

_ENOUGH_NAMES = 3
_BEFORE_OR_WITHOUT_A_NAME = (
    Trouble.name_not_resolved, Trouble.invalid_url, Trouble.robots, Trouble.budget, Trouble.interrupted,
    Trouble.offline,
)  # fmt: skip


def _no_name_found(targets: Sequence[Target], evidence: Evidence) -> bool:
    """Whether names of several other sites were looked up and not one was found: then that says nothing of them.

    Names that were mapped to an address needed no looking up, and in an isolated run none is meant to be found.
    """
    if evidence.settings.get("isolated"):
        return False
    given = evidence.settings.get("resolve")
    mapped = {text.partition(":")[0] for text in given} if isinstance(given, list) else set()
    outside = [one for one in targets if not one.link.internal and one.is_web and one.host not in mapped]
    lost = {registrable_domain(one.host) for one in outside if one.nameless}
    found = any(probe.trouble not in _BEFORE_OR_WITHOUT_A_NAME for one in outside for probe in one.link.probes)
    return len(lost) >= _ENOUGH_NAMES and not found


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = LinkOptions.model_validate(rule.options)
    places = Places(evidence)
    hosts = frozenset(evidence.hosts)
    held = _held_by_safeguarding(evidence)
    targets = [Target(link, judge(link, registers, options, hosts), held.get(link.url, ())) for link in evidence.links]
    if _no_name_found(targets, evidence):
        for one in targets:
            one.doubt_the_name()
    findings = bad(rule, places, targets, alike=options.alike, at_most=options.at_most)
    findings += not_verified(rule, places, targets)
    findings += missing_fragments(rule, places, targets, evidence, options.at_most)
    findings += _tally(rule, places, targets, evidence)
    return Decided(findings=tuple(findings), links=tuple(_row(one) for one in targets))


def _held_by_safeguarding(evidence: Evidence) -> Mapping[str, list[str]]:
    """Addresses that stand on opened safeguarding pages: the crawl's own lists stop at 20 pages a target."""
    held: dict[str, list[str]] = defaultdict(list)
    for page in evidence.rendered:
        if page.role is Role.safeguarding and page.trouble is None and page.views:
            for control in page.views[0].controls:
                for url in {control.href, without_fragment(control.href)} if control.href else ():
                    if page.url not in held[url]:
                        held[url].append(page.url)
    return held


def _tally(rule: Rule, places: Places, targets: Sequence[Target], evidence: Evidence) -> list[Finding]:
    """How many were checked, said only when at least one was seen to work."""
    if not targets and (evidence.incomplete or evidence.no_verdict):
        message = "No link was gathered, so none could be checked."
        return [places.once(rule, [], Outcome.untested, message, what="tally")]
    tried = [one for one in targets if one.judged.tried]
    counts = {verdict: sum(one.judged.verdict is verdict for one in tried) for verdict in LinkVerdict}
    if not counts[LinkVerdict.working]:
        if targets and not any(one.judged.verdict.at_least(LinkVerdict.suspicious) for one in targets):
            message = f"None of {counted(len(targets), 'link target')} could be seen to work, so nothing is concluded."
            return [places.once(rule, [], Outcome.untested, message, what="tally")]
        return []
    words = [f"{counts[LinkVerdict.working]:,} work"]
    unsure = counts[LinkVerdict.blocked] + counts[LinkVerdict.unverifiable]
    words += [f"{counts[LinkVerdict.broken]:,} broken"] if counts[LinkVerdict.broken] else []
    words += [f"{counts[LinkVerdict.suspicious]:,} suspicious"] if counts[LinkVerdict.suspicious] else []
    words += [f"{unsure:,} that could not be verified"] if unsure else []
    message = f"{counted(len(tried), 'link target was', 'link targets were')} checked: {', '.join(words)}."
    return [places.once(rule, [], Outcome.passed, message, what="tally", fix=())]


def _row(target: Target) -> LinkRow:
    link, judged, probe = target.link, target.judged, target.judged.probe
    trail = tuple(f"{hop.status} {hop.url}" for hop in probe.trail) if probe else ()
    if probe and probe.status is not None and probe.final_url:
        trail = (*trail, f"{probe.status} {probe.final_url}")
    return LinkRow(
        url=link.url,
        verdict=judged.verdict,
        status=probe.status if probe else None,
        final_url=probe.final_url if probe else "",
        trail=trail,
        pages=target.pages[:20],
        page_count=target.count,
        reason=_sentence(judged.reason),
        seen_at=probe.seen_at if probe else None,
    )


def _sentence(clause: str) -> str:
    # A host at the beginning keeps its small letters.
    host = "." in clause.partition(" ")[0]
    return f"{clause}." if host else f"{clause[:1].upper()}{clause[1:]}."


LINKS = Check(options=LinkOptions, decide=_decide, needs=frozenset({Need.crawl, Need.links}))
