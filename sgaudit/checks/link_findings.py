"""What is said of link targets: each fault once, and one finding for many targets that fail alike."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from sgaudit.checks.link_targets import Target
from sgaudit.checks.places import Places, without_fragment
from sgaudit.model.evidence import Evidence
from sgaudit.model.outcome import LinkVerdict, Outcome, Severity
from sgaudit.model.report import EvidenceItem, Finding
from sgaudit.model.words import counted, shortened
from sgaudit.rules import Rule

_NAMED = 3
_SHOWN = 25
_PLURAL = {"link", "picture", "document", "embedded page", "style sheet"}


def bad(rule: Rule, places: Places, targets: Iterable[Target], *, alike: int, at_most: int) -> list[Finding]:
    """Broken and suspicious targets, safeguarding pages first and at most `at_most` findings.

    More than `alike` targets of one host that fail for one reason are one finding: a site whose every page links to
    its own share address has one fault, not three hundred.
    """
    groups: dict[tuple[str, LinkVerdict, str], list[Target]] = defaultdict(list)
    for one in targets:
        if one.judged.verdict.at_least(LinkVerdict.suspicious):
            groups[one.host, one.judged.verdict, one.judged.reason].append(one)
    told: list[list[Target]] = []
    for group in groups.values():
        told += [group] if len(group) > alike and group[0].host else [[one] for one in group]
    told.sort(key=lambda group: (not _matters(places, group), -group[0].judged.verdict.rank))
    findings = [_alike(rule, places, group) if len(group) > 1 else _bad(rule, places, group[0]) for group in told]
    if len(findings) > at_most:
        rest = sum(map(len, told[at_most:]))
        more = counted(rest, "more link target is", "more link targets are")
        message = f"{more} broken or suspicious; the table of links names them all."
        said = places.once(rule, [], Outcome.failed, message, what="more", severity=Severity.moderate)
        findings = [*findings[:at_most], said]
    return findings


def _matters(places: Places, group: Iterable[Target]) -> bool:
    return any(places.any_safeguarding(one.pages) for one in group)


def _bad(rule: Rule, places: Places, target: Target) -> Finding:
    link, judged, noun = target.link, target.judged, target.noun
    says = "does not work" if judged.verdict is LinkVerdict.broken else "may not lead where it should"
    if judged.verdict is LinkVerdict.broken and noun in ("picture", "style sheet"):
        says = "cannot be loaded"
    serious = places.any_safeguarding(target.pages)
    return places.once(
        rule,
        target.pages,
        Outcome.failed,
        f"The {noun} {target.called} {places.on(target.pages, target.count)} {says}: {judged.reason}.",
        *target.items(),
        what=link.url,
        severity=Severity.serious if serious else Severity.moderate,
    )


def _alike(rule: Rule, places: Places, group: Sequence[Target]) -> Finding:
    """Many targets of one host with one fault. The fingerprint leans on host and reason, not on which they are."""
    ordered = sorted(group, key=lambda one: not places.any_safeguarding(one.pages))
    host, judged = group[0].host, group[0].judged
    pages = _pages(ordered)
    nouns = {one.noun for one in group}
    noun = nouns.pop() if len(nouns) == 1 and nouns <= _PLURAL else "link"
    does = "do not work" if judged.verdict is LinkVerdict.broken else "may not lead where they should"
    names = list(dict.fromkeys(f"{one.called} {places.on(one.pages, one.count)}" for one in ordered))[:_NAMED]
    which = f"{len(group):,} {noun}s {'to' if noun == 'link' else 'of'} {host}"
    message = f"{which} {does}, all for one reason: {judged.reason}. Among them are {'; '.join(names)}."
    return places.once(
        rule,
        pages,
        Outcome.failed,
        message,
        *(item for one in ordered[:_SHOWN] for item in one.items(2)),
        what=f"alike {host} {judged.verdict} {judged.reason}",
        severity=Severity.serious if places.any_safeguarding(pages) else Severity.moderate,
    )


def _pages(targets: Iterable[Target]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(page for one in targets for page in one.pages))


def not_verified(rule: Rule, places: Places, targets: Iterable[Target]) -> list[Finding]:
    """What only a person can see, one finding a host: on safeguarding pages, and the site's own addresses anywhere."""
    groups: dict[tuple[str, LinkVerdict], list[Target]] = defaultdict(list)
    untried: list[Target] = []
    for one in targets:
        if one.judged.verdict not in (LinkVerdict.blocked, LinkVerdict.unverifiable) or not one.is_web:
            continue
        if not one.judged.tried:
            untried.append(one)
        elif one.link.internal or places.any_safeguarding(one.pages):
            groups[one.host, one.judged.verdict].append(one)
    findings = []
    for (host, verdict), group in groups.items():
        pages = _pages(group)
        names = ", ".join(one.called for one in group[:_NAMED]) + (" and others" if len(group) > _NAMED else "")
        message = (
            f"{counted(len(group), 'link')} to {host} {places.on(pages)} could not be verified, because "
            f"{group[0].judged.reason}. Open {'it' if len(group) == 1 else 'them'} once by hand: {names}."
        )
        items = [item for one in group[:10] for item in one.items()]
        findings.append(places.once(rule, pages, Outcome.cant_tell, message, *items, what=f"{verdict} {host}"))
    if untried:
        reasons = list(dict.fromkeys(one.judged.reason for one in untried))
        more = f"; and {counted(len(reasons) - _NAMED, 'more reason')}" if len(reasons) > _NAMED else ""
        message = (
            f"{counted(len(untried), 'link target was', 'link targets were')} not tried: "
            f"{'; '.join(reasons[:_NAMED])}{more}."
        )
        findings.append(places.once(rule, [], Outcome.untested, message, what="untried"))
    return findings


def missing_fragments(
    rule: Rule, places: Places, targets: Iterable[Target], evidence: Evidence, at_most: int
) -> list[Finding]:
    """Links to a place within one of the site's own pages that the page does not have; one finding a page."""
    by_script = {url for page in evidence.pages if page.by_script for url in (page.url, page.final_url)}
    rendered = {
        url: page.snapshot for page in evidence.rendered if page.trouble is None for url in (page.url, page.final_url)
    }
    missed: dict[str, dict[str, Target]] = defaultdict(dict)
    for one in targets:
        page = without_fragment(one.link.url)
        if not one.link.internal or one.judged.verdict is not LinkVerdict.working or page in by_script:
            continue
        for fragment in one.link.missing_fragments:
            if not (_means_something_else(fragment) or _has_place(rendered.get(page, ""), fragment)):
                missed[page].setdefault(fragment, one)
    return [_missing(rule, places, page, parts) for page, parts in missed.items()][:at_most]


def _missing(rule: Rule, places: Places, page: str, parts: dict[str, Target]) -> Finding:
    holders = _pages(parts.values())
    quoted = [f"“{shortened(unquote(part), 60)}”" for part in parts]
    if len(parts) == 1:
        target = next(iter(parts.values()))
        message = (
            f"A link {places.on(holders, target.count)} promises the part {quoted[0]} of {places.name(page)}, and that "
            "page has no such part: it opens at the top."
        )
    else:
        more = f" and {len(parts) - _NAMED:,} more" if len(parts) > _NAMED else ""
        message = (
            f"Links {places.on(holders)} promise {len(parts):,} parts of {places.name(page)} that the page does not "
            f"have, so it opens at the top: {', '.join(quoted[:_NAMED])}{more}."
        )
    items = [
        EvidenceItem(kind="link", url=one.link.url, quote=shortened(one.link.text, 200), detail=part)
        for part, one in list(parts.items())[:_SHOWN]
    ]
    items += [EvidenceItem(kind="page", url=holder) for holder in holders[:5]]
    what = f"missing parts of {page}"
    return places.once(rule, holders, Outcome.failed, message, *items, what=what, severity=Severity.minor)


def _means_something_else(fragment: str) -> bool:
    # "#top" is built into browsers, "#:~:text=" is a search, "#/x" and "#!x" are addresses of script-built pages.
    return fragment.lower() in ("", "top") or fragment.startswith((":~:", "/", "!")) or "=" in fragment


def _has_place(snapshot: str, fragment: str) -> bool:
    wanted = {fragment, unquote(fragment)}
    return any(
        re.search(rf'\b(?:id|name)="{re.escape(html.escape(one))}"', snapshot) is not None for one in wanted if snapshot
    )
