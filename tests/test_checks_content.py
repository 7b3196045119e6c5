"""What pages say and show besides the statements: each check on pages that are right, wrong and nearly wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
import yaml

from sgaudit import rules
from sgaudit.checks.content import EMPTY_HEADING, HELPLINE_NUMBERS, IMAGE_ALT, STALE_NOTICE
from sgaudit.checks.content.days import named_days
from sgaudit.checks.content.images import is_file_name
from sgaudit.checks.content.outline import sections
from sgaudit.checks.content.telephone import dialled, difference, digits_of, numbers_in, spaced
from sgaudit.checks.interface import Check
from sgaudit.model.evidence import Evidence, RenderedPage, Trouble, Versions
from sgaudit.model.outcome import Outcome, Role, Severity
from sgaudit.model.report import Decided, Finding
from sgaudit.page import page_from_html
from sgaudit.register import Registers
from sgaudit.rules import Example, Rule, read_rule

FOLDER = rules.built_in()
CHECKS: Mapping[str, Check] = {
    "image-alt-file-name": IMAGE_ALT,
    "stale-notice": STALE_NOTICE,
    "empty-heading": EMPTY_HEADING,
    "helpline-numbers": HELPLINE_NUMBERS,
}
OPTIONS = {
    "image-alt": IMAGE_ALT.options,
    "stale-notice": STALE_NOTICE.options,
    "empty-heading": EMPTY_HEADING.options,
    "helpline-numbers": HELPLINE_NUMBERS.options,
}
RULES = {name: read_rule(FOLDER / f"{name}.yaml", OPTIONS) for name in CHECKS}
NUMBERS = Registers.model_validate(yaml.safe_load((FOLDER / "registers" / "numbers.yaml").read_text("utf-8")))
PAGE = "https://www.foxglove.example/safeguarding"
TODAY = dt.date(2026, 11, 24)
BANNER = (
    "❗ There is no-one in the office on 20th and 21st January. If you need to contact us during the day, please email "
    "the office. Pupil illnesses can still be phoned through via option 1 on the phone line. Thank you ❗"
)


def decide(name: str, *pages: RenderedPage, today: dt.date = TODAY) -> Decided:
    started = dt.datetime(today.year, today.month, today.day, 9, tzinfo=dt.UTC)
    seen = Evidence(
        run_id="r", url=PAGE, started=started, finished=started, versions=Versions(sgaudit="0"), rendered=pages
    )
    return CHECKS[name].decide(RULES[name], seen, NUMBERS)


def on(html: str, url: str = PAGE) -> RenderedPage:
    return page_from_html(url, html, Role.safeguarding)


def only(decided: Decided) -> Finding:
    (finding,) = decided.findings
    return finding


def examples() -> list[tuple[str, str, Example]]:
    return [
        (name, outcome, example)
        for name, rule in RULES.items()
        for outcome, shown in (
            ("passed", rule.examples.passed),
            ("failed", rule.examples.failed),
            ("cantTell", rule.examples.cant_tell),
        )
        for example in shown
    ]


@pytest.mark.parametrize(("name", "outcome", "example"), examples())
def test_the_rules_own_examples(name: str, outcome: str, example: Example) -> None:
    today = dt.date.fromisoformat(example.today) if example.today else TODAY
    decided = decide(name, on(example.html, example.page), today=today)
    assert {finding.outcome.value for finding in decided.findings} == {outcome}


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_page_that_could_not_be_looked_at_is_untested(name: str) -> None:
    seen = RenderedPage(url=PAGE, role=Role.safeguarding, trouble=Trouble.timeout, message="It did not load.")
    finding = only(decide(name, seen))
    assert finding.outcome is Outcome.untested
    assert "It did not load." in finding.message


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("image-alt-file-name", '<img src="a.png" alt="IMG_2034.JPG">'),
        ("stale-notice", f"<p>{BANNER}</p>"),
        ("empty-heading", "<main><h2>What happens next</h2><h2>Who</h2><p>A person.</p></main>"),
        ("helpline-numbers", "<p>Childline 0800 1112</p>"),
    ],
)
def test_a_fault_on_every_page_is_one_finding(name: str, html: str) -> None:
    urls = [f"https://www.foxglove.example/{n}" for n in range(30)]
    finding = only(decide(name, *(on(html, url) for url in urls)))
    assert "and 29 other pages" in finding.message
    assert len(finding.evidence) == 10
    assert finding.fingerprint == only(decide(name, *(on(html, url) for url in reversed(urls)))).fingerprint


@pytest.mark.parametrize(
    ("alt", "src", "expected"),
    [
        ("IMG_4021", "", True),
        ("img-4021", "", True),
        ("DSC_0012", "", True),
        ("DSCN1234", "", True),
        ("P1010023", "", True),
        ("PXL_20230101_123456789", "", True),
        ("image001", "", True),
        ("image (3)", "", True),
        ("Untitled design", "", True),
        ("123456_987654_10210_n", "", True),
        ("3f2b8c1e-9a4d-4c1f-8f5a-0b7c6d5e4f3a", "", True),
        ("9e107d9d372bb6826bd81d3542a419d6", "", True),
        ("Poster (1).pdf.png", "", True),
        ("CEOPReportBtn.gif", "", True),
        ("school%20logo-300x200", "/u/school%2520logo-300x200.png", True),
        ("happy-children-playing", "/u/happy-children-playing.jpg", True),
        ("", "", False),
        ("   ", "", False),
        ("Photo 2019 sports day", "", False),
        ("Image of a CEOP button", "", False),
        ("Year 6", "/year6.png", False),
        ("YouTube", "/YouTube.png", False),
        ("untitled poem by Year 4", "", False),
        ("Download", "/download.png", False),
        ("999", "", False),
        ("Save it as .png", "", False),
        ("decade", "", False),
        ("mother-in-law", "", False),
    ],
)
def test_file_names_are_told_from_descriptions(alt: str, src: str, expected: bool) -> None:
    assert is_file_name(alt, src) is expected


def test_a_picture_that_is_the_only_name_of_a_link_weighs_more() -> None:
    html = '<img src="/a.png" alt="logo.png"><a href="/report"><img src="/b.png" alt="button.png"></a>'
    plain, linked = decide("image-alt-file-name", on(html)).findings
    assert (plain.severity, linked.severity) == (Severity.moderate, Severity.serious)
    assert plain.message == (
        "A picture on /safeguarding is described as “logo.png”, the name of a file: "
        "somebody who cannot see it hears that name and learns nothing."
    )
    assert linked.message.endswith("The picture is a link or button, so nobody is told where it leads.")


def test_a_hidden_picture_is_nobodys_trouble() -> None:
    page = on('<img src="/a.png" alt="logo.png">')
    views = tuple(
        view.model_copy(update={"images": tuple(one.model_copy(update={"visible": False}) for one in view.images)})
        for view in page.views
    )
    finding = only(decide("image-alt-file-name", page.model_copy(update={"views": views})))
    assert finding.outcome is Outcome.inapplicable


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("closed on 20th and 21st January", "20th and 21st January", dt.date(2026, 1, 21)),
        ("on 3 March 2025", "3 March 2025", dt.date(2025, 3, 3)),
        ("on March 5th, 2025", "March 5th, 2025", dt.date(2025, 3, 5)),
        ("on 05/03/2025", "05/03/2025", dt.date(2025, 3, 5)),
        ("on 5.3.25", "5.3.25", dt.date(2025, 3, 5)),
        ("on 2025-03-05", "2025-03-05", dt.date(2025, 3, 5)),
        ("by Wed 3rd Sept", "Wed 3rd Sept", dt.date(2025, 9, 3)),
        ("on the 4th and the 5th of June", "4th and the 5th of June", dt.date(2026, 6, 5)),
        ("Monday 3rd to Friday 7th March 2025", "Monday 3rd to Friday 7th March 2025", dt.date(2025, 3, 7)),
        ("on 3 March ’25", "3 March ’25", dt.date(2025, 3, 3)),
        ("on Friday 12th December", "Friday 12th December", dt.date(2025, 12, 12)),
        ("on 12th December", "12th December", dt.date(2026, 12, 12)),
        ("on 30 November", "30 November", dt.date(2026, 11, 30)),
    ],
)
def test_days_are_read_as_people_in_the_uk_write_them(text: str, words: str, day: dt.date) -> None:
    (named,) = named_days(text)
    assert (named.words, named.nearest(TODAY, 42)) == (words, day)


@pytest.mark.parametrize(
    "text",
    [
        "up to 10 may attend", "at 24 hours notice", "Chapter 3, section 4",
        "call 01632 960 001", "ratio 1/2/3/4", "Decide on 4 Decorations", "99 June", "13/13/2025", "Year 5 Maypole",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_taken_for_one(text: str) -> None:
    assert not named_days(text)


def test_a_day_that_does_not_exist_is_no_day() -> None:
    (named,) = named_days("on 31 June")
    assert named.nearest(TODAY, 42) is None


@pytest.mark.parametrize(
    ("today", "outcome"),
    [
        (dt.date(2026, 1, 15), Outcome.passed),
        (dt.date(2026, 1, 21), Outcome.passed),
        (dt.date(2026, 2, 18), Outcome.passed),
        (dt.date(2026, 2, 19), Outcome.cant_tell),
        (dt.date(2026, 11, 24), Outcome.cant_tell),
        (dt.date(2027, 1, 2), Outcome.passed),
    ],
)
def test_the_banner_without_a_year(today: dt.date, outcome: Outcome) -> None:
    assert only(decide("stale-notice", on(f"<p>{BANNER}</p><h1>Report</h1>"), today=today)).outcome is outcome


def test_a_stale_notice_says_what_was_taken_for_what() -> None:
    finding = only(decide("stale-notice", on(f"<p>{BANNER}</p>")))
    assert finding.message == (
        "A notice on /safeguarding speaks of 20th and 21st January, 307 days before this audit; it gives no year, "
        "so the likeliest day, 21 January 2026, was taken. Somebody should look whether it can go: "
        "“❗ There is no-one in the office on 20th and 21st January.”"
    )
    assert finding.severity is Severity.moderate


def test_news_keep_their_days() -> None:
    html = "<p>The fair will be on 12 July 2025.</p>"
    assert only(decide("stale-notice", on(html))).outcome is Outcome.cant_tell
    assert only(decide("stale-notice", on(html, "https://foxglove.example/news/fair"))).outcome is Outcome.passed


def test_an_empty_heading_says_which() -> None:
    html = "<main><h2>When should you report?</h2><h2>How</h2><p>Press the button.</p></main>"
    finding = only(decide("empty-heading", on(html)))
    assert finding.message == (
        "Under the heading “When should you report?” on /safeguarding stands nothing: "
        "whoever looks for it there goes without."
    )
    assert finding.severity is Severity.minor


def test_hidden_text_under_a_heading_needs_a_person() -> None:
    html = "<main><h2>When to report</h2><p hidden>When you are worried.</p><h2>How</h2><p>Press it.</p></main>"
    finding = only(decide("empty-heading", on(html)))
    assert finding.outcome is Outcome.cant_tell
    assert "only text that nobody can see" in finding.message


def test_the_outline_sees_things_under_headings_and_not_those_of_the_foot() -> None:
    html = (
        "<h1>A <b>b</b></h1><h2>C</h2><img><h2>D</h2><h3>E</h3><video></video><h2>F</h2>"
        '<div role="heading" aria-level="2">G</div><a href="/"><h2>H</h2></a><h2>I</h2>'
        '<footer><a href="/">x</a></footer>'
    )
    assert [(one.text, one.level, one.things, one.pressable) for one in sections(html)] == [
        ("A b", 1, True, False),
        ("C", 2, True, False),
        ("D", 2, True, False),
        ("E", 3, True, False),
        ("F", 2, False, False),
        ("G", 2, True, False),
        ("H", 2, False, True),
        ("I", 2, False, False),
    ]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0800 1111", "08001111"),
        ("0800 11 11", "08001111"),
        ("+44 800 1111", "08001111"),
        ("+44 (0)808 800 5000", "08088005000"),
        ("0044 808 800 5000", "08088005000"),
        ("(01632) 960001", "01632960001"),
    ],
)
def test_digits_are_those_dialled_at_home(text: str, digits: str) -> None:
    assert digits_of(text) == digits


def test_numbers_in_text_end_where_the_sentence_goes_on() -> None:
    (first, second) = numbers_in("Ring 0800 1111 24 hours, 9am to 5pm on 12/05/2026, or 0808 800 5000.")
    assert first.is_number("08001111")
    assert second.is_number("08088005000")
    assert not first.is_number("0800111")


@pytest.mark.parametrize(
    ("href", "digits"),
    [
        ("tel:08001111", "08001111"),
        ("tel:+44-808-800-5000;ext=2", "08088005000"),
        ("tel:01632960001,,3", "01632960001"),
    ],
)
def test_a_telephone_link_rings_its_number_without_the_extension(href: str, digits: str) -> None:
    assert dialled(href) == digits


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("0800", "0800", 0), ("08001112", "08001111", 1), ("0800111", "08001111", 1), ("", "12", 2)],
)
def test_how_far_numbers_differ(one: str, other: str, apart: int) -> None:
    assert difference(one, other) == difference(other, one) == apart


def test_numbers_are_written_as_people_write_them() -> None:
    assert (spaced("08001111"), spaced("08088005000"), spaced("999")) == ("0800 1111", "0808 800 5000", "999")


@pytest.mark.parametrize(
    ("html", "message", "severity"),
    [
        (
            "<p>Ring Childline on 0800 1112.</p>",
            "The number given for Childline on /safeguarding is 0800 1112; the right one is 0800 1111.",
            Severity.serious,
        ),
        (
            '<p>Childline: <a href="tel:08001112">0800 1111</a></p>',
            "A link on /safeguarding shows 0800 1111 but rings 0800 1112: whoever presses it reaches someone else.",
            Severity.serious,
        ),
        (
            '<p><a href="tel:01632960199">01632 960112</a></p>',
            "A link on /safeguarding shows 01632 960112 but rings 01632 960199: "
            "whoever presses it reaches someone else.",
            Severity.moderate,
        ),
        (
            '<p><a href="tel:08001112">Call Childline</a></p>',
            "The number given for Childline on /safeguarding is 0800 1112; the right one is 0800 1111.",
            Severity.serious,
        ),
        (
            "<p>Call the NSPCC on 0800 555 0199.</p>",
            "The number 0800 555 0199 stands beside the name NSPCC on /safeguarding. It is none that we know "
            "of the NSPCC helpline, whose number is 0808 800 5000: somebody should check it.",
            Severity.serious,
        ),
    ],
)
def test_a_wrong_number_is_told_with_the_right_one(html: str, message: str, severity: Severity) -> None:
    finding = only(decide("helpline-numbers", on(html)))
    assert (finding.message, finding.severity) == (message, severity)


def test_a_right_number_is_named() -> None:
    finding = only(decide("helpline-numbers", on("<p>Childline: 0800 1111</p>")))
    assert finding.message == "1 helpline number is right: Childline 0800 1111."


@pytest.mark.parametrize(
    "html",
    [
        "<p>Our office: 01632 960 112</p>",
        "<p>Childline and the school office, 01632 960 112, can help.</p>",
        "<p>The Samaritans are on 116 123 and Childline is online.</p>",
        "<p hidden>Childline 0800 1112</p>",
    ],
)
def test_a_page_without_a_helplines_number_is_not_judged(html: str) -> None:
    assert only(decide("helpline-numbers", on(html))).outcome is Outcome.inapplicable


def test_rules_read_pages_of_every_role() -> None:
    rule: Rule
    for rule in RULES.values():
        assert rule.where == "every-page"
