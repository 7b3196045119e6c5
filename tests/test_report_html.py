"""report.html as its readers meet it: a governor on the first screen, a stranger's words kept harmless, any width."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from small_report import BUTTON, HOME, PICTURE, clean_report, finding, hostile_report, rule, small_report

from sgaudit.browser import Browser
from sgaudit.config import Config
from sgaudit.engines import make_engine
from sgaudit.model.outcome import LinkVerdict, Outcome, Role
from sgaudit.model.report import EvidenceItem, LinkRow, PageRow, Report, Verdict
from sgaudit.progress import Stop
from sgaudit.register import Registers
from sgaudit.reporters import words
from sgaudit.reporters.html import PICTURE_LIMIT, render

JPEG = b"\xff\xd8\xff" + b"a picture"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7*7 }}</style></title>\x1b[31m\u202e\x00 words"

FIRST_SCREEN = """\
Marsh End Primary School
https://www.marsh-end.example/ as seen on 1 July 2026 at 02:30, UK time
Urgent: a child cannot report from this site
The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels). 1 more thing needs action.
Requirements met
1 of 5
Pages of the site found
3
Opened in a browser
2
Safeguarding pages
1
Links that work
40 of 43
What needs doing
The button “Report to CEOP” is there, but something lies over it at phone width (375 pixels).
Why it matters: A child who is being groomed may look for help once, quickly and in secret.
How to put it right:
Move the cookie bar away from the button.
Look at it on a phone and press it.
Where: Safeguarding. Evidence
The page says the opposite: “You can report anonymously.”
Why it matters: It matters to a child.
How to put it right:
Take out the sentence that promises anonymity.
A sentence that you could use stands below, under this requirement.
Where: Safeguarding. Evidence"""


def soup(report: Report, pictures: dict[str, bytes] | None = None, **more: str) -> BeautifulSoup:
    return BeautifulSoup(render(report, pictures or {}, **more), "lxml")


def lines(part: Tag) -> str:
    """What stands there, a line for each block."""
    blocks = part.find_all(["h1", "h2", "h3", "p", "dt", "dd", "li"])
    text = [" ".join(block.get_text().split()) for block in blocks if not block.find(["h3", "p", "li"])]
    return "\n".join(text)


def test_a_governor_reads_the_verdict_then_what_needs_doing() -> None:
    assert lines(soup(small_report()).select_one(".page-one")) == FIRST_SCREEN


def test_a_clean_site_says_so_and_asks_for_nothing() -> None:
    page = soup(clean_report())
    assert page.select_one(".verdict-working h2").get_text() == "Working"
    assert "Nothing needs action." in lines(page.select_one(".page-one"))
    assert page.select_one(".actions") is None


def test_no_verdict_says_why_and_what_to_do() -> None:
    verdict = Verdict(level="unknown", headline="We could not tell", sentence="The site did not answer in time.")
    run = small_report().run.model_copy(update={"complete": False, "incomplete_reasons": (verdict.sentence,)})
    page = soup(small_report(verdict=verdict, run=run, findings=(), rules=(), pages=(), links=(), button=()))
    assert page.select_one(".verdict-unsure h2").get_text() == "We could not tell"
    assert "run the audit again" in lines(page.select_one(".page-one"))


def test_a_banner_stands_before_the_heading_only_when_the_run_is_incomplete() -> None:
    assert soup(small_report()).select_one(".banner") is None
    run = small_report().run.model_copy(update={"complete": False, "incomplete_reasons": ("The deadline passed.",)})
    page = soup(small_report(run=run))
    assert "The deadline passed." in page.select_one(".banner").get_text()
    assert page.find("h1") in page.select_one(".banner").find_all_next("h1")


def test_at_most_five_actions_and_the_missing_statements_are_one() -> None:
    failed = [rule(f"content-{n}", f"Content {n}", "content", Outcome.failed, f"Fault {n}.") for n in range(7)]
    missing = [rule(f"say-{n}", f"It says {n}", "statements", Outcome.failed, f"No {n}.") for n in range(4)]
    rows = (*failed, *missing, BUTTON)
    page = soup(small_report(rules=rows, findings=tuple(finding(row) for row in rows)))
    heads = [head.get_text() for head in page.select(".actions h3")]
    assert heads == [BUTTON.message, "Fault 0.", "Fault 1.", "Fault 2.", "Fault 3."]
    assert "4 more things to do stand under Requirement by requirement" in lines(page.select_one(".page-one"))
    page = soup(small_report(rules=missing, findings=tuple(finding(row) for row in missing)))
    assert page.select_one(".actions h3").get_text() == "4 of 4 statements are missing or wrong."
    assert [item.get_text().strip() for item in page.select(".also li")] == [f"Not met: It says {n}" for n in range(4)]


def test_every_rule_is_shown_with_its_word_its_basis_and_never_as_a_legal_duty() -> None:
    page = soup(small_report())
    shown = {card["id"]: " ".join(card.get_text().split()) for card in page.select(".rule")}
    for row in small_report().rules:
        assert words.OUTCOMES[row.outcome] in shown[f"rule-{row.id}"]
        assert row.title in shown[f"rule-{row.id}"]
        assert page.select_one(f'.glance a[href="#rule-{row.id}"]') is not None
    assert (
        "Rests on the NCA's guide for hosts of the button, which is guidance and not law." in shown["rule-ceop-button"]
    )
    assert "Rests on good practice." in shown["rule-broken-links"]
    assert not re.search(r"\b(?:legal(?:ly)?|statutory|compl(?:y|iance|iant)|duty)\b", page.get_text(), re.IGNORECASE)


def test_a_technician_finds_the_route_the_statements_the_links_and_how_it_was_made() -> None:
    text = " ".join(soup(small_report()).select_one(".technician").get_text(" ").split())
    text = re.sub(r" (?=[.,;:])", "", text)
    for part in (
        "375 yes Report to CEOP something lies over it opens in a new tab https://www.ceop.police.uk/Safety-Centre/",
        "There is no way to report to CEOP on this page.",
        "contradicted You can report anonymously. p When you report to CEOP you give your name",
        "None of the statements stands on Home.",
        "image-alt · critical · WCAG 1.1.1 · 1 place on 1 page",
        "https://www.marsh-end.example/gone The page does not exist (404). Home and 29 more pages",
        "43 links: 40 working, 1 broken, 1 suspicious and 1 turned us away.",
        "no It did not answer in time.",
        "robots.txt asks programs to leave it alone.",
        "1 July 2026 at 02:30 in Europe/London (2026-07-01 01:30:00 UTC)",
        "sgaudit 0.1.0, Python 3.11.7 on Linux",
        "6 rules, sources last looked at on 1 November 2026",
        "Seen from Not known: perhaps inside the school's network, perhaps not.",
    ):
        assert part in text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,<script>1</script>", 'https://a.example/"><b>']
)
def test_whatever_the_site_says_stays_text(address: str) -> None:
    html = render(hostile_report(EVIL, address), {})
    page = BeautifulSoup(html, "lxml")
    assert page.find_all(["script", "iframe", "object", "embed", "form", "base", "link"]) == []
    assert page.find_all("img") == []
    assert len(page.find_all("style")) == 1
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"]
    for link in page.find_all("a"):
        assert link["href"].startswith(("https://", "#")), link
        assert link["href"].startswith("#") or link["rel"] == ["noreferrer"]
    assert "<script>alert(1)</script>" in page.get_text(), "it can be read, as text"
    assert "{{ 7*7 }}" in page.get_text()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)


def test_an_address_known_to_be_suspicious_is_shown_and_cannot_be_pressed() -> None:
    page = soup(small_report())
    assert "https://ceop-report.example/" in page.get_text()
    assert page.find("a", href="https://ceop-report.example/") is None
    assert page.find("a", href="https://www.council.example/") is not None


def test_the_page_asks_nobody_for_anything_and_forbids_itself_to() -> None:
    page = soup(small_report(), {PICTURE: JPEG})
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert [image["src"][:23] for image in page.find_all("img")] == ["data:image/jpeg;base64,"]
    assert "url(" not in page.find("style").get_text() and "@import" not in page.find("style").get_text()


def test_a_picture_is_embedded_once_and_described() -> None:
    page = soup(small_report(), {PICTURE: JPEG})
    image = page.find("img")
    assert image["alt"] == "The way to CEOP on Safeguarding, on a phone, 375 pixels wide"
    assert f'href="#{image.parent["id"]}"' in str(page.select_one(".technician"))


def test_pictures_beyond_the_limit_are_named_by_their_files() -> None:
    large = b"x" * (PICTURE_LIMIT // 4)
    pages = [
        PageRow(
            url=f"{HOME}{n}", final_url="", role=Role.sample, fetched_by="requests", tested=True,
            screenshots={"1280": f"evidence/p{n}-1280.jpg"},
        )
        for n in range(9)
    ]  # fmt: skip
    pictures = {name: large for page in pages for name in page.screenshots.values()}
    page = soup(small_report(pages=tuple(pages)), pictures, beside="../")
    assert len(page.select(".album img")) == 3
    assert page.select_one(".album .elsewhere a")["href"] == "../evidence/p3-1280.jpg"
    assert len(str(page)) < PICTURE_LIMIT + 200_000


def test_a_name_that_is_no_picture_of_the_run_never_becomes_a_link() -> None:
    item = EvidenceItem(kind="button", url=HOME, file="evidence/../../secret.jpg")
    page = soup(small_report(findings=(finding(BUTTON, evidence=(item,)),)), {item.file: b""})
    assert page.find("a", href=re.compile("secret")) is None


def test_long_tables_are_cut_and_say_so() -> None:
    broken = [LinkRow(url=f"{HOME}gone/{n}", verdict=LinkVerdict.broken, reason="Gone.") for n in range(500)]
    working = [LinkRow(url=f"{HOME}fine/{n}", verdict=LinkVerdict.working, reason="Fine.") for n in range(5000)]
    html = render(small_report(links=(*broken, *working)), {})
    assert html.count("/gone/") < 150 and "/fine/" not in html
    assert "and 440 more, in <code>report.json</code>" in html
    assert len(html) < 250_000


def test_endless_words_and_addresses_are_cut() -> None:
    html = render(hostile_report("word " * 100_000, "https://a.example/" + "x" * 100_000), {})
    assert len(html) < 400_000


def test_headings_tables_and_ids_are_in_order() -> None:
    page = soup(small_report(), {PICTURE: JPEG})
    assert page.html["lang"] == "en-GB"
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.find_all("table"):
        assert table.find("caption").get_text().strip()
        assert all(head.has_attr("scope") for head in table.find_all("th"))
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for link in page.find_all("a", href=re.compile("^#")):
        assert link["href"][1:] in ids, link


@pytest.mark.parametrize(
    ("utc", "clock"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29 March 2026 at 00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 March 2026 at 02:00"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 October 2026 at 01:59"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "25 October 2026 at 01:00"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "31 December 2025 at 23:30"),
    ],
)
def test_times_are_those_of_a_clock_in_the_uk(utc: datetime, clock: str) -> None:
    assert words.day_and_time(words.london(utc)) == clock


@contextmanager
def served(html: str) -> Iterator[str]:
    """The page on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/report.html" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/report.html"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "report", [small_report(), clean_report(), hostile_report(EVIL + "x" * 300, "https://a.example/" + "y" * 300)]
)
def test_our_own_engine_finds_no_fault_in_it_at_desktop_and_at_320_pixels(report: Report, tmp_path: Path) -> None:
    html = render(report, {PICTURE: JPEG}).replace("<details", "<details open")
    with served(html) as url:
        config = Config(url=url, widths=(1280, 320))
        with Browser(config, Registers(), Stop(120), tmp_path, make_engine(None)) as browser:
            seen = browser.look(url, Role.home, press=False, scan=True)
    assert seen.trouble is None, seen.message
    assert [view.width for view in seen.views] == [1280, 320]
    for view in seen.views:
        assert view.scan is not None and view.scan.trouble is None
        assert [(found.rule, found.outcome, found.nodes[0].selector) for found in view.scan.results] == []
        assert view.scan.passes > 20
        assert view.page_width <= view.width, "nothing sticks out sideways"
    assert seen.dialogs == ()
