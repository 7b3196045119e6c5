"""Whether a child can report to CEOP from each page, and how a way that works could be better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sgaudit.checks.interface import Check, finding, not_looked_at
from sgaudit.checks.route import Route, RouteOptions
from sgaudit.checks.route_page import ROUTE_NEEDS, PageRoutes, absent, is_visible
from sgaudit.checks.unread import unread
from sgaudit.model.evidence import Evidence
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import ButtonClick, ButtonRow, ButtonView, Decided, EvidenceItem, Finding
from sgaudit.register import Registers
from sgaudit.rules import Rule


def _decide(rule: Rule, evidence: Evidence, registers: Registers) -> Decided:
    options = RouteOptions.model_validate(rule.options)
    pages = [PageRoutes(page, registers, options) for page in evidence.rendered if page.trouble is None]
    elsewhere = any(page.role is Role.safeguarding for page in evidence.rendered)
    if options.part == "quality":
        return Decided(findings=tuple(_qualities(rule, pages)))
    findings = not_looked_at(rule, evidence)
    rows: list[ButtonRow] = []
    told: set[str] = set()
    for one in pages:
        expected = one.page.role in (Role.home, Role.safeguarding)
        if not expected and not any(route.promises for route in one.routes):
            continue
        outcome, main, severity = _main(one, registers, pages)
        if elsewhere and one.page.role is Role.home and outcome is Outcome.failed and not (one.offers or one.pretends):
            outcome, main = Outcome.inapplicable, f"{main} It is the safeguarding pages that must have one."
        rows.append(_row(one, outcome, main))
        if expected:
            findings.append(_told(rule, one, outcome, main, severity))
        findings += _misleading(rule, one, told, said=expected and outcome is Outcome.failed)
    return Decided(findings=tuple(findings), button=tuple(rows))


def _told(rule: Rule, one: PageRoutes, outcome: Outcome, message: str, severity: Severity) -> Finding:
    """The finding on one page where a way to report is looked for."""
    return finding(
        rule,
        one.page.url,
        outcome,
        message,
        *(_items(one, one.nearest) if one.nearest else ()),
        what="route",
        severity=severity,
        fix=() if outcome in (Outcome.passed, Outcome.inapplicable) else None,
        decisive=outcome is Outcome.failed and (bool(one.dead) or one.pretends),
    )


def _misleading(rule: Rule, one: PageRoutes, told: set[str], *, said: bool) -> Iterator[Finding]:
    """What misleads whoever presses it, each once a site; `said` when the page's own finding speaks of the nearest."""
    for route, fault in one.dead:
        what = f"{route.control.href} {route.name}"
        if what in told or (said and route is one.spoken_of):
            continue
        told.add(what)
        also = "Another way to CEOP on this page works, but a child may press this one: " if one.good else ""
        message = f"{also}the {route.called} is there, and {fault.reason}."
        yield finding(
            rule,
            one.page.url,
            Outcome.failed,
            message[:1].upper() + message[1:],
            *_items(one, route),
            what=what,
            severity=Severity.serious if one.good else fault.severity,
            decisive=True,
        )


def _main(one: PageRoutes, registers: Registers, pages: Sequence[PageRoutes]) -> tuple[Outcome, str, Severity]:
    """The outcome of one page, the sentence that says it and how much it matters."""
    if one.good:
        route = min(one.works[one.widths[0]], key=lambda each: len(list(each.lesser())))
        host = one.widths and " and ".join(str(width) for width in one.widths)
        message = (
            f"The {route.called} can be seen and works by mouse and keyboard at {host} pixels page width, "
            "and CEOP's own page opens."
        )
        if weak := list(route.lesser()):
            message += f" It could be better: {'; '.join(weak[:3])}."
        if one.dead:
            route, fault = one.dead[0]
            return (
                Outcome.failed,
                f"One way to CEOP works, but a child may press the {route.called}, and {fault.reason}.",
                Severity.serious,
            )
        return Outcome.passed, message, Severity.minor
    if one.unsure is not None and not one.dead:
        route = one.unsure
        fault = next(fault for width in one.widths for fault in route.faults(width))
        return (
            Outcome.cant_tell,
            f"The {route.called} is there, but could not be judged: {fault.reason}.",
            Severity.critical,
        )
    if (one.nearest is None or not one.nearest.promises) and (gap := unread(one.page)):
        message = f"No way to report to CEOP was seen on this page, but not all of it could be read: {gap}."
        return Outcome.cant_tell, message, Severity.critical
    if one.nearest is None or not (one.offers and is_visible(one.nearest)):
        return Outcome.failed, absent(one, registers, pages), Severity.critical
    return Outcome.failed, *_what_fails(one, one.nearest)


def _what_fails(one: PageRoutes, route: Route) -> tuple[str, Severity]:
    """The faults of the nearest route, each said once with the widths it has."""
    by_reason: dict[str, list[int]] = {}
    worst = Severity.minor
    for width in one.widths:
        for fault in route.faults(width):
            by_reason.setdefault(fault.reason, []).append(width)
            worst = max(worst, fault.severity, key=lambda severity: severity.rank)
    parts = []
    for reason, widths in by_reason.items():
        where = "" if len(widths) == len(one.widths) else f" at {_width(widths[0])}"
        parts.append(f"{reason}{where}")
    others = [other for other in one.routes if other is not route and other.promises]
    message = f"The {route.called} is there, but {'; and '.join(parts[:3])}."
    if "closed" in {arrival.word for arrival in [route.arrival] if arrival}:
        message = f"Children cannot report at the moment: {'; '.join(parts[:1])}. Tell them the other ways to get help."
    if others:
        message += f" {len(others)} more like it {'does' if len(others) == 1 else 'do'} not work either."
    return message, worst


def _width(width: int) -> str:
    return f"phone width ({width} pixels)" if width < 600 else f"desktop width ({width} pixels)"


def _qualities(rule: Rule, pages: Sequence[PageRoutes]) -> Iterator[Finding]:
    told: set[str] = set()
    for one in pages:
        if one.page.role not in (Role.home, Role.safeguarding) or not one.good:
            continue
        routes = [route for route in one.routes if any(route.works(width) for width in one.widths)]
        best = min(routes, key=lambda route: len(list(route.lesser())))
        weak = list(best.lesser())
        if not weak:
            message = f"The {best.called} says what it does and can hardly be missed."
            yield finding(rule, one.page.url, Outcome.passed, message, *_items(one, best), what="quality", fix=())
        for clause in weak:
            what = f"{best.control.href} {clause}"
            if what in told:
                continue
            told.add(what)
            message = f"The {best.called} works, but {clause}."
            yield finding(rule, one.page.url, Outcome.failed, message, *_items(one, best), what=clause)


def _items(one: PageRoutes, route: Route) -> tuple[EvidenceItem, ...]:
    """What a person can check: the element at each width with its picture, and where it led."""
    items = []
    for width, control in sorted(route.at.items(), reverse=True):
        mouse, keyboard = route.presses.get((width, "mouse")), route.presses.get((width, "keyboard"))
        said = [f"{width} px"]
        for press in (mouse, keyboard):
            if press is not None:
                led = f"{press.how}, {press.landing.url} {press.landing.status or ''}" if press.landing else press.how
                tabs = f", stop {press.tabs} of Tab" if press.tabs else ""
                said.append(f"{press.means}: {(press.problem or led).strip()}{tabs}")
        items.append(
            EvidenceItem(
                kind="button",
                url=one.page.url,
                frame=control.frame,
                selector=control.selector,
                quote=route.name[:200],
                file=mouse.screenshot if mouse else "",
                detail="; ".join(said),
            )
        )
    if route.landing is not None and route.landing.landing is not None:
        landing = route.landing.landing
        trail = " → ".join(f"{hop.status} {hop.url}" for hop in landing.trail)
        detail = " → ".join(part for part in (trail, f"{landing.status or landing.message} {landing.url}") if part)
        items.append(EvidenceItem(kind="landing", url=landing.url, quote=landing.title[:200], detail=detail))
    return tuple(items)


def _row(one: PageRoutes, outcome: Outcome, message: str) -> ButtonRow:
    route = one.nearest
    if route is None:
        return ButtonRow(
            page=one.page.url,
            outcome=outcome,
            present=False,
            visible=False,
            named=False,
            click=ButtonClick(outcome="not-pressed"),
            problems=(message,),
        )
    led = route.landing.landing if route.landing else None
    mouse = route.presses.get((max(route.at), "mouse"))
    arrival = route.arrival
    verdict = route.entry.address_class.value if route.entry else ""
    if arrival is not None and (not verdict or arrival.outcome is not Outcome.passed):
        verdict = arrival.word
    faults = dict.fromkeys(fault.reason for width in one.widths for fault in route.faults(width))
    return ButtonRow(
        page=one.page.url,
        outcome=outcome,
        present=True,
        visible=all(route.visible(width) for width in one.widths),
        named=bool(route.control.name),
        name=route.control.name,
        selector=route.control.selector,
        frame=route.control.frame,
        target=route.control.href or (route.landing.requested if route.landing else ""),
        target_verdict=verdict,
        click=ButtonClick(
            outcome=(mouse.problem or mouse.how) if mouse else "not-pressed", landed_on=led.url if led else ""
        ),
        viewports={str(width): _view(route, width) for width in one.widths},
        problems=tuple(faults) or tuple(route.lesser()),
    )


def _view(route: Route, width: int) -> ButtonView:
    control = route.at.get(width)
    mouse, keyboard = route.presses.get((width, "mouse")), route.presses.get((width, "keyboard"))
    return ButtonView(
        visible=route.visible(width),
        named=bool(control and control.name),
        mouse=(mouse.problem or mouse.how) if mouse else "not-pressed",
        keyboard=(keyboard.problem or keyboard.how) if keyboard else "not-pressed",
        screenshot=mouse.screenshot if mouse else "",
    )


BUTTON = Check(options=RouteOptions, decide=_decide, needs=ROUTE_NEEDS)
