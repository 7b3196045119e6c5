"""The wall: every way in which a school puts CEOP's button on a page, opened and pressed in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import yaml
from route_stand import PAGES, Stand, stand

from sgaudit import rules
from sgaudit.browser import Browser
from sgaudit.checks.button import BUTTON
from sgaudit.config import Config, Resolve
from sgaudit.model.evidence import Evidence, RenderedPage, Versions
from sgaudit.model.outcome import Outcome, Role, worst
from sgaudit.model.report import Finding
from sgaudit.progress import Stop
from sgaudit.register import Registers

FOLDER = rules.built_in()
WORKS = rules.read_rule(FOLDER / "ceop-button.yaml", {"ceop-button": BUTTON.options})
QUALITY = rules.read_rule(FOLDER / "ceop-button-quality.yaml", {"ceop-button": BUTTON.options})
EXPECTED: dict[str, list[str]] = yaml.safe_load((PAGES / "expected.yaml").read_text("utf-8"))
SEEN_AND_WORKS = "can be seen and works"
# Pages that the others forward to or hold in a frame.
PARTS = {"leaving", "leaving-soon", "leaving-by-button", "widget-blank", "widget-inside", "widget-top"}
if not shutil.which("certutil"):
    # Without a certificate store of its own the browser cannot tell an expired certificate from an unknown one.
    EXPECTED["far-expired"] = ["cantTell", "no secure connection"]


def registers() -> Registers:
    data: dict[str, object] = {}
    for name in ("ceop-addresses.yaml", "web.yaml"):
        data.update(yaml.safe_load((FOLDER / "registers" / name).read_text("utf-8")))
    return Registers.model_validate(data)


REGISTERS = registers()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stand(tmp_path_factory.mktemp("stand")) as made:
        yield made


@pytest.fixture(scope="module")
def browser(place: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    config = Config(
        url=place.url,
        resolve=tuple(Resolve.parse(text) for text in place.resolve),
        isolated=True,
        ca_bundle=place.bundle,
        page_timeout=5,
    )
    with Browser(config, REGISTERS, Stop(), tmp_path_factory.mktemp("run")) as opened:
        yield opened


def looked(browser: Browser, place: Stand, name: str) -> RenderedPage:
    return browser.look(f"{place.url}/{name}.html", Role.safeguarding, press=True, scan=False)


def judged(page: RenderedPage, rule: rules.Rule) -> list[Finding]:
    now = datetime.now(UTC)
    versions = Versions(sgaudit="test")
    evidence = Evidence(run_id="test", url=page.url, started=now, finished=now, versions=versions, rendered=(page,))
    return list(BUTTON.decide(rule, evidence, REGISTERS).findings)


def test_every_page_of_the_wall_is_expected_to_be_something() -> None:
    assert {path.stem for path in PAGES.glob("*.html")} - PARTS == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_way_to_ceop_is_judged_as_a_visitor_would_find_it(name: str, browser: Browser, place: Stand) -> None:
    page = looked(browser, place, name)
    assert page.trouble is None, page.message
    findings = judged(page, WORKS)
    outcome, words = EXPECTED[name]
    said = [f"{finding.outcome}: {finding.message}" for finding in findings]
    assert worst(finding.outcome for finding in findings) == outcome, said
    assert any(words in finding.message for finding in findings if finding.outcome == outcome), said
    if outcome == Outcome.passed and words != SEEN_AND_WORKS:
        weak = [finding.message for finding in judged(page, QUALITY) if finding.outcome is Outcome.failed]
        assert any(words in message for message in weak), weak
    assert place.school.posts == place.far.posts == [], "nothing is ever sent"
    assert [view.width for view in page.views] == [1280, 375]
