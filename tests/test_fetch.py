"""What a fetch follows, what it reads, and the sentence for everything that is not an answer."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterator

import pytest
from wire_stand import (
    PAGE,
    Answer,
    Request,
    Say,
    Wire,
    answer_names,
    config,
    dripping,
    fetching,
    forward,
    get,
    in_turn,
    named,
    plain,
    raw,
    silent,
    without_proxy,
)

from sgaudit.model.evidence import Trouble


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire().serving() as served:
        yield served


class TestReading:
    def test_a_page_comes_back_with_its_evidence_body_and_headers(self, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE, X_Powered_By="chalk")
        fetched = get(wire)
        assert (fetched.probe.status, fetched.probe.trouble, fetched.probe.final_url) == (200, None, wire.url + "/")
        assert fetched.probe.content_type == "text/html; charset=utf-8"
        assert (fetched.text, fetched.probe.size) == (PAGE, len(PAGE))
        assert fetched.headers["x-powered-by"] == "chalk"

    @pytest.mark.parametrize("packing", ["gzip", "deflate", "raw-deflate"])
    def test_the_body_is_unpacked(self, wire: Wire, packing: str) -> None:
        packed = {
            "gzip": gzip.compress,
            "deflate": zlib.compress,
            "raw-deflate": lambda data: zlib.compress(data)[2:-4],
        }
        encoding = packing.removeprefix("raw-")
        wire.answers["/"] = plain(packed[packing](PAGE.encode()), Content_Encoding=encoding)
        assert get(wire).text == PAGE

    def test_a_status_of_400_or_more_is_an_answer_and_no_trouble(self, wire: Wire) -> None:
        fetched = get(wire, "/nothing-here")
        assert (fetched.probe.status, fetched.probe.trouble, fetched.text) == (404, None, "<title>Missing</title>")

    def test_head_learns_type_and_size_without_the_body(self, wire: Wire) -> None:
        wire.answers["/menu.pdf"] = plain(b"%PDF" * 50, kind="application/pdf")
        with fetching(config(wire.url)) as fetcher:
            fetched = fetcher.head(wire.url + "/menu.pdf")
        assert (fetched.probe.method, fetched.probe.status, fetched.probe.size) == ("HEAD", 200, 200)
        assert (fetched.probe.trouble, fetched.body) == (None, b"")

    def test_a_file_is_not_read_as_a_page_unless_any_type_is_wanted(self, wire: Wire) -> None:
        packed = gzip.compress(b"<urlset/>")
        wire.answers["/sitemap.xml.gz"] = plain(packed, kind="application/gzip")
        with fetching(config(wire.url)) as fetcher:
            as_page = fetcher.get(wire.url + "/sitemap.xml.gz")
            as_file = fetcher.get(wire.url + "/sitemap.xml.gz", max_bytes=1_000)
        assert (as_page.probe.status, as_page.probe.trouble, as_page.body) == (200, Trouble.not_html, b"")
        assert (as_file.probe.trouble, as_file.body) == (None, packed)

    def test_the_beginning_of_a_file_of_any_type_can_be_read(self, wire: Wire) -> None:
        wire.answers["/robots.txt"] = plain("User-agent: *\n" * 100, kind="application/octet-stream")
        with fetching(config(wire.url)) as fetcher:
            fetched = fetcher.get(wire.url + "/robots.txt", max_bytes=100, enough=100)
        assert (fetched.probe.trouble, len(fetched.body)) == (None, 100)

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/rss+xml", "application/json", ""])
    def test_text_of_any_kind_is_read(self, wire: Wire, kind: str) -> None:
        wire.answers["/"] = plain("words", kind=kind)
        assert get(wire).body == b"words"

    def test_enough_of_a_page_is_no_trouble(self, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE + "x" * 300_000)
        with fetching(config(wire.url, max_page_bytes=100_000)) as fetcher:
            fetched = fetcher.get(wire.url, enough=1_000)
        assert (fetched.probe.trouble, len(fetched.body)) == (None, 1_000)

    def test_connections_are_used_again(self, wire: Wire) -> None:
        wire.answers |= {"/": plain(PAGE), "/old": forward("/"), "/a.pdf": plain(b"%PDF", kind="application/pdf")}
        with fetching(config(wire.url)) as fetcher:
            for path in ("/", "/old", "/a.pdf", "/none", "/"):
                fetcher.get(wire.url + path)
                fetcher.head(wire.url + path)
        assert wire.connections == 1

    @pytest.mark.parametrize(
        ("settings", "says"),
        [
            ({"contact": "https://trust.example/bot"}, "; +https://trust.example/bot)"),
            ({"contact": "trust.example/bot", "user_agent": "Trust/1"}, "Trust/1 (+https://trust.example/bot)"),
            ({"contact": "https://t.example", "user_agent": "T/1 (+https://t.example)"}, "T/1 (+https://t.example)"),
        ],
    )
    def test_it_names_the_page_that_says_who_asks(self, wire: Wire, settings: dict[str, str], says: str) -> None:
        get(wire, **settings)
        assert wire.requests[0].headers["user-agent"].endswith(says)

    def test_it_says_who_it_is_and_carries_nobodys_credentials(self, wire: Wire) -> None:
        wire.answers["/"] = plain(PAGE)
        with fetching(config(wire.url)) as fetcher:
            fetcher.get(wire.url.replace("//", "//head:secret@"))
        sent = wire.requests[0].headers
        assert "sgaudit/" in sent["user-agent"]
        assert "authorization" not in sent and "secret" not in str(sent)

    @pytest.mark.parametrize(
        ("body", "kind", "text"),
        [
            (b"\xef\xbb\xbfcaf\xc3\xa9", "text/html; charset=iso-8859-1", "café"),
            (b"caf\xe9 \x96", "text/html; charset=iso-8859-1", "café –"),
            (b"<meta charset=windows-1252>caf\xe9", "text/html", "<meta charset=windows-1252>café"),
            (b"caf\xc3\xa9", "text/html", "café"),
            (b"caf\xe9 \x93quoted\x94", "text/html", "café “quoted”"),
            (b"caf\xe9", "text/html; charset=no-such-thing", "café"),
        ],
    )
    def test_text_is_decoded_as_browsers_do(self, wire: Wire, body: bytes, kind: str, text: str) -> None:
        wire.answers["/"] = plain(body, kind=kind)
        assert get(wire).text == text


class TestRedirects:
    def test_every_hop_is_kept_and_the_real_host_is_asked_each_time(self, wire: Wire) -> None:
        wire.answers |= {"/": forward("http://www.moved.example/new/"), "/new/": forward("../página?q=1#top", 301)}
        wire.answers["/p%C3%A1gina"] = plain(PAGE)
        with fetching(named(wire, "school.example", "www.moved.example")) as fetcher:
            probe = fetcher.get("http://school.example/").probe
        assert [(hop.url, hop.status) for hop in probe.trail] == [
            ("http://school.example/", 302),
            ("http://www.moved.example/new/", 301),
        ]
        assert (probe.final_url, probe.status) == ("http://www.moved.example/página?q=1", 200)
        assert [one.host for one in wire.requests] == ["school.example", "www.moved.example", "www.moved.example"]

    @pytest.mark.parametrize("path", ["/self", "/there", "/deeper/"])
    def test_a_circle_is_told_from_a_path(self, wire: Wire, path: str) -> None:
        def deeper(request: Request, say: Say) -> None:
            forward(f"/deeper/?{len(wire.requests)}")(request, say)

        wire.answers |= {"/self": forward("/self"), "/there": forward("/back"), "/back": forward("/there")}
        wire.answers["/deeper/"] = deeper
        probe = get(wire, path).probe
        assert (probe.trouble, probe.status) == (Trouble.redirect_loop, None)
        assert len(wire.requests) <= 21

    def test_a_cookie_opens_the_way_and_is_forgotten_afterwards(self, wire: Wire) -> None:
        def gate(request: Request, say: Say) -> None:
            known = "seen=yes" in request.headers.get("cookie", "")
            (plain(PAGE) if known else forward("/", Set_Cookie="seen=yes; Path=/"))(request, say)

        wire.answers["/"] = gate
        with fetching(config(wire.url)) as fetcher:
            first, second = fetcher.get(wire.url + "/"), fetcher.get(wire.url + "/")
        assert (first.probe.status, len(first.probe.trail)) == (200, 1)
        assert len(second.probe.trail) == 1

    @pytest.mark.parametrize(
        ("location", "trouble"),
        [
            ("file:///etc/passwd", Trouble.unsupported),
            ("javascript:alert(1)", Trouble.unsupported),
            ("intent://open#Intent;end", Trouble.unsupported),
            ("http://169.254.169.254/latest/meta-data/", Trouble.private_address),
            ("http://[::ffff:10.0.0.1]/", Trouble.private_address),
            ("http://[broken/", Trouble.invalid_url),
            ("http://a:99999999/", Trouble.invalid_url),
        ],
    )
    def test_a_redirect_to_where_we_must_not_go_is_not_followed(
        self, wire: Wire, location: str, trouble: Trouble
    ) -> None:
        wire.answers["/"] = forward(location)
        probe = get(wire).probe
        assert (probe.trouble, probe.status, len(probe.trail)) == (trouble, None, 1)
        assert probe.message.endswith(".")

    @pytest.mark.parametrize(
        ("location", "arrives"),
        [
            ("\\\\school.example\\new page\\?a=\\", "/new%20page/?a=%5C"),
            ("  /x\x1b[31m\t", "/x%1B%5B31m"),
            ("?again", "/?again"),
        ],
    )
    def test_a_sloppy_location_is_read_as_browsers_do(self, wire: Wire, location: str, arrives: str) -> None:
        wire.answers["/"] = in_turn(forward(location), plain(PAGE))
        wire.answers |= {"/new%20page/": plain(PAGE), "/x%1B[31m": plain(PAGE), "/x%1B%5B31m": plain(PAGE)}
        with fetching(named(wire, "school.example")) as fetcher:
            probe = fetcher.get("http://school.example/").probe
        assert (probe.status, probe.final_url.isprintable()) == (200, True)
        assert wire.requests[-1].target.replace("[", "%5B") == arrives

    def test_a_location_without_end_is_not_followed(self, wire: Wire) -> None:
        wire.answers["/"] = forward("/" + "x" * 30_000)
        assert get(wire).probe.trouble is Trouble.protocol

    def test_a_redirect_that_names_no_place_is_an_answer(self, wire: Wire) -> None:
        wire.answers["/"] = plain(status="302 Found")
        assert (get(wire).probe.status, get(wire).probe.trouble) == (302, None)


class TestNoAnswer:
    def test_the_next_address_of_a_name_is_tried(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        answer_names(monkeypatch, {"intranet.example": ["127.0.0.2", "127.0.0.1"]})
        wire.answers["/"] = plain(PAGE)
        with fetching(config(f"http://intranet.example:{wire.port}/")) as fetcher:
            assert fetcher.get(f"http://intranet.example:{wire.port}/").probe.status == 200

    def test_a_name_that_does_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer_names(monkeypatch, {})
        with fetching(config("http://school.example/")) as fetcher:
            probe = fetcher.get("http://school.example/").probe
        assert (probe.trouble, probe.message) == (Trouble.name_not_resolved, "The name school.example does not exist.")

    def test_a_name_server_that_gives_no_answer_proves_nothing_about_the_name(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def getaddrinfo(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with fetching(config("http://school.example/")) as fetcher:
            assert fetcher.get("http://school.example/").probe.trouble is Trouble.timeout

    def test_a_dead_name_is_asked_for_once_until_time_has_passed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def getaddrinfo(host: str, *_: object, **__: object) -> None:
            asked.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with fetching(config("http://school.example/")) as fetcher:
            for page in ("one", "two", "three"):
                assert fetcher.get(f"http://gone.example/{page}").probe.trouble is Trouble.name_not_resolved
            assert asked.count("gone.example") == 1
            fetcher.forgive()
            assert fetcher.get("http://gone.example/one").probe.trouble is Trouble.name_not_resolved
        assert asked.count("gone.example") == 2

    def test_names_that_are_not_mapped_do_not_exist_in_isolation(self, wire: Wire) -> None:
        with fetching(named(wire, "school.example")) as fetcher:
            assert fetcher.get("http://www.ceop.police.uk/").probe.trouble is Trouble.name_not_resolved
            assert fetcher.get("http://8.8.8.8/").probe.trouble is Trouble.name_not_resolved

    def test_a_refused_connection(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
            with fetching(config(url)) as fetcher:
                probe = fetcher.get(url).probe
        assert probe.trouble is Trouble.refused
        assert probe.message.startswith("127.0.0.1 refused the connection on port ")

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            (silent, None),
            (dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y"), None),
            (dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), None),
            (dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), None),
            (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"<p>"), 200),
            (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b""), 200),
        ],
        ids=["silence", "endless header", "endless headers", "endless 100s", "dripping body", "silence after headers"],
    )
    def test_slowness_ends_when_the_time_for_one_request_is_over(self, wire: Wire, answer: Answer, status: int) -> None:
        wire.answers["/"] = answer
        fetched = get(wire, request_timeout=0.8)
        assert (fetched.probe.trouble, fetched.probe.status, fetched.body) == (Trouble.timeout, status, b"")
        assert fetched.probe.message == "127.0.0.1 did not answer in full within 0.8 seconds."

    def test_slow_redirects_share_one_time_limit(self, wire: Wire) -> None:
        def slowly(request: Request, say: Say) -> None:
            request.over.wait(0.15)
            forward(f"/?{len(wire.requests)}")(request, say)

        wire.answers["/"] = slowly
        probe = get(wire, request_timeout=0.5).probe
        assert probe.trouble is Trouble.timeout
        assert len(wire.requests) <= 5

    @pytest.mark.parametrize("body", [b"", b"0"])
    def test_two_hundred_megabytes_are_not_read(self, wire: Wire, body: bytes) -> None:
        wire.answers["/"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n" + body, close=False)
        fetched = get(wire)
        assert (fetched.probe.trouble, fetched.probe.status, fetched.body) == (Trouble.too_large, 200, b"")
        assert fetched.probe.size == 200_000_000

    def test_an_endless_page_ends_at_the_limit(self, wire: Wire) -> None:
        def endless(request: Request, say: Say) -> None:
            say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n")
            while True:
                say(b"2000\r\n" + b"<p>" + b"x" * 0x1FFD + b"\r\n")

        wire.answers["/"] = endless
        assert get(wire, max_page_bytes=50_000).probe.trouble is Trouble.too_large

    def test_a_small_file_that_unpacks_to_a_huge_one_ends_at_the_limit(self, wire: Wire) -> None:
        bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000))
        wire.answers["/"] = plain(bomb, Content_Encoding="gzip, gzip")
        assert get(wire, max_page_bytes=100_000).probe.trouble is Trouble.too_large

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"),
            (b"<html>Hello, this is HTTP/0.9</html>", "does not speak HTTP"),
            (b"HTTP/1.1 abc OK\r\n\r\n", "does not speak HTTP"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "too long"),
            (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "could not be understood"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "sent less than it announced"),
            (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all", "cannot be unpacked"),
            (b"HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\n\r\nuryyb", "packed its answer in an unknown way (rot13)"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx", "do not fit together"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc", "contradict each other"),
            (b"\x16\x03\x01\x02\x00", "does not speak HTTP"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", "sent more than"),
            (b"", "ended the connection without an answer"),
        ],
    )
    def test_what_is_not_http_becomes_one_sentence(self, wire: Wire, data: bytes, words: str) -> None:
        wire.answers["/"] = raw(data)
        fetched = get(wire)
        assert fetched.probe.trouble in (Trouble.protocol, Trouble.too_large)
        assert fetched.body == b""
        assert words in fetched.probe.message
        assert fetched.probe.message.count(". ") == 0

    def test_an_idle_connection_that_was_closed_meanwhile_is_no_trouble(self, wire: Wire) -> None:
        wire.answers["/"] = in_turn(raw(b""), plain(PAGE))
        assert get(wire).probe.status == 200

    @pytest.mark.parametrize("url", ["http://", "http://exa mple.example/", "http://[::1", "http://x:y/", "nonsense"])
    def test_what_is_no_address_is_not_asked(self, url: str) -> None:
        with fetching(config("http://127.0.0.1/")) as fetcher:
            assert fetcher.get(url).probe.trouble in (Trouble.invalid_url, Trouble.unsupported)


class TestChallenges:
    @pytest.mark.parametrize(
        ("answer", "challenge"),
        [
            (plain(status="403 Forbidden", Cf_Mitigated="challenge"), True),
            (plain("<title>Just a moment...</title>", "403 Forbidden"), True),
            (plain("<title>Attention Required! | Cloudflare</title>", "503 Busy"), True),
            (plain("", "202 Accepted", X_Amzn_Waf_Action="challenge"), True),
            (plain("<meta http-equiv=refresh content='0;/.well-known/sgcaptcha/?r=%2F'>", "202 Accepted"), True),
            (plain("<title>Forbidden</title>", "403 Forbidden"), False),
            (plain("<title>Just a moment of mindfulness</title><p>A lesson"), False),
            (plain(PAGE), False),
        ],
    )
    def test_a_test_for_people_is_told_from_a_page(self, wire: Wire, answer: Answer, challenge: bool) -> None:
        wire.answers["/"] = answer
        assert get(wire).probe.challenge is challenge
