"""The second night over real sockets: what has not changed is not read again, what matters is, and all is labelled."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from crawl_stand import HOST, links, page
from night_stand import OUTSIDE, SAFE, WORDS, Night, nights, school
from test_memory import aged
from test_nights import packed
from test_pdf import written

from sgaudit import run, store
from sgaudit.crawl.keeping import fingerprint
from sgaudit.model.evidence import DocumentSeen, LinkEvidence, Probe
from sgaudit.model.outcome import LinkVerdict
from sgaudit.model.report import Report
from sgaudit.pdf import read_pdf
from sgaudit.probe import documents
from sgaudit.progress import Stop
from sgaudit.reporters.earlier import earlier, in_short
from sgaudit.reuse import is_nobodys_help, is_young
from sgaudit.run import Done, recheck, run_audit

SUBJECTS = ["/subject-0", "/subject-1", "/subject-2"]


@pytest.fixture(autouse=True)
def _rules_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def cached(*given: object) -> object:
        return packed(*(tuple(one) for one in given))  # type: ignore[call-overload]

    monkeypatch.setattr(run, "rule_pack", cached)


def tonight(night: Night, output: Path, **settings: object) -> Done:
    night.begin()
    return run_audit(night.config(output, **settings))


def read_before(done: Done) -> list[str]:
    """The paths of pages that were really read on an earlier night."""
    return sorted(urlsplit(one.url).path for one in done.report.pages if one.read_at is not None)


def memory_of(output: Path) -> Path:
    return output / HOST / "memory.db"


def verdicts(report: Report) -> object:
    """All that a report concludes, without when and how it was seen."""
    rows = sorted((one.url, one.verdict, one.status, one.pages, one.reason) for one in report.links)
    pages = [(one.url, one.status, one.title, one.role, one.role_reasons, one.depth) for one in report.pages]
    findings = sorted((one.fingerprint, one.outcome, one.message, one.page) for one in report.findings)
    return report.verdict, [(one.id, one.outcome, one.message) for one in report.rules], findings, rows, pages


def test_unchanged_pages_are_not_sent_again_and_say_when_they_were_read(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        first = tonight(night, tmp_path)
        sent = night.sent
        assert night.read()[1:] and read_before(first) == []
        second = tonight(night, tmp_path)
        assert [night.statuses(path) for path in SUBJECTS] == [[("GET", 304)]] * 3
        assert night.sent < sent / 2
    assert verdicts(second.report) == verdicts(first.report)
    assert read_before(second) == SUBJECTS
    assert second.report.summary.reused["read"] == 3
    moment = next(one.read_at for one in second.report.pages if one.read_at)
    assert moment is not None and first.report.run.started <= moment <= first.report.run.finished


def test_home_and_safeguarding_pages_are_always_read_in_full(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        for _ in range(3):
            tonight(night, tmp_path)
            assert night.statuses("/") == night.statuses(SAFE) == [("GET", 200)]


def test_a_lying_server_is_caught_on_a_safeguarding_page(tmp_path: Path) -> None:
    site = school(3)
    with nights(site) as night:
        night.tags |= dict.fromkeys((SAFE, "/", *SUBJECTS), '"for ever"')
        first = tonight(night, tmp_path)
        assert first.report.run.exit_code == 0
        site[SAFE] = page("Safeguarding and reporting online abuse", WORDS, links("/no-such-page"))
        second = tonight(night, tmp_path)
    assert read_before(second) == SUBJECTS, "of the others its word was taken"
    assert [one.url for one in second.report.links if one.verdict is LinkVerdict.broken] == [
        f"http://{HOST}/no-such-page"
    ]


def test_a_page_that_becomes_a_safeguarding_page_is_read_in_full_that_very_night(tmp_path: Path) -> None:
    site = school(3)
    site["/help"] = page("Help", "<p>" + "How the office can help you with lunches and lost coats. " * 4 + "</p>")
    site["/"] = page("Alder Brook School", links(SAFE, "/help", *SUBJECTS))
    with nights(site) as night:
        night.tags["/help"] = '"for ever"'
        tonight(night, tmp_path)
        assert tonight(night, tmp_path) and night.statuses("/help") == [("GET", 304)]
        site["/help"] = page("Help", WORDS, links("/no-such-page"))
        done = tonight(night, tmp_path, safeguarding=("/help", SAFE))
        assert night.statuses("/help") == [("GET", 304), ("GET", 200)]
    assert read_before(done) == SUBJECTS
    assert any(one.verdict is LinkVerdict.broken for one in done.report.links)


def test_one_changed_page_is_read_and_no_other(tmp_path: Path) -> None:
    site = school(3)
    with nights(site) as night:
        tonight(night, tmp_path)
        site["/subject-1"] = page("Subject 1, new", links("/no-such-page"))
        done = tonight(night, tmp_path)
        assert [path for path in night.read() if path.startswith("/subject")] == ["/subject-1"]
    assert read_before(done) == ["/subject-0", "/subject-2"]
    assert {one.url for one in done.report.links if one.verdict is LinkVerdict.broken} == {
        f"http://{HOST}/no-such-page"
    }


def test_without_an_etag_the_day_it_was_modified_serves_and_without_both_it_is_read(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        night.tags |= {"/subject-0": None}
        tonight(night, tmp_path)
        done = tonight(night, tmp_path)
        assert night.statuses("/subject-0") == [("GET", 200)]
    assert read_before(done) == ["/subject-1", "/subject-2"]


def test_fresh_reads_everything_and_a_lost_memory_is_a_first_night(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        tonight(night, tmp_path)
        done = tonight(night, tmp_path, fresh=True)
        assert read_before(done) == [] and done.report.summary.reused["links"] == 0
        assert tonight(night, tmp_path).report.summary.reused["read"] == 3, "what it saw anew is kept all the same"
        memory_of(tmp_path).unlink()
        done = tonight(night, tmp_path)
        assert (read_before(done), done.problems) == ([], ())


def test_everything_is_really_read_within_seven_days_and_not_all_of_it_on_one_night(tmp_path: Path) -> None:
    site = school(20)
    with nights(site) as night:
        tonight(night, tmp_path)
        read: dict[str, int] = {}
        for day in range(1, 8):
            # Not the next audit itself but the same one, seen from a later day.
            aged(memory_of(tmp_path), days=1)
            with sqlite3.connect(memory_of(tmp_path)) as database:
                rows = database.execute("SELECT name, seen FROM kept WHERE kind = 'page' AND ready = 1").fetchall()
            tonight(night, tmp_path)
            again = {path for path in night.read() if path.startswith("/subject")}
            read |= dict.fromkeys(again - set(read), day)
            assert len(rows) == 20
    assert set(read) == {f"/subject-{number}" for number in range(20)}
    assert set(read.values()) <= {4, 5, 6, 7} and len(set(read.values())) > 1


def test_each_address_has_its_own_day_and_a_clock_that_was_put_back_makes_nothing_young() -> None:
    now = store.datetime(2026, 11, 24, 2, 0, tzinfo=store.UTC)
    due = (timedelta(days=4), timedelta(days=7))
    for days, least, most in ((3.9, 500, 500), (5.5, 200, 300), (6.95, 1, 20), (7, 0, 0), (-0.1, 0, 0)):
        young = sum(is_young(f"http://{HOST}/{n}", now - timedelta(days=days), now, due) for n in range(500))
        assert least <= young <= most, days


def test_good_links_of_other_sites_are_kept_and_bad_ones_asked_every_night(tmp_path: Path) -> None:
    site = school(5)
    with nights(site) as night:
        night.others |= {"/0": 404, "/1": 403, "/2": 429, "/3": 500}
        first = tonight(night, tmp_path)
        second = tonight(night, tmp_path)
        asked = {path for host, _, path, _ in night.asked if host == OUTSIDE}
        assert asked == {"/0", "/1", "/2", "/3"}
    assert verdicts(first.report) == verdicts(second.report)
    kept = [one for one in second.report.links if one.seen_at is not None]
    assert [one.url for one in kept] == [f"http://{OUTSIDE}/4"]
    assert kept[0].verdict is LinkVerdict.working and second.report.summary.reused["links"] == 1


def test_a_good_link_is_asked_again_within_thirty_days(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        tonight(night, tmp_path)
        aged(memory_of(tmp_path), days=6.9)
        tonight(night, tmp_path)
        assert not any(host == OUTSIDE for host, *_ in night.asked)
        aged(memory_of(tmp_path), days=23.2)
        tonight(night, tmp_path)
        assert {path for host, _, path, _ in night.asked if host == OUTSIDE} == {"/0", "/1", "/2"}


def test_what_safeguarding_pages_link_to_is_asked_every_night(tmp_path: Path) -> None:
    site = school(3)
    site[SAFE] = page("Safeguarding and reporting online abuse", WORDS, links(f"http://{OUTSIDE}/1"))
    with nights(site) as night:
        tonight(night, tmp_path)
        tonight(night, tmp_path)
        assert [path for host, _, path, _ in night.asked if host == OUTSIDE] == ["/1"]


def test_a_document_is_fetched_every_night_and_gone_through_only_when_its_bytes_are_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_through: list[int] = []

    def counting(body: bytes) -> DocumentSeen:
        gone_through.append(len(body))
        return read_pdf(body)

    monkeypatch.setattr(documents, "read_pdf", counting)
    site = school(3) | {"/policy.pdf": written("https://club.example/", pages=2)}
    site[SAFE] = page("Safeguarding and reporting online abuse", WORDS, links("/policy.pdf"))

    def read(done: Done) -> DocumentSeen | None:
        return next(one.document for one in store.load_evidence(done.folder).links if one.url.endswith("/policy.pdf"))

    with nights(site) as night:
        first = read(tonight(night, tmp_path))
        assert first is not None and (first.pages, len(gone_through)) == (2, 1)
        assert read(tonight(night, tmp_path)) == first and len(gone_through) == 1
        assert ("GET", 200) in night.statuses("/policy.pdf")
        site["/policy.pdf"] = written("https://club.example/new", pages=3)
        changed = read(tonight(night, tmp_path))
        assert changed is not None and (changed.pages, len(gone_through)) == (3, 2)
        tonight(night, tmp_path, fresh=True)
        assert len(gone_through) == 3


@pytest.mark.parametrize(
    ("url", "lands", "nobodys"),
    [
        ("https://club.example/", "https://club.example/", True),
        ("https://www.ceop.police.uk/safety-centre", "https://www.ceop.police.uk/safety-centre", False),
        ("https://short.example/x", "https://www.ceop.police.uk/safety-centre", False),
        ("https://www.thinkuknow.co.uk/", "https://www.thinkuknow.co.uk/", False),
        ("https://www.childline.org.uk/get-support", "https://www.childline.org.uk/get-support", False),
        ("https://ceop-police.example/", "https://ceop-police.example/", False),
    ],
)
def test_addresses_of_the_registers_are_asked_every_night(url: str, lands: str, nobodys: bool) -> None:
    link = LinkEvidence(url=url, probes=(Probe(url=url, method="GET", status=200, final_url=lands),))
    assert is_nobodys_help(link, packed((), (), (), ()).registers) is nobodys


def test_the_report_says_in_words_what_was_seen_when(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        tonight(night, tmp_path)
        aged(memory_of(tmp_path), days=2)
        done = tonight(night, tmp_path)
    moment = next(one.read_at for one in done.report.pages if one.read_at)
    assert moment is not None
    day = f"{moment.day} {moment:%B %Y}"
    said = in_short(done.report)
    assert "3 pages were read and 3 links were asked for by earlier audits" in said and "unchanged" not in said
    html = done.report_file.read_text("utf-8")
    assert earlier(done.report, moment) in html and "unchanged since" in html
    assert f"seen on {day}" in html or "seen on" in html
    again = recheck(done.folder)
    assert again.report.pages == done.report.pages, "the evidence says it too"


def test_a_conditional_answer_that_was_not_asked_for_is_no_page(tmp_path: Path) -> None:
    site = school(3)
    with nights(site) as night:
        original = night.answer
        night.answer = lambda host, path, headers: (  # type: ignore[method-assign]
            (304, {}, b"") if path == "/subject-0" else original(host, path, headers)
        )
        done = tonight(night, tmp_path)
    row = next(one for one in done.report.pages if one.url.endswith("/subject-0"))
    assert (row.read, row.read_at) == (False, None) and "304" in row.reason


CHILD = """
    import os, signal, sys
    sys.path[:0] = [{tests!r}]
    from pathlib import Path
    from night_stand import Night
    from test_nights import take_over
    from sgaudit.run import run_audit
    take_over(Path(sys.argv[1]))

    def progress(stage, done, total, what=""):
        if stage == {stage!r} and done == {done!r}:
            os.kill(os.getpid(), signal.SIGKILL)

    import sgaudit.memory
    sgaudit.memory._BATCH = 1
    run_audit(Night({{}}, port=int(sys.argv[2])).config(Path(sys.argv[1])), progress=progress)
"""


def killed(night: Night, output: Path, stage: str, done: int) -> None:
    from test_nights import hand_over

    hand_over(output)
    program = textwrap.dedent(CHILD.format(tests=str(Path(__file__).parent), stage=stage, done=done))
    child = subprocess.run(
        [sys.executable, "-c", program, str(output), str(night.port)], capture_output=True, text=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("stage", "done", "pages"), [("crawl", 4, 2), ("links", 3, 3)])
def test_a_killed_audit_is_resumed_without_reading_again_what_it_had_read(
    tmp_path: Path, stage: str, done: int, pages: int
) -> None:
    with nights(school(3)) as night:
        whole = tonight(night, tmp_path / "whole")
        night.begin()
        killed(night, tmp_path, stage, done)
        before = {path for path in night.read() if path.startswith(("/subject", SAFE))}
        assert len(before) >= pages
        resumed = tonight(night, tmp_path, resume=True)
        again = [path for path in night.read() if path.startswith(("/subject", SAFE))]
        asked = [path for host, _, path, _ in night.asked if host == OUTSIDE]
    assert len(again) + len(before) <= 5, "of what was under way when it was killed only a page may be read twice"
    assert verdicts(resumed.report) == verdicts(whole.report)
    assert resumed.report.run.resumes and resumed.problems == ()
    assert resumed.report.summary.reused["read"] >= pages
    if stage == "links":
        assert again == [] and len(asked) < 3
    assert "goes on with one that was stopped" in in_short(resumed.report)
    moment = next(one.read_at for one in resumed.report.pages if one.read_at)
    assert "before this audit was stopped and resumed" in earlier(resumed.report, moment)


def test_one_that_was_interrupted_and_wrote_its_report_is_resumed_too(tmp_path: Path) -> None:
    with nights(school(3)) as night:
        stop = Stop(600)

        def progress(stage: str, done: int, total: int | None, what: str = "") -> None:
            if stage == "links":
                stop.interrupt()

        first = run_audit(night.config(tmp_path), progress=progress, stop=stop)
        assert first.report.run.no_verdict
        done = tonight(night, tmp_path, resume=True)
        assert not {SAFE, *SUBJECTS} & set(night.read())
    assert done.report.run.resumes == first.report.run.id and done.report.run.exit_code == 0


def test_where_there_is_nothing_to_resume_all_of_it_is_done_and_that_is_said(tmp_path: Path) -> None:
    with nights(school(2)) as night:
        tonight(night, tmp_path)
        done = tonight(night, tmp_path, resume=True)
    assert "there is no audit of this site that was stopped" in done.problems[0]
    assert (done.report.run.resumes, done.report.run.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<p>Hello</p><!-- made in 0.31 s at 01:02 -->", "<p>Hello</p><!-- made in 0.9 s at 03:04 -->", True),
        ('<script nonce="abc">x()</script>', '<script nonce="def">x()</script>', True),
        (
            '<input type="hidden" name="csrf_token" value="1">',
            '<input type="hidden" name="csrf_token" value="2">',
            True,
        ),
        ('<meta name="csrf-token" content="a">', '<meta name="csrf-token" content="b">', True),
        ("<p>Hello</p>", "<p>Hallo</p>", False),
        ("<script><!-- show('a') --></script>", "<script><!-- show('b') --></script>", False),
        ('<input name="q" value="1">', '<input name="q" value="2">', False),
        ('<img src="/a.png?v=1">', '<img src="/a.png?v=2">', False),
    ],
)
def test_a_pages_print_leaves_out_only_what_nobody_sees(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one.encode()) == fingerprint(other.encode())) is same


@pytest.mark.parametrize("piece", ["<input ", "<!--", ' nonce="', "<meta csrf ", "<!-- <input csrf nonce='"])
def test_the_print_of_a_hostile_page_is_taken_in_linear_time_and_still_tells_it_from_another(piece: str) -> None:
    many = piece.encode() * (2_000_000 // len(piece))  # for hours, were it quadratic
    assert fingerprint(many) != fingerprint(many + b"><p>Now with words.</p>")
