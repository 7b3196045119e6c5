"""Which nights are worth a message, and what it says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from small_report import ANONYMOUS, BUTTON, CEOP, changed_report, clean_report, finding, hostile_report

from sgaudit.alerts import Alert, alert, missed
from sgaudit.model.change import Changes, Night
from sgaudit.model.report import Report

WHERE = "/srv/reports/www.marsh-end.example/latest/report.html"
STARTED = changed_report().run.started  # a Thursday
SILENT = Changes(compared_with="before", since=STARTED.date())


def before(days_ago: int, exit_code: int = 1, **more: Any) -> Night:
    """The night so many days before tonight."""
    counted = {"new": 0, "fixed": 0, "failing": 0, "not_rechecked": 0, "accepted": 0} | more
    return Night(
        site="www.marsh-end.example", run=str(days_ago), started=STARTED - timedelta(days=days_ago), headline="",
        exit_code=exit_code, complete=True, outcomes={}, **counted,
    )  # fmt: skip


def tonight(*, exit_code: int = 1, started: datetime = STARTED, **changes: Any) -> Report:
    report = changed_report(**({"changes": SILENT, "accepted": ()} | changes))
    run = report.run.model_copy(update={"started": started, "finished": started, "exit_code": exit_code})
    return report.model_copy(update={"run": run})


def said(report: Report, *earlier: Night) -> Alert:
    message = alert(report, earlier, WHERE)
    assert message is not None
    return message


def test_a_night_like_the_one_before_is_silent_however_bad_or_good() -> None:
    assert alert(tonight(), [before(2), before(1)], WHERE) is None
    well = clean_report()
    well = well.model_copy(update={"run": well.run.model_copy(update={"started": STARTED}), "changes": SILENT})
    assert alert(well, [before(2, 0), before(1, 0)], WHERE) is None


def test_what_is_new_and_what_is_fixed_is_told_with_owner_and_due_day() -> None:
    changes = changed_report().changes
    assert changes is not None
    message = said(tonight(changes=changes.model_copy(update={"not_rechecked": ()})), before(1))
    assert message == Alert(
        title="Marsh End Primary School: Urgent: a child cannot report from this site",
        body=f"""\
{changed_report().verdict.sentence}

New (1)
- not-anonymous (serious): The page says the opposite: “You can report anonymously.” On \
https://www.marsh-end.example/safeguarding/ - by 23 July 2026

Fixed (1)
- broken-links: A link was broken. (seen for 1 night)

The report: /srv/reports/www.marsh-end.example/latest/report.html""",
        kind="failure",
    ), "what is new and accepted is not told: it fails no run"


def test_what_fails_no_run_makes_no_message() -> None:
    changes = changed_report().changes
    assert changes is not None
    only_accepted = changes.model_copy(update={"new": changes.new[1:], "fixed": ()})
    assert alert(tonight(changes=only_accepted), [before(1)], WHERE) is None
    settings = {"fail_on": "critical"}
    lenient = changed_report().run.model_copy(update={"settings": settings})
    assert alert(changed_report(run=lenient, accepted=()), [before(1)], WHERE) is None


@pytest.mark.parametrize(
    ("earlier", "now", "says"),
    [
        ([1, 1], 3, ""),
        ([3], 3, "No verdict could be reached for the second time running. The site did not answer."),
        ([1, 3], 3, "No verdict could be reached for the second time running. The site did not answer."),
        ([3, 3], 3, ""),
        ([1, 3], 1, ""),
        ([3, 3], 1, "The site could be judged again, after at least two audits that could not check it."),
    ],
)
def test_no_verdict_is_told_once_when_it_happens_twice_running(earlier: list[int], now: int, says: str) -> None:
    report = tonight(exit_code=now)
    run = report.run.model_copy(update={"incomplete_reasons": ("The site did not answer.",)})
    nights = [before(len(earlier) - number, code) for number, code in enumerate(earlier)]
    message = alert(report.model_copy(update={"run": run}), nights, WHERE)
    assert (message is None) == (says == "")
    if message:
        assert says in message.body
        assert message.kind == ("warning" if now == 3 else "info")


@pytest.mark.parametrize(
    ("earlier", "failed", "now", "says"),
    [
        ({2: 1}, [1], 3, "No verdict could be reached for the second time running."),
        ({3: 1}, [2, 1], 3, ""),
        ({2: 3}, [1], 1, "The site could be judged again, after at least two audits that could not check it."),
        ({1: 1}, [2], 3, ""),
        ({1: 1}, [3, 2], 1, ""),
    ],
)
def test_a_night_without_a_report_counts_among_those_that_could_not_check(
    earlier: dict[int, int], failed: list[int], now: int, says: str
) -> None:
    nights = [before(days, code) for days, code in earlier.items()]
    message = alert(tonight(exit_code=now), nights, WHERE, [STARTED - timedelta(days=days) for days in failed])
    assert says in message.body if message else says == ""


@pytest.mark.parametrize(
    ("earlier", "failed", "told"),
    [
        ({}, [], False),
        ({}, [1], True),
        ({1: 3}, [2], False),
        ({1: 3}, [], True),
        ({1: 1}, [2], False),
        ({3: 1}, [2, 1], False),
    ],
)
def test_no_audit_at_all_is_told_on_the_second_night_running(
    earlier: dict[int, int], failed: list[int], told: bool
) -> None:
    nights = [before(days, code) for days, code in earlier.items()]
    message = missed(
        "https://a.example/", "It broke. @here", nights, [STARTED - timedelta(days=days) for days in failed]
    )
    assert (message is not None) == told
    if message:
        assert message.title == "https://a.example/: no audit could be made"
        assert message.body.startswith("The site could not be checked for the second time running, as no audit could")
        assert message.kind == "warning" and "@here" not in message.body


def test_an_acceptance_that_has_ended_is_told_on_the_first_night_after_it() -> None:
    risks = changed_report().accepted
    ended = next(row for row in risks if row.state == "expired")
    yesterday = (STARTED - timedelta(days=1)).date()
    report = tonight(accepted=(ended.model_copy(update={"expires": yesterday}), risks[0]))
    message = said(report, before(1))
    assert (
        "Accepted risks that have ended: what they covered fails again (1)\n- ceop-button: It is moved in August. "
        in (message.body)
    )
    assert "Accepted by Mr Reed, chair until 8 July 2026." in message.body
    assert message.kind == "warning"
    assert alert(tonight(accepted=(ended,)), [before(1)], WHERE) is None, "told on an earlier night"


def test_once_a_week_there_is_a_digest_that_says_what_is_open_and_who_puts_it_right() -> None:
    monday = STARTED - timedelta(days=3)
    report = tonight(started=monday, accepted=[row for row in changed_report().accepted if row.state != "expired"])
    earlier = [before(14, new=9), before(6, new=2), before(5, 3), before(4, fixed=1)]
    message = said(report, *earlier)
    assert message.kind == "info"
    assert message.title == "Marsh End Primary School: This week: Urgent: a child cannot report from this site"
    assert "In the last seven days: 4 audits, 1 without a verdict; 2 new, 1 fixed." in message.body
    assert "Needs action (2)\n- ceop-button (critical): " in message.body
    assert "Mrs Bell, by 2 July 2026, which has passed" in message.body
    assert "Accepted risks that end soon (1)\n- old-news: It is moved in August." in message.body
    assert alert(tonight(started=monday + timedelta(hours=5)), [before(3)], WHERE) is None, "told this week"


def test_a_digest_comes_with_the_first_audit_of_all_and_where_a_monday_was_missed() -> None:
    assert "In the last seven days: 1 audit, none without a verdict" in said(tonight()).body
    assert "This week" in said(tonight(), before(5)).title
    new_year = datetime.combine(date(2027, 1, 1), STARTED.timetz())  # a Friday of the week that began in December
    since = before(0)
    same_week = Night(**(vars(since) | {"started": new_year - timedelta(days=2)}))
    assert alert(tonight(started=new_year), [same_week], WHERE) is None


def test_a_hostile_page_calls_nobody_and_says_little() -> None:
    text = "@everyone <@123> \x1b[31m\n\n" + "x" * 5000
    report = hostile_report(text, CEOP)
    message = said(report.model_copy(update={"changes": None}))
    assert "@everyone" not in message.body + message.title
    assert "<@123>" not in message.body
    assert "\x1b" not in message.body
    assert len(message.body) < 8000
    assert len(message.title) <= 200


def test_of_many_the_weightiest_are_told_and_the_rest_counted() -> None:
    many = tuple(finding(ANONYMOUS, fingerprint=f"v1:{number:016x}") for number in range(30))
    message = said(tonight(findings=(*many, finding(BUTTON))))
    assert "Needs action (31)\n- ceop-button (critical)" in message.body
    assert "- and 21 more, in the report" in message.body
