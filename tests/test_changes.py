"""New, fixed, still failing, could not be rechecked: nothing is called fixed that was not looked at again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from small_report import ANONYMOUS, BUTTON, CEOP, HOME, LINKS, SAFE, WCAG, finding, rule, small_report

from sgaudit.changes import FIRST, compare, compared_with, marked, remembered
from sgaudit.model.change import Before, Changes, Fault
from sgaudit.model.outcome import LinkVerdict, Outcome, Severity
from sgaudit.model.policy import Policy
from sgaudit.model.report import EvidenceItem, Finding, LinkRow, PageRow, Report, RuleRow, fingerprint

FIRST_NIGHT = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)


def night(number: int, *findings: Finding, rules: tuple[RuleRow, ...] | None = None, **changes: Any) -> Report:
    """The small school's report of the night `number`, with these findings alone."""
    plain = small_report()
    known = {row.id: row for row in (*plain.rules, *(rules or ()))}
    outcomes: dict[str, list[Outcome]] = {}
    for one in findings:
        outcomes.setdefault(one.rule, []).append(one.outcome)
    rows = [
        row.model_copy(update={"outcome": max(outcomes.get(name, [Outcome.passed]), key=lambda outcome: outcome.rank)})
        for name, row in known.items()
    ]
    started = FIRST_NIGHT + timedelta(days=number - 1)
    run = plain.run.model_copy(update={"id": f"night-{number}", "started": started, "finished": started})
    run = run.model_copy(update=changes.pop("run", {}))
    return small_report(**({"run": run, "rules": tuple(rows), "findings": findings} | changes))


def after(report: Report, before: Report | None = None) -> Report:
    """The report as it is written, compared with the night before."""
    return marked(report, compare(remembered(before) if before else None, report), Policy())


def names(faults: tuple[Fault, ...]) -> list[str]:
    return [fault.rule for fault in faults]


def counts(changes: Changes | None) -> tuple[int, int, int, int]:
    assert changes is not None
    return len(changes.new), len(changes.fixed), len(changes.still_failing), len(changes.not_rechecked)


def passed(of: RuleRow, page: str = SAFE, **more: Any) -> Finding:
    return finding(of, page, outcome=Outcome.passed, message="All is well.", **more)


def failed(of: RuleRow, page: str = SAFE, **more: Any) -> Finding:
    return finding(of, page, outcome=Outcome.failed, **({"message": "Bad."} | more))


def pages(*changed: tuple[str, bool, str]) -> tuple[PageRow, ...]:
    """The small school's pages, these of them tested or not, with the reason."""
    known = {page.url: page for page in small_report().pages}
    return tuple(
        known[url].model_copy(update={"tested": tested, "read": tested, "reason": reason})
        for url, tested, reason in changed
    )


def _error_page(status: int) -> PageRow:
    return small_report().pages[1].model_copy(update={"status": status})


def test_the_first_run_says_that_it_is_the_first_and_its_faults_count_from_then() -> None:
    first = after(night(1, failed(BUTTON)))
    assert first.changes is not None and (first.changes.note, first.changes.since) == (FIRST, None)
    assert counts(first.changes) == (0, 0, 0, 0)
    (fault,) = remembered(first).faults
    assert (fault.first_seen, fault.nights) == (date(2026, 7, 1), 1)
    assert first.findings[0].first_seen == date(2026, 7, 1)


def test_what_fails_night_after_night_is_counted_from_the_first() -> None:
    report = after(night(1, failed(BUTTON)))
    for number in range(2, 13):
        report = after(night(number, failed(BUTTON)), report)
    assert counts(report.changes) == (0, 0, 1, 0)
    (seen,) = report.findings
    assert (seen.change, seen.first_seen, seen.nights) == ("still-failing", date(2026, 7, 1), 12)


def test_two_audits_of_one_day_are_one_night() -> None:
    first = after(night(1, failed(BUTTON)))
    noon = night(1, failed(BUTTON), run={"id": "noon", "started": FIRST_NIGHT + timedelta(hours=11)})
    assert after(noon, first).findings[0].nights == 1


def test_new_and_fixed_are_told_apart() -> None:
    first = after(night(1, failed(BUTTON), passed(ANONYMOUS)))
    second = after(night(2, passed(BUTTON), failed(ANONYMOUS)), first)
    assert second.changes is not None
    assert (names(second.changes.new), names(second.changes.fixed)) == (["not-anonymous"], ["ceop-button"])
    assert second.changes.new[0].reason == ""
    assert second.findings[1].change == "new"
    assert counts(after(night(3, passed(BUTTON), passed(ANONYMOUS)), second).changes) == (0, 1, 0, 0)


def test_what_was_not_checked_last_time_is_new_with_a_word_of_warning() -> None:
    first = after(night(1, finding(WCAG, HOME)))
    second = after(night(2, failed(WCAG, HOME)), first)
    assert second.changes is not None
    assert second.changes.new[0].reason == "It was not checked last time."


@pytest.mark.parametrize(
    ("tonight", "says"),
    [
        ({"pages": pages((HOME, True, ""), (SAFE, False, "It did not answer in time."))}, "It did not answer in time."),
        ({"pages": pages((HOME, True, ""))}, "Its page was not met on the site this time."),
        ({"pages": (_error_page(503),)}, "Its page answered with an error this time (503)."),
        ({"pages": (_error_page(404),)}, "Its page answered with an error this time (404)."),
        ({"run": {"no_verdict": True, "complete": False}}, "This audit came to no verdict."),
    ],
)
def test_a_page_or_a_run_that_saw_nothing_fixes_nothing(tonight: dict[str, Any], says: str) -> None:
    first = after(night(1, failed(BUTTON), failed(ANONYMOUS)))
    second = after(night(2, passed(BUTTON, HOME), failed(ANONYMOUS), **tonight), first)
    assert second.changes is not None
    assert (counts(second.changes), names(second.changes.not_rechecked)) == ((0, 0, 1, 1), ["ceop-button"])
    assert says in second.changes.not_rechecked[0].reason


def test_a_rule_that_was_left_out_tonight_fixes_nothing_and_is_remembered() -> None:
    first = after(night(1, failed(BUTTON), failed(ANONYMOUS)))
    rows = tuple(row for row in small_report().rules if row.id != "ceop-button")
    second = after(small_report(run=night(2).run, rules=rows, findings=(failed(ANONYMOUS),)), first)
    assert second.changes is not None
    assert [fault.reason for fault in second.changes.not_rechecked] == ["Its rule was not part of this audit."]
    third = after(night(3, failed(BUTTON), failed(ANONYMOUS)), second)
    assert counts(third.changes) == (0, 0, 2, 0)
    (button,) = (one for one in third.findings if one.rule == "ceop-button")
    assert (button.first_seen, button.nights) == (date(2026, 7, 1), 2)


@pytest.mark.parametrize("outcome", [Outcome.untested, Outcome.cant_tell])
def test_a_question_left_open_on_the_same_page_fixes_nothing(outcome: Outcome) -> None:
    first = after(night(1, failed(BUTTON)))
    open_question = finding(BUTTON, SAFE, outcome=outcome, message="CEOP did not answer.")
    second = after(night(2, passed(BUTTON, HOME), open_question), first)
    assert second.changes is not None
    assert counts(second.changes) == (0, 0, 0, 1)
    assert second.changes.not_rechecked[0].reason == "It could not be judged this time: CEOP did not answer."


def test_a_question_left_open_on_another_page_does_not_matter() -> None:
    first = after(night(1, failed(BUTTON)))
    elsewhere = finding(BUTTON, HOME, outcome=Outcome.untested, message="The home page did not open.")
    assert counts(after(night(2, passed(BUTTON), elsewhere), first).changes) == (0, 1, 0, 0)


def test_a_rule_that_judged_nothing_tonight_fixes_nothing() -> None:
    first = after(night(1, failed(WCAG, SAFE, subject="image-alt", pages=(SAFE,))))
    dead = finding(WCAG, HOME, outcome=Outcome.untested, message="The engine did not prove that it works.")
    assert counts(after(night(2, dead), first).changes) == (0, 0, 0, 1)


def test_one_fault_of_the_engine_may_be_fixed_while_another_is_undecided() -> None:
    alt = failed(WCAG, SAFE, subject="image-alt", pages=(SAFE, HOME), fingerprint="v1:" + "a" * 16)
    contrast = finding(WCAG, SAFE, outcome=Outcome.cant_tell, subject="color-contrast", pages=(SAFE,), message="Look.")
    again = finding(WCAG, SAFE, outcome=Outcome.cant_tell, subject="image-alt", pages=(SAFE,), message="Look.")
    first = after(night(1, alt))
    assert counts(after(night(2, contrast, passed(WCAG)), first).changes) == (0, 1, 0, 0)
    assert counts(after(night(2, again, passed(WCAG)), first).changes) == (0, 0, 0, 1)
    half = pages((SAFE, True, ""), (HOME, False, ""))
    assert counts(after(night(2, contrast, passed(WCAG), pages=half), first).changes) == (0, 0, 0, 1)


def test_an_embedded_page_that_cannot_be_entered_matters_only_for_what_was_in_it() -> None:
    def fault(frame: str) -> Finding:
        item = EvidenceItem(kind="element", url=SAFE, frame=frame, selector="img")
        return failed(WCAG, SAFE, subject="image-alt", pages=(SAFE,), evidence=(item,))

    closed = EvidenceItem(kind="frame", url=SAFE, frame="https://map.example/")
    untested = finding(WCAG, SAFE, outcome=Outcome.untested, pages=(SAFE,), evidence=(closed,), message="Not entered.")
    tonight = night(2, untested, passed(WCAG))
    assert counts(after(tonight, after(night(1, fault("")))).changes) == (0, 1, 0, 0)
    assert counts(after(tonight, after(night(1, fault("https://map.example/")))).changes) == (0, 0, 0, 1)


LINK_RULE = LINKS.model_copy(update={"outcome": Outcome.failed, "message": "Bad."})


def broken(*urls: str) -> Finding:
    items = tuple(EvidenceItem(kind="link", url=url) for url in urls)
    return failed(
        LINK_RULE, HOME, evidence=items, pages=(HOME,), fingerprint=fingerprint("broken-links", HOME, urls[0])
    )


def links(*rows: tuple[str, LinkVerdict]) -> tuple[LinkRow, ...]:
    return tuple(LinkRow(url=url, verdict=verdict, reason="So it is.") for url, verdict in rows)


@pytest.mark.parametrize(
    ("tonight", "complete", "expected"),
    [
        ((("https://a.example/x", LinkVerdict.working),), True, (0, 1, 0, 0)),
        ((("https://a.example/x", LinkVerdict.working),), False, (0, 1, 0, 0)),
        ((("https://a.example/x", LinkVerdict.unverifiable),), True, (0, 0, 0, 1)),
        ((("https://a.example/x", LinkVerdict.blocked),), True, (0, 0, 0, 1)),
        ((("https://a.example/x", LinkVerdict.broken),), True, (0, 0, 1, 0)),
        ((), True, (0, 1, 0, 0)),
        ((), False, (0, 0, 0, 1)),
    ],
)
def test_a_link_is_fixed_when_it_works_or_is_gone_from_a_site_read_as_a_whole(
    tonight: tuple[tuple[str, LinkVerdict], ...], complete: bool, expected: tuple[int, int, int, int]
) -> None:
    first = after(night(1, broken("https://a.example/x")))
    second = night(2, passed(LINK_RULE, HOME), links=links(*tonight), run={"complete": complete})
    read = tuple(page.model_copy(update={"read": True, "tested": False}) for page in second.pages)
    assert counts(after(second.model_copy(update={"pages": read}), first).changes) == expected


def test_broken_links_told_together_one_night_and_singly_the_next_are_not_new() -> None:
    one, two = "https://a.example/1", "https://a.example/2"
    bad = links((one, LinkVerdict.broken), (two, LinkVerdict.broken))
    together = failed(LINK_RULE, HOME, pages=(HOME,), fingerprint="v1:" + "b" * 16,
        evidence=tuple(EvidenceItem(kind="link", url=url) for url in (one, two)))  # fmt: skip
    first = after(night(1, broken(one), broken(two), links=bad))
    second = after(night(2, together, links=bad), first)
    assert counts(second.changes) == (0, 0, 1, 0)
    assert second.findings[0].first_seen == date(2026, 7, 1)
    assert counts(after(night(3, broken(one), broken(two), links=bad), second).changes) == (0, 0, 2, 0)


def test_what_one_page_is_enough_for_stays_the_same_fault_on_whichever_page_it_is_told() -> None:
    any_page = ANONYMOUS.model_copy(update={"across": "any"})
    first = after(night(1, failed(any_page, SAFE), rules=(any_page,)))
    second = after(night(2, failed(any_page, HOME), rules=(any_page,)), first)
    assert counts(second.changes) == (0, 0, 1, 0)
    assert (second.findings[0].first_seen, second.findings[0].nights) == (date(2026, 7, 1), 2)
    unseen = pages((HOME, True, ""), (SAFE, False, ""))
    third = after(night(3, passed(any_page, HOME), rules=(any_page,), pages=unseen), second)
    assert counts(third.changes) == (0, 1, 0, 0), "one page that says it is enough"


def test_a_page_met_under_another_visit_is_the_same_page() -> None:
    visited = f"{SAFE}?PHPSESSID=0a1b2c3d4e5f6a7b8c9d"
    first = after(night(1, failed(BUTTON, visited)))
    known = small_report().pages[1]
    again = f"{SAFE}?PHPSESSID=ffffffffffffffffff01"
    shown = known.model_copy(update={"url": again, "final_url": again})
    still = after(night(2, failed(BUTTON, again), pages=(shown,)), first)
    assert counts(still.changes) == (0, 0, 1, 0)
    assert counts(after(night(3, passed(BUTTON, again), pages=(shown,)), still).changes) == (0, 1, 0, 0)


def test_what_nobody_could_recheck_for_three_months_is_let_go() -> None:
    report = after(night(1, failed(BUTTON)))
    gone = pages((HOME, True, ""))
    report = after(night(80, passed(BUTTON, HOME), pages=gone), report)
    assert counts(report.changes) == (0, 0, 0, 1)
    report = after(night(92, passed(BUTTON, HOME), pages=gone), report)
    assert counts(report.changes) == (0, 0, 0, 1)
    assert remembered(report).faults == ()


def test_other_rules_are_said() -> None:
    first = after(night(1, failed(BUTTON)))
    info = small_report().ruleset.model_copy(update={"sha256": "cd" * 32})
    second = after(night(2, failed(BUTTON), ruleset=info), first)
    assert second.changes is not None and second.changes.other_rules
    third = after(night(3, failed(BUTTON), ruleset=info), second)
    assert third.changes is not None and not third.changes.other_rules


def test_comparing_again_with_what_the_report_tells_gives_the_same() -> None:
    first = after(night(1, failed(BUTTON), failed(ANONYMOUS), failed(WCAG, HOME)))
    open_question = finding(WCAG, HOME, outcome=Outcome.untested, message="Not tested.")
    third = after(night(3, passed(BUTTON), failed(ANONYMOUS), failed(LINK_RULE), open_question), first)
    assert counts(third.changes) == (1, 1, 1, 1)
    assert third.changes is not None
    again = compared_with(third.changes)
    assert isinstance(again, Before)
    assert marked(third, compare(again, third), Policy()) == third
    assert compared_with(Changes(note=FIRST)) is None


def test_due_days_count_from_the_first_night_and_spare_what_is_accepted() -> None:
    policy = Policy(due={Severity.critical: 1, Severity.serious: 14})
    first = after(night(1, failed(BUTTON)))
    second = night(3, failed(BUTTON), failed(ANONYMOUS, accepted_until=date(2027, 1, 1)))
    second = marked(second, compare(remembered(first), second), policy)
    assert [one.due for one in second.findings] == [date(2026, 7, 2), None]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://s.example/a/", "https://www.s.example/A", True),
        ("http://s.example/a?PHPSESSID=1", "http://s.example/a", True),
        ("http://s.example/a;jsessionid=77AB", "http://s.example/a", True),
        ("http://s.example/(S(abcdefghij0123456789abcd))/a", "http://s.example/a", True),
        ("http://s.example/a?utm_source=x&id=5", "http://s.example/a?id=5", True),
        ("http://s.example/a?t=8f3a9c0d1e2b4f5a6c7d8e9f", "http://s.example/a?t=1f3a9c0d1e2b4f5a6c7d8e9c", True),
        ("http://s.example/a?b=1&c=2", "http://s.example/a?c=2&b=1", True),
        ("http://s.example/a?id=5", "http://s.example/a?id=6", False),
        ("http://s.example/a", "http://s.example/b", False),
    ],
)  # fmt: skip
def test_the_identity_of_a_finding_leaves_out_what_marks_a_visit(one: str, other: str, same: bool) -> None:
    assert (fingerprint("r", one) == fingerprint("r", other)) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("main > div:nth-child(2) > p:nth-of-type(3)", "main > div:nth-child(4) > p:nth-of-type(1)"),
        ("http://s.example/gone;jsessionid=1A", "http://s.example/gone;jsessionid=2B"),
        ("Some  words", "some words"),
    ],
)
def test_a_template_in_another_order_and_a_new_visit_change_no_identity(one: str, other: str) -> None:
    assert fingerprint("r", HOME, one) == fingerprint("r", HOME, other)
    assert fingerprint("r", HOME, one) != fingerprint("r", HOME, CEOP)


def test_of_a_rule_not_known_before_everything_is_new() -> None:
    fresh = rule("fresh", "It is new", "content", Outcome.failed, "Bad.")
    first = after(night(1, failed(BUTTON)))
    second = after(night(2, failed(BUTTON), failed(fresh), rules=(fresh,)), first)
    assert second.changes is not None and names(second.changes.new) == ["fresh"]


def test_the_weightiest_comes_first_and_the_way_to_report_before_all_of_its_weight() -> None:
    alt = failed(WCAG, HOME, severity=Severity.critical)
    told = after(night(2, failed(ANONYMOUS), alt, failed(BUTTON)), after(night(1)))
    assert told.changes is not None
    assert names(told.changes.new) == ["ceop-button", "accessibility-wcag", "not-anonymous"]
