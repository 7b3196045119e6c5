"""Night after night on one site, as a schedule runs it: the history beside the runs, and old runs tidied away."""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from crawl_stand import Stand, links, page, serving
from small_report import small_report

from sgaudit import history, run, store
from sgaudit.audit import rule_pack
from sgaudit.changes import compare, marked, remembered
from sgaudit.config import Config
from sgaudit.model.evidence import (
    AxeNode,
    AxeResult,
    Canary,
    Evidence,
    PageEvidence,
    RenderedPage,
    Scan,
    Versions,
    View,
)
from sgaudit.model.outcome import Outcome, Role
from sgaudit.model.policy import Policy
from sgaudit.model.report import Report
from sgaudit.page import page_from_html
from sgaudit.reporters import json as json_reporter
from sgaudit.rules import RulePack
from sgaudit.run import Done, recheck, render_again, run_audit
from sgaudit.verdict import conclude

SAFE = "/safeguarding"
SELECT = ("broken-links", "ceop-page-findable")
HOST = "www.school.example"


@lru_cache
def packed(*chosen: object) -> RulePack:
    """The rules, read once: reading them takes longer than auditing a small school."""
    return rule_pack(*chosen)


@pytest.fixture(autouse=True)
def _rules_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def cached(*given: Iterable[object]) -> RulePack:
        return packed(*(tuple(one) for one in given))

    monkeypatch.setattr(run, "rule_pack", cached)


def hand_over(folder: Path) -> None:
    """Leave the rules that were read for a program of another process."""
    (folder / "rules.pickle").write_bytes(pickle.dumps(packed((), SELECT, (), ())))


def take_over(folder: Path) -> None:
    """Audit by the rules that were left there."""
    pack = pickle.loads((folder / "rules.pickle").read_bytes())
    run.rule_pack = lambda *_: pack


def site(*paths: str, more: str = "") -> dict[str, str]:
    """A small school whose home page links to `paths`."""
    words = "<p>Worried about something online? Report it to CEOP.</p>"
    return {
        "/": page("Alder Brook School", links(SAFE, *paths), more),
        SAFE: page("Safeguarding and reporting online abuse", words),
        "/news": page("News"),
    }


@contextmanager
def school(tmp_path: Path, **settings: object) -> Iterator[tuple[Stand, Config]]:
    """The school on loopback and how to audit it without a browser."""
    with serving(site("/news")) as stand:
        yield stand, stand.config(output=tmp_path, select=SELECT, **settings)


def tonight(stand: Stand, config: Config, pages: Mapping[str, str]) -> Done:
    stand.hosts = {HOST: pages}
    return run_audit(config)


def counts(report: Report) -> tuple[int, int, int, int]:
    assert report.changes is not None
    told = report.changes
    return len(told.new), len(told.fixed), len(told.still_failing), len(told.not_rechecked)


def test_a_link_that_breaks_and_is_mended_is_new_then_still_failing_then_fixed(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        first = tonight(stand, config, site("/news"))
        assert first.report.changes is not None and "first audit" in first.report.changes.note
        assert counts(tonight(stand, config, site("/news", "/gone")).report) == (1, 0, 0, 0)
        assert counts(tonight(stand, config, site("/news", "/gone")).report) == (0, 0, 1, 0)
        last = tonight(stand, config, site("/news", "/gone") | {"/gone": page("Back")}).report
        assert counts(last) == (0, 1, 0, 0)
    assert [one.failing for one in first.report.trend] == [0]
    assert [one.failing for one in last.trend] == [0, 1, 1, 0], "the history's nights and tonight"
    assert [one.failing for one in history.History(tmp_path / "history.db").nights(HOST)] == [0, 1, 1, 0]


def test_another_order_and_another_visit_make_nothing_new(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        tonight(stand, config, site("/news?PHPSESSID=77ab77ab77", "/gone?PHPSESSID=77ab77ab77"))
        menu = "<div><div><a href='/gone;jsessionid=0F0F0F?PHPSESSID=9c9c9c9c'>gone</a></div></div>"
        done = tonight(stand, config, site("/news?PHPSESSID=9c9c9c9c", more=menu))
    assert counts(done.report) == (0, 0, 1, 0)


def test_a_site_that_is_down_fixes_nothing_and_the_night_after_goes_on(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        tonight(stand, config, site("/gone"))
        down = tonight(stand, config, {})
        assert (down.report.run.exit_code, counts(down.report)[1], counts(down.report)[3]) == (3, 0, 1)
        back = tonight(stand, config, site("/gone"))
    assert counts(back.report)[2] >= 1
    assert [one.change for one in back.report.findings if one.outcome is Outcome.failed] == ["still-failing"]


def test_a_rule_that_is_not_selected_tonight_fixes_nothing(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        tonight(stand, config, site("/gone"))
        other = config.model_copy(update={"select": ("ceop-page-findable",)})
        assert counts(tonight(stand, other, site()).report) == (0, 0, 0, 1)
        assert counts(tonight(stand, config, site()).report) == (0, 1, 0, 0)


def test_a_baseline_fails_only_what_is_new(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        known = tonight(stand, config, site("/gone"))
        assert known.report.run.exit_code == 1
        held = config.model_copy(update={"baseline": known.folder / "report.json"})
        assert tonight(stand, held, site("/gone")).report.run.exit_code == 0
        assert tonight(stand, held, site("/gone", "/lost")).report.run.exit_code == 1
        asked = len(stand.asked)
        with pytest.raises(store.StoreError, match="no report can be read there"):
            run_audit(config.model_copy(update={"baseline": tmp_path / "none.json"}))
        assert len(stand.asked) == asked, "the site is not touched"


def test_a_history_that_cannot_be_used_costs_neither_the_report_nor_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_text("no database, but notes for the next meeting of governors" * 20)
    with school(tmp_path) as (stand, config):
        done = tonight(stand, config, site("/news"))
    written = json.loads((done.folder / "report.json").read_text("utf-8"))
    assert (written["run"]["exit_code"], len(done.problems)) == (0, 1)
    assert [error["stage"] for error in written["errors"]] == ["history"]
    assert "damaged or no history of sgaudit's" in written["errors"][0]["message"]
    assert written["changes"]["note"].startswith("What changed is not known")
    assert "What changed is not known" in (done.folder / "report.html").read_text("utf-8")


def test_a_disk_that_fills_up_leaves_the_report_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def small(*arguments: object, **options: object) -> sqlite3.Connection:
        database = connect(*arguments, **options)  # type: ignore[call-overload]
        database.execute("PRAGMA max_page_count = 3")
        return database

    monkeypatch.setattr(history.sqlite3, "connect", small)
    with school(tmp_path) as (stand, config):
        done = tonight(stand, config, site("/gone"))
    assert (done.report.run.exit_code, len(done.problems)) == (1, 2), "of the history, and of the memory"
    assert "the disk is full" in done.problems[0]
    written = json.loads((done.folder / "report.json").read_text("utf-8"))
    assert (
        "The disk is full" in written["errors"][-1]["message"] or "the disk is full" in written["errors"][-1]["message"]
    )
    assert store.load_report(tmp_path / HOST).run.id == done.report.run.id


def test_the_history_can_be_named_and_switched_off(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        off = tonight(stand, config.model_copy(update={"history": False}), site("/news"))
        assert off.report.changes is not None and "switched off" in off.report.changes.note
        assert not (tmp_path / "history.db").exists()
        tonight(stand, config.model_copy(update={"history": tmp_path / "ours.db"}), site("/news"))
    assert len(history.History(tmp_path / "ours.db").nights()) == 1


def test_deciding_again_and_rendering_again_say_the_same_of_changes(tmp_path: Path) -> None:
    with school(tmp_path) as (stand, config):
        tonight(stand, config, site("/gone"))
        done = tonight(stand, config, site("/lost"))
    assert counts(done.report) == (1, 1, 0, 0)
    assert recheck(done.folder).report == done.report
    before = (done.folder / "report.json").read_bytes()
    (done.folder / "report.html").unlink()
    assert render_again(tmp_path / HOST, config).folder.resolve() == done.folder.resolve()
    assert (done.folder / "report.json").read_bytes() == before
    assert "What changed since last night" in (done.folder / "report.html").read_text("utf-8")
    assert len(history.History(tmp_path / "history.db").nights()) == 2, "neither is a night of its own"


KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path[:0] = [{tests!r}]
    from test_nights import school, site, take_over, tonight
    from sgaudit import run, store
    from sgaudit.history import History

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    where = dict(writing=(store.RunFolder, "write"), moving=(store.RunFolder, "finish"), remembering=(History, "keep"))
    setattr(*where[sys.argv[2]], die)
    take_over(Path(sys.argv[1]))
    with school(Path(sys.argv[1])) as (stand, config):
        tonight(stand, config, site("/gone"))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("when", ["writing", "moving", "remembering"])
def test_a_run_that_is_killed_leaves_the_last_good_report_readable(tmp_path: Path, when: str) -> None:
    with school(tmp_path) as (stand, config):
        good = tonight(stand, config, site("/news"))
        hand_over(tmp_path)
        program = textwrap.dedent(KILLED.format(tests=str(Path(__file__).parent)))
        command = [sys.executable, "-c", program, str(tmp_path), when]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        last = store.load_report(tmp_path / HOST)
        assert (last.run.id == good.report.run.id) is (when != "remembering")
        after = tonight(stand, config, site("/gone"))
        assert counts(after.report) == (1, 0, 0, 0), "told as new once more rather than never"


def test_two_audits_at_once_write_two_runs_and_both_are_remembered(tmp_path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        sys.path[:0] = [{tests!r}]
        from test_nights import school, site, take_over, tonight
        take_over(Path(sys.argv[1]))
        with school(Path(sys.argv[1])) as (stand, config):
            tonight(stand, config, site("/gone"))
    """
    text = textwrap.dedent(program.format(tests=str(Path(__file__).parent)))
    hand_over(tmp_path)
    both = [subprocess.Popen([sys.executable, "-c", text, str(tmp_path)]) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    runs = [one for one in (tmp_path / HOST).glob("2*") if (one / "report.json").is_file()]
    nights = history.History(tmp_path / "history.db").nights(HOST)
    assert {one.name for one in runs} == {one.run for one in nights}
    assert len(nights) == 2


# Retention.

NOW = datetime(2026, 7, 31, 12, tzinfo=UTC)


def run_of(folder: Path, days_ago: int, *, exit_code: int = 1, extra: str = "") -> Path:
    """A finished run of so many days ago."""
    started = NOW - timedelta(days=days_ago)
    path = folder / started.strftime("%Y-%m-%dT%H%M%SZ")
    (path / "evidence").mkdir(parents=True)
    (path / "evidence" / "p1-375.jpg").write_bytes(b"x")
    report = small_report(run=small_report().run.model_copy(update={"started": started, "exit_code": exit_code}))
    (path / "report.json").write_text(json_reporter.render(report, {}), "utf-8")
    (path / "evidence.json.gz").write_bytes(b"x")
    if extra:
        (path / extra).write_text("somebody's")
    return path


def pruned(folder: Path, **limits: int) -> set[str]:
    """The names that went."""
    before = {one.name for one in folder.iterdir()}
    assert store.prune(folder, **({"keep_runs": 0, "keep_days": 0} | limits), now=NOW) == []
    return before - {one.name for one in folder.iterdir()}


def test_without_a_limit_nothing_is_removed(tmp_path: Path) -> None:
    run_of(tmp_path, 900)
    run_of(tmp_path, 1)
    assert pruned(tmp_path) == set()


def test_a_run_stays_while_either_limit_keeps_it(tmp_path: Path) -> None:
    runs = {days: run_of(tmp_path, days).name for days in (1, 2, 3, 20, 40)}
    assert pruned(tmp_path, keep_runs=2, keep_days=10) == {runs[20], runs[40]}
    assert pruned(tmp_path, keep_runs=2) == {runs[3]}
    assert pruned(tmp_path, keep_days=1) == {runs[2]}


def test_the_last_run_that_came_to_a_verdict_is_never_removed(tmp_path: Path) -> None:
    good, older = run_of(tmp_path, 50), run_of(tmp_path, 60)
    for days in (1, 2, 3):
        run_of(tmp_path, days, exit_code=3)
    assert pruned(tmp_path, keep_runs=1) >= {older.name}
    assert good.is_dir()


def test_a_single_old_run_is_not_removed(tmp_path: Path) -> None:
    run_of(tmp_path, 300, exit_code=3)
    assert pruned(tmp_path, keep_days=1) == set()


def test_what_latest_names_is_not_removed(tmp_path: Path) -> None:
    named = run_of(tmp_path, 30)
    (tmp_path / "latest").symlink_to(named.name)
    run_of(tmp_path, 1)
    assert pruned(tmp_path, keep_runs=1) == set()


def test_what_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_of(tmp_path, 1)
    old = run_of(tmp_path, 100)

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(store.shutil, "rmtree", refuse)
    said = store.prune(tmp_path, keep_runs=1, keep_days=0, now=NOW)
    assert said == [f"{old}: is older than reports are kept and could not be removed (Permission denied)."]


def test_only_what_is_ours_is_removed(tmp_path: Path) -> None:
    run_of(tmp_path, 1)
    run_of(tmp_path, 100, extra="minutes.docx")
    run_of(tmp_path, 101, extra="evidence/notes.txt")
    (run_of(tmp_path, 102) / "report.json").unlink()
    for name in ("2020-01-01T000000Z", "archive", "2020-13-45T999999Z"):
        (tmp_path / name).mkdir()
    elsewhere = run_of(tmp_path / "elsewhere", 400)
    (tmp_path / "2020-01-02T000000Z").symlink_to(elsewhere)
    assert pruned(tmp_path, keep_runs=1, keep_days=1) == set()
    assert elsewhere.is_dir()


def test_what_a_killed_run_left_goes_after_a_week(tmp_path: Path) -> None:
    for days in (2, 8):
        started = NOW - timedelta(days=days)
        (tmp_path / f".{started:%Y-%m-%dT%H%M%SZ}.partial" / "evidence").mkdir(parents=True)
    assert pruned(tmp_path, keep_runs=5) == {f".{NOW - timedelta(days=8):%Y-%m-%dT%H%M%SZ}.partial"}


def test_a_run_tidies_up_after_itself_and_the_history_keeps_more(tmp_path: Path) -> None:
    old = run_of(tmp_path / HOST, 40)
    with school(tmp_path, keep_runs=1) as (stand, config):
        first = tonight(stand, config, site("/news"))
        assert (old.exists(), first.folder.is_dir()) == (False, True)
        second = tonight(stand, config, site("/news"))
    assert (first.folder.exists(), second.folder.is_dir()) == (False, True)
    assert len(history.History(tmp_path / "history.db").nights()) == 2


# Small evidence, the whole pack of rules: what a re-ordered template and another visit do to every kind of finding.

BLOCKS = (
    "<p>You can report to CEOP anonymously.</p>",
    "<p>Childline: 0800 1112</p>",
    "<h3>Sports day</h3><h3>Clubs</h3><p>Chess is on Monday.</p>",
    "<div><p>Call the office.</p></div>",
)


def seen(blocks: tuple[str, ...], visit: str, place: int) -> Evidence:
    """The same school with its blocks in this order, its pages met under another visit."""
    address = f"https://www.alder.example/safeguarding?{visit}"
    html = f"<html lang='en'><head><title>Safeguarding</title></head><body><main>{''.join(blocks)}</main></body></html>"
    node = AxeNode(selector=f"main > div:nth-child({place}) > img", html="<img>", impact="critical")
    fault = AxeResult(rule="image-alt", outcome="failed", impact="critical", tags=("wcag2a", "wcag111"), nodes=(node,))
    views = tuple(
        View(width=width, height=800, scan=Scan(engine="axe", passes=9, results=(fault,))) for width in (1280, 375)
    )
    rendered: RenderedPage = page_from_html(address, html, Role.safeguarding).model_copy(update={"views": views})
    started = datetime(2026, 11, 24 if place < 9 else 25, 9, tzinfo=UTC)
    return Evidence(
        run_id=visit,
        url="https://www.alder.example/",
        started=started,
        finished=started,
        versions=Versions(sgaudit="0"),
        pages=(PageEvidence(url=address, final_url=address, status=200, role=Role.safeguarding, depth=1),),
        rendered=(rendered,),
        canary=Canary(engine="axe", alive=True),
    )


def test_no_finding_of_any_rule_is_new_on_a_re_ordered_template_under_another_visit() -> None:
    pack = packed()
    first = conclude(seen(BLOCKS, "PHPSESSID=1a2b3c4d5e", 2), pack)
    first = marked(first, compare(None, first), Policy())
    failing = [one for one in first.findings if one.outcome is Outcome.failed]
    assert {"not-anonymous", "helpline-numbers", "empty-heading", "accessibility-wcag", "ceop-button"} <= {
        one.rule for one in failing
    }
    second = conclude(seen(BLOCKS[::-1], "PHPSESSID=9f8e7d6c5b", 9), pack)
    second = marked(second, compare(remembered(first), second), Policy())
    assert counts(second) == (0, 0, len({one.fingerprint for one in failing}), 0)
    mended = seen((BLOCKS[0], *BLOCKS[2:]), "PHPSESSID=000aaa111b", 9)
    third = conclude(mended, pack)
    third = marked(third, compare(remembered(second), third), Policy())
    assert third.changes is not None
    assert "helpline-numbers" in {fault.rule for fault in third.changes.fixed}
    assert third.changes.new == ()
