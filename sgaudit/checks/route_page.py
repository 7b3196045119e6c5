"""One page with all its reporting routes, judged, and what stands on it where there is none."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import urldefrag

from sgaudit.checks.interface import Need
from sgaudit.checks.route import Fault, Route, RouteOptions, routes_of, speaks_of_reporting
from sgaudit.model.evidence import Control, RenderedPage
from sgaudit.model.outcome import Role
from sgaudit.register import AddressClass, Registers

ROUTE_NEEDS = frozenset({Need.crawl, Need.browser, Need.press})
_TEXT_ADDRESS = re.compile(r"(?:www\.)?ceop\.police\.uk", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<sg-(comment|template|noscript)[^>]*>(?:(?!</sg-\1>).)*ceop\.police\.uk", re.IGNORECASE | re.DOTALL
)


class PageRoutes:
    """One page with all its routes, judged."""

    def __init__(self, page: RenderedPage, registers: Registers, options: RouteOptions) -> None:
        self.page = page
        self.routes = routes_of(page, registers, options)
        self.widths = tuple(view.width for view in page.views)
        self.works = {width: [route for route in self.routes if route.works(width)] for width in self.widths}
        self.good = bool(self.widths) and all(self.works.values())

    @property
    def nearest(self) -> Route | None:
        """The route that comes closest to working, or the first that works."""

        def distance(route: Route) -> tuple[bool, bool, bool, int]:
            faults = [fault for width in self.widths for fault in route.faults(width)]
            if not faults:
                return (False, False, False, len(list(route.lesser())))
            # Where none works, the one that says "report" is what a child would press.
            weight = sum(fault.severity.rank + 1 for fault in faults)
            return (not route.promises, True, not route.says_report, weight)

        return min(self.routes, key=distance, default=None)

    @property
    def dead(self) -> list[tuple[Route, Fault]]:
        """Routes that mislead whoever presses them."""
        return [(route, fault) for route in self.routes if (fault := route.dead) is not None]

    @property
    def offers(self) -> bool:
        """Whether a visitor is offered something that may be taken for a way to report."""
        nearest = self.nearest
        return nearest is not None and (nearest.promises or nearest.landing is not None or is_visible(nearest))

    @property
    def pictured(self) -> Control | None:
        """A picture of CEOP's that is shown and that nothing makes clickable."""
        loose = (one for view in self.page.views for one in view.controls if "unlinked-image" in one.route_clues)
        return next((one for one in loose if not one.hidden_because), None)

    @property
    def pretends(self) -> bool:
        """Whether that picture asks to be pressed, as a logo does not: a child may press it and be left alone."""
        shown = self.pictured
        return not self.good and shown is not None and speaks_of_reporting(shown)

    @property
    def spoken_of(self) -> Route | None:
        """The route that the page's own finding is about when it fails."""
        return self.dead[0][0] if self.good and self.dead else self.nearest

    @property
    def unsure(self) -> Route | None:
        """A route that may work, as far as could be seen, at a width where none is known to."""
        for route in self.routes:
            for width in self.widths:
                faults = route.faults(width)
                if not self.works[width] and faults and all(fault.unsure for fault in faults):
                    return route
        return None


def is_visible(route: Route) -> bool:
    """Whether a person can see it at any width."""
    return any(route.visible(width) for width in route.at)


def absent(one: PageRoutes, registers: Registers, pages: Sequence[PageRoutes]) -> str:
    """That nothing is there, and what stands in its place."""
    message = "There is no way to report to CEOP on this page."
    shown = one.pictured
    empty = [route for route in one.routes if route.promises]
    if shown is not None:
        named = f" (“{shown.name[:60]}”)" if shown.name else ""
        message += f" A CEOP picture{named} is shown, but it is no link: pressing it does nothing."
    if empty and not any(is_visible(route) for route in empty):
        reason = next((fault.reason for width in one.widths for fault in empty[0].faults(width)), "nobody can see it")
        message += f" A link to CEOP is in the page, but {reason}."
    elif match := _UNSEEN.search(one.page.snapshot):
        place = {"comment": "a comment", "template": "a template", "noscript": "a part for browsers without scripts"}
        message += f" CEOP's address is only in {place[match.group(1).lower()]} of the page's code, which nobody sees."
    elif _TEXT_ADDRESS.search(_text(one.page.snapshot)):
        message += " CEOP's address is written there, but it is plain text that cannot be pressed."
    if one.page.final_url and urldefrag(one.page.final_url).url != urldefrag(one.page.url).url:
        message += f" Whoever opens it ends up at {one.page.final_url[:120]}."
    for view in one.page.views[:1]:
        for control in view.controls:
            entry = registers.classify(control.href) if control.href else None
            if entry is not None and entry.address_class in (AddressClass.education, AddressClass.superseded):
                message += f" There is a link to {entry.host}: {entry.note}."
                return message
    elsewhere = next((other for other in pages if other is not one and other.good), None)
    if elsewhere is not None and elsewhere.page.role not in (Role.home, Role.safeguarding):
        message += f" One that works is on {elsewhere.page.url}, where a worried child may not look."
    return message


def _text(snapshot: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", snapshot))
