"""PDFs that safeguarding pages link to, read whole: do they open, and where do their own links lead?"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from hashlib import blake2b
from typing import Protocol
from urllib.parse import urldefrag, urlsplit

from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import DocumentSeen, LinkEvidence, PageEvidence, Probe, RenderedPage, Trouble
from sgaudit.model.outcome import Role
from sgaudit.pdf import read_pdf, too_large, unread

MOST = 60
"""Documents that are read whole in one run."""

_LARGEST = 20_000_000
_MOST_BYTES = 200_000_000


def linked_from_safeguarding(
    links: Iterable[LinkEvidence], pages: Iterable[PageEvidence], rendered: Iterable[RenderedPage]
) -> frozenset[str]:
    """Addresses, without fragment, that safeguarding pages link to."""
    opened = [page for page in rendered if page.role is Role.safeguarding]
    found = {page.url for page in opened}
    found |= {url for page in pages if page.role is Role.safeguarding for url in (page.url, page.final_url)}
    linked = {link.url for link in links if not found.isdisjoint(link.pages)}
    # The crawl's lists end at so many pages, so what stands on every page is looked for on the page itself.
    linked |= {control.href for page in opened for view in page.views for control in view.controls if control.href}
    return frozenset(urldefrag(url).url for url in linked)


def is_pdf(url: str, probe: Probe) -> bool:
    """Whether what was answered is a PDF, or is called one."""
    if probe.status is None or not 200 <= probe.status < 300 or probe.challenge:
        return False
    kind = probe.content_type.partition(";")[0].strip().lower()
    return kind == "application/pdf" or urlsplit(url).path.lower().endswith(".pdf")


class DocumentMemory(Protocol):
    """What was read of documents before, by a digest of their bytes: the same bytes hold the same."""

    def document(self, digest: str) -> DocumentSeen | None:
        """What there is of these bytes."""

    def keep_document(self, digest: str, seen: DocumentSeen) -> None:
        """Keep what was read of them."""


class Documents:
    """Reads documents as long as their number and their sizes allow. Thread-safe."""

    def __init__(self, memory: DocumentMemory | None = None) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._number = self._bytes = 0

    def read(self, fetcher: Fetcher, url: str) -> tuple[Probe | None, DocumentSeen]:
        """The document at `url` and the attempt to get it, None when none was made."""
        with self._lock:
            self._number += 1
            if self._number > MOST or self._bytes > _MOST_BYTES:
                return None, unread(f"only {MOST} documents, and {_MOST_BYTES // 1_000_000} MB of them, are read")
        fetched = fetcher.get(url, max_bytes=_LARGEST, retries=0)
        probe = fetched.probe
        with self._lock:
            self._bytes += len(fetched.body)
        if probe.trouble is Trouble.too_large:
            return probe, too_large()
        if probe.trouble is not None or probe.status is None or not 200 <= probe.status < 300:
            return probe, unread(probe.message or f"the answer was {probe.status} when it was to be read")
        return probe, self._read(fetched.body)

    def _read(self, body: bytes) -> DocumentSeen:
        """What the document holds; one that was read to its end before is not gone through again."""
        if self._memory is None:
            return read_pdf(body)
        digest = blake2b(body, digest_size=16).hexdigest()
        if (known := self._memory.document(digest)) is not None:
            return known
        seen = read_pdf(body)
        if not seen.problem:
            self._memory.keep_document(digest, seen)
        return seen
