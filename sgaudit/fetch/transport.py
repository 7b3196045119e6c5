"""Connections that go only where the guard lets them, in the time that is left: requests' adapter from below."""

from __future__ import annotations

import errno
import http.client
import io
import socket
import ssl
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sgaudit.config import Config
from sgaudit.fetch.certificates import context_maker, shown_by
from sgaudit.fetch.guard import Endpoint, Guard
from sgaudit.fetch.trouble import Limit, NotReached, tls_trouble
from sgaudit.model.evidence import Certificate, Trouble

_HOSTS_KEPT = 64  # hosts whose idle connections are kept open
_SLICE = 0.5  # seconds after which a silent read looks whether the audit was stopped


class Line:
    """How a connection is made: dialling, certificates, and the time limit of the request this thread is making."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self.new_context = context_maker(config.ca_bundle)
        self.certificates: dict[tuple[str, int], Certificate] = {}
        self._guard = guard
        self._timeout = config.connect_timeout
        self._thread = threading.local()

    @property
    def limit(self) -> Limit:
        """The limit of the request at hand in this thread."""
        limit: Limit = self._thread.limit
        return limit

    @limit.setter
    def limit(self, limit: Limit) -> None:
        self._thread.limit = limit

    def met(self, host: str, port: int, connection: Any) -> None:
        """Remember which certificate `host` showed; the last one counts."""
        name = host.rstrip(".").lower()
        if (found := shown_by(name, port, connection)) is not None:
            self.certificates[name, port] = found

    def dial(self, connection: HTTPConnection) -> socket.socket:
        """A connected socket for `connection`, to addresses the guard judged and to no other. Raises NotReached."""
        host, port = connection.host, connection.port or connection.default_port
        if connection.proxy is not None:
            return self._dial_proxy(host, port)
        endpoints = self._guard.endpoints(host, port, min(self._timeout, self.limit.left()))
        troubles: list[OSError] = []
        ends = time.monotonic() + self._timeout
        for rest in range(len(endpoints), 0, -1):
            left = min(max(ends - time.monotonic(), 0.001), self.limit.left())
            try:
                # One address that swallows packets must not use up the time of the others.
                return _connected(endpoints[-rest], left / min(rest, 2))
            except OSError as error:
                troubles.append(error)
        raise _unreachable(host, port, troubles)

    def _dial_proxy(self, host: str, port: int) -> socket.socket:
        try:
            return socket.create_connection((host, port), min(self._timeout, self.limit.left()))
        except OSError:
            # Its name is the network's own business and stays out of the report.
            raise NotReached(Trouble.proxy, "The proxy of this network could not be reached.") from None


def _connected(endpoint: Endpoint, seconds: float) -> socket.socket:
    family = socket.AF_INET if endpoint.address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect((str(endpoint.address), endpoint.port))
    except OSError:
        sock.close()
        raise
    return sock


def _unreachable(host: str, port: int, troubles: list[OSError]) -> NotReached:
    """One refusal counts only when no other address might have answered."""
    if any(isinstance(one, TimeoutError) for one in troubles):
        return NotReached(Trouble.timeout, f"{host} did not answer the call for a connection in time.")
    if any(isinstance(one, ConnectionRefusedError) for one in troubles):
        return NotReached(Trouble.refused, f"{host} refused the connection on port {port}.")
    if any(one.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH) for one in troubles):
        return NotReached(Trouble.timeout, f"No way leads from here to {host}.")
    return NotReached(Trouble.timeout, f"{host} could not be reached ({troubles[-1].strerror or troubles[-1]}).")


class _TimedReader(io.RawIOBase):
    """Reads a socket within the request's limit: a server that drips bytes gains no time by each of them."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket, limit: Limit) -> None:
        self._inner = inner  # keeps the socket's own count of its readers
        self._sock = sock
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._sock.settimeout(min(_SLICE, self._limit.left()))
            try:
                return self._sock.recv_into(buffer)
            except TimeoutError:
                continue

    def close(self) -> None:
        self._inner.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, limit: Limit, **more: Any) -> None:
        super().__init__(sock, *given, **more)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(raw, sock, limit), 16_384)


def _connections(line: Line) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, their connections made over `line`."""

    def timed(sock: socket.socket, *given: Any, **more: Any) -> _TimedResponse:
        return _TimedResponse(sock, *given, limit=line.limit, **more)

    class Plain(HTTPConnection):
        response_class = staticmethod(timed)  # type: ignore[assignment]

        def _new_conn(self) -> socket.socket:
            return line.dial(self)

    class Secure(HTTPSConnection):
        response_class = staticmethod(timed)  # type: ignore[assignment]

        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.ssl_context = line.new_context()

        def _new_conn(self) -> socket.socket:
            return line.dial(self)

        def connect(self) -> None:
            host = self._tunnel_host or self.host
            try:
                super().connect()
                line.met(host, self._tunnel_port or self.port, self.sock)
            except ssl.SSLError as error:
                raise tls_trouble(error, host) from error
            except TimeoutError:
                raise NotReached(Trouble.timeout, f"{host} did not finish the secure handshake in time.") from None
            except ConnectionError:
                if self.proxy is not None:
                    raise
                said = f"{host} ended the connection during the secure handshake."
                raise NotReached(Trouble.tls, said, unanswered=True) from None

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class Transport(HTTPAdapter):
    """requests' adapter over a `Line`, used without a requests session: that would double the cost of a request."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self.line = Line(config, guard)
        self._pools = _connections(self.line)
        super().__init__(
            pool_connections=_HOSTS_KEPT, pool_maxsize=max(config.connections, config.connections_per_host)
        )

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **more)
        if not known and not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """The pool for `request`; without a proxy straight from its address, which the guard has already read."""
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        parts = urlsplit(request.url)
        return self.poolmanager.connection_from_host(parts.hostname, parts.port, parts.scheme)

    def request_url(self, request: Any, proxies: Any) -> str:
        """What stands in the request line."""
        return super().request_url(request, proxies) if proxies else str(request.path_url)

    def build_response(self, req: Any, resp: Any) -> Response:  # noqa: ARG002 - requests calls it so
        """Only what is used here: requests' own parses cookies and guesses an encoding for every answer."""
        response = Response()
        response.raw = resp
        return response

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: each connection has its own context, and that always verifies."""
