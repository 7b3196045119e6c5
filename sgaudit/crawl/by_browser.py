"""The browser's help where programs see nothing: pages that scripts write, and sites that turn programs away."""

from __future__ import annotations

from sgaudit.crawl.frontier import Node
from sgaudit.crawl.page import Page
from sgaudit.crawl.reading import Got, Reader, page_from_browser
from sgaudit.progress import Stop

MOST = 60
"""Pages that the browser reads for one crawl."""

_FUTILE = 3


class ByBrowser:
    """Reads single pages with the browser, one at a time and not too many. `unread` counts those it could not."""

    def __init__(self, read: Reader | None, stop: Stop) -> None:
        self.unread = 0
        self._read = read
        self._stop = stop
        self._used = self._futile = 0

    @property
    def is_there(self) -> bool:
        """Whether there is a browser at all."""
        return self._read is not None

    def written(self, node: Node) -> Got | None:
        """A page that only scripts write; None when there is no browser for it, or no more."""
        if self._read is None or self._used >= MOST or self._stop.reason:
            self.unread += 1
            return None
        return self._open(self._read, node)

    def let_in(self, node: Node) -> Got | None:
        """A page from which programs are turned away; None when the browser is too, or is not to be asked again."""
        if self._read is None or self._used >= MOST or self._futile >= _FUTILE or self._stop.reason:
            return None
        seen = self._open(self._read, node)
        self._futile = 0 if seen.trouble is None else self._futile + 1
        return seen if seen.trouble is None else None

    def again(self, page: Page) -> Got | None:
        """A page that was read without the browser and has scripts that may add to it; None when there is no use."""
        document = page.got.document
        if self._read is None or self._stop.reason or page.seen.fetched_by == "browser":
            return None
        if document is None or not document.has_scripts:
            return None
        seen = page_from_browser(page.got.final_url, self._read(page.got.final_url))
        return seen if seen.trouble is None else None

    def _open(self, read: Reader, node: Node) -> Got:
        self._used += 1
        seen = page_from_browser(node.url, read(node.url))
        node.by_browser = seen.probe
        return seen
