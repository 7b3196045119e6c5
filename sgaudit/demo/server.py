"""The demo's servers on loopback: one without and one with TLS, answering for every host of the demo by its name."""

from __future__ import annotations

import ssl
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme

from sgaudit.config import Config, Resolve
from sgaudit.demo.pages import SCHOOL_HOST, Answer, school, stand_ins

_LOOPBACK = "127.0.0.1"
_IDLE = 30.0


class DemoSchool:
    """The demo school and stand-ins for the sites it links to, on ports of this machine while the context lasts.

    With `fixed` the repaired twin is served. Nothing outside this machine is asked or can be reached through it.
    """

    def __init__(self, *, fixed: bool = False) -> None:
        self._school = school(fixed=fixed)
        self._others = stand_ins()
        self._stack = ExitStack()
        self._plain_port = self._tls_port = 0
        self._bundle = Path()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sgaudit-demo-")))
            authority = trustme.CA()
            leaf = authority.issue_cert(*self._others.hosts)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            leaf.configure_cert(context)
            # Libraries want the authority; a browser that is told which keys to accept wants the server's own.
            self._bundle = folder / "demo-certificates.pem"
            self._bundle.write_bytes(authority.cert_pem.bytes() + leaf.cert_chain_pems[0].bytes())
            self._plain_port = stack.enter_context(_Server(self._plain)).server_port
            self._tls_port = stack.enter_context(_Server(self._secure, context)).server_port
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def local_url(self) -> str:
        """The school's home page for a browser on this machine."""
        return f"http://{_LOOPBACK}:{self._plain_port}/"

    def config(self, output: Path) -> Config:
        """How to audit the school: by its own name, cut off from everything but the demo's own hosts."""
        names = (SCHOOL_HOST, SCHOOL_HOST.removeprefix("www."))
        mapped = [(host, 80, self._plain_port) for host in (*names, *self._others.hosts)]
        mapped += [(host, 443, self._tls_port) for host in self._others.hosts]
        return Config(
            url=f"http://{SCHOOL_HOST}/",
            output=output,
            isolated=True,
            resolve=tuple(
                Resolve(host=host, port=port, address=_LOOPBACK, to_port=to_port) for host, port, to_port in mapped
            ),
            ca_bundle=self._bundle,
            accessibility_pages="all",
            max_pages=60,
            connect_timeout=5,
            request_timeout=10,
            retries=1,
            retry_wait=0,
            vantage="inside",
            deadline=900,
        )

    def wait(self) -> None:
        """Serve until the process is told to end."""
        threading.Event().wait()

    def _plain(self, host: str, target: str) -> Answer:
        if host in self._others.hosts:
            return Answer(301, location=f"https://{host}{target}")
        if host == SCHOOL_HOST.removeprefix("www."):
            return Answer(301, location=f"http://{SCHOOL_HOST}{target}")
        return self._school.answer(urlsplit(target).path)

    def _secure(self, host: str, target: str) -> Answer:
        if host in self._others.refusing:
            return Answer(403, b"<!doctype html><title>Forbidden</title><p>Programs are turned away here.</p>")
        if host in self._others.moved:
            moved = self._others.moved[host]
            return Answer(301, location=moved if moved.endswith("/") else f"{moved}{target}")
        site = self._others.sites.get(host)
        return site.answer(urlsplit(target).path) if site else Answer(421)


class _Server(ThreadingHTTPServer):
    """One listening port; `answer` decides by the host asked for and the address. Serves while entered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[str, str], Answer], context: ssl.SSLContext | None = None) -> None:
        super().__init__((_LOOPBACK, 0), _Handler)
        self.answer = answer
        if context is not None:
            # The handshake belongs to each connection's own thread: a silent client must not stop the rest.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    server: _Server

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, *, with_body: bool) -> None:
        host = (urlsplit(f"//{self.headers.get('Host', '')}").hostname or "").lower()
        answer = self.server.answer(host, self.path)
        self.send_response(answer.status)
        if answer.location:
            self.send_header("Location", answer.location)
        else:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Requests are not logged: the report lists them."""
