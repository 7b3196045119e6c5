"""Addresses as a browser would ask for them, and which of them are one and the same page of the site."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from sgaudit.model.visits import trimmed

LONGEST = 2_000
"""Characters a web address may have to be asked for; servers and browsers give up not far above."""

_BLANKS = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_SLASHES = re.compile(r"(https?):[/\\]*", re.IGNORECASE)
_NO_HOST = re.compile(r"[\s<>^|%\\\"{}`]")
# Everything but what may stand in a path or query as it is, and every escape.
_ODD = re.compile(r"%[0-9a-fA-F]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]|]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}

_FILE = re.compile(
    r"\.(?:(?P<document>pdf|do[ct][xm]?|odt|rtf|xls[xm]?|ods|csv|pp[st]x?|odp|pub|txt|epub|ics)"
    r"|(?P<img>png|jpe?g|jfif|gif|svgz?|webp|avif|bmp|ico|tiff?|heic)"
    r"|(?P<font>woff2?|ttf|eot|otf)"
    r"|(?P<file>mp[34]|m4[av]|mov|avi|wm[av]|wav|og[gv]|webm|flv|swf|zip|rar|7z|t?gz|tar|exe|msi|dmg|apk|css|m?js|json"
    r"|xml|rss|atom|vcf|km[lz]|gpx))$",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.\w{1,5}$")


def resolve(base: str, raw: str) -> tuple[str, str]:
    """Where `raw` on a page at `base` leads, as browsers read it: the absolute address and its fragment.

    Other schemes (mailto:, tel:) and what is no valid web address come back as they are, with no fragment.
    """
    text = raw.strip(_BLANKS)
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.translate({9: None, 10: None, 13: None})
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in _DEFAULT_PORTS:
        return f"{scheme[1].lower()}{text[scheme.end(1) :]}", ""
    try:
        if scheme:
            absolute = _SLASHES.sub(lambda match: f"{match[1].lower()}://", _forward(text), count=1)
        else:
            absolute = urljoin(base, _forward(text))
        return normal(absolute)
    except ValueError:
        return text, ""


def normal(url: str) -> tuple[str, str]:
    """A web address in its normal form without the fragment, and the fragment. Raises ValueError when it is none.

    Lower-case scheme and host, no default port, no dot segments, escapes only where they are needed.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port
    if parts.scheme not in _DEFAULT_PORTS or not host or _NO_HOST.search(host):
        raise ValueError(f"{url!r} is not a web address")
    if not host.isascii():
        host = _ascii(host)
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    if "@" in parts.netloc:
        netloc = f"{parts.netloc.rpartition('@')[0]}@{netloc}"
    path = _without_dots(_escaped(parts.path.replace("\\", "/")))
    return urlunsplit((parts.scheme, netloc, path, _escaped(parts.query), "")), parts.fragment


def file_kind(url: str) -> str:
    """What the ending of an address promises: "document", "img", "font", "file", or "" for what may be a page."""
    found = _FILE.search(url.partition("#")[0].partition("?")[0])
    return found.lastgroup or "" if found else ""


def host_of(url: str) -> str:
    """The host of `url` in lower case; empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


class Site:
    """The audited site: where its pages are asked for, and the hosts that are only other names of it."""

    def __init__(self, url: str) -> None:
        self.home = normal(url)[0]
        self._hosts: dict[str, None] = {}
        self._ports: set[int] = set()
        self._scheme = self._netloc = ""
        self.adopt(self.home)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host of the site, the one that was asked for first."""
        return tuple(self._hosts)

    @property
    def origin(self) -> str:
        """Scheme, host and port that pages are asked for at."""
        return f"{self._scheme}://{self._netloc}"

    def adopt(self, url: str) -> None:
        """Make the place of `url`, where the home page is, the base of the site; its host becomes one of the site's."""
        parts = urlsplit(url)
        self._scheme, self._netloc = parts.scheme, parts.netloc.rpartition("@")[2]
        host = parts.hostname or ""
        self._hosts[host] = None
        if "." in host and not _is_ip(host):
            self._hosts[host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"] = None
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._ports |= {80, 443} if port in (80, 443) else {port}

    def owns(self, url: str) -> bool:
        """Whether `url` is an address of this site."""
        try:
            parts = urlsplit(url)
            port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        return parts.hostname in self._hosts and port in self._ports

    def page(self, url: str) -> str:
        """The one address that stands for the page at `url`: on the base host, without visit and campaign marks."""
        parts = urlsplit(trimmed(url))
        return urlunsplit((self._scheme, self._netloc, parts.path, parts.query, ""))


def words_of(url: str) -> list[str]:
    """The readable parts of an address, outermost first: path segments, then query values, as words."""
    parts = urlsplit(url)
    pieces = [*parts.path.split("/"), *(part.partition("=")[2] for part in parts.query.split("&"))]
    cleaned = (re.sub(r"[-_+.\s]+", " ", _ENDING.sub("", unquote(piece))).strip() for piece in pieces)
    return [piece for piece in cleaned if re.search(r"[^\W\d]{2}", piece)]


def _escaped(text: str) -> str:
    return _ODD.sub(_escape, text) if _ODD.search(text) else text


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == 3 and found[0] == "%":
        char = chr(int(found[1:], 16))
        return char if char in _UNRESERVED else found.upper()
    return quote(found, safe="", errors="replace")


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept) or "/"


def _forward(text: str) -> str:
    """Backslashes before query and fragment are slashes to browsers."""
    if "\\" not in text:
        return text
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"{host!r} is not a host name") from None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
