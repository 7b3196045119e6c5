"""One link target with its verdict, its pages, and what a person would call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from sgaudit.checks.link_verdicts import Judged
from sgaudit.model.evidence import LinkEvidence, Trouble
from sgaudit.model.outcome import LinkVerdict
from sgaudit.model.report import EvidenceItem
from sgaudit.model.words import shortened
from sgaudit.register import host_of

_NO_NAMES = "this machine found the name of no other site at all, so the fault may well be here"


class Target:
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
        return host_of(self.link.url)

    @property
    def is_web(self) -> bool:
        """Whether it is an address of the web."""
        return self.link.url.lower().startswith(("http://", "https://"))

    @property
    def nameless(self) -> bool:
        """Whether every attempt ended with a name that could not be found."""
        probes = self.link.probes
        return bool(probes) and all(probe.trouble is Trouble.name_not_resolved for probe in probes)

    def doubt_the_name(self) -> None:
        """Call the target unverifiable, where it counted as broken only for its name."""
        if self.nameless and not self.link.internal:
            self.judged = replace(self.judged, verdict=LinkVerdict.unverifiable, reason=_NO_NAMES)

    @property
    def noun(self) -> str:
        """What kind of thing it is."""
        return next((noun for kind, noun in _NOUNS.items() if kind in self.link.kinds), "link")

    @property
    def called(self) -> str:
        """What a person would call the link: its words, else the file or address it leads to."""
        if self.link.text.strip() and self.noun in ("link", "document"):
            return f"“{shortened(self.link.text, 60)}”"
        try:
            parts = urlsplit(self.link.url)
        except ValueError:
            return shortened(self.link.url, 60)
        last = unquote(parts.path.rstrip("/").rpartition("/")[2])
        return shortened(last or parts.hostname or self.link.url, 60)

    def items(self, most_pages: int = 5) -> tuple[EvidenceItem, ...]:
        """The target with its way, and the first of its pages."""
        link, probe = self.link, self.judged.probe
        detail = " → ".join((*(f"{hop.status} {hop.url}" for hop in probe.trail), probe.final_url)) if probe else ""
        found = EvidenceItem(kind="link", url=link.url, quote=shortened(link.text, 200), detail=detail)
        return (found, *(EvidenceItem(kind="page", url=page) for page in self.pages[:most_pages]))


_NOUNS = {
    "stylesheet": "style sheet",
    "img": "picture",
    "frame": "embedded page",
    "document": "document",
    "media": "film or sound",
}
