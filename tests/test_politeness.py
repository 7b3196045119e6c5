"""Whole audits without a browser: what a site asks for is kept from its first page to its last link."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawl_stand import HOME, Answer, links, page, serving
from wire_stand import without_proxy

from sgaudit.audit import gather, rule_pack
from sgaudit.config import Config
from sgaudit.model.evidence import Evidence, Trouble
from sgaudit.model.outcome import Outcome
from sgaudit.progress import Stop, quiet
from sgaudit.rules import RulePack
from sgaudit.verdict import conclude

PICTURES = "".join(f"<img src='/img/{number}.png' width=9 height=9 alt=x>" for number in range(3))
SITE = {"/": page("Home", links("/safeguarding"), PICTURES), "/safeguarding": page("Safeguarding", links("/lunch"))}


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


class Hasty(Stop):
    """Never sleeps, and remembers for how long it was to."""

    def __init__(self) -> None:
        super().__init__(600)
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return False


def audited(config: Config, folder: Path, stop: Stop) -> tuple[Evidence, RulePack]:
    pack = rule_pack((), ("broken-links",))
    return gather(config, pack, folder, run_id="r", progress=quiet, stop=stop), pack


def test_the_pause_that_robots_txt_asks_for_is_kept_for_links_as_well_as_for_pages(tmp_path: Path) -> None:
    rules = Answer("User-agent: *\nCrawl-delay: 10", kind="text/plain")
    with serving({**SITE, "/robots.txt": rules}, far__example={"/": page("Far")}) as stand:
        stop = Hasty()
        evidence, _ = audited(stand.config(retries=0), tmp_path, stop)
        asked = [target for _, method, target in stand.asked if method == "HEAD"]
    assert sorted(asked) == ["/img/0.png", "/img/1.png", "/img/2.png"]
    # Each picture is asked for twice (HEAD, then GET, as it is not there): six turns, ten seconds apart.
    assert [round(one, -1) for one in stop.waits if one > 9][-6:] == [10, 20, 30, 40, 50, 60]
    assert {probe.trouble for link in evidence.links for probe in link.probes} == {None}


def test_requests_that_are_used_up_leave_the_run_incomplete_and_links_untested(tmp_path: Path) -> None:
    with serving(SITE) as stand:
        evidence, pack = audited(stand.config(max_requests=6), tmp_path, Stop(60))
        assert len(stand.asked) == 6
    said = "The 6 requests this audit was allowed to make were used up before everything was asked (max_requests)."
    assert evidence.incomplete == (said,)
    assert Trouble.budget in {probe.trouble for link in evidence.links for probe in link.probes}
    report = conclude(evidence, pack)
    assert not report.run.complete
    untested = [one.message for one in report.findings if one.outcome is Outcome.untested]
    assert any("(max_requests) had been made before this one's turn came" in one for one in untested)
    assert HOME in {row.url for row in report.pages}
