"""One address in, evidence out: redirects followed hop by hop, second tries, every failure a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit

from requests import PreparedRequest
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar

from sgaudit.config import Config
from sgaudit.fetch.answer import Fetched, Validators, is_challenge, version_of
from sgaudit.fetch.budget import Budget
from sgaudit.fetch.exchange import Answer, Exchange, Wanted, printable
from sgaudit.fetch.guard import Guard
from sgaudit.fetch.manners import Manners, seconds_to_wait
from sgaudit.fetch.network import Proxies, has_route
from sgaudit.fetch.trouble import Limit, NotReached, broken_answer
from sgaudit.model.evidence import Certificate, Hop, Probe, Trouble
from sgaudit.progress import Stop

# A hostile cookie makes the standard library print a traceback; the cookie is dropped all the same.
warnings.filterwarnings("ignore", "http.cookiejar bug!")

_HOPS = 20  # as many as browsers follow
_LONGEST = 16_384  # characters of an address that is forwarded to
_BUSY = (429, 502, 503, 504)
_PASSING = (Trouble.timeout, Trouble.refused, Trouble.name_not_resolved, Trouble.protocol, Trouble.proxy)


class Fetcher:
    """Asks addresses for an audit. A context manager; may be used from many threads at once.

    Nothing that a site does raises: it becomes `Probe.trouble` with one sentence in `Probe.message`. An HTTP status
    of 400 or more is no trouble in itself. `reserved` are hosts that are asked even when config.max_requests are made.
    `versions` are what good answers said of their version, by the address asked for; only those that said something.
    Raises OSError or ssl.SSLError only when the CA bundle cannot be read.
    """

    def __init__(self, config: Config, stop: Stop, reserved: Collection[str] = ()) -> None:
        self._config = config
        self._stop = stop
        self._proxies = Proxies(config)
        self.guard = Guard(config, self._proxies)
        self._exchange = Exchange(config, self.guard, self._proxies)
        self._manners = Manners(config.connections_per_host, stop, _host(config.url))
        self._budget = Budget(config.max_requests, reserved)
        self._places: dict[tuple[str, int], str] = {}
        self.versions: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exchange.close()

    def get(
        self,
        url: str,
        *,
        max_bytes: int | None = None,
        retries: int | None = None,
        enough: int | None = None,
        since: Validators | None = None,
    ) -> Fetched:
        """Fetch `url` with its body. A longer body is `too_large` (and empty), a type that is no text `not_html`.

        Without `max_bytes` the limit is config.max_page_bytes and only text is read (HTML, XML, JSON, plain, or no
        type given). With `max_bytes` a body of any type is read, as robots.txt and sitemaps need, which servers label
        as they please; a sitemap.xml.gz is the file as sent, unpacked only from the transfer's own compression. With
        `enough` the first so many bytes of a text are read and a longer one is no trouble: for the title of a page
        that is only linked to. With `since` its server is asked whether anything has changed: where not, the answer is
        304 and has no body.
        """
        if max_bytes is None:
            wanted = Wanted(self._config.max_page_bytes, enough)
        else:
            wanted = Wanted(max_bytes, enough, any_type=True)
        return self._fetch("GET", url, wanted, retries, since)

    def head(self, url: str, *, retries: int | None = None) -> Fetched:
        """Ask whether `url` is there, without its body. Some servers answer HEAD wrongly: see sgaudit.probe."""
        return self._fetch("HEAD", url, Wanted(0), retries)

    def offline(self) -> bool:
        """Whether this machine has no network at all; never so while names are mapped, a proxy is set or the site is
        on this machine or its own network."""
        if self._config.isolated or self._config.resolve or self._proxies:
            return False
        return not has_route() and not self.guard.site_is_near()

    @property
    def spent(self) -> bool:
        """Whether something was not asked because config.max_requests had been made."""
        return self._budget.spent

    def pace(self, hosts: Collection[str], seconds: float) -> None:
        """Leave so many seconds between two requests to each of `hosts` from now on, as their robots.txt asks.

        What would come after most of the run's time is gone is not asked (budget): the rest of the audit needs it.
        """
        if seconds > 0:
            for host in hosts:
                self._manners.pace(host, seconds)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Every certificate that was shown to us and verified, one a host and port."""
        return self._exchange.certificates

    def forgive(self) -> None:
        """Ask hosts again that were given up as silent: to be called when some time has passed."""
        self._manners.forgive()
        self.guard.forgive()

    def _fetch(
        self, method: str, url: str, wanted: Wanted, retries: int | None, since: Validators | None = None
    ) -> Fetched:
        retries = self._config.retries if retries is None else retries
        fetched, trouble = self._follow(method, url, wanted, since)
        for attempt in range(retries):
            probe = fetched.probe
            passing = probe.status in _BUSY or probe.trouble in _PASSING
            if not passing or (trouble is not None and trouble.ours):
                break
            # What the host itself asked for is waited for when it is next its turn.
            if self._stop.wait(0 if "retry-after" in fetched.headers else self._config.retry_wait * 2**attempt):
                break
            later, trouble = self._follow(method, url, wanted, since)
            if trouble is not None and trouble.ours:
                break  # nothing new was learnt
            fetched = later
        if fetched.probe.status == 200 and (said := version_of(fetched.headers)):
            self.versions[url] = f"{fetched.probe.final_url} {said}"
        if trouble is not None and trouble.trouble is Trouble.timeout and not trouble.ours:
            self._manners.silent(_host(fetched.probe.final_url))
        return fetched

    def _follow(
        self, method: str, url: str, wanted: Wanted, since: Validators | None
    ) -> tuple[Fetched, NotReached | None]:
        """One attempt, redirects included, within one time limit and with cookies of its own."""
        limit = Limit(self._config.request_timeout, self._stop)
        jar = RequestsCookieJar(policy=DefaultCookiePolicy())
        trail: list[Hop] = []
        asked: set[tuple[str, str]] = set()
        current = url
        answer: Answer | None = None
        trouble: NotReached | None = None
        try:
            current = _target("", url)
            while True:
                more = since.headers if since is not None and since.url == current else {}
                request = self._exchange.prepared(method, current, jar, more)
                state = (str(request.url), str(request.headers.get("Cookie", "")))
                if state in asked or len(trail) > _HOPS:
                    said = f"{_host(current)} forwards round in circles and never arrives."
                    raise NotReached(Trouble.redirect_loop, said)
                asked.add(state)
                answer = self._ask(request, wanted, limit)
                if not answer.location:
                    trouble = answer.trouble
                    break
                trail.append(Hop(url=current, status=answer.status))
                if "set-cookie" in answer.headers:
                    extract_cookies_to_jar(jar, request, answer.raw)  # type: ignore[no-untyped-call]
                location, answer = answer.location, None
                if len(location) > _LONGEST:
                    said = f"{_host(current)} forwards to an address that is too long to be genuine."
                    raise NotReached(Trouble.protocol, said)
                current = _target(str(request.url), location)
        except NotReached as error:
            trouble = error
        except Exception as error:  # noqa: BLE001 - an answer that upsets a library must not end the audit
            trouble = broken_answer(error, _host(current))
        return _fetched(method, url, current, trail, answer, trouble), trouble

    def _ask(self, request: PreparedRequest, wanted: Wanted, limit: Limit) -> Answer:
        """One hop: the guard asked, the host's turn waited for, what it says of its patience remembered."""
        host, port = self.guard.check(str(request.url))
        with self._manners.turn(host) as waited:
            limit.extend(waited)
            with self._manners.share(self._place(str(request.url), host, port, limit)) as waited:
                limit.extend(waited)
                self._budget.spend(host)
                try:
                    answer = self._exchange.send(request, host, wanted, limit)
                except NotReached as error:
                    if not error.unanswered:
                        raise
                    self._budget.spend(host)
                    answer = self._exchange.send(request, host, wanted, limit)
        if answer.trouble is None or answer.trouble.trouble is not Trouble.timeout:
            self._manners.heard(host)
        if answer.status in _BUSY:
            seconds = seconds_to_wait(answer.headers)
            if seconds is not None or answer.status == 429:
                wait = self._config.retry_wait if seconds is None else seconds
                self._manners.asked_to_wait(host, wait, firmly=answer.status == 429)
        return answer

    def _place(self, url: str, host: str, port: int, limit: Limit) -> str:
        """The machine that `host` is on, with a thousand others perhaps; empty behind a proxy. Raises NotReached.

        What answers on another port than the web's own is taken for another server.
        """
        found = self._places.get((host, port))
        if found is None:
            found = ""
            if not self._proxies.for_url(url):
                first = self.guard.endpoints(host, port, min(self._config.connect_timeout, limit.left()))[0]
                found = str(first.address) if first.port in (80, 443) else f"{first.address} {first.port}"
            self._places[host, port] = found
        return found


def _fetched(
    method: str, url: str, final: str, trail: list[Hop], answer: Answer | None, trouble: NotReached | None
) -> Fetched:
    headers: Mapping[str, str] = answer.headers if answer else {}
    body = answer.body if answer else b""
    probe = Probe(
        url=url,
        method=method,
        status=answer.status if answer else None,
        final_url=final,
        trail=tuple(trail),
        content_type=printable(headers.get("content-type", "")[:200]),
        size=answer.size if answer else 0,
        challenge=answer is not None and is_challenge(answer.status, headers, body),
        trouble=trouble.trouble if trouble else None,
        message=trouble.message if trouble else "",
    )
    return Fetched(probe, body, headers)


def _target(base: str, location: str) -> str:
    """Where `location` leads from `base`, without its fragment. Raises NotReached (invalid_url)."""
    path, mark, query = location.strip().partition("?")
    try:
        # Browsers read a backslash as a slash, and some servers count on it.
        return urldefrag(urljoin(base, path.replace("\\", "/") + mark + query)).url
    except ValueError:
        raise NotReached(Trouble.invalid_url, f"{location[:200]!r} is not a valid address.") from None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
