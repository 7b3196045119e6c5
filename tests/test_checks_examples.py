"""How a rule's examples are run: what counts as a mismatch, and how one is told."""

from __future__ import annotations

from typing import Any

from sgaudit.checks.examples import Mismatch, evidence_of, run_examples
from sgaudit.model.evidence import Trouble
from sgaudit.model.outcome import Role
from sgaudit.register import Registers, Service
from sgaudit.rules import Example, Rule

REGISTERS = Registers(services=(Service(id="flowers", names=("flora",)),), concepts={"roses": ("roses?",)})
META: dict[str, Any] = {
    "id": "roses",
    "title": "The page says that Flora has roses",
    "group": "statements",
    "why": "Because.",
    "source": {"title": "A guide", "seen": "2026-11-24"},
    "basis": "good-practice",
    "level": "should",
    "severity": "minor",
    "where": "safeguarding",
    "across": "any",
    "check": "statement",
    "options": {"about": "flowers", "conveys": [{"says": ["roses"], "opposite": True}]},
    "fix": ["Say it."],
}


def mismatches(**examples: list[dict[str, str]]) -> list[Mismatch]:
    return list(run_examples(Rule.model_validate({**META, "examples": examples}), REGISTERS))


def test_examples_that_come_out_as_their_headings_say_yield_nothing() -> None:
    assert not mismatches(
        passed=[{"html": "<p>Flora has roses.</p>"}],
        failed=[{"html": "<p>Flora has tulips.</p>"}],
        contradicted=[{"html": "<p>Flora has no roses.</p>"}],
        hidden=[{"html": "<p hidden>Flora has roses.</p>"}],
    )


def test_a_mismatch_is_told_in_one_line() -> None:
    (found,) = mismatches(passed=[{"html": "<p>Flora has roses.</p>"}, {"html": "<p>\n Flora</p>", "why": "a name"}])
    assert str(found) == "roses: passed example 2 came out failed (a name): <p> Flora</p>"


def test_failed_means_absent_and_not_any_way_of_failing() -> None:
    (found,) = mismatches(failed=[{"html": "<p>Flora has no roses.</p>"}])
    assert found.came_out == "contradicted"


def test_a_reading_must_be_the_one_the_heading_names() -> None:
    (found,) = mismatches(hidden=[{"html": "<p>Flora has roses.</p>"}])
    assert (found.heading, found.number, found.came_out) == ("hidden", 1, "present")


def test_an_example_has_the_day_the_address_and_the_links_it_asks_for() -> None:
    rule = Rule.model_validate({**META, "where": "home"})
    example = Example(
        html="<title>T</title><p>x</p>",
        today="2026-01-15",
        page="https://foxglove.example/a",
        links={"https://foxglove.example/b": "404", "https://gone.example/": "name-not-resolved"},
    )
    evidence = evidence_of(rule, example)
    assert (evidence.started.date().isoformat(), evidence.url) == ("2026-01-15", "https://foxglove.example/a")
    (page,), (rendered,) = evidence.pages, evidence.rendered
    assert (page.role, rendered.role, page.title, page.depth) == (Role.home, Role.home, "T", 0)
    inside, outside = evidence.links
    assert (inside.internal, inside.probes[0].status) == (True, 404)
    assert (outside.internal, outside.probes[0].trouble) == (False, Trouble.name_not_resolved)
