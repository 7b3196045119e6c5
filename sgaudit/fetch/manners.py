"""How each host and each machine is treated: few requests at once, patience when asked, no hammering when down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sgaudit.fetch.trouble import NotReached, stopped
from sgaudit.model.evidence import Trouble
from sgaudit.progress import Stop

_PATIENCE = 60.0  # seconds in all that one host may make us wait
_SITE_PATIENCE = 600.0  # the audited site may more: without its pages there is no audit
_SHARE_OF_TIME = 0.8  # of what is left of the run, for requests that a host wants to have spaced out
_STRIKES = 3  # time-outs in a row after which a host is left alone


class Manners:
    """What is known of every host. Thread-safe."""

    def __init__(self, at_once: int, stop: Stop, site: str) -> None:
        self._at_once = at_once
        self._site = site
        self._stop = stop
        self._hosts: dict[str, _Host] = {}
        self._machines: dict[str, threading.Semaphore] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[float]:
        """Hold one of the host's few places; gives the seconds that were waited for it.

        Raises NotReached when the audit stops, the host has been silent too often or has asked for more patience than
        an audit has.
        """
        known = self._known(host)
        began = time.monotonic()
        known.check(host)
        self._acquire(known.places)
        try:
            if (wait := known.slot(host) - time.monotonic()) > 0 and self._stop.wait(wait):
                raise stopped(self._stop)
            while (pause := known.resume - time.monotonic()) > 0:
                if self._stop.wait(pause):
                    raise stopped(self._stop)
            known.check(host)
            yield time.monotonic() - began
        finally:
            known.places.release()

    @contextmanager
    def share(self, machine: str) -> Iterator[float]:
        """Hold one of the few places of a `machine`, whichever host is asked there; gives the seconds waited for it.

        No more are held at once than of one host. Empty: not known which. Raises NotReached when the audit stops.
        """
        if not machine:
            yield 0.0
            return
        began = time.monotonic()
        with self._lock:
            places = self._machines.setdefault(machine, threading.Semaphore(self._at_once))
        self._acquire(places)
        try:
            yield time.monotonic() - began
        finally:
            places.release()

    def pace(self, host: str, seconds: float) -> None:
        """Keep requests to `host` so many seconds apart from now on, as long as most of the run's time is not gone."""
        known = self._known(host)
        with known.lock:
            now = time.monotonic()
            known.pause, known.next = seconds, now + seconds
            known.ends = now + _SHARE_OF_TIME * self._stop.remaining

    def _acquire(self, places: threading.Semaphore) -> None:
        while not places.acquire(timeout=0.2):
            if self._stop.reason:
                raise stopped(self._stop)

    def heard(self, host: str) -> None:
        """The host answered, whatever it said."""
        self._known(host).strikes = 0

    def silent(self, host: str) -> None:
        """A request to the host, retries included, ended in a time-out."""
        known = self._known(host)
        with self._lock:
            known.strikes += 1

    def asked_to_wait(self, host: str, seconds: float, *, firmly: bool) -> None:
        """The host has had enough for so many seconds.

        `firmly`: it said so of us, and is left alone when that is longer than our patience. Else it has trouble of its
        own, which is no reason to leave its other addresses alone.
        """
        known = self._known(host)
        with self._lock:
            now = time.monotonic()
            more = now + seconds - max(known.resume, now)
            if more <= 0:
                return
            if more <= known.patience:
                known.patience -= more
                known.resume = now + seconds
            elif firmly:
                known.closed_until = now + seconds

    def forgive(self) -> None:
        """Time has passed: give every silent host another chance."""
        with self._lock:
            for known in self._hosts.values():
                known.strikes = 0

    def _known(self, host: str) -> _Host:
        found = self._hosts.get(host)
        if found is None:
            with self._lock:
                patience = _SITE_PATIENCE if host == self._site else _PATIENCE
                found = self._hosts.setdefault(host, _Host(self._at_once, patience))
        return found


class _Host:
    def __init__(self, at_once: int, patience: float) -> None:
        self.places = threading.Semaphore(at_once)
        self.patience = patience
        self.strikes = 0
        self.resume = 0.0  # nothing is asked before this moment: it is waited for
        self.lock = threading.Lock()
        self.pause = 0.0  # seconds between two requests
        self.next = 0.0  # when the next may be made, where there is a pause
        self.ends = 0.0  # and after which moment none is
        self.closed_until = 0.0  # nothing is asked before this moment: it is not waited for

    def slot(self, host: str) -> float:
        """The moment (monotonic) at which the next request may be made. Raises NotReached when that is too late."""
        if not self.pause:
            return 0.0
        with self.lock:
            moment = max(time.monotonic(), self.next)
            if moment > self.ends:
                said = f"{host} wants {self.pause:g} seconds between requests, and there was no time left for this one."
                raise NotReached(Trouble.budget, said, ours=True)
            self.next = moment + self.pause
        return moment

    def check(self, host: str) -> None:
        if self.strikes >= _STRIKES:
            said = f"{host} did not answer the last {self.strikes} requests, so it was not asked again."
            raise NotReached(Trouble.timeout, said, ours=True)
        if self.closed_until > time.monotonic():
            said = f"{host} asked to be left alone for a while, so it was not asked again."
            raise NotReached(Trouble.blocked, said, ours=True)


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What Retry-After says, in seconds from now and never below 0; None when it says nothing that can be read."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
