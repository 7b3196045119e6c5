"""`sgaudit rules explain`: a saved page is read as an audit reads it, and shown with what each wording found."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from sgaudit import rules, store
from sgaudit.checks.examples import evidence_of
from sgaudit.checks.statements.explaining import explain
from sgaudit.checks.table import CHECKS
from sgaudit.explain import explained, page_of_file, page_of_run
from sgaudit.model.evidence import Evidence, RenderedPage, Trouble, Versions
from sgaudit.model.explanation import Explanation
from sgaudit.model.outcome import Reading, Role
from sgaudit.page import page_from_html
from sgaudit.reporters.explaining import explanation_text
from sgaudit.rules import Example, RuleError, RulePack
from sgaudit.store import StoreError

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
RIGHT = "<p>You cannot report to CEOP anonymously.</p>"
WRONG = "<p>You can report to CEOP anonymously.</p>"


@lru_cache(maxsize=1)
def pack() -> RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


def of_html(html: str, rule: str = "not-anonymous") -> Explanation:
    page = page_from_html("https://www.foxglove.example/safe", html, Role.safeguarding)
    return explain(pack().named(rule), page, pack().registers)


def sgaudit(*arguments: str, cwd: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sgaudit", "rules", "explain", *arguments]
    return subprocess.run(command, cwd=cwd, env={**os.environ}, input=given, capture_output=True, check=False)


def test_a_contradiction_is_shown_first_with_its_sentence_its_place_and_its_parts() -> None:
    text = explanation_text(of_html(f"<main>{RIGHT}{WRONG}</main>"))
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "not-anonymous"
    assert lines[3:6] == [
        "Reading: contradicted",
        "“You can report to CEOP anonymously.”",
        "at html > body > main > p:nth-of-type(2)",
    ]
    assert lines.index("What would contradict it") < lines.index("What would say it")
    first = text.partition("What would contradict it\n\n")[2].partition("\n\n")[0]
    assert first.startswith("  “You can report to CEOP anonymously.”\n  at html > body > main > p:nth-of-type(2)\n")
    assert "speaks of CEOP; must speak of CEOP" in first
    assert first.endswith("  met (the reading rests on this)")


def test_an_absent_statement_shows_the_nearest_sentence_and_what_it_lacks() -> None:
    found = of_html("<p>Childline: you cannot stay anonymous.</p><p>Ask Mrs Bell.</p>")
    assert found.reading is Reading.absent
    (nearest,) = (one for one in found.tried if one.rests)
    assert (nearest.quote, nearest.contradicts) == (found.quote, False)
    assert nearest.lacks == found.reason
    text = explanation_text(found)
    assert "Childline" in text
    assert "(the nearest to it)" in text


def test_a_page_that_says_nothing_of_it_names_what_was_sought() -> None:
    found = of_html("<p>Welcome to our school.</p>")
    assert (found.reading, found.tried) == (Reading.absent, ())
    assert len(found.nowhere) >= 3
    assert "since no sentence says it" in explanation_text(found)


def test_hidden_words_are_shown_as_hidden() -> None:
    found = of_html(f"<div hidden>{RIGHT}</div><p>Ask us.</p>")
    assert found.reading is Reading.hidden
    text = explanation_text(found)
    assert "because nobody can see it" in text
    assert "met (the reading rests on this, which nobody can see)" in text


def test_a_link_that_is_enough_is_named() -> None:
    found = of_html('<p><a href="https://www.ceop.police.uk/"><img src="a.png" alt="CEOP"></a></p>', "more-info-link")
    assert (found.reading, found.selector) == (Reading.present, "html > body > p > a")
    assert "A link to ceop.police.uk, or that address as text, is enough." in explanation_text(found)


def test_a_welsh_page_is_left_to_a_person() -> None:
    welsh = "Os ydych yn poeni am rywbeth, gallwch roi gwybod i CEOP am hyn gyda help oedolyn yr ydych yn ei drystio"
    found = of_html(f"<p>{welsh}</p>")
    assert found.reading is Reading.untested
    assert "because Most of this page is in Welsh" in explanation_text(found)


@pytest.mark.parametrize("rule", [rule.id for rule in pack().rules if rule.check == "statement"])
def test_the_explanation_agrees_with_the_audit(rule: str) -> None:
    """On every example of the rule: the same reading, sentence and reason, and parts that bear it out."""
    shown = pack().named(rule).examples
    for example in (*shown.passed, *shown.failed, *shown.contradicted, *shown.superseded, *shown.hidden):
        evidence = evidence_of(pack().named(rule), Example(html=example.html))
        (row,) = CHECKS["statement"].decide(pack().named(rule), evidence, pack().registers).statements
        found = explain(pack().named(rule), evidence.rendered[0], pack().registers)
        assert (found.reading, found.quote, found.selector, found.reason) == (
            row.reading, row.quote or row.nearest, row.selector, row.reason,
        )  # fmt: skip
        met = {one.contradicts for one in found.tried if not one.lacks}
        assert (True in met) is (found.reading is Reading.contradicted), example.html
        if found.reading is Reading.absent:
            assert met == set(), example.html
        for one in found.tried:
            assert one.lacks or all(part.found for part in one.parts), example.html
            assert sum(one.rests for one in found.tried) <= 1


def test_the_output_is_bounded_fit_to_be_shown_and_always_the_same() -> None:
    evil = "\x1b[31m\u202e You can report to CEOP anonymously or " + "without a name " * 2_000
    html = f"<p>{evil}</p>" + "<p>You may report to CEOP and nobody will ask your name.</p>" * 300
    text = explanation_text(of_html(html))
    assert text == explanation_text(of_html(html))
    assert len(text.splitlines()) < 250
    assert max(map(len, text.splitlines())) < 850
    assert "\x1b" not in text and "\u202e" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_saved_file_is_decoded_as_a_browser_would(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "saved.html"
    file.write_bytes("<p>You can’t report to CEOP anonymously – they need your name.</p>".encode(encoding))
    assert explained(pack(), "not-anonymous", str(file)).quote.startswith("You can’t report to CEOP anonymously –")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty; give a saved HTML file"),
        (b" \n", "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "holds something else than text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "holds something else than text"),
        (b"PK\x03\x04" + bytes(200), "holds something else than text"),
        (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n\r\n<html>", "is a web archive (MHTML)"),
        (b"<p>" + b"a " * 2_500_000, "is larger than 5 MB"),
    ],
)
def test_what_is_no_page_is_refused_in_one_sentence(tmp_path: Path, body: bytes, says: str) -> None:
    file = tmp_path / "saved.html"
    file.write_bytes(body)
    with pytest.raises(StoreError) as caught:
        page_of_file(str(file))
    assert str(caught.value).startswith(f"{file}: ")
    assert says in str(caught.value)


def test_the_page_may_come_from_a_run(tmp_path: Path) -> None:
    page = page_from_html("https://www.foxglove.example/safe", WRONG, Role.safeguarding)
    lost = RenderedPage(url="https://www.foxglove.example/x", trouble=Trouble.timeout, message="It did not load.")
    evidence = Evidence(
        run_id="r", url="https://www.foxglove.example/", started=NOW, finished=NOW, versions=Versions(sgaudit="0"),
        rendered=(page, lost),
    )  # fmt: skip
    (tmp_path / store.EVIDENCE_FILE).write_bytes(store.pack_evidence(evidence))
    assert explained(pack(), "not-anonymous", page.url, tmp_path).reading is Reading.contradicted
    with pytest.raises(StoreError, match=r"that run opened no page /y; it opened https://www\.foxglove\.example/safe$"):
        page_of_run("/y", tmp_path)
    with pytest.raises(StoreError, match="could not be looked at in that run: It did not load"):
        page_of_run(lost.url, tmp_path)


def test_an_unknown_rule_and_one_that_is_no_statement_are_refused() -> None:
    with pytest.raises(RuleError, match="no rule is called 'not-anonymus'; did you mean 'not-anonymous'"):
        explained(pack(), "not-anonymus", "x.html")
    with pytest.raises(RuleError, match="broken-links is no statement: it is decided by the check 'links'"):
        explained(pack(), "broken-links", "x.html")


def test_at_the_terminal_it_reads_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text(WRONG, "utf-8")
    from_file = sgaudit("not-anonymous", "--page", "saved.html", cwd=tmp_path)
    assert (from_file.returncode, from_file.stderr) == (0, b"")
    assert b"Reading: contradicted" in from_file.stdout
    assert sgaudit("not-anonymous", "--page", "-", cwd=tmp_path, given=WRONG.encode()).stdout == from_file.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("not-anonymous", "--page", "none.html"),
            "none.html: cannot be read (No such file or directory); give a saved",
        ),
        (("not-anonymous", "--page", "."), "Is a directory"),
        (("not-anonymous", "--page", "-"), "standard input: is empty"),
        (("broken-links", "--page", "-"), "broken-links is no statement"),
        (("no-such", "--page", "-"), "no rule is called 'no-such'"),
        (("not-anonymous", "--page", "x", "--run", "."), "give the folder of a finished run"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence_and_exit_2(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = sgaudit(*arguments, cwd=tmp_path)
    error = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in error
    assert len(error.splitlines()) == 1
