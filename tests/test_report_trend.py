"""How it went from audit to audit: drawn, said and tabled alike; what is not known is never drawn as none."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from small_report import TREND, changed_report, point, small_report

from sgaudit.changes import trended
from sgaudit.model.change import Point
from sgaudit.model.report import Report
from sgaudit.reporters import json as json_reporter
from sgaudit.reporters import trend
from sgaudit.reporters.html import render

ROWS = """\
1 July 2026 at 02:30 | 12 | 8 of 18 | Action needed
2 July 2026 at 02:30 | 12 | 8 of 18 | Action needed
3 July 2026 at 02:30 | 9 | 10 of 18 | Action needed
4 July 2026 at 02:30 | not known | 0 of 18 | We could not tell, but only a part was seen
5 July 2026 at 02:30 | 0 | 18 of 18 | Working
8 July 2026 at 02:30 | 2 | 15 of 18 | Action needed, but only a part was seen
9 July 2026 at 02:30 | 4 | 13 of 18 | Action needed"""


def section(report: Report) -> BeautifulSoup | None:
    found = BeautifulSoup(render(report, {}), "lxml").select_one("section:has(> #trend)")
    return BeautifulSoup(str(found), "lxml") if found else None


def test_the_table_and_the_sentence_say_what_the_drawing_shows() -> None:
    page = section(changed_report())
    assert page is not None
    rows = [" | ".join(cell.get_text().strip() for cell in row.select("th, td")) for row in page.select("tbody tr")]
    assert "\n".join(rows) == ROWS
    assert page.p.get_text() == (
        "Faults in the last 7 audits, the oldest first: 12, 12, 9, not known, 0, 2 and 4. "
        "That is 8 faults fewer than on 1 July 2026."
    )
    drawing = page.select_one(".graph")
    assert drawing.get_text("|", strip=True) == "12|12|9|?|0|2|4|1 Jul|9 Jul"
    assert drawing["aria-hidden"] == "true", "those who listen get the sentence and the table"


def test_no_verdict_and_half_a_site_are_not_drawn_as_few_faults() -> None:
    kinds = [(bar.kind, bar.height > 0) for bar in trend.drawn(TREND).bars]
    assert kinds == [("whole", True)] * 3 + [("none", False), ("whole", False), ("part", True), ("whole", True)]
    page = section(changed_report())
    assert len(page.select('use[href="#icon-untested"]')) == 1
    assert len(page.select(".bar-part")) == 1
    said = page.select_one(".note").get_text()
    assert "A bar that is not filled: only a part of the site was seen." in said
    assert "A question mark: the audit came to no verdict." in said


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ((point(7, 3),), "3 and 3. That is as many as on 6 July 2026."),
        ((point(7, 5),), "3 and 5. That is 2 faults more than on 6 July 2026."),
        ((point(7, 0, exit_code=3),), "3 and not known. This audit came to no verdict, so nobody knows"),
        ((point(7, 1, complete=False),), "3 and 1. This audit saw only a part of the site, so fewer faults"),
    ],
)
def test_the_sentence_never_calls_it_better_where_nobody_knows(last: tuple[Point], says: str) -> None:
    drawn = trend.drawn((point(6, 3), *last))
    assert drawn is not None and says in drawn.sentence
    assert ("fewer than" in drawn.sentence) is False


def test_one_audit_is_no_trend() -> None:
    assert section(small_report()) is None
    assert trend.drawn((point(1, 3),)) is None


def test_a_trend_is_made_of_the_last_twelve_and_every_bar_fits() -> None:
    earlier = [point(day, day * 50) for day in range(1, 21)]
    report = trended(changed_report(), earlier)
    assert [one.started.day for one in report.trend] == [*range(10, 21), 9]
    assert report.trend[-1].failing == 4 and (report.trend[-1].met, report.trend[-1].applicable) == (1, 7)
    heights = [bar.height for bar in trend.drawn(report.trend).bars]
    assert (max(heights), min(heights)) == (72, 4), "four faults beside a thousand can still be seen"


def test_a_site_without_faults_is_drawn_too() -> None:
    drawn = trend.drawn((point(1, 0), point(2, 0)))
    assert [bar.number for bar in drawn.bars] == ["0", "0"]


def test_the_counts_are_marks_of_different_shapes_with_words() -> None:
    page = BeautifulSoup(render(small_report(), {}), "lxml")
    said = {
        item.get_text().strip(): [mark["href"] for mark in item.select("use")] for item in page.select(".counts li")
    }
    assert said == {
        "1 met": ["#icon-passed"],
        "2 not met": ["#icon-failed"] * 2,
        "1 needs a person": ["#icon-cantTell"],
        "1 could not check": ["#icon-untested"],
        "1 does not apply": ["#icon-inapplicable"],
    }


def test_the_trend_is_kept_in_the_json_report() -> None:
    text = json_reporter.render(changed_report(), {})
    assert Report.model_validate_json(text).trend == TREND
