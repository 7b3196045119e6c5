"""Every link target gets a verdict; broken and suspicious ones are reported with the link's words and its page."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from sgaudit.checks.interface import Check, Need
from sgaudit.checks.link_verdicts import Judged, LinkOptions, judge
from sgaudit.checks.places import Places, counted, shortened, without_fragment
from sgaudit.model.evidence import Evidence, LinkEvidence, Trouble
from sgaudit.model.outcome import LinkVerdict, Outcome, Role, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding, LinkRow
from sgaudit.register import Registers, registrable_domain
from sgaudit.rules import Rule


class _Target:
    """One target with its verdict and every page known to hold it."""

    def __init__(self, link: LinkEvidence, judged: Judged, also_on: Sequence[str]) -> None:
        self.link, self.judged = link, judged
        self.pages = tuple(dict.fromkeys((*also_on, *link.pages)))

    @property
    def count(self) -> int:
        """How many pages hold it."""
        return max(self.link.page_count, len(self.pages))

    @property
    def host(self) -> str:
        """The host it names; empty when the address cannot be read."""
        try:
            return urlsplit(self.link.url).hostname or ""
        except ValueError:
            return ""

    @property
    def nameless(self) -> bool:
        """Whether every attempt ended with a name that could not be found."""
        probes = self.link.probes
        return bool(probes) and all(probe.trouble is Trouble.name_not_resolved for probe in probes)

    def doubt_the_name(self) -> None:
        """Call the target unverifiable, where it counted as broken only for its name."""
        if self.nameless and not self.link.internal:
            self.judged = replace(self.judged, verdict=LinkVerdict.unverifiable, reason=_NO_NAMES)


_NO_NAMES = "this machine found the name of no other site at all, so the fault may well be here"
_ENOUGH_NAMES = 3
_BEFORE_OR_WITHOUT_A_NAME = (
    Trouble.name_not_resolved, Trouble.invalid_url, Trouble.robots, Trouble.budget, Trouble.interrupted,
    Trouble.offline,
)  # fmt: skip


def _no_name_found(targets: Sequence[_Target], evidence: Evidence) -> bool:
    """Whether names of several other sites were looked up and not one was found: then that says nothing of them.

    Names that were mapped to an address needed no looking up, and in an isolated run none is meant to be found.
    """
    if evidence.settings.get("isolated"):
        return False
    given = evidence.settings.get("resolve")
    mapped = {text.partition(":")[0] for text in given} if isinstance(given, list) else set()
    outside = [one for one in targets if not one.link.internal and _is_web(one.link.url) and one.host not in mapped]
    lost = {registrable_domain(one.host) for one in outside if one.nameless}
    found = any(probe.trouble not in _BEFORE_OR_WITHOUT_A_NAME for one in outside for probe in one.link.probes)
    return len(lost) >= _ENOUGH_NAMES and not found


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = LinkOptions.model_validate(rule.options)
    places = Places(evidence)
    hosts = frozenset(evidence.hosts)
    held = _held_by_safeguarding(evidence)
    targets = [_Target(link, judge(link, registers, options, hosts), held.get(link.url, ())) for link in evidence.links]
    if _no_name_found(targets, evidence):
        for one in targets:
            one.doubt_the_name()
    bad = [one for one in targets if one.judged.verdict.at_least(LinkVerdict.suspicious)]
    bad.sort(key=lambda one: (not places.any_safeguarding(one.pages), -one.judged.verdict.rank))
    findings = [_bad(rule, places, one) for one in bad[: options.at_most]]
    if len(bad) > options.at_most:
        rest = len(bad) - options.at_most
        more = counted(rest, "more link target is", "more link targets are")
        message = f"{more} broken or suspicious; the table of links names them all."
        findings.append(places.once(rule, [], Outcome.failed, message, what="more", severity=Severity.moderate))
    findings += _not_verified(rule, places, targets)
    findings += _missing_fragments(rule, places, targets, evidence, options.at_most)
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


def _bad(rule: Rule, places: Places, target: _Target) -> Finding:
    link, judged = target.link, target.judged
    noun = _noun(link)
    says = "does not work" if judged.verdict is LinkVerdict.broken else "may not lead where it should"
    if judged.verdict is LinkVerdict.broken and noun in ("picture", "style sheet"):
        says = "cannot be loaded"
    serious = places.any_safeguarding(target.pages)
    return places.once(
        rule,
        target.pages,
        Outcome.failed,
        f"The {noun} {_called(link)} {places.on(target.pages, target.count)} {says}: {judged.reason}.",
        *_items(target),
        what=link.url,
        severity=Severity.serious if serious else Severity.moderate,
    )


def _not_verified(rule: Rule, places: Places, targets: Sequence[_Target]) -> list[Finding]:
    """What only a person can see, one finding a host: on safeguarding pages, and the site's own addresses anywhere."""
    groups: dict[tuple[str, LinkVerdict], list[_Target]] = defaultdict(list)
    untried: list[_Target] = []
    for one in targets:
        if one.judged.verdict not in (LinkVerdict.blocked, LinkVerdict.unverifiable) or not _is_web(one.link.url):
            continue
        if not one.judged.tried:
            untried.append(one)
        elif one.link.internal or places.any_safeguarding(one.pages):
            groups[urlsplit(one.link.url).hostname or "", one.judged.verdict].append(one)
    findings = []
    for (host, verdict), group in groups.items():
        pages = tuple(dict.fromkeys(page for one in group for page in one.pages))
        names = ", ".join(_called(one.link) for one in group[:3]) + (" and others" if len(group) > 3 else "")
        message = (
            f"{counted(len(group), 'link')} to {host} {places.on(pages)} could not be verified, because "
            f"{group[0].judged.reason}. Open {'it' if len(group) == 1 else 'them'} once by hand: {names}."
        )
        items = [item for one in group[:10] for item in _items(one)]
        findings.append(places.once(rule, pages, Outcome.cant_tell, message, *items, what=f"{verdict} {host}"))
    if untried:
        reasons = "; ".join(dict.fromkeys(one.judged.reason for one in untried))
        message = f"{counted(len(untried), 'link target was', 'link targets were')} not tried: {reasons}."
        findings.append(places.once(rule, [], Outcome.untested, message, what="untried"))
    return findings


def _missing_fragments(
    rule: Rule, places: Places, targets: Sequence[_Target], evidence: Evidence, at_most: int
) -> list[Finding]:
    """Links to a place within one of the site's own pages that the page does not have."""
    by_script = {url for page in evidence.pages if page.by_script for url in (page.url, page.final_url)}
    rendered = {
        url: page.snapshot for page in evidence.rendered if page.trouble is None for url in (page.url, page.final_url)
    }
    findings = []
    for one in targets:
        page = without_fragment(one.link.url)
        if not one.link.internal or one.judged.verdict is not LinkVerdict.working or page in by_script:
            continue
        for fragment in one.link.missing_fragments:
            if _means_something_else(fragment) or _has_place(rendered.get(page, ""), fragment):
                continue
            message = (
                f"A link {places.on(one.pages, one.count)} promises the part “{shortened(fragment, 60)}” of "
                f"{places.name(page)}, and that page has no such part: it opens at the top."
            )
            items = _items(one)
            findings.append(
                places.once(
                    rule,
                    one.pages,
                    Outcome.failed,
                    message,
                    *items,
                    what=f"{page}#{fragment}",
                    severity=Severity.minor,
                )
            )
    return findings[:at_most]


def _means_something_else(fragment: str) -> bool:
    # "#top" is built into browsers, "#:~:text=" is a search, "#/x" and "#!x" are addresses of script-built pages.
    return fragment.lower() in ("", "top") or fragment.startswith((":~:", "/", "!")) or "=" in fragment


def _has_place(snapshot: str, fragment: str) -> bool:
    wanted = {fragment, unquote(fragment)}
    return any(
        re.search(rf'\b(?:id|name)="{re.escape(html.escape(one))}"', snapshot) is not None for one in wanted if snapshot
    )


def _tally(rule: Rule, places: Places, targets: Sequence[_Target], evidence: Evidence) -> list[Finding]:
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


def _row(target: _Target) -> LinkRow:
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
    )


def _sentence(clause: str) -> str:
    # A host at the beginning keeps its small letters.
    host = "." in clause.partition(" ")[0]
    return f"{clause}." if host else f"{clause[:1].upper()}{clause[1:]}."


def _items(target: _Target) -> tuple[EvidenceItem, ...]:
    link, probe = target.link, target.judged.probe
    detail = " → ".join((*(f"{hop.status} {hop.url}" for hop in probe.trail), probe.final_url)) if probe else ""
    found = EvidenceItem(kind="link", url=link.url, quote=shortened(link.text, 200), detail=detail)
    return (found, *(EvidenceItem(kind="page", url=page) for page in target.pages[:5]))


_NOUNS = {
    "stylesheet": "style sheet",
    "img": "picture",
    "frame": "embedded page",
    "document": "document",
    "media": "film or sound",
}


def _noun(link: LinkEvidence) -> str:
    return next((noun for kind, noun in _NOUNS.items() if kind in link.kinds), "link")


def _called(link: LinkEvidence) -> str:
    """What a person would call the link: its words, else the file or address it leads to."""
    if link.text.strip() and _noun(link) in ("link", "document"):
        return f"“{shortened(link.text, 60)}”"
    try:
        parts = urlsplit(link.url)
    except ValueError:
        return shortened(link.url, 60)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return shortened(last or parts.hostname or link.url, 60)


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


LINKS = Check(options=LinkOptions, decide=_decide, needs=frozenset({Need.crawl, Need.links}))
