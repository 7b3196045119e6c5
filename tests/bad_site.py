"""A school on loopback that misbehaves: each first part of a path is a behaviour, and the page below it is its home."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

HOME = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Sallow Bank School</title>{head}</head>
<body><main><h1>Sallow Bank School</h1><p>We are a small school beside a wood.</p>
<p><a href="safeguarding/">Safeguarding and online safety</a></p>{body}</main></body></html>"""
SAFEGUARDING = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Safeguarding and reporting online abuse</title></head>
<body><main><h1>Safeguarding and reporting online abuse</h1>
<p>Worried about something online? Report it to CEOP, or talk to Mrs Dunnock, our safeguarding lead.</p>{body}</main>
</body></html>"""
FOREVER = "<script>while (true) {}</script>"


class Handler(BaseHTTPRequestHandler):
    """Answers by behaviour; `server.release` ends whatever waits."""

    protocol_version = "HTTP/1.1"
    server: BadSite

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        behaviour, _, rest = self.path.lstrip("/").partition("/")
        self.server.asked(self.path)
        if self.path in ("/robots.txt", "/sitemap.xml", "/favicon.ico"):
            self.page(404, "no")
        elif behaviour == "500" or (behaviour == "half" and rest):
            self.page(500, "<h1>Internal Server Error</h1>")
        elif behaviour == "403" or (behaviour == "bots" and "sgaudit" in self.headers.get("User-Agent", "")):
            self.page(403, "<h1>Forbidden</h1>")
        elif behaviour == "silent":
            self.server.release.wait(30)
            self.close_connection = True
        elif behaviour in ("endless", "huge"):
            self.pour(200_000_000 if behaviour == "huge" else None)
        elif behaviour == "download" and not rest:
            self.page(200, "not a page", "application/zip", Content_Disposition="attachment; filename=site.zip")
        elif behaviour == "slow" and rest:
            self.server.reached.set()
            self.server.release.wait(30)
            self.page(200, SAFEGUARDING.format(body=""))
        elif behaviour == "script-in-page" and rest:
            self.page(200, SAFEGUARDING.format(body=FOREVER))
        elif rest:
            self.page(200, SAFEGUARDING.format(body=""))
        else:
            head = "<script>alert('Welcome to our school!')</script>" if behaviour == "alert" else ""
            self.page(200, HOME.format(head=head, body=FOREVER if behaviour == "script" else ""))

    do_HEAD = do_GET

    def page(self, status: int, body: str, kind: str = "text/html; charset=utf-8", **more: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def pour(self, size: int | None) -> None:
        """A page that goes on and on, for ever or for `size` bytes."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if size is not None:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self.close_connection = True
        piece = b"<p>And another thing.</p>" * 4_000
        sent = 0
        while self.command != "HEAD" and not self.server.release.is_set() and (size is None or sent < size):
            self.wfile.write(piece)
            sent += len(piece)


class BadSite(ThreadingHTTPServer):
    """Served while entered; `urls` are all paths asked for."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.release, self.reached = threading.Event(), threading.Event()
        self.urls: list[str] = []
        self.base = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def asked(self, path: str) -> None:
        """Note a request."""
        self.urls.append(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up on a site like this."""


@contextmanager
def served(context: ssl.SSLContext | None = None) -> Iterator[BadSite]:
    """The site, for as long as the block lasts."""
    site = BadSite(context)
    threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield site
    finally:
        site.release.set()
        site.shutdown()
        site.server_close()


def expired(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for 127.0.0.1 that ended two days ago, and the file of the authority that made it."""
    authority = trustme.CA()
    ended = datetime.now(UTC) - timedelta(days=2)
    leaf = authority.issue_cert("127.0.0.1", not_before=ended - timedelta(days=90), not_after=ended)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    return context, bundle
