"""The second night with a real browser: what is made of the same is not opened again, the way to help always is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from crawl_stand import page
from night_stand import SAFE, Night, nights, school
from test_memory import aged
from test_nights import hand_over
from test_second_night import memory_of, tonight

from sgaudit import run, store
from sgaudit.audit import rule_pack
from sgaudit.model.outcome import Role
from sgaudit.model.report import Report
from sgaudit.run import Done

SELECT = ("accessibility-*", "ceop-button")
BUTTON = "<p><a href='https://www.ceop.police.uk/safety-centre/'>Report to CEOP</a></p>"
CHANCE = "<p id='chance'></p><script>document.getElementById('chance').append(String(Math.random()))</script>"
COUNTED = "<script src='https://www.google-analytics.com/analytics.js'></script>"
FAULT = "<img src='/crest.png'>"


@pytest.fixture(autouse=True)
def _rules_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = rule_pack((), SELECT)
    monkeypatch.setattr(run, "rule_pack", lambda *_: pack)


def site(pages: int = 2, **more: str | bytes) -> dict[str, str | bytes]:
    """The school, with a fault on its second subject that only the engine sees."""
    made = school(pages)
    made["/subject-1"] = str(made["/subject-1"]).replace("</main>", f"{FAULT}</main>")
    made[SAFE] = page("Safeguarding and reporting online abuse", BUTTON)
    return made | more


def look(night: Night, output: Path, **settings: object) -> Done:
    return tonight(
        night, output, **({"select": SELECT, "accessibility_pages": "all", "widths": (1280, 375)} | settings)
    )


def opened_before(done: Done) -> list[str]:
    return sorted(urlsplit(one.url).path for one in done.report.pages if one.tested_at is not None)


def opened(night: Night) -> list[str]:
    """What was given in full more often than the crawl asks for it, which is to a browser."""
    pages = [path for path in night.read() if "." not in path and path != "/robots.txt"]
    return sorted(path for path in set(pages) if pages.count(path) > (path in ("/", SAFE)))


def faults(report: Report) -> object:
    rows = sorted((one.rule, one.outcome, one.pages, one.node_count) for one in report.accessibility)
    findings = sorted((one.fingerprint, one.outcome, one.message) for one in report.findings)
    return report.verdict, [(one.id, one.outcome) for one in report.rules], rows, findings


def test_pages_made_of_the_same_are_not_opened_again_and_their_faults_still_stand(tmp_path: Path) -> None:
    with nights(site()) as night:
        first = look(night, tmp_path)
        assert opened_before(first) == []
        second = look(night, tmp_path)
        assert opened(night) == ["/", SAFE], "the way to help is tried every night"
        assert opened_before(second) == ["/subject-0", "/subject-1"]
        assert faults(first.report) == faults(second.report)
        assert any("/subject-1" in str(one.pages) for one in second.report.accessibility)
        pictures = [name for one in second.report.pages for name in one.screenshots.values()]
        assert len(pictures) == 8
        for name in pictures:
            assert (second.folder / name).read_bytes()[:2] == b"\xff\xd8", "each report has all of its pictures"
        html = second.report_file.read_text("utf-8")
        assert "(seen on " in html and "unchanged since)" in html, "also beside what was found there"
        kept = store.load_evidence(second.folder).rendered
        assert {one.role for one in kept if one.seen_at is not None} == {Role.sample}
        assert {one.role for one in kept if one.presses} == {Role.safeguarding}, "pressed tonight"
        route = [one for one in kept if one.seen_at is None]
        assert len(route) == 2 and all(one.views[0].scan and one.views[0].scan.seen_at for one in route)
        canary = store.load_evidence(second.folder).canary
        assert canary is not None and canary.alive and canary.seen_at is not None
        assert not any("axe" in one.timings for one in route), "the engine had gone through the very same sight"
        assert {urlsplit(one.url).path for one in second.report.pages if one.scanned_at} == {"/", SAFE}

        night.site["/subject-0"] = page("Subject 0, mended", "<p>We learn something else.</p>" * 3)
        third = look(night, tmp_path)
        canary = store.load_evidence(third.folder).canary
        assert canary is not None and canary.seen_at is None, "where the engine is used it proves itself that night"
        assert opened(night) == ["/", SAFE, "/subject-0"], "one changed page costs one page"
        assert opened_before(third) == ["/subject-1"]
        assert next(one.title for one in third.report.pages if one.tested_at is None and "subject" in one.url) == (
            "Subject 0, mended"
        )

        aged(memory_of(tmp_path), days=7)
        done = look(night, tmp_path)
        assert opened_before(done) == [] and done.report.summary.reused["scanned"] == 0


def test_what_a_page_is_made_of_is_told_also_where_a_cache_gave_it_or_not_at_all(tmp_path: Path) -> None:
    made = site(2, **{"/frame.html": page("Map")})
    head = '<script src="/site.js"></script>'
    made["/framed"] = page("Framed", "<iframe src='/frame.html' title='Map'></iframe><p>Where we are.</p>", head=head)
    made["/posting"] = page("Posting", "<script>fetch('/now', {method: 'POST', body: 'x'})</script>", head=head)
    made["/lost"] = page("Lost", "<h2>Lost</h2><img src='http://nowhere.example/x.png' alt='Lost'>", COUNTED, head=head)
    made["/bearing"] = page("Bearing", f"<ul><li>{BUTTON}</li></ul>", CHANCE, head=head)
    odd = ["/framed", "/posting", "/lost", "/bearing"]
    made["/"] = str(made["/"]).replace("</main>", "".join(f"<p><a href='{one}'>{one}</a></p>" for one in odd))
    with nights(made) as night:
        original = night.answer

        def cached(host: str, path: str, headers: object) -> tuple[int, dict[str, str], bytes]:
            status, said, data = original(host, path, headers)  # type: ignore[arg-type]
            return status, said | ({"Cache-Control": "max-age=3600"} if path.endswith((".css", ".js")) else {}), data

        night.answer = cached  # type: ignore[method-assign]
        done = look(night, tmp_path)
        loads = {urlsplit(one.url).path: one.loads for one in store.load_evidence(done.folder).rendered}
        for path in ("/subject-0", "/subject-1"):
            files = {urlsplit(one).path for one in loads[path] or ()}
            assert files >= {"/site.css", "/site.js", "/crest.png"}, path
        assert (loads["/framed"], loads["/posting"]) == (None, None)
        lost = loads["/lost"] or ()
        assert "http://nowhere.example/x.png" in lost and not any("analytics" in one for one in lost)
        assert loads["/bearing"] is not None
        done = look(night, tmp_path)
        assert opened_before(done) == ["/subject-0", "/subject-1"], "the others are looked at every night"
        canary = store.load_evidence(done.folder).canary
        assert canary is not None and canary.alive and canary.seen_at is None
        scanned = {urlsplit(one.url).path for one in done.report.pages if one.scanned_at}
        assert "/bearing" not in scanned and SAFE in scanned, "what shows something else is gone through anew"
        assert night.statuses("/bearing")[0] == ("GET", 200), "and the crawl reads what carries the button in full"
        night.site["/crest.png"] = b"GIF8"
        assert opened_before(look(night, tmp_path)) == []


CHILD = """
    import os, pickle, signal, sys
    sys.path[:0] = [{tests!r}]
    from pathlib import Path
    from night_stand import Night
    from sgaudit import run
    pack = pickle.loads((Path(sys.argv[1]) / "rules.pickle").read_bytes())
    run.rule_pack = lambda *_: pack

    def progress(stage, done, total, what=""):
        if stage == "pages" and done == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = {{"select": {select!r}, "accessibility_pages": "all", "tabs": 1}}
    run.run_audit(Night({{}}, port=int(sys.argv[2])).config(Path(sys.argv[1]), **settings), progress=progress)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_resumed_audit_opens_no_page_twice(tmp_path: Path) -> None:
    import pickle

    hand_over(tmp_path)
    (tmp_path / "rules.pickle").write_bytes(pickle.dumps(rule_pack((), SELECT)))
    with nights(site(2)) as night:
        program = textwrap.dedent(CHILD.format(tests=str(Path(__file__).parent), select=SELECT))
        child = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(night.port)], capture_output=True)
        assert child.returncode == -signal.SIGKILL, child.stderr.decode()
        before = opened(night)
        assert len(before) == 4 or "/subject-0" in before
        done = look(night, tmp_path, resume=True, tabs=1)
        assert [path for path in night.read() if path.startswith("/subject")] == ["/subject-1"]
        assert night.read().count(SAFE) == 0
    assert len(opened_before(done)) == 3 and done.report.run.resumes
    written = json.loads((done.folder / "report.json").read_text("utf-8"))
    assert sum(row["tested"] for row in written["pages"]) == 4
    for row in written["pages"]:
        for name in row["screenshots"].values():
            assert (done.folder / name).is_file()
