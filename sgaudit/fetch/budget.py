"""How many requests one audit makes in all: a site's every link may lead to a thousand more."""

from __future__ import annotations

import threading
from collections.abc import Collection

from sgaudit.fetch.trouble import NotReached
from sgaudit.model.evidence import Trouble

RESERVE = 200
"""Requests that are kept for the hosts of the reporting route when all others are spent."""


class Budget:
    """The requests that are left, redirects and second tries counted. Thread-safe.

    `reserved` are the hosts that may still be asked from the reserve: whatever else a site has used up, whether a child
    can report must not depend on it.
    """

    def __init__(self, most: int, reserved: Collection[str]) -> None:
        self._most = self._left = most
        self._reserved = reserved
        self._reserve = RESERVE
        self._lock = threading.Lock()
        self.spent = False

    def spend(self, host: str) -> None:
        """Count one request to `host`. Raises NotReached (budget) when none is left for it, and sets `spent`."""
        with self._lock:
            if self._left > 0:
                self._left -= 1
            elif host in self._reserved and self._reserve > 0:
                self._reserve -= 1
            else:
                self.spent = True
                raise NotReached(Trouble.budget, self.said, ours=True)

    @property
    def said(self) -> str:
        """The sentence for what was not asked."""
        many = "one request" if self._most == 1 else f"{self._most:,} requests"
        return f"The {many} that this audit may make (max_requests) had been made before this one's turn came."
