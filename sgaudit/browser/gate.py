"""Every document passes here on its way: where may it come from, what did the server say, is it a page at all?

Only documents are stopped for a moment (of the page and of its frames); pictures, scripts and the rest are not, which
is what makes this cheap.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.manners import STATISTICS_ADDRESSES
from sgaudit.model.evidence import Hop, Trouble

_LOOKUP_SECONDS = 10.0
_MOST_DOCUMENTS = 10
_MOST_LOADS = 400
_UNHEEDED = frozenset({"Ping", "CSPViolationReport", "Preflight"})  # nothing of their answers is ever seen
_PATTERNS = [
    {"urlPattern": "*", "resourceType": "Document", "requestStage": stage} for stage in ("Request", "Response")
]
_PAGES = re.compile(r"^(?:text/html|application/xhtml\+xml|multipart/x-mixed-replace|)$")


class Guard(Protocol):
    """Says of an address why it may not be asked; empty when it may. May take its time and look names up."""

    def refuses(self, url: str) -> str: ...


@dataclass
class Visit:
    """One address being opened: the answers so far, and why it came to nothing if it did.

    `documents` counts the answers that were no redirects. `asked` is the document on its way, empty when there is
    none, `request` the browser's number for it, and `size` its bytes so far. `loads` are the addresses of all else that
    was loaded, with the browser's numbers for them, and `opaque` says that something could not be asked again. `error`
    is the browser's own text for a document that did not come. `active` ends when others than the opener press and
    follow.
    """

    url: str
    active: bool = True
    documents: int = 0
    hops: list[Hop] = field(default_factory=list)
    asked: str = ""
    request: str = ""
    content_type: str = ""
    size: int = 0
    loads: dict[str, str] = field(default_factory=dict)
    opaque: bool = False
    error: str = ""
    trouble: Trouble | None = None
    message: str = ""

    def fail(self, trouble: Trouble, message: str) -> None:
        """Remember the first reason."""
        if self.trouble is None:
            self.trouble, self.message = trouble, message


class Gate:
    """The gate of one page, on a connection of its own. `begin` says which address is being opened."""

    def __init__(self, session: CDPSession, frame: str, guard: Guard | None, most_bytes: int) -> None:
        self._session = session
        self.frame = frame
        self._guard = guard
        self._most = most_bytes
        self._known: dict[tuple[str, str, int | None], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.visit = Visit("", active=False)

    async def open(self) -> None:
        """Begin to watch."""
        self._session.on("Fetch.requestPaused", self._paused)
        self._session.on("Network.dataReceived", self._received)
        self._session.on("Network.requestWillBeSent", self._sent)
        self._session.on("Network.webSocketCreated", lambda _: self._sent(None))
        self._session.on("Network.loadingFailed", self._lost)
        self._session.on("Page.frameNavigated", self._committed)
        await self._session.send("Page.enable")
        await self._session.send("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})
        await self._session.send("Network.setBlockedURLs", {"urls": list(STATISTICS_ADDRESSES)})
        await self._session.send("Fetch.enable", {"patterns": _PATTERNS})

    def begin(self, url: str) -> Visit:
        """From now on what the page itself asks for belongs to a visit of `url`."""
        self.visit = Visit(url)
        return self.visit

    async def refusal(self, url: str) -> str:
        """Why a document may not be asked for, empty when it may."""
        try:
            parts = urlsplit(url)
            key = (parts.scheme, parts.hostname or "", parts.port)
        except ValueError:
            return "The address cannot be understood."
        if self._guard is None or key[0] not in ("http", "https"):
            return ""
        if key not in self._known:
            try:
                self._known[key] = await asyncio.wait_for(asyncio.to_thread(self._guard.refuses, url), _LOOKUP_SECONDS)
            except TimeoutError:
                return f"The name {key[1]} could not be looked up in time."
        return self._known[key]

    def _paused(self, event: dict[str, Any]) -> None:
        self._later(self._judge(event))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _received(self, event: dict[str, Any]) -> None:
        visit = self.visit
        if event["requestId"] == visit.request:
            visit.size += int(event.get("dataLength", 0))
            if visit.size > self._most:
                visit.fail(Trouble.too_large, f"The page is too large: more than {self._most / 1e6:.0f} MB.")

    def _sent(self, event: dict[str, Any] | None) -> None:
        """Take down what the page is made of; None for what is no file at all."""
        visit = self.visit
        kind = event.get("type", "") if event else ""
        if event is None or kind == "EventSource":
            visit.opaque = True
            return
        url, ours = str(event["request"]["url"]), event.get("frameId") == self.frame
        if kind in _UNHEEDED or not url.startswith(("http:", "https:")) or (kind == "Document" and ours):
            return
        if kind == "Document" or event["request"]["method"] != "GET" or len(visit.loads) >= _MOST_LOADS:
            visit.opaque = True
            return
        visit.loads[url.partition("#")[0]] = str(event["requestId"])

    def _lost(self, event: dict[str, Any]) -> None:
        if event.get("blockedReason"):  # statistics, which are kept from being asked every time
            visit = self.visit
            visit.loads = {url: number for url, number in visit.loads.items() if number != event["requestId"]}
        if event["requestId"] == self.visit.request:
            self.visit.asked, self.visit.error = "", str(event.get("errorText", ""))

    def _committed(self, event: dict[str, Any]) -> None:
        if event["frame"]["id"] == self.frame:
            self.visit.asked = ""

    async def _judge(self, event: dict[str, Any]) -> None:
        url = str(event["request"]["url"])
        answered = "responseStatusCode" in event or "responseErrorReason" in event
        visit = self.visit if event["frameId"] == self.frame and self.visit.active else None
        refused = ""
        if not answered:
            refused = await self.refusal(url)
            if refused and visit:
                visit.fail(Trouble.private_address, refused)
        wanted = not refused and (visit is None or self._met(visit, event, url, answered))
        try:
            if wanted:
                await self._session.send("Fetch.continueRequest", {"requestId": event["requestId"]})
            else:
                reason = "BlockedByClient" if refused else "Aborted"
                await self._session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason})
        except PlaywrightError:
            return  # the request was given up while it waited here

    def _met(self, visit: Visit, event: dict[str, Any], url: str, answered: bool) -> bool:
        """Take down one step of the page's own document. False when there is no sense in loading it."""
        if not answered:
            visit.asked, visit.error, visit.size = url, "", 0
            visit.request = str(event.get("networkId", ""))
            if visit.documents >= _MOST_DOCUMENTS:
                visit.fail(Trouble.redirect_loop, "The page keeps forwarding and never arrives.")
            return visit.trouble is None
        status = int(event.get("responseStatusCode", 0))
        if not status:
            return True  # no answer came; the browser's own error says why
        visit.hops.append(Hop(url=url[:2000], status=status))
        headers = {str(one["name"]).lower(): str(one["value"]) for one in event.get("responseHeaders", ())}
        if 300 <= status < 400 and headers.get("location"):
            return True
        visit.documents += 1
        visit.content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        length = headers.get("content-length", "")
        if status == HTTPStatus.UNAUTHORIZED:
            return True
        if "challenge" in (headers.get("cf-mitigated", "").lower(), headers.get("x-amzn-waf-action", "").lower()):
            visit.fail(Trouble.blocked, "The site shows a test for people instead of the page.")
            return False
        if status in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT):
            visit.fail(Trouble.empty, f"The server answered that there is nothing to show ({status}).")
        elif headers.get("content-disposition", "").strip().lower().startswith("attachment"):
            visit.fail(Trouble.download, "The address hands out a file and no page.")
        elif not _PAGES.match(visit.content_type) and status < 400:
            visit.fail(Trouble.not_html, f"The address holds no web page, but {visit.content_type[:80]}.")
        elif length.isdigit() and int(length) > self._most:
            visit.fail(Trouble.too_large, f"The page is too large: {int(length) / 1e6:,.0f} MB.")
        return visit.trouble is None
