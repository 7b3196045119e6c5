"""What a person reads at the end of a run, as it stands on the screen."""

from __future__ import annotations

import re

import pytest
from small_report import BUTTON, clean_report, hostile_report, rule, small_report

from sgaudit.model.outcome import Outcome
from sgaudit.reporters.terminal import render, rule_text
from sgaudit.rules import Rule

PICTURE = """\
Urgent: a child cannot report from this site
The button “Report to CEOP” is there, but something lies over it at phone width
(375 pixels). 1 more thing needs action.

  ceop-button         not met          The button “Report to CEOP” is there…
  not-anonymous       not met          The page says the opposite: “You can…
  broken-links        needs a person   1 link to www.council.example on…
  accessibility-wcag  could not check  At 375 pixels wide “Home” was not…

Requirements: 1 met, 2 not met, 1 needs a person, 1 could not check and 1 does
not apply.
Pages: 3 found, 2 opened in the browser.
43 links: 40 working, 1 broken, 1 suspicious and 1 turned us away."""

CLEAN = """\
Working
The way to report to CEOP was tried and works.

Requirements: 6 met.
Pages: 3 found, 2 opened in the browser.
40 links: 40 working."""

RULE = """\
not-so-fast
The page says that reports are read

Why it matters
  Whoever reports wants to know that somebody reads it. A child, above all,
  wants to know.

How it is weighed
  group statements, level must, severity serious
  on safeguarding pages; one of them is enough; decided by the check statement

What it rests on
  sector-guidance
  A guide for hosts
  https://guide.example/
  last looked at 2026-11-01

How to fix
  1. Write a sentence that says so, where the button is, and where nobody has to
     look for it.
  2. Save the page.

Suggested wording
  Somebody reads every report."""


def test_the_verdict_comes_first_then_what_needs_somebody_then_counts() -> None:
    assert render(small_report(), width=80) == PICTURE


def test_a_clean_site_takes_six_lines() -> None:
    assert render(clean_report(), width=80) == CLEAN


def test_colour_only_repeats_what_the_words_say() -> None:
    coloured = render(small_report(), width=80, colour=True)
    assert coloured.startswith("\x1b[1;31mUrgent: a child cannot report from this site\x1b[0m\n")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == PICTURE


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_lines_keep_to_the_width_and_the_whole_to_one_screen(width: int) -> None:
    rows = [rule(f"a-rule-with-a-long-name-{n}", "Title", "content", Outcome.failed, "Words. " * 90) for n in range(40)]
    run = small_report().run.model_copy(update={"complete": False, "incomplete_reasons": ("Reason. " * 40, "More.")})
    verdict = small_report().verdict.model_copy(update={"sentence": "A long sentence. " * 90})
    lines = render(small_report(rules=tuple(rows), run=run, verdict=verdict), width=width).splitlines()
    assert max(len(line) for line in lines) <= max(40, width)
    assert len(lines) <= (25 if width >= 60 else 35)
    assert "  and 29 more, in the report" in lines
    assert lines[-1].startswith("Incomplete, for 2 reasons: Reason.")


def test_characters_that_take_two_columns_are_counted_as_two() -> None:
    row = BUTTON.model_copy(update={"message": "校" * 100})
    line = next(line for line in render(small_report(rules=(row,)), width=80).splitlines() if "校" in line)
    assert len(line) + line.count("校") <= 80


def test_nothing_of_the_site_can_steer_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\x00\u202eabc\ud800"
    text = render(hostile_report(evil, "https://evil.example/"), width=120)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert "owned" in text, "the words stay, only what steers is gone"


def test_one_rule_in_full() -> None:
    given = Rule.model_validate(
        {
            "id": "not-so-fast",
            "title": "The page says that reports are read",
            "group": "statements",
            "why": "Whoever reports wants to know that somebody reads it.\nA child, above all, wants to know.",
            "source": {"title": "A guide for hosts", "url": "https://guide.example/", "seen": "2026-11-01"},
            "basis": "sector-guidance",
            "level": "must",
            "severity": "serious",
            "where": "safeguarding",
            "across": "any",
            "check": "statement",
            "fix": [
                "Write a sentence that says so, where the button is, and where nobody has to look for it.",
                "Save the page.",
            ],
            "wording": "Somebody reads every report.",
        }
    )
    assert rule_text(given) == RULE
