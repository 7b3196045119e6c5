"""Loopback stand-ins: a school that serves tests/pages/route and a far end that plays CEOP on good days and bad."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme

PAGES = Path(__file__).parent / "pages" / "route"
# A black picture and one that is see-through.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")
BLANK = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
CEOP = """<!doctype html><html lang="en"><head><title>CEOP Safety Centre</title></head><body>
<h1>CEOP Safety Centre</h1><p>Are you worried about online sexual abuse or the way someone has been communicating with
you online? Make a report to one of CEOP's Child Protection Advisors.</p>{more}</body></html>"""
CLOSED = "<p>We are sorry: we cannot take any reports at the moment.</p>"


class Quiet(BaseHTTPRequestHandler):
    """A handler without a log that answers in one go."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def answer(self, status: int, body: str | bytes, kind: str = "text/html; charset=utf-8", **more: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


class School(Quiet):
    """The fixture pages, pictures for any name but /missing/, and a few addresses of the school's own."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = PAGES / path.lstrip("/")
        if path.endswith(".html") and file.is_file():
            self.answer(200, file.read_bytes())
        elif path.startswith("/img/"):
            self.answer(200, BLANK if path.startswith("/img/blank") else GIF, "image/gif")
        elif path == "/go/ceop":
            self.answer(302, "", Location="https://www.ceop.police.uk/Safety-Centre/")
        elif path == "/js/report.js":
            script = (
                'document.getElementById("tell").addEventListener("click", function () {'
                ' location.assign("https://www.ceop.police.uk/Safety-Centre/"); });'
            )
            self.answer(200, script, "text/javascript")
        elif path.startswith("/files/"):
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            self.answer(200, b"not really", kind, Content_Disposition="attachment; filename=ceop-report.docx")
        elif path == "/portal/ceop":
            self.answer(302, "", Location="/login")
        elif path in ("/login", "/ceop", "/", "/contact"):
            form = '<form method="post"><input type="password" name="p"><button>Sign in</button></form>'
            self.answer(200, f"<!doctype html><title>Larkmoor</title><h1>Larkmoor{path}</h1>{form}")
        else:
            self.answer(404, "<!doctype html><title>Not found</title><h1>Not found</h1>")

    def do_POST(self) -> None:
        self.server.posts.append(self.path)  # type: ignore[attr-defined]
        self.answer(200, "sent")


class FarEnd(Quiet):
    """CEOP's stand-in: `?state=` says what kind of day it is."""

    def first_time(self) -> bool:
        known = self.path in self.server.asked  # type: ignore[attr-defined]
        self.server.asked.add(self.path)  # type: ignore[attr-defined]
        return not known

    def do_POST(self) -> None:
        self.server.posts.append(self.path)  # type: ignore[attr-defined]
        self.answer(200, "sent")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        state = parse_qs(parts.query).get("state", [""])[0]
        host = self.headers.get("Host", "")
        if "ceop" not in host:
            self.answer(200, "<!doctype html><title>Win a prize</title><h1>Win a prize today</h1>")
        elif parts.path.lower().startswith("/reportabuse"):
            self.answer(404, "<!doctype html><title>Not found</title>")
        elif state in ("403", "500", "404"):
            self.answer(int(state), f"<!doctype html><title>{state}</title><h1>{state}</h1>")
        elif state == "bots":
            robot = "Mozilla" not in self.headers.get("User-Agent", "")
            self.answer(403 if robot else 200, CEOP.format(more=""))
        elif state == "silent":
            self.server.hold.wait(60)  # type: ignore[attr-defined]
            self.close_connection = True
        elif state == "cut" or (state == "blip" and self.first_time()):
            self.close_connection = True
            self.connection.close()
        elif state == "moved":
            self.answer(301, "", Location="https://www.ceop.police.uk/ceop-reporting/")
        elif state == "loop":
            self.answer(302, "", Location=self.path)
        elif state == "hijack":
            self.answer(302, "", Location="https://prizes.example/")
        elif state == "refresh":
            head = '<meta http-equiv="refresh" content="0; url=https://prizes.example/">'
            self.answer(200, f"<!doctype html><title>Wait</title>{head}<p>Wait")
        elif state == "soft404":
            self.answer(
                200, "<!doctype html><title>Page not found - CEOP</title><h1>Sorry</h1><p>Not here. CEOP Safety Centre"
            )
        elif state == "late":
            script = f"setTimeout(function () {{ document.body.innerHTML = `{CEOP.format(more='')}`; }}, 1200)"
            self.answer(200, f"<!doctype html><title>CEOP</title><body><script>{script}</script>")
        elif state == "blank":
            self.answer(200, "<!doctype html><title></title><p>Hello")
        elif state == "block":
            text = "This website has been blocked by your school's web filter. Category: Social. www.ceop.police.uk"
            self.answer(200, f"<!doctype html><title>Blocked</title><h1>Blocked</h1><p>{text}")
        elif state == "closed":
            self.answer(200, CEOP.format(more=CLOSED))
        elif state == "comment":
            self.answer(200, CEOP.format(more=f"<!-- {CLOSED} -->"))
        elif state == "trouble":
            self.answer(200, CEOP.format(more="<h2>Sorry, there is a problem with this service</h2>"))
        elif state == "suspended":
            self.answer(200, CEOP.format(more="<p>Reporting is temporarily suspended while we mend it.</p>"))
        elif state == "by-telephone":
            self.answer(200, CEOP.format(more="<p>We cannot take reports by telephone or about bullying.</p>"))
        elif state == "titled-empty":
            self.answer(200, "<!doctype html><title>CEOP Safety Centre</title><div id=app></div>")
        elif state == "busy-once":
            self.answer(503 if self.first_time() else 200, CEOP.format(more=""))
        elif state == "noframe":
            self.answer(200, CEOP.format(more=""), X_Frame_Options="DENY")
        elif state == "slow-pictures":
            self.answer(200, CEOP.format(more='<img src="/hang.png?state=silent" alt="">'))
        else:
            self.answer(200, CEOP.format(more=""))


class Stand:
    """Where everything listens. `resolve` are --resolve texts, `ca` the file of the authority that vouches for it."""

    def __init__(self, folder: Path) -> None:
        self.ca = folder / "ca.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca))
        names = ("www.ceop.police.uk", "prizes.example")
        good = authority.issue_cert(*names)
        past = datetime.now(UTC) - timedelta(days=2)
        old = authority.issue_cert("prod.ceop.police.uk", not_before=past - timedelta(days=300), not_after=past)
        # A browser without a certificate store of its own is told the server's key instead of the authority.
        self.bundle = folder / "bundle.pem"
        self.bundle.write_bytes(authority.cert_pem.bytes() + good.cert_chain_pems[0].bytes())
        self.hold = threading.Event()
        self.school = self._serve(School, None)
        self.far = self._serve(FarEnd, good)
        self.expired = self._serve(FarEnd, old)
        self.plain = self._serve(FarEnd, None)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nowhere = closed.getsockname()[1]
        port = self.school.server_port
        self.url = f"http://school.example:{port}"
        self.resolve = (
            f"school.example:{port}:127.0.0.1:{port}",
            f"widgets.example:80:127.0.0.1:{port}",
            f"www.ceop.police.uk:443:127.0.0.1:{self.far.server_port}",
            f"www.ceop.police.uk:80:127.0.0.1:{self.plain.server_port}",
            f"prizes.example:443:127.0.0.1:{self.far.server_port}",
            f"prod.ceop.police.uk:443:127.0.0.1:{self.expired.server_port}",
            f"ceop.police.uk:443:127.0.0.1:{nowhere}",
        )

    def _serve(self, handler: type[Quiet], certificate: trustme.LeafCert | None) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.posts = []  # type: ignore[attr-defined]
        server.hold = self.hold  # type: ignore[attr-defined]
        server.asked = set()  # type: ignore[attr-defined]
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def close(self) -> None:
        self.hold.set()
        for server in (self.school, self.far, self.expired, self.plain):
            server.shutdown()
            server.server_close()


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """The stand, for as long as the block lasts."""
    made = Stand(folder)
    try:
        yield made
    finally:
        made.close()
