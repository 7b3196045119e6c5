"""A small school whose server knows versions of its pages, for audits of one night after another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from crawl_stand import HOST, links, page

from sgaudit.config import Config, Resolve

OUTSIDE = "club.example"
SAFE = "/safeguarding"
WORDS = "<p>Worried about something online? Report it to CEOP.</p>"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccf"
    "c0f01f0005050102a0d8c6d10000000049454e44ae426082"
)
KINDS = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".pdf": "application/pdf"}


def school(pages: int = 3, **more: str | bytes) -> dict[str, str | bytes]:
    """Pages by path: home, a safeguarding page and `pages` others that are built each in its own way."""
    head = '<link rel="stylesheet" href="/site.css"><script src="/site.js"></script>'
    paths = [f"/subject-{number}" for number in range(pages)]
    site: dict[str, str | bytes] = {
        "/": page("Alder Brook School", links(SAFE, *paths), head=head),
        SAFE: page("Safeguarding and reporting online abuse", WORDS, head=head),
        "/site.css": "main { color: #111; }",
        "/site.js": "document.title += '';",
        "/crest.png": PNG,
    }
    for number, path in enumerate(paths):
        body = f"<p class='k{number}'>We learn the subject number {number}.</p><img src='/crest.png' alt='Crest'>"
        site[path] = page(f"Subject {number}", body * (number + 1), links(f"http://{OUTSIDE}/{number}"), head=head)
    return site | more


@dataclass
class Night:
    """The servers of the school and of a club it links to. `asked` are this night's requests, `sent` their bytes.

    `tags` overrule the ETag of a path, with None for none; `truthful` is false for a server that answers 304 to whoever
    names the right tag, whatever it holds. `others` are the club's pages, answers by status.
    """

    site: dict[str, str | bytes]
    port: int = 0
    others: dict[str, int] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    asked: list[tuple[str, str, str, int]] = field(default_factory=list)
    sent: int = 0

    def begin(self) -> None:
        """Another night begins."""
        self.asked, self.sent = [], 0

    def read(self, host: str = HOST) -> list[str]:
        """What was asked for and given in full (200, GET), in order."""
        return [path for asked, method, path, status in self.asked if (asked, method, status) == (host, "GET", 200)]

    def statuses(self, path: str, host: str = HOST) -> list[tuple[str, int]]:
        """Method and answer of each request for `path`."""
        return [(method, status) for asked, method, one, status in self.asked if (asked, one) == (host, path)]

    def config(self, output: Path, **settings: object) -> Config:
        """How to audit the school: names lead here or nowhere."""
        resolve = tuple(Resolve(host=host, port=80, address="127.0.0.1", to_port=self.port) for host in (HOST, OUTSIDE))
        given = {
            "url": f"http://{HOST}/", "output": output, "resolve": resolve, "isolated": True, "retries": 0,
            "retry_wait": 0, "select": ("broken-links", "ceop-page-findable"), **settings,
        }  # fmt: skip
        return Config.model_validate(given)

    def answer(self, host: str, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        if host == OUTSIDE:
            status = self.others.get(path, 200)
            return status, {"Content-Type": "text/html"}, page(f"The club, {path}").encode()
        found = self.site.get(path)
        if found is None:
            return 404, {"Content-Type": "text/html"}, page("Nothing here").encode()
        body = found.encode() if isinstance(found, str) else found
        tag = self.tags.get(path, f'"{blake2b(body, digest_size=8).hexdigest()}"')
        said = {"Content-Type": KINDS.get(path[path.rfind(".") :] if "." in path else "", "text/html; charset=utf-8")}
        if tag is not None:
            said["ETag"] = tag
            if headers.get("If-None-Match") == tag:
                return 304, said, b""
        return 200, said, body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    night: Night

    def do_GET(self) -> None:
        host = (urlsplit(f"//{self.headers.get('Host', '')}").hostname or "").lower()
        status, headers, body = self.night.answer(host, self.path, self.headers)
        self.night.asked.append((host, self.command, self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.night.sent += len(body)
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@contextmanager
def nights(site: dict[str, str | bytes]) -> Iterator[Night]:
    """Serve the school for as many nights as are wanted."""
    night = Night(site)
    handler = type("Handler", (_Handler,), {"night": night})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        night.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield night
        finally:
            server.shutdown()
