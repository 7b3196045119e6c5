"""An address is opened and waited for, until it stands still or has shown that it never will."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.gate import Visit
from sgaudit.browser.troubles import meaning, sentence
from sgaudit.browser.waiting import until
from sgaudit.model.evidence import Hop, Trouble

if TYPE_CHECKING:
    from sgaudit.browser.session import Tab

_STEP_SECONDS = 5.0
_STOP_SECONDS = 2.0
_MOST_FORWARDS = 10
# A page that forwards later than this is read where it stands, as a visitor would read it.
_FORWARD_SECONDS = 5.0
_AGAIN_SECONDS = 2.0
_FILL_SECONDS = 1.0
_MOVE_SECONDS = 0.5
_STUCK = "The page does not answer: a script on it never ends."

_STATE = """(() => {
  const refresh = Array.from(document.querySelectorAll("meta[http-equiv][content]"))
    .find((one) => /^refresh$/i.test(one.getAttribute("http-equiv")) && /url\\s*=/i.test(one.getAttribute("content")));
  const shown = "img, svg, canvas, video, audio, iframe, frame, object, embed, input, button, select, textarea";
  const body = document.querySelector("body");
  const full = document.querySelector(shown) || (body && (body.innerText || "").trim()) ||
    Array.from(document.querySelectorAll("*")).some((one) => one.shadowRoot);
  return JSON.stringify({
    forwards: refresh ? parseFloat(refresh.getAttribute("content")) || 0 : -1,
    kind: document.contentType, full: Boolean(full), url: location.href,
  });
})()"""


@dataclass(frozen=True)
class Opened:
    """What came of opening an address. `trail` are the answers before the one at `url`; `notes` are sentences.

    With `trouble` the address could not be opened, and `message` is a sentence. `usable` then says whether the
    browser's page may be used again.
    """

    url: str
    status: int | None = None
    trail: tuple[Hop, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: Trouble | None = None
    message: str = ""
    usable: bool = True


class Opening:
    """One address on one page, with `seconds` to come up."""

    def __init__(self, tab: Tab, visit: Visit, seconds: float) -> None:
        self._tab = tab
        self._visit = visit
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    async def open(self) -> Opened:
        """Go there."""
        return await self._ended(self._open())

    async def settle(self) -> Opened:
        """Only wait until the page that is open stands still."""
        return await self._ended(self._settled())

    async def _ended(self, work: Awaitable[Opened]) -> Opened:
        try:
            return await work
        except TimeoutError:
            return self._spoilt(Trouble.stuck, _STUCK)
        except PlaywrightError as error:
            return self._failed(str(error))

    async def _open(self) -> Opened:
        going = self._tab.page.goto(self._visit.url, wait_until="commit", timeout=self._seconds * 1000)
        try:
            await self._tab.run(going, self._seconds + _STEP_SECONDS)
        except PlaywrightError as error:
            if "Timeout" in str(error) and not self._visit.hops:
                return self._spoilt(Trouble.timeout, "The server did not answer in time.")
            raise
        return await self._settled()

    async def _settled(self) -> Opened:
        """Where the page stands after forwarding by itself, at once or within a few seconds."""
        visit = self._visit
        for _ in range(_MOST_FORWARDS):
            await self._arrived()
            await self._loaded()
            if visit.trouble is not None:
                return self._failed("")
            before = len(visit.hops)
            try:
                said = await self._state()
            except PlaywrightError as error:
                if self._tab.page.is_closed() or "crash" in str(error).lower():
                    raise
                await self._moves(before, _MOVE_SECONDS)  # it went on in the middle of the question
                continue
            if 0 <= float(said["forwards"]) <= _FORWARD_SECONDS:
                await self._moves(before, min(float(said["forwards"]) + 1.0, max(0.5, self._ends - time.monotonic())))
            if len(visit.hops) == before and not visit.asked:
                return self._stands(said)
        return self._spoilt(Trouble.redirect_loop, "The page keeps forwarding and never arrives.")

    async def _arrived(self) -> None:
        """A document on its way comes to stand, or comes to nothing."""
        visit = self._visit
        await until(lambda: not visit.asked or visit.trouble is not None, self._ends - time.monotonic())

    async def _loaded(self) -> None:
        """Wait until all of the page is there, but no longer than it may take, and not while it grows without end."""
        visit, ends = self._visit, self._ends
        if visit.url in self._tab.slow:
            ends = min(ends, time.monotonic() + _AGAIN_SECONDS)
        loading = asyncio.ensure_future(self._tab.page.wait_for_load_state("load", timeout=0))
        try:
            while visit.trouble is None:
                left = ends - time.monotonic()
                done, _ = await asyncio.wait({loading}, timeout=min(0.25, max(left, 0.01)))
                if done:
                    loading.result()
                    return
                if left <= 0:
                    break
        finally:
            loading.cancel()
        await self._tab.run(self._tab.session.send("Page.stopLoading"), _STOP_SECONDS)
        if visit.trouble is None:
            self._tab.slow.add(visit.url)
            said = f"The page had not finished loading after {self._seconds:g} seconds; it was read as it stood."
            self._tab.notes.append(said)

    async def _moves(self, before: int, seconds: float) -> None:
        await until(lambda: len(self._visit.hops) != before or bool(self._visit.asked), seconds)

    async def _state(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(await self._tab.ask(_STATE))
        answered = self._visit.hops[-1].status if self._visit.hops else 200
        if not said["full"] and said["forwards"] < 0 and answered < 400:
            await asyncio.sleep(_FILL_SECONDS)  # scripts may fill it yet
            said = json.loads(await self._tab.ask(_STATE))
        return said

    def _stands(self, said: dict[str, Any]) -> Opened:
        visit, url = self._visit, str(said["url"])
        status = visit.hops[-1].status if visit.hops else None
        if url.startswith("chrome-error:"):
            return self._failed(visit.error or "ERR_ABORTED")
        if status is not None and status >= 400:
            return self._spoilt(Trouble.http_status, f"The server answered {_in_words(status)}.", usable=True)
        if said["kind"] not in ("text/html", "application/xhtml+xml"):
            return self._spoilt(Trouble.not_html, f"The address holds no web page, but {said['kind']}.")
        if not said["full"]:
            return self._spoilt(Trouble.empty, "The page is empty: it shows nothing at all.", usable=True)
        if len(visit.hops) > 1:
            self._tab.notes.append(f"The address forwards to {url[:300]}.")
        return Opened(url, status, tuple(visit.hops[:-1]))

    def _failed(self, text: str) -> Opened:
        visit = self._visit
        if visit.trouble is not None:
            return self._spoilt(visit.trouble, visit.message)
        if "Timeout" in text:
            return self._spoilt(Trouble.timeout, "The page did not come up in time.")
        status = visit.hops[-1].status if visit.hops else 0
        if status >= 400:
            return self._spoilt(Trouble.http_status, f"The server answered {_in_words(status)}.")
        trouble, clause = meaning(text)
        return self._spoilt(trouble, sentence(clause))

    def _spoilt(self, trouble: Trouble, message: str, *, usable: bool = False) -> Opened:
        hops = self._visit.hops
        return Opened(
            url=hops[-1].url if hops else self._visit.url,
            status=hops[-1].status if hops else None,
            trail=tuple(hops[:-1]),
            trouble=trouble,
            message=message,
            usable=usable,
        )


def _in_words(status: int) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return f"that it wants a user name and a password ({status})"
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)
