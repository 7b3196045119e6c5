"""One request and its answer: sent, headers read, the body read as far as it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from requests import PreparedRequest, RequestException
from requests.cookies import RequestsCookieJar, get_cookie_header
from requests.exceptions import InvalidProxyURL, InvalidURL, ProxyError
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, LocationParseError

from sgaudit import __version__
from sgaudit.config import Config
from sgaudit.fetch.answer import is_readable
from sgaudit.fetch.guard import Guard
from sgaudit.fetch.network import Proxies
from sgaudit.fetch.transport import Transport
from sgaudit.fetch.trouble import Limit, NotReached, broken_answer, through_proxy
from sgaudit.model.evidence import Certificate, Trouble

_CHUNK = 65_536
_WORTH_DRAINING = 65_536  # a rest of this size is read away, so that the connection can be used again
_COOKIES = 16_384  # characters of cookies that are sent back
_FORWARDS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Wanted:
    """How much of a body is read: `most` bytes (more is trouble) or quietly the first `enough`; only text, or any."""

    most: int
    enough: int | None = None
    any_type: bool = False


@dataclass(frozen=True)
class Answer:
    """What one request was told. `location` is not empty when it forwards; `raw` is for its cookies only.

    `trouble` is what went wrong after the status was known; `body` is then empty. `size` is what was read, or what
    the server announced when nothing was.
    """

    status: int
    headers: Mapping[str, str]
    location: str = ""
    body: bytes = b""
    size: int = 0
    trouble: NotReached | None = None
    raw: Any = None


class Exchange:
    """Sends single requests; no redirects, no second tries. Thread-safe."""

    def __init__(self, config: Config, guard: Guard, proxies: Proxies) -> None:
        self._config = config
        self._proxies = proxies
        self._transport = Transport(config, guard)
        self._headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(
            {
                "User-Agent": user_agent(config),
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Language": "en-GB,en;q=0.8",
                # What else could be unpacked here is left out: its unpacking cannot be bounded in every version.
                "Accept-Encoding": "gzip, deflate",
            }
        )

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Those that hosts have shown, in the order of their names."""
        return tuple(one for _, one in sorted(self._transport.line.certificates.items()))

    def close(self) -> None:
        """Close every idle connection."""
        self._transport.close()

    def prepared(
        self, method: str, url: str, jar: RequestsCookieJar, more: Mapping[str, str] = MappingProxyType({})
    ) -> PreparedRequest:
        """The request for `url`, with the jar's cookies and nobody's credentials. Raises NotReached (invalid_url).

        `more` are headers for this request alone.
        """
        request = PreparedRequest()
        request.method = method
        try:
            if "@" in (parts := urlsplit(url)).netloc:
                url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
            request.prepare_url(url, None)
        except ValueError:  # requests' InvalidURL and MissingSchema, urllib's and idna's own
            raise NotReached(Trouble.invalid_url, f"{url[:200]!r} is not a valid address.") from None
        request.headers = self._headers  # shared: nothing below changes it
        cookie = get_cookie_header(jar, request) if len(jar) else ""  # type: ignore[no-untyped-call]
        if cookie and len(cookie) < _COOKIES:
            more = {**more, "Cookie": cookie}
        if more:
            request.headers = self._headers.copy()
            request.headers.update(more)
        return request

    def send(self, request: PreparedRequest, host: str, wanted: Wanted, limit: Limit) -> Answer:
        """Ask, within `limit`. Raises NotReached when there is no answer."""
        url = str(request.url)
        limit.host = host
        self._transport.line.limit = limit
        left = limit.left()
        proxy = self._proxies.for_url(url)
        if proxy.lower().startswith("socks"):
            raise NotReached(
                Trouble.proxy, "The proxy named for this network is a SOCKS one, which cannot be used here."
            )
        try:
            raw = self._transport.send(
                request,
                stream=True,
                timeout=(min(self._config.connect_timeout, left), left),
                proxies={urlsplit(url).scheme: proxy} if proxy else None,
            ).raw
        except ProxyError as error:
            raise through_proxy(error, host) from error
        except InvalidProxyURL:
            raise NotReached(Trouble.proxy, "The proxy named for this network has no valid address.") from None
        except (InvalidURL, LocationParseError):
            raise NotReached(Trouble.invalid_url, f"{url[:200]!r} is not a valid address.") from None
        except (RequestException, HTTPError, OSError, ValueError) as error:
            raise broken_answer(error, host) from error
        return _read(request.method == "HEAD", raw, host, wanted)


def user_agent(config: Config) -> str:
    """What requests call themselves, with the page that says who asks where one is named."""
    about = f"+{config.contact}" if config.contact else "school web site audit"
    agent = f"Mozilla/5.0 (compatible; sgaudit/{__version__}; {about})"
    if config.user_agent:
        agent = config.user_agent
        if config.contact and config.contact not in agent:
            agent += f" (+{config.contact})"
    return " ".join(agent.encode("ascii", "ignore").decode().split())


def _read(headers_only: bool, raw: Any, host: str, wanted: Wanted) -> Answer:
    headers = {name.lower(): raw.headers[name] for name in raw.headers}
    announced = raw.headers.get("content-length", "")
    size = int(announced[:15]) if announced.isascii() and announced.isdigit() else 0
    status = int(raw.status)
    if status in _FORWARDS and (location := _location(headers)):
        _drain(raw, 0 if headers_only else size)
        return Answer(status, headers, location, size=size, raw=raw)
    if headers_only:
        _drain(raw, 0)
        return Answer(status, headers, size=size)
    if not wanted.any_type and not is_readable(headers.get("content-type", "")):
        _drain(raw, size or _WORTH_DRAINING)
        trouble = None
        if status < 400:
            kind = printable(headers["content-type"].partition(";")[0].strip()[:80])
            trouble = NotReached(Trouble.not_html, f"It is a file ({kind}), not a page.")
        return Answer(status, headers, size=size, trouble=trouble)
    try:
        body = _body(raw, host, size, headers, wanted)
    except NotReached as trouble:
        raw.close()
        return Answer(status, headers, size=size, trouble=trouble)
    except (HTTPError, OSError) as error:
        raw.close()
        return Answer(status, headers, size=size, trouble=broken_answer(error, host, in_body=True))
    return Answer(status, headers, body=body, size=len(body))


def _body(raw: Any, host: str, announced: int, headers: Mapping[str, str], wanted: Wanted) -> bytes:
    """The body, unpacked. Raises NotReached when it is too large, too slow or packed in a way we did not ask for."""
    packed = [one.strip().lower() for one in headers.get("content-encoding", "").split(",")]
    if unknown := [one for one in packed if one not in ("", "identity", *raw.CONTENT_DECODERS)]:
        raise NotReached(
            Trouble.protocol, f"{host} packed its answer in an unknown way ({printable(unknown[0][:40])})."
        )
    most = wanted.most if wanted.enough is None else min(wanted.most, wanted.enough)
    too_large = NotReached(Trouble.too_large, f"{host} sent more than {wanted.most:,} bytes, so it was not read.")
    if announced > wanted.most and wanted.enough is None:
        raise too_large
    body = bytearray()
    for chunk in raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > most:
            raw.close()
            if wanted.enough is None:
                raise too_large
            return bytes(body[:most])
    return bytes(body)


def _location(headers: Mapping[str, str]) -> str:
    said = headers.get("location", "").strip()
    with suppress(UnicodeError):
        # Header bytes arrive as Latin-1; what servers mean is UTF-8.
        said = said.encode("latin-1").decode("utf-8")
    return "".join(one if one.isprintable() and one != " " else quote(one) for one in said)


def printable(text: str) -> str:
    """`text` without what could upset a terminal."""
    return "".join(one for one in text if one.isprintable())


def _drain(raw: Any, size: int) -> None:
    """Read a small rest away, so that the connection can be used again; close it when the rest is large or slow."""
    try:
        if size <= _WORTH_DRAINING:
            raw.read(_WORTH_DRAINING, decode_content=False)
            if raw.isclosed():
                return
    except (NotReached, HTTPError, OSError):
        pass
    raw.close()
