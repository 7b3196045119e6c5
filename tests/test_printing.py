"""The report on paper: a PDF that a screen reader can read, made with no network, whole on its first page."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from small_report import PICTURE, changed_report, small_report
from test_cli import sgaudit
from test_store import evidence

from sgaudit import store
from sgaudit.browser import PrintError, print_page
from sgaudit.config import NOWHERE, Config
from sgaudit.publishing import Output, on_paper, publish
from sgaudit.reporters import REPORTERS
from sgaudit.reporters.html import render_for_paper

CONFIG = Config(url=NOWHERE)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAA"
    "ABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1"
    "AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAP"
    "KnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/"
    "2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf////////////"
    "//////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QAFQABAQAA"
    "AAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2g"
    "AMAwEAAhEDEQA/AKAA/9k="
)


@pytest.fixture(scope="module")
def paper() -> PdfReader:
    """The report of a night on which much changed."""
    return PdfReader(io.BytesIO(print_page(render_for_paper(changed_report(), {}), CONFIG)))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run of the small report."""
    folder = store.RunFolder(tmp_path / "reports", "https://www.marsh-end.example/", datetime(2026, 7, 1, tzinfo=UTC))
    folder.write(store.EVIDENCE_FILE, store.pack_evidence(evidence()))
    folder.write(store.REPORT_FILE, REPORTERS["json"].render(small_report(), {}))
    return folder.finish()


def words(text: str) -> str:
    return " ".join(text.split())


def test_it_is_tagged_and_says_its_language_and_title(paper: PdfReader) -> None:
    root: Any = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF's own kind of boolean
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert paper.metadata is not None
    assert (
        paper.metadata.title
        == "Urgent: a child cannot report from this site – Marsh End Primary School – sgaudit report"
    )


def test_its_outline_is_that_of_the_headings(paper: PdfReader) -> None:
    school, sections = paper.outline
    titles = [one.title for one in sections if not isinstance(one, list)]
    assert school.title == "Marsh End Primary School"
    assert titles[:3] == [
        "Urgent: a child cannot report from this site",
        "What changed since last night",
        "What needs doing",
    ]
    assert "Requirement by requirement" in titles


def test_its_tables_headings_and_lists_are_told_to_those_who_listen(paper: PdfReader) -> None:
    def kinds(part: Any) -> Iterator[str]:
        part = part.get_object()
        if isinstance(part, list):
            for one in part:
                yield from kinds(one)
        elif isinstance(part, dict):
            yield str(part.get("/S", ""))
            yield from kinds(part["/K"]) if "/K" in part else ()

    tree: Any = paper.trailer["/Root"]
    found = set(kinds(tree["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/Link"} <= found


def test_the_first_of_its_a4_pages_holds_verdict_and_actions(paper: PdfReader) -> None:
    first, second = (words(page.extract_text()) for page in paper.pages[:2])
    assert (round(paper.pages[0].mediabox.width), round(paper.pages[0].mediabox.height)) == (595, 842)
    for part in (
        "Urgent: a child cannot report from this site",
        "What needs doing",
        "Mrs Bell, overdue since 2 July 2026",
    ):
        assert part in first
    assert "Requirements at a glance" in second and "Requirements at a glance" not in first
    assert f"Page 1 of {len(paper.pages)}" in first


def test_five_long_actions_with_owner_day_and_changes_fit_on_the_first_page() -> None:
    example = store.load_report(Path(__file__).parents[1] / "reports" / "example" / "report.json")
    late = {"owner": "Mrs Bell, chair of governors", "due": date(2026, 12, 1), "first_seen": date(2026, 11, 1)}
    charged = [one.model_copy(update={**late, "change": "still-failing", "nights": 23}) for one in example.findings]
    report = example.model_copy(update={"findings": tuple(charged), "changes": changed_report().changes})
    first, second = PdfReader(io.BytesIO(print_page(render_for_paper(report, {}), CONFIG))).pages[:2]
    text = words(first.extract_text())
    assert text.count("Why it matters:") == 5 == text.count("Mrs Bell, chair of governors, by 1 December 2026.")
    assert "Requirements at a glance" in second.extract_text()


def test_what_is_folded_away_on_the_screen_can_be_read_on_paper(paper: PdfReader) -> None:
    text = words(" ".join(page.extract_text() for page in paper.pages))
    assert "<img src=a.png>" in text, "the places of an accessibility issue are folded"


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_page_asks_nobody_and_runs_nothing_while_it_is_printed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for paper")
    with listener() as (url, asked):
        html = (
            f"<title>T</title><img src='{url}/a.png'><link rel=stylesheet href='{url}/b.css'>"
            f"<iframe src='{url}/c'></iframe><iframe src='{secret.as_uri()}'></iframe>"
            f"<p id=p>still here</p><script>p.textContent='a script ran'; fetch('{url}/d')</script>"
            f"<a href='evidence/x.jpg'>a picture</a>"
        )
        printed = PdfReader(io.BytesIO(print_page(html, CONFIG)))
    text = printed.pages[0].extract_text()
    assert asked == []
    assert "still here" in text and "a script ran" not in text and "not for paper" not in text
    assert "file:" not in str([note.get_object() for note in printed.pages[0].get("/Annots", [])])


def test_a_saved_run_is_printed_beside_its_report_and_where_it_is_wanted(run: Path, tmp_path: Path) -> None:
    done = sgaudit("report", str(run), "--pdf", "--format", "pdf=out/governors.pdf", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (run / "report.pdf").read_bytes() == (tmp_path / "out" / "governors.pdf").read_bytes()
    assert "Urgent" in PdfReader(run / "report.pdf").pages[0].extract_text()


def test_without_a_browser_one_sentence_says_so_and_the_rest_is_written(run: Path, tmp_path: Path) -> None:
    (run / "report.pdf").write_bytes(b"of another night")
    done = sgaudit("report", str(run), "--format", "pdf=p.pdf", cwd=tmp_path, SGAUDIT_BROWSER="/no/such/browser")
    assert done.returncode == 3
    assert done.stderr == (
        "sgaudit: report.pdf was not made: SGAUDIT_BROWSER names /no/such/browser, and there is no such file; "
        "correct it or unset it. report.html and report.json are whole.\n"
    )
    assert "Urgent" in (run / "report.html").read_text("utf-8")
    assert not (run / "report.pdf").exists(), "an old one would be taken for tonight's"
    assert not (tmp_path / "p.pdf").exists()


def test_a_program_that_is_no_browser_is_said_to_be_none(run: Path, tmp_path: Path) -> None:
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(0o755)
    config = CONFIG.model_copy(update={"browser_path": program})
    with pytest.raises(PrintError, match="does not start as a browser"):
        print_page("<p>words", config)
    asked = (Output("pdf", tmp_path / "copy.pdf"), Output("csv"))
    (said,) = on_paper(small_report(), run, asked, config)
    assert said.startswith("report.pdf was not made: ") and said.count(". ") == 1
    assert publish(small_report(), run, asked, {}) == ()


def test_pictures_stand_on_the_paper() -> None:
    with_picture, without = (
        PdfReader(io.BytesIO(print_page(render_for_paper(small_report(), pictures), CONFIG)))
        for pictures in ({PICTURE: JPEG}, {})
    )
    assert pictures_on(with_picture) == 1
    assert pictures_on(without) == 0


def pictures_on(paper: PdfReader) -> int:
    drawn: list[Any] = [page["/Resources"].get("/XObject", {}) for page in paper.pages]
    return sum(one.get_object()["/Subtype"] == "/Image" for objects in drawn for one in objects.values())
