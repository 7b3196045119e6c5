"""Where a thing stands, in words, and one finding for a fault that stands on many pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urldefrag, urlsplit

from sgaudit.checks.interface import finding
from sgaudit.model.evidence import Evidence, PageEvidence, RenderedPage
from sgaudit.model.naming import page_title
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import EvidenceItem, Finding, fingerprint
from sgaudit.model.words import shortened
from sgaudit.rules import Rule

_TITLE = 70


class Places:
    """The pages of one run by the names a reader knows, safeguarding pages first."""

    def __init__(self, evidence: Evidence) -> None:
        self.home = evidence.url
        self._titles: dict[str, str] = {}
        safeguarding: set[str] = set()
        pages: list[PageEvidence | RenderedPage] = [*evidence.pages, *evidence.rendered]
        for page in pages:
            for url in (page.url, page.final_url):
                if url and page.title.strip():
                    self._titles.setdefault(url, page_title(page.title, evidence.site_name))
                if url and page.role is Role.safeguarding:
                    safeguarding.add(url)
        self.safeguarding = frozenset(safeguarding)

    def name(self, url: str) -> str:
        """What a page is called: its title in quotation marks, else its path."""
        title = self._titles.get(url, "")
        if title:
            return f"“{shortened(title, _TITLE)}”"
        return urlsplit(url).path or url

    def on(self, pages: Sequence[str], total: int = 0) -> str:
        """`on “Title”`, with the number of other pages where there are any; `total` counts pages not listed too."""
        if not pages:
            return "on this site"
        others = max(total, len(pages)) - 1
        more = f" and {others} other {'page' if others == 1 else 'pages'}" if others > 0 else ""
        return f"on {self.name(self.first(pages))}{more}"

    def first(self, pages: Iterable[str]) -> str:
        """The page to name first: a safeguarding page if there is one; the home page when `pages` is empty."""
        listed = list(pages)
        return next((page for page in listed if page in self.safeguarding), listed[0] if listed else self.home)

    def any_safeguarding(self, pages: Iterable[str]) -> bool:
        """Whether one of `pages` is a safeguarding page."""
        return any(page in self.safeguarding for page in pages)

    def once(
        self,
        rule: Rule,
        pages: Sequence[str],
        outcome: Outcome,
        message: str,
        *items: EvidenceItem,
        what: str,
        severity: Severity | None = None,
        fix: tuple[str, ...] | None = None,
        subject: str = "",
    ) -> Finding:
        """One finding for all `pages`. Its fingerprint leans on `what` alone and so stays the same.

        `subject` names what it is about where `what` also says how it came out; without it the two are one.
        """
        found = finding(rule, self.first(pages), outcome, message, *items, what=what, severity=severity, fix=fix)
        same = {"fingerprint": fingerprint(rule.id, self.home, what), "pages": tuple(pages), "subject": subject or what}
        return found.model_copy(update=same)


def without_fragment(url: str) -> str:
    """`url` without its fragment."""
    return urldefrag(url).url
