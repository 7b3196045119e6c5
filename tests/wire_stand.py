"""A loopback server whose every byte a test decides: for answers that no well-behaved server would give."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from sgaudit.config import Config, Resolve
from sgaudit.fetch import Fetched, Fetcher
from sgaudit.progress import Stop

PAGE = "<!doctype html><title>Larkmoor Primary</title><p>Welcome"
Say = Callable[[bytes], None]


@dataclass
class Request:
    """What arrived: request line parts, headers with lower-case names, and the wire's own event that ends all waits."""

    method: str
    target: str
    headers: dict[str, str]
    over: threading.Event

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


Answer = Callable[[Request, Say], None]


def plain(
    body: str | bytes = "", status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str
) -> Answer:
    """A correct answer. `Retry_After="1"` becomes the header Retry-After; a kind of "" sends no Content-Type."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    def answer(request: Request, say: Say) -> None:
        say(head if request.method == "HEAD" else head + data)

    return answer


def forward(location: str, status: int = 302, **headers: str) -> Answer:
    """A redirect; the location goes out as UTF-8 bytes, as real servers send it."""
    return plain(status=f"{status} Found", Location=location.encode().decode("latin-1"), **headers)


def raw(data: bytes, *, close: bool = True) -> Answer:
    """Exactly these bytes; then the connection is closed unless told otherwise."""

    def answer(request: Request, say: Say) -> None:
        say(data)
        if close:
            raise ConnectionAbortedError

    return answer


def silent(request: Request, say: Say) -> None:
    """Never answers."""
    request.over.wait(60)
    raise ConnectionAbortedError


def dripping(first: bytes, drop: bytes) -> Answer:
    """`first`, then one more `drop` again and again."""

    def answer(request: Request, say: Say) -> None:
        say(first)
        while not request.over.wait(0.05):
            say(drop)
        raise ConnectionAbortedError

    return answer


def in_turn(*answers: Answer) -> Answer:
    """The first answer to the first request, and so on; the last one for ever."""
    waiting = list(answers)

    def answer(request: Request, say: Say) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request, say)

    return answer


@dataclass
class Wire:
    """The server. `answers` by path (without query); `requests` is what arrived, `connections` how many were opened."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._now = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hits(self) -> Counter[str]:
        """How often each "METHOD /path" arrived."""
        return Counter(f"{one.method} {one.target}" for one in self.requests)

    @contextmanager
    def serving(self, context: ssl.SSLContext | None = None) -> Iterator[Wire]:
        """Listen while the block lasts, with TLS when there is a context."""
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            self.port = listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(listener, context), daemon=True).start()
            try:
                yield self
            finally:
                self._over.set()
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        while not self._over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection, context), daemon=True).start()

    def _talk(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as incoming:
                while (request := self._next(incoming.readline, incoming.readline)) is not None:
                    self._answer(request, connection.sendall)

    def _next(self, first: Callable[[], bytes], line: Callable[[], bytes]) -> Request | None:
        words = first().decode("latin-1").split()
        if len(words) < 2:
            return None
        headers = {}
        while (text := line().decode("latin-1").strip()) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        return Request(words[0], words[1], headers, self._over)

    def _answer(self, request: Request, say: Say) -> None:
        missing = plain("<title>Missing</title>", "404 Not Found")
        with self._lock:
            self.requests.append(request)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            self.answers.get(request.target.partition("?")[0], missing)(request, say)
        finally:
            with self._lock:
                self._now -= 1


def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxy the machine of the tests has, the tests have none."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def answer_names(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> dict[str, list[str]]:
    """Stand in for the name server, which tests must not ask."""

    def getaddrinfo(host: str, port: int | None, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port or 0)) for one in names[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def config(url: str, **more: object) -> Config:
    """Settings that fail fast: one attempt, short limits."""
    given = {"retries": 0, "retry_wait": 0, "connect_timeout": 2, "request_timeout": 5, **more}
    return Config.model_validate({"url": url, **given})


def named(wire: Wire, *names: str, secure: Wire | None = None, **more: object) -> Config:
    """A config that knows `names` and nothing else; the first is the audited site."""
    mapped = [Resolve(host=name, port=80, address="127.0.0.1", to_port=wire.port) for name in names]
    if secure is not None:
        mapped += [Resolve(host=name, port=443, address="127.0.0.1", to_port=secure.port) for name in names]
    return config(f"http://{names[0]}/", resolve=tuple(mapped), isolated=True, **more)


@contextmanager
def fetching(settings: Config, stop: Stop | None = None) -> Iterator[Fetcher]:
    """A fetcher while the block lasts."""
    with Fetcher(settings, stop or Stop()) as fetcher:
        yield fetcher


def get(wire: Wire, path: str = "/", **more: object) -> Fetched:
    """One page of the wire, as its own audited site."""
    with fetching(config(wire.url, **more)) as fetcher:
        return fetcher.get(wire.url + path)
