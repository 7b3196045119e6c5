"""The network this machine is on: its proxy, read once, and whether there is a network at all."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit
from urllib.request import getproxies

from requests.utils import select_proxy, should_bypass_proxies

from sgaudit.config import Config

_NAMES = ("http", "https", "all")
# Addresses of public name servers: known to exist, and nothing is sent to them.
_FAR_AWAY = ((socket.AF_INET, "9.9.9.9"), (socket.AF_INET6, "2620:fe::9"))


class Proxies:
    """The proxy that the environment (or the system's settings) names for an address.

    Names mapped by --resolve, loopback and everything in an isolated audit are asked directly.
    """

    def __init__(self, config: Config) -> None:
        self._named = (
            {} if config.isolated else {name: url for name, url in getproxies().items() if name in _NAMES and url}
        )
        self._mapped = {(item.host, item.port) for item in config.resolve}
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._named)

    def for_url(self, url: str) -> str:
        """The proxy's address for `url`, empty when it is asked directly. Read from the environment once an origin."""
        if not self._named:
            return ""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        with self._lock:
            if origin not in self._known:
                host = (parts.hostname or "").rstrip(".")
                port = parts.port or (443 if parts.scheme == "https" else 80)
                direct = (host, port) in self._mapped or is_loopback_name(host) or should_bypass_proxies(origin, None)
                self._known[origin] = "" if direct else select_proxy(origin, self._named) or ""
            return self._known[origin]


def is_loopback_name(host: str) -> bool:
    """Whether `host` can only be this machine: no proxy could reach it for us."""
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or host.startswith("127.")


def has_route() -> bool:
    """Whether this machine knows a way to the internet over IPv4 or IPv6. Sends nothing and needs no answer."""
    for family, address in _FAR_AWAY:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as sock:
                # Connecting a datagram socket only chooses a route and our own address on it.
                sock.connect((address, 53))
                own = sock.getsockname()[0]
        except OSError:
            continue
        if not own.startswith(("127.", "169.254.", "0.", "fe80:")) and own not in ("::1", "::"):
            return True
    return False
