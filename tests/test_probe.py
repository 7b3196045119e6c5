"""Each target is tried once and, where that proves nothing, once more; the verdict gets what it needs to be fair."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from test_pdf import written
from wire_stand import Request, Say, Wire, forward, in_turn, plain, raw, silent, without_proxy

from sgaudit.config import Config, Resolve
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import (
    Box,
    Control,
    DocumentSeen,
    LinkEvidence,
    PageEvidence,
    Probe,
    RenderedPage,
    Trouble,
    View,
)
from sgaudit.model.outcome import Role
from sgaudit.probe import linked_from_safeguarding, verify
from sgaudit.probe.text import visible_text
from sgaudit.progress import Stop, quiet

SCHOOL, OTHER, CEOP = "http://school.example", "http://other.example", "http://www.ceop.police.uk"
HOSTS = frozenset({"www.ceop.police.uk"})
PAGE = plain("<!doctype html><title>Help &amp; advice</title><p>Talk to us")


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire().serving() as served:
        yield served


def config(wire: Wire, **more: object) -> Config:
    names = [url.removeprefix("http://") for url in (SCHOOL, OTHER, CEOP)]
    mapped = tuple(Resolve(host=name, port=80, address="127.0.0.1", to_port=wire.port) for name in names)
    given = {"url": SCHOOL, "resolve": mapped, "isolated": True, "retry_wait": 0, "request_timeout": 5, **more}
    return Config.model_validate(given)


def link(url: str, *probes: Probe, kinds: tuple[str, ...] = ("a",)) -> LinkEvidence:
    return LinkEvidence(url=url, kinds=kinds, internal=url.startswith(SCHOOL), probes=probes)


def tried(wire: Wire, *links: LinkEvidence, stop: Stop | None = None, **more: object) -> tuple[LinkEvidence, ...]:
    settings, stop = config(wire, **more), stop or Stop()
    with Fetcher(settings, stop) as fetcher:
        return verify(settings, fetcher, stop, quiet, links, HOSTS)


def probes(wire: Wire, one: LinkEvidence, **more: object) -> tuple[Probe, ...]:
    return tried(wire, one, **more)[0].probes


class TestWhatIsAsked:
    def test_own_targets_get_one_head_and_nothing_else(self, wire: Wire) -> None:
        wire.answers |= {"/page": PAGE, "/menu.pdf": plain(b"%PDF", kind="application/pdf")}
        found = tried(wire, link(f"{SCHOOL}/page"), link(f"{SCHOOL}/menu.pdf", kinds=("document",)))
        assert [[(one.method, one.status) for one in each.probes] for each in found] == [[("HEAD", 200)]] * 2
        assert wire.hits == {"HEAD /page": 1, "HEAD /menu.pdf": 1}

    def test_pages_of_others_are_read_for_title_and_text(self, wire: Wire) -> None:
        wire.answers["/talk"] = PAGE
        (probe,) = probes(wire, link(f"{OTHER}/talk"))
        assert (probe.method, probe.title, probe.text) == ("GET", "Help & advice", "Talk to us")
        assert wire.hits == {"GET /talk": 1}

    def test_a_long_page_of_others_is_read_in_part_and_is_no_trouble(self, wire: Wire) -> None:
        wire.answers["/"] = plain("<title>Long</title>" + "<p>word " * 100_000)
        (probe,) = probes(wire, link(f"{OTHER}/"))
        assert (probe.trouble, probe.title, probe.size, len(probe.text)) == (None, "Long", 200_000, 2_000)

    def test_pictures_and_stylesheets_of_others_are_not_downloaded(self, wire: Wire) -> None:
        wire.answers |= {"/a.png": plain(b"PNG", kind="image/png"), "/a.css": plain("p{}", kind="text/css")}
        tried(wire, link(f"{OTHER}/a.png", kinds=("img",)), link(f"{OTHER}/a.css", kinds=("stylesheet",)))
        assert wire.hits == {"HEAD /a.png": 1, "HEAD /a.css": 1}

    def test_a_file_that_others_link_to_is_there_without_being_read(self, wire: Wire) -> None:
        wire.answers["/guide.pdf"] = plain(b"%PDF", kind="application/pdf")
        (probe,) = probes(wire, link(f"{OTHER}/guide.pdf"))
        assert (probe.status, probe.trouble, probe.title) == (200, Trouble.not_html, "")

    def test_ceops_pages_are_read_in_full_even_as_pictures(self, wire: Wire) -> None:
        wire.answers["/Safety-Centre/"] = plain("<title>CEOP</title>" + "<!-- -->" * 40_000 + "Report")
        (probe,) = probes(wire, link(f"{CEOP}/Safety-Centre/", kinds=("img",)))
        assert (probe.method, probe.title, probe.text, probe.trouble) == ("GET", "CEOP", "Report", None)
        assert probe.size > 300_000

    def test_an_address_is_tried_once_for_all_its_fragments_and_shared_with_the_crawls_own(self, wire: Wire) -> None:
        wire.answers["/talk"] = PAGE
        seen = Probe(url=f"{SCHOOL}/read", method="GET", status=200, final_url=f"{SCHOOL}/read")
        links = (
            link(f"{OTHER}/talk#one"),
            link(f"{SCHOOL}/read#two"),
            link(f"{OTHER}/talk"),
            link(f"{SCHOOL}/read", seen),
        )
        found = tried(wire, *links)
        assert [one.url for one in found] == [one.url for one in links]
        assert found[0].probes == found[2].probes
        assert found[1].probes == found[3].probes == (seen,)
        assert wire.hits == {"GET /talk": 1}

    @pytest.mark.parametrize(
        "url",
        ["mailto:office@school.example", "tel:01234567890", "data:,x", "javascript:void(0)", "http://", "http://[x"],
    )
    def test_what_is_not_of_the_web_is_left_alone(self, wire: Wire, url: str) -> None:
        assert probes(wire, link(url)) == ()

    def test_a_private_address_is_never_asked(self, wire: Wire) -> None:
        found = tried(wire, link(f"http://127.0.0.1:{wire.port}/"), link("http://10.0.0.1/"))
        assert [[one.trouble for one in each.probes] for each in found] == [[Trouble.private_address]] * 2
        assert wire.connections == 0

    def test_a_target_the_crawl_left_alone_stays_alone(self, wire: Wire) -> None:
        kept = Probe(url=f"{SCHOOL}/staff", method="GET", trouble=Trouble.robots)
        assert probes(wire, link(f"{SCHOOL}/staff", kept)) == (kept,)
        assert wire.connections == 0


class TestSecondThoughts:
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 500, 501, 999])
    def test_a_head_that_is_not_answered_with_yes_is_checked_with_get(self, wire: Wire, status: int) -> None:
        def answer(request: Request, say: Say) -> None:
            (plain(status=f"{status} No") if request.method == "HEAD" else PAGE)(request, say)

        wire.answers["/"] = answer
        found = probes(wire, link(f"{SCHOOL}/"))
        assert [(one.method, one.status) for one in found] == [("HEAD", status), ("GET", 200)]

    def test_a_head_that_breaks_the_connection_is_checked_with_get(self, wire: Wire) -> None:
        def answer(request: Request, say: Say) -> None:
            (raw(b"nonsense\r\n") if request.method == "HEAD" else PAGE)(request, say)

        wire.answers["/"] = answer
        found = probes(wire, link(f"{SCHOOL}/"))
        assert [(one.method, one.status) for one in found] == [("HEAD", None), ("GET", 200)]

    def test_a_head_that_hangs_is_tried_with_get_later(self, wire: Wire) -> None:
        def answer(request: Request, say: Say) -> None:
            (silent if request.method == "HEAD" else PAGE)(request, say)

        wire.answers["/"] = answer
        found = probes(wire, link(f"{SCHOOL}/"), request_timeout=1)
        assert [(one.method, one.status, one.trouble) for one in found] == [
            ("HEAD", None, Trouble.timeout),
            ("GET", 200, None),
        ]

    @pytest.mark.parametrize("first", ["429 Slow down", "500 Broken", "502 Gate", "503 Busy"])
    def test_trouble_that_may_pass_gets_another_chance_after_all_others(self, wire: Wire, first: str) -> None:
        wire.answers |= {"/a": in_turn(plain(status=first), PAGE), "/b": PAGE}
        found = tried(wire, link(f"{OTHER}/a"), link(f"{OTHER}/b"), connections=1)
        assert [one.status for one in found[0].probes] == [int(first[:3]), 200]
        assert [one.target for one in wire.requests] == ["/a", "/b", "/a"]

    def test_too_many_requests_is_not_followed_by_another_at_once(self, wire: Wire) -> None:
        wire.answers["/a"] = plain(status="429 Slow down")
        found = probes(wire, link(f"{SCHOOL}/a"))
        assert [(one.method, one.status) for one in found] == [("HEAD", 429), ("GET", 429)]

    def test_a_name_that_does_not_exist_is_asked_for_twice_in_the_same_way(self, wire: Wire) -> None:
        for one in (link("http://lapsed.example/"), link("http://lapsed.example/logo.png", kinds=("img",))):
            assert [probe.trouble for probe in probes(wire, one)] == [Trouble.name_not_resolved] * 2
            assert len({probe.method for probe in probes(wire, one)}) == 1

    def test_a_refused_connection_is_tried_twice(self, wire: Wire) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            mapped = (Resolve(host="shut.example", port=80, address="127.0.0.1", to_port=port),)
            found = probes(wire, link("http://shut.example/"), resolve=mapped)
        assert [one.trouble for one in found] == [Trouble.refused] * 2

    def test_what_the_crawl_met_once_gets_its_second_attempt(self, wire: Wire) -> None:
        wire.answers["/slow"] = PAGE
        once = Probe(url=f"{SCHOOL}/slow", method="GET", trouble=Trouble.timeout)
        assert [one.status for one in probes(wire, link(f"{SCHOOL}/slow", once))] == [None, 200]

    @pytest.mark.parametrize("status", ["403 No", "404 Missing", "410 Gone", "200 OK", "451 Law"])
    def test_a_definite_answer_to_get_is_final(self, wire: Wire, status: str) -> None:
        wire.answers["/a"] = plain(status=status)
        assert len(probes(wire, link(f"{OTHER}/a"))) == len(wire.requests) == 1

    def test_a_circle_is_final(self, wire: Wire) -> None:
        wire.answers["/a"] = forward("/a")
        assert [one.trouble for one in probes(wire, link(f"{OTHER}/a"))] == [Trouble.redirect_loop]


class TestDocuments:
    POLICY = f"{SCHOOL}/policy.pdf"

    def read(self, wire: Wire, *links: LinkEvidence, **more: object) -> list[DocumentSeen | None]:
        """What was read of each of `links`, all of which stand on a safeguarding page."""
        settings, stop = config(wire, **more), Stop()
        with Fetcher(settings, stop) as fetcher:
            found = verify(settings, fetcher, stop, quiet, links, HOSTS, {one.url for one in links})
        return [one.document for one in found]

    def test_a_pdf_that_a_safeguarding_page_links_to_is_read_whole(self, wire: Wire) -> None:
        wire.answers["/policy.pdf"] = plain(written("http://www.thinkuknow.co.uk/"), kind="application/pdf")
        (seen,) = self.read(wire, link(self.POLICY, kinds=("a", "document")))
        assert seen is not None
        assert (seen.pages, seen.links, seen.problem) == (1, ("http://www.thinkuknow.co.uk/",), "")
        assert wire.hits == {"HEAD /policy.pdf": 1, "GET /policy.pdf": 1}

    def test_one_that_only_its_type_tells_is_read_too(self, wire: Wire) -> None:
        wire.answers["/policy"] = plain(written(), kind="application/pdf")
        (seen,) = self.read(wire, link(f"{OTHER}/policy"))
        assert seen is not None and seen.pages == 1

    def test_what_other_pages_link_to_is_not_read(self, wire: Wire) -> None:
        wire.answers["/policy.pdf"] = plain(written(), kind="application/pdf")
        assert tried(wire, link(self.POLICY))[0].document is None
        assert wire.hits == {"HEAD /policy.pdf": 1}

    def test_a_web_page_in_place_of_a_pdf_is_seen(self, wire: Wire) -> None:
        wire.answers["/policy.pdf"] = PAGE
        (seen,) = self.read(wire, link(self.POLICY))
        assert seen is not None and seen.problem == "web-page"

    def test_one_that_is_not_there_is_not_read(self, wire: Wire) -> None:
        assert self.read(wire, link(self.POLICY)) == [None]

    def test_one_that_is_too_large_says_so(self, wire: Wire) -> None:
        def large(request: Request, say: Say) -> None:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 30000000\r\n\r\n"
            say(head if request.method == "HEAD" else head + b"%PDF-1.7")

        wire.answers["/policy.pdf"] = large
        (seen,) = self.read(wire, link(self.POLICY))
        assert seen is not None and seen.problem == "limits"

    def test_only_so_many_are_read_and_the_rest_say_why(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sgaudit.probe.documents.MOST", 2)
        wire.answers["/policy.pdf"] = plain(written(), kind="application/pdf")
        seen = self.read(wire, *(link(f"{self.POLICY}?{number}") for number in range(3)))
        assert sorted(one.problem for one in seen if one) == ["", "", "unread"]
        assert {one.message for one in seen if one} == {"", "only 2 documents, and 200 MB of them, are read"}

    def test_safeguarding_pages_name_their_documents_in_the_crawl_and_in_the_browser(self) -> None:
        page = f"{SCHOOL}/safeguarding"
        listed = link(self.POLICY).model_copy(update={"pages": (page,)})
        elsewhere = link(f"{SCHOOL}/menu.pdf").model_copy(update={"pages": (f"{SCHOOL}/",)})
        control = Control(selector="a", tag="a", href=f"{OTHER}/b.pdf#page=2", box=Box(x=0, y=0, width=9, height=9))
        shown = RenderedPage(
            url=page, role=Role.safeguarding, views=(View(width=375, height=800, controls=(control,)),)
        )
        pages = [PageEvidence(url=page, final_url=page, role=Role.safeguarding)]
        assert linked_from_safeguarding([listed, elsewhere], pages, [shown]) == {self.POLICY, f"{OTHER}/b.pdf"}


class TestBounds:
    def test_beyond_max_links_a_probe_says_so_and_ceops_come_first(self, wire: Wire) -> None:
        wire.answers["/"] = PAGE
        urls = [f"{SCHOOL}/", f"{SCHOOL}/?2", f"{SCHOOL}/?3", f"{CEOP}/"]
        found = tried(wire, *(link(url) for url in urls), max_links=2)
        assert [one.url for one in found] == urls
        assert [one.probes[0].status for one in found] == [200, None, None, 200]
        assert {one.probes[0].trouble for one in found[1:3]} == {Trouble.budget}
        assert found[1].probes[0].message.startswith("Only 2 link targets")

    def test_what_there_were_no_requests_left_for_says_so(self, wire: Wire) -> None:
        wire.answers["/"] = PAGE
        found = tried(wire, *(link(f"{OTHER}/?{number}") for number in range(3)), max_requests=2, connections=1)
        assert [one.probes[-1].trouble for one in found] == [None, None, Trouble.budget]
        assert "(max_requests)" in found[2].probes[0].message

    def test_an_interruption_leaves_a_reason_on_everything_untried(self, wire: Wire) -> None:
        settings, stop = config(wire, connections=1), Stop()

        def progress(stage: str, done: int, total: int | None, what: str = "") -> None:
            if done == 2:
                stop.interrupt()

        wire.answers |= {"/1": PAGE, "/2": plain(status="500 Broken")}
        with Fetcher(settings, stop) as fetcher:
            links = [link(f"{OTHER}/{number}") for number in range(1, 6)]
            found = verify(settings, fetcher, stop, progress, links, HOSTS)
        assert [one.probes[-1].status for one in found] == [200, 500, None, None, None]
        assert {one.probes[-1].trouble for one in found[2:]} == {Trouble.interrupted}
        assert [len(one.probes) for one in found] == [1] * 5

    def test_a_slow_host_keeps_nobody_else_waiting(self, wire: Wire) -> None:
        others = threading.Event()
        left = [3]

        def slow(request: Request, say: Say) -> None:
            others.wait(10)  # answers only when the other site has been asked for everything
            PAGE(request, say)

        def quick(request: Request, say: Say) -> None:
            left[0] -= 1
            if not left[0]:
                others.set()
            PAGE(request, say)

        wire.answers["/slow"] = slow
        links = [link(f"{SCHOOL}/slow?{number}") for number in range(9)]
        with Wire({"/quick": quick}).serving() as elsewhere:
            links += [link(f"http://127.0.0.1:{elsewhere.port}/quick?{number}") for number in range(3)]
            settings = config(wire, connections=4, connections_per_host=3)
            settings = settings.model_copy(update={"url": "http://127.0.0.1/"})
            with Fetcher(settings, Stop()) as fetcher:
                found = verify(settings, fetcher, Stop(), quiet, links, HOSTS)
        assert others.is_set()
        assert {one.probes[0].status for one in found} == {200}

    def test_a_host_is_never_asked_for_more_than_its_share_at_once(self, wire: Wire) -> None:
        def slowly(request: Request, say: Say) -> None:
            request.over.wait(0.01)
            PAGE(request, say)

        wire.answers["/"] = slowly
        tried(wire, *(link(f"{SCHOOL}/?{number}") for number in range(20)), connections=6, connections_per_host=2)
        assert wire.most_at_once <= 2

    def test_progress_counts_to_the_end(self, wire: Wire) -> None:
        wire.answers |= {"/a": in_turn(plain(status="500 Broken"), PAGE), "/b": PAGE}
        said: list[tuple[str, int, int | None]] = []
        settings, stop = config(wire), Stop()
        with Fetcher(settings, stop) as fetcher:
            links = [link(f"{OTHER}/a"), link(f"{OTHER}/b")]
            verify(
                settings,
                fetcher,
                stop,
                lambda stage, done, total, what="": said.append((stage, done, total)),
                links,
                (),
            )
        assert said == [("links", 0, 2), ("links", 1, 2), ("links", 2, 2), ("links", 2, 3), ("links", 3, 3)]


class TestText:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<p>One<p>two<br>three", "One two three"),
            ("He<b>ll</b>o wor&shy;ld &amp; all &lt;b&gt;", "Hello world & all <b>"),
            ("a<script>if (a < b) { '</p>' }</script>b<style>p{}</style>c", "abc"),
            ("a <!-- not <p> this --> b <!-- nor this", "a b"),
            ("a <div hidden><div>x</div>y</div> b <p style='color:red; display : none'>c</p> d", "a b d"),
            ("a <svg><title>Icon</title><text>x</text></svg> b <template><p>x</p></template>", "a b"),
            ('<a title="5 > 4" href=x>go</a> <img alt="a > b">on', "go on"),
            ("5 < 6 and <3", "5 < 6 and <3"),
            ("<noscript>Turn it on</noscript>Hello <", "Hello <"),
            ("<p hidden>unclosed", ""),
            ("", ""),
        ],
    )
    def test_only_what_a_person_sees_is_text(self, html: str, text: str) -> None:
        assert visible_text(html) == ("", text)

    def test_the_title_is_the_documents_own(self) -> None:
        html = "<head><TITLE lang=en>\n Domain &pound;9 \n for sale</TITLE ></head><title>Second</title>x"
        assert visible_text(html) == ("Domain £9 for sale", "x")

    def test_text_is_cut_at_the_limit(self) -> None:
        assert len(visible_text("<p>word" * 9_000)[1]) == 2_000

    @pytest.mark.parametrize(
        "piece", ["<a ", "<a b='", "<!--", "<", "</", "<p hidden>", "<textarea>", "&amp", "<a '>\">"]
    )
    def test_a_hostile_page_is_read_in_passing(self, piece: str) -> None:
        # The standard library's parser would still be at it tomorrow.
        title, text = visible_text(piece * (400_000 // len(piece)))
        assert len(text) <= 2_000
        assert title == ""
