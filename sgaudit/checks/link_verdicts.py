"""What is known of one link target: its verdict and the reason in words, from the attempts made to reach it."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from sgaudit.checks.interface import Options
from sgaudit.checks.link_signs import filtered, missing, parked
from sgaudit.checks.unreached import UNREACHED
from sgaudit.model.evidence import LinkEvidence, Probe, Trouble
from sgaudit.model.outcome import LinkVerdict
from sgaudit.register import AddressClass, Phrase, Registers, host_of, is_under, registrable_domain

_TURNED_AWAY = (401, 403, 407, 451, 999)
_GONE = (404, 410)
_STILL_ANSWERED = (None, Trouble.too_large, Trouble.not_html, Trouble.download)


class LinkOptions(Options):
    """What the rule file says of links.

    `sign_in`: hosts, with or without the beginning of a path, that ask for a sign-in. `short_links`: hosts
    that exist to forward elsewhere. `closed_registries`: endings that only public bodies can get.
    `parking_hosts`: where lapsed names are sold or filled with advertisements. `not_found`: titles of a page that says
    it is missing although the server says all is well. `at_most` bounds the findings; the table of links has them all.
    More than `alike` targets of one host that fail for one reason are one finding.
    """

    sign_in: tuple[str, ...] = ()
    short_links: tuple[str, ...] = ()
    closed_registries: tuple[str, ...] = ()
    parking_hosts: tuple[str, ...] = ()
    not_found: tuple[Phrase, ...] = ()
    at_most: int = 200
    alike: int = 3


@dataclass(frozen=True)
class Judged:
    """The verdict of one target. `reason` is a clause without a full stop; `tried` is false when nothing was asked."""

    verdict: LinkVerdict
    reason: str
    probe: Probe | None = None
    tried: bool = True


def judge(link: LinkEvidence, registers: Registers, options: LinkOptions, hosts: frozenset[str]) -> Judged:
    """Decide one target; `hosts` are the audited site's own. One attempt that succeeds outweighs those that failed."""
    try:
        parts = urlsplit(link.url)
        scheme, host = parts.scheme.lower(), parts.hostname or ""
    except ValueError:
        return Judged(LinkVerdict.broken, "the address is not a valid one")
    if scheme not in ("http", "https"):
        return _other_scheme(scheme, link.url)
    if not host:
        return Judged(LinkVerdict.broken, "the address is not a valid one: it names no site")
    if not link.probes:
        return Judged(LinkVerdict.unverifiable, "it was not tried", tried=False)
    # Some servers answer HEAD wrongly, so what a GET was told counts for more.
    tries = [probe for probe in link.probes if probe.method.upper() != "HEAD"] or list(link.probes)
    known = registers.classify(link.url)
    lasting = known is not None and known.address_class in (AddressClass.official, AddressClass.official_weak)
    for probe in tries:
        if words := filtered(probe, registers, anywhere=lasting):
            reason = f"a web filter answered in place of {host}, seen from where the audit ran (“{words}”)"
            return Judged(LinkVerdict.blocked, reason, probe)
    reached = [probe for probe in tries if _answered(probe)]
    if reached:
        judged = _landed(link, reached[-1], registers, options, hosts)
        return _opened(link, judged) if judged.verdict is LinkVerdict.working else judged
    return _failed(host, tries, lasting=lasting)


def _answered(probe: Probe) -> bool:
    return (
        probe.status is not None
        and 200 <= probe.status < 300
        and not probe.challenge
        and probe.trouble in _STILL_ANSWERED
    )


def _failed(host: str, tries: list[Probe], *, lasting: bool) -> Judged:
    """Nothing answered well. A `lasting` host is CEOP's own: out of reach, it is most likely filtered."""
    last = tries[-1]
    for probe in tries:
        if probe.status in _GONE:
            end = host_of(probe.final_url) or host
            gone = "has been removed for good" if probe.status == 410 else "does not exist"
            return Judged(LinkVerdict.broken, f"{end} answers that this page or file {gone} ({probe.status})", probe)
        if probe.trouble is Trouble.invalid_url:
            return Judged(LinkVerdict.broken, "the address is not a valid one", probe)
        if probe.trouble is Trouble.redirect_loop:
            return Judged(LinkVerdict.broken, f"{host} forwards round in circles and never arrives", probe)
        if probe.trouble is Trouble.private_address and _is_private(host):
            return Judged(
                LinkVerdict.broken,
                f"{host} is an address inside a private network, which nobody at home can open",
                probe,
            )
    troubles = Counter(probe.trouble for probe in tries if probe.status is None)
    for trouble, said in _TWICE.items() if not lasting else ():
        if troubles[trouble] >= 2:
            probe = next(one for one in tries if one.trouble is trouble)
            return Judged(LinkVerdict.broken, said.format(host=host), probe)
    if last.challenge or last.trouble is Trouble.blocked or last.status in _TURNED_AWAY:
        code = f" ({last.status})" if last.status else ""
        return Judged(
            LinkVerdict.blocked,
            f"{host_of(last.final_url) or host} turns programs away{code}, so only a person can see",
            last,
        )
    return Judged(LinkVerdict.unverifiable, _unsure(host, last), last, tried=last.trouble not in _NOT_TRIED)


# Said only when it happened on two attempts: a single failure may be a passing one.
_TWICE = {
    Trouble.name_not_resolved: "the name {host} no longer exists",
    Trouble.refused: "{host} refuses every connection",
    Trouble.tls_expired: "the certificate of {host} has expired, so a browser warns people off",
    Trouble.tls_name: "the certificate of {host} belongs to another site, so a browser warns people off",
}
_NOT_TRIED = (Trouble.budget, Trouble.interrupted, Trouble.offline)
_UNSURE = {
    **UNREACHED,
    Trouble.name_not_resolved: "the name {host} could not be found when it was asked for once",
    Trouble.refused: "{host} refused the connection when it was tried once",
    Trouble.tls_expired: "the certificate of {host} looks expired; tried once",
    Trouble.tls_name: "the certificate of {host} looks like another site's; tried once",
    Trouble.private_address: "the name {host} leads to a private network from here, so it was not opened",
    Trouble.robots: "{host} asks programs not to open this address",
    Trouble.empty: "{host} answered with nothing",
    Trouble.budget: "the time or number of requests for this audit was used up first",
    Trouble.interrupted: "the audit was stopped first",
}


# Of the rest the message says more than one attempt can show: that a name does not exist, that a certificate is wrong.
_SAID_EXACTLY = (
    Trouble.timeout, Trouble.tls, Trouble.robots, Trouble.proxy, Trouble.protocol, Trouble.budget,
    Trouble.interrupted, Trouble.offline,
)  # fmt: skip


def _clause(sentence: str) -> str:
    """`sentence` as a part of another one: no full stop, and a small letter unless it begins with a name."""
    first = sentence.partition(" ")[0]
    said = sentence.rstrip(".")
    return said[:1].lower() + said[1:] if first in ("The", "No", "Only", "This", "It") else said


def _unsure(host: str, probe: Probe) -> str:
    if probe.status == 429:
        return f"{host} asked us to come back later (429)"
    if probe.status is not None and probe.status >= 500:
        return f"{host} has trouble of its own at the moment ({probe.status})"
    if probe.message and probe.trouble in _SAID_EXACTLY:
        return _clause(probe.message)
    if probe.trouble in _UNSURE:
        return _UNSURE[probe.trouble].format(host=host)
    if probe.status is not None:
        return f"{host} answered with the code {probe.status}, which says neither yes nor no"
    return f"{host} could not be reached" + (f": {probe.message}" if probe.message else "")


def _landed(
    link: LinkEvidence, probe: Probe, registers: Registers, options: LinkOptions, hosts: frozenset[str]
) -> Judged:
    """Something answered: is it what the link promises?"""
    final = probe.final_url or probe.url
    asked, end = host_of(link.url), host_of(final)
    for address in (link.url, final):
        known = registers.classify(address)
        if (
            known is not None
            and known.address_class is AddressClass.lookalike
            and not _own(host_of(address), hosts, options)
        ):
            return Judged(
                LinkVerdict.suspicious, f"{host_of(address)} is made to look like CEOP's address and is not", probe
            )
    moved = _domain(asked) != _domain(end)
    if why := parked(probe, end, moved=moved, registers=registers, sellers=options.parking_hosts):
        return Judged(LinkVerdict.suspicious, f"{end} looks like a lapsed name in other hands: {why}", probe)
    if why := missing(probe, link.url, options.not_found):
        return Judged(LinkVerdict.suspicious, f"the page that opens says that what was there is gone: {why}", probe)
    if any(_at(final, place) for place in options.sign_in):
        return Judged(LinkVerdict.unverifiable, f"{end} asks for a sign-in, so what lies behind it was not seen", probe)
    if not moved:
        return Judged(LinkVerdict.working, _same_site(link.url, final), probe)
    if why := _harmless_move(probe, asked, end, registers, options, hosts):
        return Judged(LinkVerdict.working, why, probe)
    return Judged(LinkVerdict.suspicious, f"it leads to {asked}, but lands on another site, {end}", probe)


def _opened(link: LinkEvidence, judged: Judged) -> Judged:
    """What a working target turned out to be where it is a document that was read."""
    document = link.document
    if document is None or not document.problem:
        return judged
    if document.problem in ("damaged", "password"):
        return replace(judged, verdict=LinkVerdict.unverifiable, reason=f"{document.message}, so only a person can see")
    if document.problem == "web-page" and not link.internal:
        # Some sites show a document within a page of theirs.
        reason = f"{document.message}, so only a person can see whether it shows the document"
        return replace(judged, verdict=LinkVerdict.unverifiable, reason=reason)
    if document.problem in ("web-page", "not-a-pdf", "no-pages"):
        return replace(judged, verdict=LinkVerdict.suspicious, reason=document.message)
    return replace(judged, reason=f"{judged.reason}; what the document links to was not read")


def _same_site(asked: str, final: str) -> str:
    before, after = urlsplit(asked), urlsplit(final)
    if len(before.path) > 1 and after.path in ("", "/") and not after.query:
        return "it works, but forwards to the front page, so the page itself may be gone"
    if (before.path.rstrip("/"), before.query) != (after.path.rstrip("/"), after.query):
        return f"it works and forwards to {final}"
    return "it works"


def _harmless_move(
    probe: Probe, asked: str, end: str, registers: Registers, options: LinkOptions, hosts: frozenset[str]
) -> str:
    """Why a landing on another registrable domain is nothing to worry about; empty when there is no such reason."""
    old, new = _domain(asked), _domain(end)
    if end in hosts:
        return "it works and forwards to this school's own site"
    if is_under(asked, *options.short_links):
        return f"it works: a short address that forwards to {end}"
    if registers.is_known_move(old, new):
        return f"it works: {old} is known to have moved to {new}"
    if is_under(end, *options.closed_registries):
        return f"it works and forwards to {end}, a name that only a public body can have"
    known = registers.classify(probe.final_url)
    if known is not None and known.address_class in (AddressClass.official, AddressClass.education):
        return f"it works and forwards to {end}"
    if len(old.split(".")[0]) >= 4 and old.split(".")[0] == new.split(".")[0]:
        return f"it works: the same name under another ending, {new}"
    kind = probe.content_type.split(";")[0].strip().lower()
    if kind and kind not in ("text/html", "application/xhtml+xml"):
        return f"it works: the file is kept on {end}"
    return ""


_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>.]+(?:\.[^@\s<>.]+)+>?$")


def _other_scheme(scheme: str, url: str) -> Judged:
    rest = unquote(url.partition(":")[2])[:500]
    if scheme == "mailto":
        people = [one.strip() for one in rest.partition("?")[0].split(",") if one.strip()]
        if all(_EMAIL.search(one) for one in people) and (people or "?" in rest):
            return Judged(LinkVerdict.working, "an email address in the right form; nothing was sent")
        return Judged(LinkVerdict.broken, f"“{rest.partition('?')[0]}” is not a complete email address")
    if scheme in ("tel", "sms"):
        digits = sum(char.isdigit() for char in rest.partition("?")[0])
        if digits >= 3:
            return Judged(LinkVerdict.working, "a telephone number in the right form; it was not rung")
        return Judged(LinkVerdict.broken, f"“{rest}” is not a telephone number")
    if scheme == "data":
        return Judged(LinkVerdict.working, "the content is within the page itself")
    if scheme == "file" or len(scheme) == 1:
        return Judged(LinkVerdict.broken, "it points at a file on the computer of whoever made the page")
    if scheme == "javascript":
        return Judged(LinkVerdict.unverifiable, "a script, not an address: only pressing it can tell", tried=False)
    return Judged(LinkVerdict.unverifiable, f"it opens another program ({scheme}:), which was not tried", tried=False)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(host: str) -> bool:
    return host == "localhost" or "." not in host or (_is_address(host) and not ipaddress.ip_address(host).is_global)


def _domain(host: str) -> str:
    return host if _is_address(host) else registrable_domain(host)


def _own(host: str, hosts: frozenset[str], options: LinkOptions) -> bool:
    return host in hosts or is_under(host, *options.closed_registries)


def _at(url: str, place: str) -> bool:
    """Whether `url` is on the host of `place`, below its path where it names one."""
    host, _, path = place.partition("/")
    return is_under(host_of(url), host) and urlsplit(url).path.lower().startswith(f"/{path}")
