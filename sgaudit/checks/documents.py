"""Where the PDFs of the safeguarding pages send their readers: an old policy names addresses given up long ago."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sgaudit.checks.interface import Check, Need, Options, finding
from sgaudit.checks.link_targets import Target
from sgaudit.checks.link_verdicts import Judged
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Evidence, LinkEvidence
from sgaudit.model.outcome import LinkVerdict, Outcome, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted, shortened
from sgaudit.register import AddressClass, Registers, host_of, registrable_domain
from sgaudit.rules import Rule

_NAMED = 3
_SHOWN = 25
_WEIGHT = {
    AddressClass.lookalike: Severity.serious,
    AddressClass.wrong_country: Severity.serious,
    AddressClass.retired: Severity.moderate,
    AddressClass.superseded: Severity.minor,
}
# What these words mean is for the verdict of the link itself; whoever opens the document sees nothing of its links.
_NO_DOCUMENT = ("web-page", "not-a-pdf", "no-pages")


class DocumentOptions(Options):
    """`former`: registrable domains of the register of rebrands that no document should name any more."""

    former: tuple[str, ...] = ()

    def unknown_to(self, registers: Registers) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What no rebrand of the register explains."""
        known = {one.old for one in registers.rebrands}
        for place, name in enumerate(self.former):
            if name not in known:
                yield ("former", place), f"{name!r} is not the old name of any rebrand in registers/web.yaml"


@dataclass(frozen=True)
class _Lapsed:
    """One address of a document that leads astray: what is known of it, as a clause."""

    url: str
    why: str
    severity: Severity


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = DocumentOptions.model_validate(rule.options)
    places = Places(evidence)
    documents = [link for link in evidence.links if link.document is not None and not _is_none(link)]
    if not documents:
        message = "No safeguarding page links to a PDF that could be opened."
        return Decided(findings=(finding(rule, evidence.url, Outcome.inapplicable, message),))
    findings: list[Finding] = []
    unread: list[LinkEvidence] = []
    fine = []
    for link in documents:
        found = list(_lapsed(link, registers, options))
        if found:
            findings.append(_failed(rule, places, link, found))
        elif link.document and not link.document.problem:
            fine.append(link)
        if link.document and link.document.problem:
            unread.append(link)
    if unread:
        findings.append(_unread(rule, places, unread))
    if fine:
        links = sum(len(link.document.links) for link in fine if link.document)
        message = (
            f"{counted(len(fine), 'document')} of the safeguarding pages {'was' if len(fine) == 1 else 'were'} read; "
            f"{counted(links, 'link')} in {'it' if len(fine) == 1 else 'them'}, none to an address that is out of date."
        )
        findings.append(finding(rule, evidence.url, Outcome.passed, message, what="fine", fix=()))
    return Decided(findings=tuple(findings))


def _is_none(link: LinkEvidence) -> bool:
    return link.document is not None and link.document.problem in _NO_DOCUMENT


def _lapsed(link: LinkEvidence, registers: Registers, options: DocumentOptions) -> Iterator[_Lapsed]:
    for url in link.document.links if link.document else ():
        address = url if "://" in url else f"http://{url}"
        entry = registers.classify(address)
        domain = registrable_domain(host_of(address))
        moved = next((one for one in registers.rebrands if one.old == domain and domain in options.former), None)
        if entry is not None and entry.address_class in _WEIGHT:
            yield _Lapsed(url, entry.note, _WEIGHT[entry.address_class])
        elif moved is not None:
            yield _Lapsed(url, f"{moved.note}; it is {moved.new} now", Severity.minor)


def _failed(rule: Rule, places: Places, link: LinkEvidence, found: Sequence[_Lapsed]) -> Finding:
    worst_first = sorted(found, key=lambda one: -one.severity.rank)
    told = "; ".join(f"{shortened(one.url, 100)} ({one.why})" for one in worst_first[:_NAMED])
    more = f"; and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    many = "an address that is" if len(found) == 1 else f"{len(found):,} addresses that are"
    items = [EvidenceItem(kind="document", url=link.url, quote=shortened(link.text, 200))]
    items += [EvidenceItem(kind="link", url=one.url[:500], detail=one.why) for one in worst_first[:_SHOWN]]
    document = f"The document {_called(link)} {places.on(link.pages, link.page_count)}"
    return places.once(
        rule,
        link.pages,
        Outcome.failed,
        f"{document} links to {many} out of date: {told}{more}.",
        *items,
        what=link.url,
        severity=worst_first[0].severity,
    )


def _unread(rule: Rule, places: Places, unread: Sequence[LinkEvidence]) -> Finding:
    names = [f"{_called(one)} ({one.document.message})" for one in unread[:_NAMED] if one.document]
    more = f" and {len(unread) - _NAMED:,} more" if len(unread) > _NAMED else ""
    items = [EvidenceItem(kind="document", url=one.url) for one in unread[:_SHOWN]]
    pages = tuple(dict.fromkeys(page for one in unread for page in one.pages))
    message = (
        f"Where {counted(len(unread), 'document leads', 'documents lead')} could not be read to the end: "
        f"{', '.join(names)}{more}. Somebody should look through the links in {'it' if len(unread) == 1 else 'them'}."
    )
    return places.once(rule, pages, Outcome.cant_tell, message, *items, what="unread")


def _called(link: LinkEvidence) -> str:
    return Target(link, Judged(LinkVerdict.working, ""), ()).called


DOCUMENT_LINKS = Check(options=DocumentOptions, decide=_decide, needs=frozenset({Need.crawl, Need.links}))
