"""A filter that blocks CEOP for pupils is a finding of its own; where the audit stands is never guessed too freely."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from sgaudit import rules
from sgaudit.checks.vantage import SCHOOL_FILTER, vantage
from sgaudit.model.evidence import (
    Evidence,
    Landing,
    LinkEvidence,
    PageEvidence,
    Press,
    Probe,
    RenderedPage,
    Trouble,
    Versions,
)
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Finding
from sgaudit.register import Registers
from sgaudit.rules import read_rule

FOLDER = rules.built_in()
RULE = read_rule(FOLDER / "ceop-not-filtered.yaml", {"school-filter": SCHOOL_FILTER.options})
REGISTERS = Registers.model_validate(
    {
        **yaml.safe_load((FOLDER / "registers" / "ceop-addresses.yaml").read_text("utf-8")),
        **yaml.safe_load((FOLDER / "registers" / "filters.yaml").read_text("utf-8")),
    }
)
HOME, SAFE = "https://www.heron.example/", "https://www.heron.example/safeguarding"
CEOP = "https://www.ceop.police.uk/Safety-Centre/"
SCHOOL = ("Access denied", "This site has been blocked by your school because of its category. Speak to a teacher.")
OFFICE = ("Blocked", "This website has been blocked by the network administrator.")
OPEN = ("CEOP Safety Centre", "Make a report to one of CEOP's Child Protection Advisors")


def evidence(
    title: str = "", text: str = "", *, where: str = "unknown", by: str = "probe", **fields: object
) -> Evidence:
    """A run in which CEOP's address answered with this page, by plain request or by a press in the browser."""
    answer = {"url": CEOP, "status": 200, "title": title, "text": text, **fields}
    probe = Probe.model_validate({**answer, "method": "GET", "final_url": CEOP})
    press = Press(selector="a", width=375, means="mouse", requested=CEOP, landing=Landing.model_validate(answer))
    link = LinkEvidence(url=CEOP, pages=(SAFE,), page_count=1, probes=(probe,))
    shown = RenderedPage(url=SAFE, final_url=SAFE, role=Role.safeguarding, presses=(press,))
    return Evidence(
        run_id="r",
        url=HOME,
        hosts=("www.heron.example",),
        started=datetime(2026, 11, 24, tzinfo=UTC),
        finished=datetime(2026, 11, 24, tzinfo=UTC),
        versions=Versions(sgaudit="0"),
        settings={"vantage": where},
        pages=(PageEvidence(url=SAFE, final_url=SAFE, title="Safeguarding", role=Role.safeguarding),),
        links=(link,) if by == "probe" and title else (),
        rendered=(shown,) if by == "press" else (),
    )


def decide(*page: str, **given: object) -> Finding:
    (found,) = SCHOOL_FILTER.decide(RULE, evidence(*page, **given), REGISTERS).findings  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("by", ["probe", "press"])
def test_a_filter_that_blocks_ceop_inside_the_school_fails_and_says_that_the_link_is_right(by: str) -> None:
    found = decide(*OFFICE, where="inside", by=by)
    assert (found.outcome, found.severity, found.page) == (Outcome.failed, Severity.serious, SAFE)
    assert found.message == (
        "The school's web filter blocks www.ceop.police.uk: a pupil who presses the way to report there sees the "
        "filter's own page (“This website has been blocked by”). The link itself is not at fault."
    )
    assert "allow www.ceop.police.uk" in found.how_to_fix[0]


def test_a_filter_that_calls_itself_a_schools_is_guessed_to_be_one_and_that_is_said() -> None:
    found = decide(*SCHOOL)
    assert found.outcome is Outcome.failed
    assert "This is a guess: the web filter that answered for www.ceop.police.uk says “blocked by your school”" in (
        found.message
    )


@pytest.mark.parametrize(
    ("where", "says"), [("unknown", "If that is the school's network"), ("outside", "was not seen")]
)
def test_a_filter_that_may_be_anybodys_needs_a_person(where: str, says: str) -> None:
    found = decide(*OFFICE, where=where)
    assert found.outcome is Outcome.cant_tell
    assert says in found.message


@pytest.mark.parametrize(
    ("page", "given", "outcome"),
    [
        (OPEN, {"where": "inside"}, Outcome.passed),
        (OPEN, {"where": "inside", "by": "press"}, Outcome.passed),
        (OPEN, {"where": "outside"}, Outcome.inapplicable),
        (OPEN, {}, Outcome.inapplicable),
        ((), {"where": "inside"}, Outcome.inapplicable),
        (("x", ""), {"where": "inside", "status": None, "trouble": Trouble.timeout}, Outcome.cant_tell),
        (("x", ""), {"where": "inside", "status": 403}, Outcome.cant_tell),
        (("x", ""), {"status": None, "trouble": Trouble.timeout}, Outcome.inapplicable),
    ],
)
def test_only_what_was_seen_from_inside_says_anything_of_pupils(
    page: tuple[str, ...], given: dict[str, object], outcome: Outcome
) -> None:
    assert decide(*page, **given).outcome is outcome


@pytest.mark.parametrize(
    ("page", "where", "expected"),
    [
        (OPEN, "inside", "inside"),
        (OPEN, "outside", "outside"),
        (SCHOOL, "outside", "outside"),
        (SCHOOL, "unknown", "inside"),
        (OFFICE, "unknown", "unknown"),
        (OPEN, "unknown", "unknown"),
    ],
)
def test_what_the_settings_say_holds_and_outside_is_never_guessed(
    page: tuple[str, str], where: str, expected: str
) -> None:
    found = vantage(evidence(*page, where=where), REGISTERS)
    assert found.where == expected
    assert found.reason.endswith(".")
