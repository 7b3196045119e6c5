"""A deterministic school site for measuring: same pages for ever, served from memory in a process of its own.

Every answer has an ETag, and whoever names it is told 304. `/-/sent` gives the bytes of all bodies sent since it was
last asked, `/-/change/PATH` changes one page.
"""

from __future__ import annotations

import random
import sys
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = (
    "school children parents class reading writing maths forest morning lunch term assembly letter governors "
    "sports trip library choir garden uniform attendance homework science history music art club visit week"
).split()
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccf"
    "c0f01f0005050102a0d8c6d10000000049454e44ae426082"
)


def build(pages: int) -> dict[str, tuple[str, bytes]]:
    """Path to (content type, body): pages of about 34 KB, each with a menu of 60, a footer of 15 and links of its own."""
    random.seed(20260101)
    site: dict[str, tuple[str, bytes]] = {"/style.css": ("text/css", CSS.encode()), "/logo.png": ("image/png", PNG)}
    site["/robots.txt"] = ("text/plain", b"User-agent: *\nAllow: /\n")
    menu = "".join(f'<li><a href="/page/{n % pages}">Section {n}</a></li>' for n in range(60))
    footer = "".join(f'<li><a href="/doc/{n}.pdf">Policy {n}</a></li>' for n in range(15))
    for n in range(15):
        site[f"/doc/{n}.pdf"] = ("application/pdf", pdf(f"Policy {n}"))
    for n in range(pages):
        own = "".join(f'<li><a href="/page/{random.randrange(pages)}">Item {n}-{k}</a></li>' for k in range(42))
        text = "".join(f"<p>{' '.join(random.choices(WORDS, k=60))}</p>" for _ in range(60))
        body = PAGE.format(n=n, menu=menu, footer=footer, own=own, text=text)
        site[f"/page/{n}"] = ("text/html; charset=utf-8", body.encode())
    home = (
        site["/page/0"][1]
        .replace(b"Page 0", b"Home")
        .replace(b"<main>", b'<main><a href="/safeguarding">Safeguarding</a>')
    )
    site["/"] = ("text/html; charset=utf-8", home)
    report = SAFEGUARDING.format(menu=menu, footer=footer)
    site["/safeguarding"] = ("text/html; charset=utf-8", report.encode())
    return site


def pdf(title: str) -> bytes:
    """A document of one empty page."""
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        f"<</Title({title})>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(parts) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R/Info 4 0 R>>\n"
    return body + f"{end}startxref\n{len(body)}\n%%EOF\n".encode()


CSS = "body{font:16px sans-serif;margin:0}nav ul,footer ul{columns:4}main{max-width:60em;margin:auto}" + "".join(
    f".unused-{n}{{color:#{n % 1000:03d}}}" for n in range(900)
)
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Page {n} - Bench School</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head><body>
<header><img src="/logo.png" alt="Bench School crest" width="60" height="60"><nav aria-label="Main"><ul>{menu}</ul></nav></header>
<main><h1>Page {n}</h1><ul>{own}</ul>{text}</main><footer><ul>{footer}</ul></footer></body></html>"""
SAFEGUARDING = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Safeguarding - Bench School</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head><body>
<header><nav aria-label="Main"><ul>{menu}</ul></nav></header><main><h1>Safeguarding and keeping safe online</h1>
<p>Worried about something online? Tell an adult you trust.</p></main><footer><ul>{footer}</ul></footer></body></html>"""


def serve(pages: int) -> None:
    """Serve on a free port, print it, and go on until killed."""
    site = build(pages)
    sent = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in one packet, or the client waits 40 ms for the second.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.answer(True)

        def do_HEAD(self) -> None:
            self.answer(False)

        def answer(self, with_body: bool) -> None:
            nonlocal sent
            path = self.path.partition("?")[0]
            if path.startswith("/-/"):
                kind, body = "text/plain", str(sent).encode()
                sent, found = 0, True
                if path.startswith("/-/change"):
                    changed = path.removeprefix("/-/change")
                    site[changed] = (site[changed][0], site[changed][1].replace(b"<p>", b"<p>New words. ", 1))
            else:
                found = path in site
                kind, body = site.get(path, ("text/plain", b"not found"))
            tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
            same = found and self.headers.get("If-None-Match") == tag
            self.send_response(304 if same else 200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if same else str(len(body)))
            self.end_headers()
            if with_body and not same:
                sent += len(body)
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
