"""Which addresses may be asked: a hostile page must not lead us into the network this machine stands in."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
import time
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sgaudit.config import Config
from sgaudit.fetch.network import Proxies, is_loopback_name
from sgaudit.fetch.trouble import NotReached
from sgaudit.model.evidence import Trouble

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_KEEP = 60.0  # seconds a looked-up name is believed
_ORIGINS_KEPT = 20_000
_AT_MOST = 6  # addresses of one name that are tried
# Where clouds hand out credentials to whoever asks from inside; one of them is not even a private address.
_METADATA = frozenset(
    ipaddress.ip_address(one) for one in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")
)
_LOOPBACK = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Behind a proxy names are not looked up here; these cannot be meant for the public.
_INSIDE = (".local", ".localhost", ".internal", ".lan", ".intranet", ".home.arpa")
_NEVER = frozenset(getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name))
_HOST = re.compile(r"[^\s\x00-\x20\x7f/?#@\\<>\[\]^|%:]+|[0-9a-f:.]+(?:%[\w.-]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Endpoint:
    """Where to connect: an address that was let through, and the port."""

    address: Address
    port: int


class Guard:
    """Lets only public addresses through, and those the audit was pointed at.

    Refused are loopback, private, link-local, shared, multicast, reserved and cloud-metadata addresses, in IPv4, IPv6
    and IPv4 inside IPv6, however they are spelt. Let through all the same are addresses mapped by --resolve, and, when
    the audited site itself is on loopback or in a private network, others of that kind. Thread-safe.
    """

    def __init__(self, config: Config, proxies: Proxies | None = None) -> None:
        self._mapped = {(item.host, item.port): item for item in config.resolve}
        self._isolated = config.isolated
        self._patience = config.connect_timeout
        self._site = urlsplit(config.url)
        self._site_host = (self._site.hostname or "").rstrip(".").lower()
        self._proxies = proxies if proxies is not None else Proxies(config)
        self._looked_up: dict[str, tuple[float, tuple[Address, ...]]] = {}
        self._unknown: dict[str, str] = {}
        self._checked: dict[tuple[str, str], tuple[str, int]] = {}
        self._own: tuple[frozenset[Address], frozenset[str]] | None = None
        self._lock = threading.Lock()

    def refuses(self, url: str) -> str:
        """Empty when `url` may be asked, else one sentence why not. Looks the name up; one that is unknown may be."""
        try:
            host, port = self.check(url)
            if not self._proxies.for_url(url):
                self.endpoints(host, port)
        except NotReached as refusal:
            return "" if refusal.trouble in (Trouble.name_not_resolved, Trouble.timeout) else refusal.message
        return ""

    def check(self, url: str) -> tuple[str, int]:
        """Host and port of `url`, when its form and any address spelt out in it may be asked; no name is looked up.

        Raises NotReached with unsupported, invalid_url or private_address.
        """
        parts = _split(url)
        if (known := self._checked.get((parts.scheme, parts.netloc))) is not None:
            return known
        host = (parts.hostname or "").rstrip(".").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        literal = _literal(host)
        if (host, port) in self._mapped:
            pass
        elif literal is not None:
            if not self._allows(literal):
                raise _private(host, "that is not public")
        elif self._proxies.for_url(url) and ("." not in host or host.endswith(_INSIDE)) and host != self._site_host:
            raise _private(host, "that only exists inside a network")
        if len(self._checked) < _ORIGINS_KEPT:
            self._checked[(parts.scheme, parts.netloc)] = (host, port)
        return host, port

    def endpoints(self, host: str, port: int, seconds: float | None = None) -> list[Endpoint]:
        """Where connections to `host` and `port` may go, looked up within `seconds`.

        What is connected to is what was judged: the name is not looked up again. Raises NotReached with
        private_address, name_not_resolved or timeout.
        """
        name = host.rstrip(".").lower()
        if (mapped := self._mapped.get((name, port))) is not None:
            return [Endpoint(ipaddress.ip_address(mapped.address), mapped.to_port)]
        if name == self._site_host:
            self._own_site()
        addresses = self._addresses(name, self._patience if seconds is None else seconds)
        allowed = [address for address in addresses if self._allows(address)]
        if not allowed:
            raise _private(host, f"in a network that is not public ({addresses[0]})")
        return [Endpoint(address, port) for address in allowed[:_AT_MOST]]

    def forgive(self) -> None:
        """Time has passed: names that were not found are looked up again."""
        self._unknown.clear()

    def site_is_near(self) -> bool:
        """Whether the audited site is on this machine or in its private network: no internet is needed to reach it."""
        return bool(self._own_site()[1])

    def _addresses(self, host: str, seconds: float) -> tuple[Address, ...]:
        literal = _literal(host)
        if literal is not None:
            if self._isolated and not literal.is_loopback:
                raise NotReached(Trouble.name_not_resolved, f"This audit is cut off from the network {host} is in.")
            return _LOOPBACK if host.endswith("localhost") else (literal,)
        if self._isolated:
            raise NotReached(Trouble.name_not_resolved, f"The name {host} does not exist.")
        known = self._looked_up.get(host)
        if known is None or known[0] < time.monotonic():
            if (message := self._unknown.get(host)) is not None:
                raise NotReached(Trouble.name_not_resolved, message)
            try:
                known = (time.monotonic() + _KEEP, _look_up(host, seconds))
            except NotReached as refusal:
                # A hundred links to one dead name ask for it once, until `forgive`.
                if refusal.trouble is Trouble.name_not_resolved and host != self._site.hostname:
                    self._unknown[host] = refusal.message
                raise
            self._looked_up[host] = known
        return known[1]

    def _allows(self, address: Address) -> bool:
        address = _unwrapped(address)
        kind = _kind(address)
        if not kind:
            return True
        own, kinds = self._own_site()
        return address in own or (kind in kinds and address not in _METADATA)

    def _own_site(self) -> tuple[frozenset[Address], frozenset[str]]:
        """The audited site's own addresses and the kinds of network that makes fair game; looked up only once.

        Once, when the site is first asked, so that it cannot turn private in the middle of its audit.
        """
        with self._lock:
            if self._own is None:
                port = self._site.port or (443 if self._site.scheme == "https" else 80)
                literal = _literal(self._site_host)
                found: tuple[Address, ...] = ()
                if literal is not None:
                    found = (literal,)
                elif (self._site_host, port) not in self._mapped and not self._proxies.for_url(self._site.geturl()):
                    try:
                        found = self._addresses(self._site_host, self._patience)
                    except NotReached as error:
                        if error.trouble is Trouble.timeout:  # it may be known the next time
                            return frozenset(), frozenset()
                addresses = frozenset(_unwrapped(one) for one in found)
                kinds = frozenset(_kind(one) for one in addresses) & {"loopback", "private"}
                # A name can be pointed anywhere by whoever owns it: metadata is only asked when spelt out.
                self._own = (addresses if literal is not None else addresses - _METADATA, kinds)
            return self._own


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotReached(Trouble.invalid_url, f"{url[:200]!r} is not a valid address.") from None
    if parts.scheme not in ("http", "https"):
        raise NotReached(Trouble.unsupported, f"{url[:200]!r} is not a web address, so it was not opened.")
    labels = host.rstrip(".").split(".")
    if not _HOST.fullmatch(host) or port == 0 or any(not 0 < len(label) < 64 for label in labels):
        raise NotReached(Trouble.invalid_url, f"{url[:200]!r} is not a valid address.")
    return parts


def _private(host: str, where: str) -> NotReached:
    return NotReached(Trouble.private_address, f"{host} is an address {where}, so it was not opened.")


def _literal(host: str) -> Address | None:
    """The IP address that `host` spells, in any way a resolver or browser accepts (127.1, 0x7f000001, 2130706433)."""
    host = unicodedata.normalize("NFKC", host).replace("。", ".").partition("%")[0]
    if is_loopback_name(host) and host.endswith("localhost"):
        return _LOOPBACK[0]
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if re.fullmatch(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", host, re.IGNORECASE):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does: the packet would go there."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _kind(address: Address) -> str:
    """Empty for a public address, else the kind of network it is in."""
    if address in _METADATA or address.is_link_local:
        return "link-local"
    if address.is_loopback:
        return "loopback"
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return "reserved"
    if not address.is_global or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local):
        return "private"
    return ""


def _look_up(host: str, seconds: float) -> tuple[Address, ...]:
    """All addresses of `host`. The system's own call knows no time limit, so it is waited for from outside."""
    answer: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answer.put([str(one[4][0]) for one in found])
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        got = answer.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise NotReached(Trouble.timeout, f"The name {host} could not be looked up in time.") from None
    if isinstance(got, UnicodeError):
        raise NotReached(Trouble.invalid_url, f"{host!r} is not a valid name.")
    if isinstance(got, socket.gaierror) and got.errno not in _NEVER:
        # The name server had no answer: that says nothing about whether the name exists.
        raise NotReached(Trouble.timeout, f"The name {host} could not be looked up: no name server answered.")
    if isinstance(got, OSError) or not got:
        raise NotReached(Trouble.name_not_resolved, f"The name {host} does not exist.")
    return tuple(dict.fromkeys(ipaddress.ip_address(one.partition("%")[0]) for one in got))
