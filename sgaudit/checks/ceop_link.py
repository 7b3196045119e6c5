"""Whether a safeguarding page links to ceop.police.uk, and whether the link works."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgaudit.checks.arrival import Arrival, arrived, probed
from sgaudit.checks.interface import Check, Need, finding, looked_at, not_looked_at
from sgaudit.checks.route import Route, RouteOptions, routes_of
from sgaudit.checks.route_page import ROUTE_NEEDS, is_visible
from sgaudit.model.evidence import Evidence
from sgaudit.model.outcome import Outcome
from sgaudit.model.report import Decided, EvidenceItem
from sgaudit.register import AddressClass, Registers
from sgaudit.rules import Rule

_OFFICIAL = (AddressClass.official, AddressClass.official_weak)


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = RouteOptions.model_validate(rule.options)
    seen = _known_ends(evidence, registers, options)
    findings = not_looked_at(rule, evidence)
    for page in looked_at(rule, evidence):
        routes = [
            route
            for route in routes_of(page, registers, options)
            if route.entry is not None and route.entry.address_class in _OFFICIAL and is_visible(route)
        ]
        ends = [(route, _end(route, seen)) for route in routes]
        found = next((pair for pair in ends if pair[1].outcome is Outcome.passed), None)
        found = found or next((pair for pair in ends if pair[1].outcome is Outcome.cant_tell), None)
        found = found or next(iter(ends), None)
        if found is None:
            message = "No link on this page that a person can see leads to ceop.police.uk."
            findings.append(finding(rule, page.url, Outcome.failed, message, what="link"))
            continue
        route, end = found
        item = EvidenceItem(
            kind="link",
            url=route.control.href,
            frame=route.control.frame,
            selector=route.control.selector,
            quote=route.name[:200],
        )
        said = {
            Outcome.passed: f"The {route.called} leads to {route.control.href[:120]}, and {end.reason}.",
            Outcome.cant_tell: f"The {route.called} is there, but could not be verified: {end.reason}.",
            Outcome.failed: f"The {route.called} is there, but {end.reason}.",
        }
        fix = () if end.outcome is Outcome.passed else None
        findings.append(finding(rule, page.url, end.outcome, said[end.outcome], item, what="link", fix=fix))
    return Decided(findings=tuple(findings))


@dataclass
class _Ends:
    """Where an address led, pressed in the browser and asked for by a plain request."""

    pressed: list[Arrival] = field(default_factory=list)
    asked: list[Arrival] = field(default_factory=list)


def _known_ends(evidence: Evidence, registers: Registers, options: RouteOptions) -> dict[str, _Ends]:
    """What this run learnt of each address."""
    seen: dict[str, _Ends] = {}
    for page in evidence.rendered:
        for press in page.presses:
            if press.landing is not None:
                arrival = arrived(press.landing, press.requested, registers, options.not_found)
                seen.setdefault(_plain(press.requested), _Ends()).pressed.append(arrival)
    for link in evidence.links:
        for probe in link.probes:
            if probe.method.upper() != "HEAD":
                arrival = probed(probe, registers, options.not_found)
                seen.setdefault(_plain(link.url), _Ends()).asked.append(arrival)
    return seen


def _end(route: Route, seen: dict[str, _Ends]) -> Arrival:
    """A visitor's browser meets what a plain request does not, so its word goes first."""
    ends = seen.get(_plain(route.control.href), _Ends())
    for known in (ends.pressed, ends.asked):
        for outcome in (Outcome.passed, Outcome.failed):
            found = next((end for end in known if end.outcome is outcome), None)
            if found is not None:
                return found
    return next(iter(ends.pressed + ends.asked), Arrival(Outcome.cant_tell, "untried", "it was not tried"))


def _plain(url: str) -> str:
    return url.split("#")[0].rstrip("/").lower()


CEOP_LINK = Check(options=RouteOptions, decide=_decide, needs=ROUTE_NEEDS | {Need.links})
