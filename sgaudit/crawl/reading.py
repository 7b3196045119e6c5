"""One address read: fetched, told apart (page, file, error, wall) and parsed; or what the browser saw there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sgaudit.crawl.addresses import host_of
from sgaudit.crawl.document import Document, read_html
from sgaudit.fetch import Fetched, Fetcher
from sgaudit.model.evidence import Probe, RenderedPage, Trouble

Reader = Callable[[str], RenderedPage]
"""Opens one address in the browser. Not for several threads at once."""

BROWSER = "browser"
"""The method of a Probe that the browser made."""

MOST_WORDS_OF_SIGN_IN = 150
"""Words of a page that is nothing but a sign-in; a page with a sign-in in its corner says more."""

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_UNSURE_TYPES = ("", "text/plain", "text/xml", "application/xml", "unknown/unknown", "application/unknown", "*/*")
_HTML_START = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(?:!doctype html|html|head|body|title)[\s>]", re.I | re.S
)
_HTML_ANY = re.compile(rb"\s*<(?:h1|p|div|a|table|script|meta|link|ul|!--)[\s>]", re.IGNORECASE)
_OTHER_START = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"RIFF",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
)
_TURNED_AWAY = (401, 403, 407, 429, 451, 999)


@dataclass(frozen=True, slots=True)
class Got:
    """What one address gave. `document` is None unless it was HTML; `digest` tells equal pages.

    `trouble` and `reason` say why there is no page to look at; both are empty when there is one, and for a file.
    `mark` and `print` are for later nights (see keeping.py), empty where nothing is kept. `seen_at` is when the page
    was really read, where that was not in this run.
    """

    probe: Probe
    document: Document | None = None
    digest: bytes = b""
    trouble: Trouble | None = None
    reason: str = ""
    is_file: bool = False
    mark: str = ""
    print: bytes = b""
    seen_at: datetime | None = None

    @property
    def turned_away(self) -> bool:
        """Whether it was programs that were refused, and a browser may be let in."""
        return self.trouble is Trouble.blocked

    @property
    def final_url(self) -> str:
        """Where the request ended."""
        return self.probe.final_url or self.probe.url


def get_page(fetcher: Fetcher, url: str) -> Got:
    """Ask for `url` and read what comes. Never raises for what a site does; may run in any thread."""
    return read_answer(fetcher.get(url))


def read_answer(fetched: Fetched) -> Got:
    """What an answer turns out to be."""
    probe = fetched.probe
    if not fetched.body or not is_html(probe.content_type, fetched.body):
        if _is_file(probe, fetched.body):
            return Got(probe, is_file=True)
        return Got(probe, None, b"", *trouble_of(probe, None))
    digest = hashlib.blake2b(fetched.body, digest_size=12).digest()
    try:
        document = read_html(fetched.text)
    except Exception as error:  # noqa: BLE001 - one page that our parser stumbles over must not end the audit
        reason = f"The page could not be taken apart ({type(error).__name__}); please report this address to us."
        return Got(probe, None, digest, Trouble.unsupported, reason)
    probe = probe.model_copy(update={"title": document.title[:200]})
    return Got(probe, document, digest, *trouble_of(probe, document))


def page_from_browser(url: str, rendered: RenderedPage) -> Got:
    """What the browser saw at `url`, in the same form."""
    document = read_html(rendered.snapshot) if rendered.snapshot else None
    if document is not None:
        document.title = rendered.title.strip()[:300] or document.title
        document.lang = rendered.lang or document.lang
        document.scripted = False
        document.ids = None
    probe = Probe(
        url=url,
        method=BROWSER,
        status=rendered.status,
        final_url=rendered.final_url or url,
        trail=rendered.trail,
        content_type="text/html",
        title=document.title[:200] if document else "",
        trouble=rendered.trouble,
        message=rendered.message,
    )
    digest = hashlib.blake2b(rendered.snapshot.encode("utf-8", "replace"), digest_size=12).digest()
    return Got(probe, document, digest, *trouble_of(probe, document))


def is_html(content_type: str, body: bytes) -> bool:
    """Whether a body is HTML, whatever it was called: by its type, or by its first bytes where the type says little."""
    kind = content_type.partition(";")[0].strip().lower()
    start = body[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_OTHER_START):
        return False
    if kind in _HTML_TYPES:
        return True
    if kind not in _UNSURE_TYPES:
        return False
    return _HTML_START.match(start) is not None or (not kind and _HTML_ANY.match(start) is not None)


def _is_file(probe: Probe, body: bytes) -> bool:
    if probe.status is None or probe.status >= 300:
        return False
    return probe.trouble is Trouble.not_html or (probe.trouble is None and bool(body))


def trouble_of(probe: Probe, document: Document | None) -> tuple[Trouble | None, str]:
    """Why there is no page to look at, in one word and one sentence; (None, "") when there is one."""
    host = host_of(probe.final_url or probe.url)
    status = probe.status
    if probe.challenge:
        return Trouble.blocked, f"{host} shows a test for people instead of the page, so programs cannot read it."
    if status in _TURNED_AWAY:
        said = "asked us to come back later" if status == 429 else "turns programs away"
        return Trouble.blocked, f"{host} {said} ({status})."
    if status is not None and status >= 500:
        return Trouble.http_status, f"{host} answers with an error of its own ({status})."
    if status in (404, 410):
        return Trouble.http_status, f"{host} answers that this page does not exist ({status})."
    if probe.trouble is not None:
        return probe.trouble, probe.message or f"{host} could not be read ({probe.trouble.value})."
    if status is not None and (status >= 300 or status < 200):
        return Trouble.http_status, f"{host} answers with the code {status} and no page."
    if document is None:
        return Trouble.empty, f"{host} answers with nothing."
    return None, ""


def asks_to_sign_in(asked: str, got: Got) -> bool:
    """Whether an address only leads on to a sign-in: what lies behind it was not seen."""
    if got.document is None or not got.document.sign_in or not got.probe.trail:
        return False
    before, after = urlsplit(asked), urlsplit(got.final_url)
    return (before.netloc, before.path.rstrip("/")) != (
        after.netloc,
        after.path.rstrip("/"),
    ) and got.document.words < 150
