"""A site on loopback of which every page behaves oddly in one way of its own; see PAGES and Handler."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

PLAIN = (
    '<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>'
)


def page(body: str = "", head: str = "", title: str = "Fernhill School") -> str:
    return PLAIN.format(title=title, head=head, body=body)


PAGES: dict[str, str] = {
    "plain": page("<p>All is well here.</p>"),
    "other": page("<p>This is the other page.</p>", title="The other page"),
    "blank": "<!doctype html><title>Blank</title><body></body>",
    "hanging-picture": page('<p>Words before the picture.</p><img src="/silent" alt="A tree">'),
    "loop-in-script": page("<p>Before.</p><script>while (true) {}</script>"),
    "loop-after-load": page("<p>Before.</p><script>onload = () => setTimeout(() => { while (true) {} }, 0)</script>"),
    "alert": page("<script>alert('Our fair is on Saturday')</script><p>Welcome.</p>"),
    "alert-after-alert": page("<script>setInterval(() => alert('again'), 1)</script><p>Welcome.</p>"),
    "asks-before-leaving": page("<script>onbeforeunload = (event) => { event.preventDefault(); }</script>"),
    "prints": page("<script>print()</script>"),
    "refresh-away": page(head='<meta http-equiv="refresh" content="0; url=/other">'),
    "refresh-late": page("<p>Read me first.</p>", head='<meta http-equiv="refresh" content="600; url=/other">'),
    "script-away": page("<script>location.replace('/other')</script>"),
    "script-away-later": page("<p>Still here.</p><script>setTimeout(() => { location = '/other' }, 900)</script>"),
    "script-to-file": page("<script>location = '/attachment'</script><p>Your download begins.</p>"),
    "round-in-circles": page("<script>location = '/round-in-circles?' + Math.random()</script>"),
    "keeps-changing": page("<p>News</p><script>setInterval(() => document.body.append('more '), 20)</script>"),
    "opens-window": page("<script>open('/other')</script>"),
    "fills-late": "<!doctype html><title>App</title><body><div id=app></div><script>setTimeout(() => {"
    " document.getElementById('app').innerHTML = '<h1>Filled at last</h1>' }, 700)</script></body>",
    "remembers": page(
        "<script>localStorage.a = 1; sessionStorage.b = 2; document.cookie = 'c=3'; name = 'd';"
        "indexedDB.open('e').onsuccess = () => { document.title = 'Remembered' };"
        "onpagehide = () => { sessionStorage.f = 4; localStorage.g = 5 }</script>"
    ),
    "tells": page(
        "<p id=told></p><script>indexedDB.databases().then((all) => { told.textContent ="
        " [localStorage.length, sessionStorage.length, document.cookie.length, name.length, all.length].join('-') })"
        "</script>"
    ),
    "asks-permission": page(
        "<p id=told>waiting</p><script>navigator.permissions.query({name: 'geolocation'}).then((one) => {"
        " told.textContent = 'location ' + one.state + ' ' + navigator.language + ' ' +"
        " matchMedia('(prefers-reduced-motion: reduce)').matches })</script>"
    ),
    "counted": page(
        "<script>new Image().src = '/matomo.php?visit'; navigator.sendBeacon('/piwik.php', 'x');"
        "new Image().src = 'http://www.google-analytics.com/collect'</script>"
    ),
    "framed": page('<iframe src="{private}/secret" title="A"></iframe>'),
    "framed-later": page('<iframe src="{other}/moves-on" title="A"></iframe>'),
    "moves-on": page("<script>location = '{private}/secret'</script>"),
    "works-worker": page("<script>navigator.serviceWorker.register('/worker.js').catch(() => 0)</script>"),
    "wide": page('<div style="width:9000px;height:30000px">Wide and tall.</div>'),
    "bad-html": "<p>Unclosed <b>and <i>nested</b> wrongly<table><div>x",
    "names-with-markup": page(
        "<a href='/other'>&lt;script&gt;alert(1)&lt;/script&gt;</a>", title="&lt;b&gt;Bold&lt;/b&gt;"
    ),
    "by-width": page(
        "<script>document.write(innerWidth < 600 ? '<p>Small</p>' : '<p>Large</p>');"
        "onresize = () => location.reload()</script>"
    ),
    "filtered": page("<p>This site was blocked by your school's web filter.</p>", title="Access denied"),
    "speaks-of-filters": page(
        "<p>Some sites are blocked by the school filter.</p>"
        + "".join(f"<a href='/{n}'>Page {n}</a> " for n in range(9))
    ),
    "frame-of-nothing": page('<iframe src="http://closed.example/" title="A"></iframe>'),
    "eats-memory": page("<script>const all = []; for (;;) all.push(new Array(1e6).fill(all.length))</script>"),
}
STATUSES = {"gone": 404, "forbidden": 403, "broken": 500, "teapot": 418}
KINDS = {"pdf": "application/pdf", "text": "text/plain", "picture": "image/png", "archive": "application/zip"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"POST {self.path}")
        self.answer(200, "")

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.lstrip("/")
        self.server.asked.append(self.path)
        if path.startswith("meeting-"):
            # The answer is held until another browser page is held here as well.
            path = path.removeprefix("meeting-") if self.server.met() else "broken"
        if path in PAGES:
            self.answer(
                200, PAGES[path].replace("{private}", self.server.private).replace("{other}", self.server.other)
            )
        elif path in STATUSES:
            self.answer(STATUSES[path], page(title="Sorry"))
        elif path in KINDS:
            self.answer(200, "%PDF-1.4 or whatever", KINDS[path])
        elif path == "silent":
            self.server.hold.wait(60)
            self.close_connection = True
        elif path == "hangs-up":
            self.close_connection = True
        elif path == "nonsense":
            self.wfile.write(b"\x00\x01\x02 this is no HTTP at all\r\n\r\n")
            self.close_connection = True
        elif path == "drips":
            self.start(200, "text/html")
            self.pour(b"<p>drip</p>" * 20, times=10_000, wait=0.05)
        elif path == "endless":
            self.start(200, "text/html")
            self.pour(b"<p>All work and no play.</p>\n" * 4000, times=10_000)
        elif path == "huge":
            self.start(200, "text/html", Content_Length="200000000")
            self.pour(b"<p>All work and no play.</p>\n" * 4000, times=1800)
        elif path == "attachment":
            self.answer(200, "x", Content_Disposition='attachment; filename="letter.html"')
        elif path == "nothing":
            self.start(204, "text/html")
        elif path == "login":
            self.answer(401, page(title="Log in"), WWW_Authenticate='Basic realm="staff"')
        elif path == "test-for-people":
            self.answer(200, page(title="Just a moment..."), cf_mitigated="challenge")
        elif path == "step-1":
            self.answer(302, "", Location="/step-2")
        elif path == "step-2":
            self.answer(301, "", Location="/plain")
        elif path == "circle":
            self.answer(302, "", Location="/circle")
        elif path == "to-private":
            self.answer(302, "", Location=f"{self.server.private}/secret")
        elif path == "secret":
            self.answer(200, page("<p>The router's password is hunter2.</p>", title="Router"))
        else:
            self.answer(404, "no")

    def start(self, status: int, kind: str, **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    def answer(self, status: int, body: str, kind: str = "text/html; charset=utf-8", **more: str) -> None:
        data = body.encode()
        self.start(status, kind, Content_Length=str(len(data)), **more)
        self.wfile.write(data)

    def pour(self, data: bytes, times: int, wait: float = 0.0) -> None:
        try:
            for _ in range(times):
                if self.server.hold.wait(wait):
                    return
                self.wfile.write(data)
        except OSError:
            return  # the browser has had enough


class Site(ThreadingHTTPServer):
    """The site. `asked` lists what was asked for; `private` and `other` are origins of their own on the same port."""

    daemon_threads = True
    private = other = ""

    def __init__(self, certificate: trustme.LeafCert | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.hold = threading.Event()
        self.meeting = threading.Barrier(2)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def met(self) -> bool:
        """Whether two that asked met here before their patience ended."""
        try:
            self.meeting.wait(30)
        except threading.BrokenBarrierError:
            return False
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up in the middle is no news."""

    def end(self) -> None:
        self.hold.set()
        self.shutdown()
        self.server_close()


class Stand:
    """The site by the name fernhill.example, its private neighbour, and servers with certificates good and bad."""

    def __init__(self, folder: Path) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        good = authority.issue_cert("good.example")
        past = datetime.now(UTC) - timedelta(days=3)
        old = authority.issue_cert("old.example", not_before=past - timedelta(days=90), not_after=past)
        self.bundle = folder / "bundle.pem"
        self.bundle.write_bytes(authority.cert_pem.bytes() + good.cert_chain_pems[0].bytes())
        self.site = Site()
        secure = {
            "good.example": Site(good),
            "old.example": Site(old),
            "misnamed.example": Site(authority.issue_cert("someone-else.example")),
            "stranger.example": Site(stranger.issue_cert("stranger.example")),
        }
        self.servers = [self.site, *secure.values()]
        port = self.site.server_port
        self.url = f"http://fernhill.example:{port}"
        self.site.private = f"http://router.example:{port}"
        self.site.other = f"http://widgets.example:{port}"
        hosts = ("fernhill.example", "router.example", "widgets.example")
        self.resolve = [f"{host}:{port}:127.0.0.1:{port}" for host in hosts]
        self.resolve += [f"{host}:443:127.0.0.1:{server.server_port}" for host, server in secure.items()]
        self.resolve.append("closed.example:80:127.0.0.1:9")


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """The stand, for as long as the block lasts."""
    made = Stand(folder)
    try:
        yield made
    finally:
        for server in made.servers:
            server.end()
