"""School sites on loopback for the crawl: pages given as text, answered by host and path, every request noted."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from sgaudit.config import Config, Resolve
from sgaudit.crawl import Crawled, Reader, crawl
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import LinkEvidence, PageEvidence, RenderedPage
from sgaudit.progress import Progress, Stop, quiet

HOST = "www.school.example"
HOME = f"http://{HOST}/"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What a server says. `headers` with an empty content type sends none."""

    body: str | bytes = ""
    status: int = 200
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


Page = str | Answer | Callable[[str], "str | Answer | None"]


def moved(to: str, status: int = 301) -> Answer:
    """A redirect."""
    return Answer(status=status, headers={"Location": to})


def page(title: str, *body: str, head: str = "") -> str:
    """A small page of a fictitious school."""
    return (
        f"<!doctype html><html lang='en-GB'><head><title>{title}</title>{head}</head>"
        f"<body><main><h1>{title}</h1><p>Welcome to this page of Alder Brook School, which is about {title}.</p>"
        f"{''.join(body)}</main></body></html>"
    )


def links(*paths: str) -> str:
    """Links to `paths`, each called by its own last word."""
    return "".join(f"<p><a href='{path}'>{path.strip('/').rpartition('/')[2] or 'start'}</a></p>" for path in paths)


class Stand:
    """Sites by host on ports of this machine; what a host answers over TLS is listed as `host:443`.

    `asked` are the requests: host, method, target.
    """

    def __init__(self, hosts: Mapping[str, Mapping[str, Page]], port: int) -> None:
        self.hosts, self.port, self.tls_port = hosts, port, 0
        self.asked: list[tuple[str, str, str]] = []

    def paths(self, host: str = HOST) -> list[str]:
        """The targets that were asked of a host, robots.txt and site maps left out."""
        return [
            target for asked, _, target in self.asked if asked == host and target not in ("/robots.txt", "/sitemap.xml")
        ]

    def config(self, url: str = HOME, **settings: object) -> Config:
        """Settings to audit `url`: names lead here or nowhere."""
        names = {host.partition(":")[0] for host in self.hosts}
        ports = [(80, self.port), *([(443, self.tls_port)] if self.tls_port else [])]
        resolve = tuple(
            Resolve(host=name, port=port, address="127.0.0.1", to_port=to) for name in names for port, to in ports
        )
        given = {"retries": 0, "retry_wait": 0, "isolated": True, "request_timeout": 10, "resolve": resolve, **settings}
        return Config.model_validate({"url": url, **given})

    def crawl(
        self, url: str = HOME, *, read: Reader | None = None, progress: Progress = quiet, stop: Stop | None = None,
        **settings: object,
    ) -> Crawled:  # fmt: skip
        """Crawl `url` through the real fetcher."""
        config, stop = self.config(url, **settings), stop or Stop(120)
        with Fetcher(config, stop) as fetcher:
            return crawl(config, fetcher, stop, progress, read)

    def answer(self, host: str, target: str) -> Answer:
        """What `host` says to `target`; a page under its path serves every query."""
        site = self.hosts.get(host, {})
        found = site.get(target, site.get(urlsplit(target).path, site.get("*")))
        if callable(found):
            found = found(target)
        if found is None:
            return Answer(page("Nothing here"), 404)
        return Answer(found) if isinstance(found, str) else found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ThreadingHTTPServer
    stand: Stand

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        host += ":443" if self.server.server_port == self.stand.tls_port else ""
        self.stand.asked.append((host, self.command, self.path))
        answer = self.stand.answer(host, self.path)
        data = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        if answer.kind:
            self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@contextmanager
def serving(pages: Mapping[str, Page], **others: Mapping[str, Page]) -> Iterator[Stand]:
    """Serve `pages` at www.school.example, and `others` at hosts whose dots are written as double underscores."""
    hosts = {HOST: pages, **{name.replace("__", "."): site for name, site in others.items()}}
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        stand = Stand(hosts, server.server_port)
        with _running(server, stand):
            yield stand


@contextmanager
def serving_securely(stand: Stand, pages: Mapping[str, Page], folder: Path) -> Iterator[Path]:
    """Serve `pages` over TLS at www.school.example as well; the file of the authority to trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        stand.hosts, stand.tls_port = {**stand.hosts, f"{HOST}:443": pages}, server.server_port
        with _running(server, stand):
            yield bundle


@contextmanager
def _running(server: ThreadingHTTPServer, stand: Stand) -> Iterator[None]:
    server.daemon_threads = True
    server.RequestHandlerClass = type("Handler", (_Handler,), {"stand": stand})
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


def found(crawled: Crawled, path: str) -> PageEvidence:
    """The page that was asked for at `path`."""
    return next(one for one in crawled.pages if urlsplit(one.url)._replace(scheme="", netloc="").geturl() == path)


def link(crawled: Crawled, url: str) -> LinkEvidence:
    """The link target `url`, a path of the school or a whole address."""
    whole = url if ":" in url.partition("/")[0] else f"{HOME.rstrip('/')}{url}"
    return next(one for one in crawled.links if one.url == whole)


def depths(crawled: Crawled) -> dict[str, int | None]:
    """Clicks from home by path."""
    return {urlsplit(one.url)._replace(scheme="", netloc="").geturl(): one.depth for one in crawled.pages}


def snapshot(url: str, html: str, **fields: object) -> RenderedPage:
    """What a browser would say it saw."""
    return RenderedPage.model_validate({"url": url, "final_url": url, "status": 200, "snapshot": html, **fields})
