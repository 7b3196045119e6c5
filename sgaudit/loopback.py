"""Small servers on this machine alone: one answers for hosts by their names, with or without TLS."""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import trustme

ADDRESS = "127.0.0.1"
HTML = "text/html; charset=utf-8"
_IDLE = 30.0


@dataclass(frozen=True)
class Answer:
    """What a server says to one address: `body`, or what `file` holds at that moment, or the way to `location`."""

    status: int
    body: bytes = b""
    content_type: str = HTML
    location: str = ""
    file: Path | None = None


class Authority:
    """An authority of this moment alone, for hosts that only this process plays."""

    def __init__(self, hosts: Sequence[str]) -> None:
        authority = trustme.CA()
        leaf = authority.issue_cert(*hosts)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(self.context)
        # Libraries want the authority; a browser that is told which keys to accept wants the server's own.
        self.bundle = authority.cert_pem.bytes() + leaf.cert_chain_pems[0].bytes()


class Server(ThreadingHTTPServer):
    """One listening port; `answer` decides by the host asked for and the address. Serves while entered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[str, str], Answer], context: ssl.SSLContext | None = None) -> None:
        super().__init__((ADDRESS, 0), _Handler)
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
    server: Server

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, *, with_body: bool) -> None:
        host = (urlsplit(f"//{self.headers.get('Host', '')}").hostname or "").lower()
        answer = self.server.answer(host, self.path)
        if answer.file is not None:
            self._send_file(answer, answer.file, with_body=with_body)
            return
        self._head(answer, len(answer.body))
        if with_body:
            self.wfile.write(answer.body)

    def _send_file(self, answer: Answer, path: Path, *, with_body: bool) -> None:
        try:
            file = path.open("rb")
        except OSError:
            self._head(Answer(500), 0)
            return
        with file:
            size = file.seek(0, 2)
            file.seek(0)
            self._head(answer, size)
            if with_body:
                shutil.copyfileobj(file, self.wfile)

    def _head(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status)
        if answer.location:
            self.send_header("Location", answer.location)
        else:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Requests are not logged: the report lists them."""
