"""robots.txt, read as RFC 9309 says, and the pause between requests that a site asks for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from sgaudit.config import Config
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import Probe, Trouble
from sgaudit.progress import Stop

_NAME = "sgaudit"
_LONGEST = 500 * 1024
_LONGEST_PAUSE = 60.0
_NO_SUCH_FILE = (Trouble.redirect_loop, Trouble.not_html, Trouble.too_large, Trouble.invalid_url)


@dataclass(frozen=True)
class Robots:
    """What a site's robots.txt allows us.

    `unread` says why it could not be read: nothing but the home page may be asked for then. `pause` is the number of
    seconds it wants between two requests; `sitemaps` are the site maps it names.
    """

    rules: Protego | None = None
    agent: str = _NAME
    unread: str = ""
    pause: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def forbids(self, url: str) -> str:
        """Empty when `url` may be read, else one sentence why not."""
        host = urlsplit(url).hostname
        if self.unread:
            return f"The robots.txt of {host} could not be read ({self.unread}), which forbids reading anything else."
        if self.rules is not None and not self.rules.can_fetch(url, self.agent):
            return f"The robots.txt of {host} asks programs not to read this address."
        return ""


def read_robots(config: Config, fetcher: Fetcher, origin: str) -> Robots:
    """Ask `origin` for its robots.txt. No such file (4xx) allows everything; no answer or a 5xx forbids everything."""
    if not config.robots:
        return Robots()
    fetched = fetcher.get(f"{origin}/robots.txt", enough=_LONGEST)
    probe = fetched.probe
    if unread := _why_unread(probe):
        return Robots(unread=unread)
    if probe.status != 200:
        return Robots()
    rules = Protego.parse(fetched.text[:_LONGEST])
    agent = _agent(config.user_agent)
    pause = rules.crawl_delay(agent) or 0.0
    return Robots(rules, agent, "", min(max(0.0, float(pause)), _LONGEST_PAUSE), tuple(rules.sitemaps)[:20])


def _why_unread(probe: Probe) -> str:
    if probe.trouble in _NO_SUCH_FILE:
        return ""
    if probe.trouble is not None or probe.status is None:
        return (probe.message or "no answer").rstrip(".")
    if probe.status == 429:
        return "it asked us to come back later: 429"
    return f"an error of its own: {probe.status}" if probe.status >= 500 else ""


def _agent(user_agent: str) -> str:
    """The name that robots.txt would call us by: ours, or the first word of the user agent that was set."""
    if not user_agent or _NAME in user_agent.lower():
        return _NAME
    return user_agent.split("/")[0].split()[0] if user_agent.strip() else _NAME


class Pace:
    """Keeps requests at least `pause` seconds apart, whichever thread makes them, until the time `ends` (monotonic)."""

    def __init__(self, pause: float, stop: Stop, ends: float) -> None:
        self.pause = pause
        self._stop = stop
        self._ends = ends
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> bool:
        """Return when it is this request's turn: True when it may be made, False when there is no more time for it."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            if turn > self._ends:
                return False
            self._next = turn + self.pause
        return not self._stop.wait(turn - now) if turn > now else not self._stop.reason
