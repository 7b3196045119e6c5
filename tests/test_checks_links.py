"""Each target gets the verdict that its attempts allow; each finding says which link, where and what happened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ruamel.yaml import YAML

from sgaudit import rules
from sgaudit.checks.findable import FINDABLE
from sgaudit.checks.link_verdicts import LinkOptions, judge
from sgaudit.checks.links import LINKS
from sgaudit.model.evidence import (
    Box,
    Control,
    Evidence,
    Hop,
    LinkEvidence,
    PageEvidence,
    Probe,
    RenderedPage,
    Trouble,
    Versions,
    View,
)
from sgaudit.model.outcome import LinkVerdict, Outcome, Role, Severity
from sgaudit.model.report import Decided, Finding
from sgaudit.register import Registers
from sgaudit.rules import Rule, read_rule

FOLDER = rules.built_in()
RULE = read_rule(FOLDER / "broken-links.yaml", {"links": LINKS.options})
FINDABLE_RULE = read_rule(FOLDER / "ceop-page-findable.yaml", {"findable": FINDABLE.options})
OPTIONS = LinkOptions.model_validate(RULE.options)
ADDRESSES = [
    {"host": "www.thinkuknow.co.uk", "class": "superseded", "note": "a former name", "seen": "2026-11-24"},
    {"host": "www.ceopeducation.co.uk", "class": "education", "note": "advice", "seen": "2026-11-24"},
    {"host": "www.ceop.police.uk", "class": "official", "note": "CEOP", "seen": "2026-11-24"},
]
WEB = YAML(typ="safe").load((FOLDER / "registers" / "web.yaml").read_text("utf-8"))
REGISTERS = Registers.model_validate({**WEB, "addresses": ADDRESSES})
HOME, SAFE, OTHER = (f"https://www.foxglove.example/{path}" for path in ("", "safeguarding", "lunch"))
HOSTS = frozenset({"www.foxglove.example", "foxglove.example"})
TARGET = "https://help.example.org/talk"


def probe(status: int | None = 200, final: str = "", url: str = TARGET, method: str = "GET", **fields: object) -> Probe:
    return Probe.model_validate(
        {
            "url": url,
            "method": method,
            "status": status,
            "final_url": final or url,
            "content_type": "text/html",
            **fields,
        }
    )


def failed(trouble: Trouble, **fields: object) -> Probe:
    return probe(None, trouble=trouble, **fields)


def link(*probes: Probe, url: str = TARGET, **fields: object) -> LinkEvidence:
    given = {"kinds": ("a",), "text": "Talk to somebody", "pages": (SAFE,), "page_count": 1, **fields}
    return LinkEvidence.model_validate({"url": url, "probes": probes, **given})


def evidence(*links: LinkEvidence, **fields: object) -> Evidence:
    pages = (
        PageEvidence(url=HOME, final_url=HOME, title="Foxglove Lane", role=Role.home, depth=0),
        PageEvidence(url=SAFE, final_url=SAFE, title="Safeguarding", role=Role.safeguarding, depth=1),
        PageEvidence(url=OTHER, final_url=OTHER, title="Lunch", depth=1),
    )
    started = datetime(2026, 11, 24, 9, tzinfo=UTC)
    given = {"pages": pages, "hosts": tuple(HOSTS), **fields}
    return Evidence.model_validate(
        {
            "run_id": "r",
            "url": HOME,
            "started": started,
            "finished": started,
            "versions": Versions(sgaudit="0"),
            "links": links,
            **given,
        }
    )


def decide(*links: LinkEvidence, **fields: object) -> Decided:
    return LINKS.decide(RULE, evidence(*links, **fields), REGISTERS)


def of(decided: Decided, outcome: Outcome) -> list[Finding]:
    return [finding for finding in decided.findings if finding.outcome is outcome]


def verdict(one: LinkEvidence) -> tuple[str, str]:
    judged = judge(one, REGISTERS, OPTIONS, HOSTS)
    return judged.verdict.value, judged.reason


@pytest.mark.parametrize(
    ("probes", "expected", "says"),
    [
        ([probe()], "working", "it works"),
        ([probe(200, f"{TARGET}/")], "working", "it works"),
        ([probe(200, "https://www.help.example.org/talk")], "working", "it works"),
        ([probe(200, "https://help.example.org/chat")], "working", "forwards to https://help.example.org/chat"),
        ([probe(200, "https://help.example.org/")], "working", "the page itself may be gone"),
        ([probe(200, trouble=Trouble.too_large)], "working", "it works"),
        ([probe(404)], "broken", "does not exist (404)"),
        ([probe(410)], "broken", "removed for good (410)"),
        ([probe(404), probe(200)], "working", "it works"),
        ([probe(200, method="HEAD"), probe(404)], "broken", "404"),
        ([probe(404, method="HEAD"), probe(200)], "working", "it works"),
        ([probe(401)], "blocked", "turns programs away (401)"),
        ([probe(403)] * 3, "blocked", "only a person can see"),
        ([probe(999)], "blocked", "(999)"),
        ([probe(200, challenge=True)], "blocked", "turns programs away"),
        ([probe(429)] * 3, "unverifiable", "come back later"),
        ([probe(503)] * 3, "unverifiable", "trouble of its own at the moment (503)"),
        ([probe(400)] * 2, "unverifiable", "says neither yes nor no"),
        ([failed(Trouble.timeout)] * 3, "unverifiable", "did not answer in time"),
        ([failed(Trouble.tls)] * 3, "unverifiable", "no secure connection"),
        ([failed(Trouble.name_not_resolved)], "unverifiable", "asked for once"),
        ([failed(Trouble.name_not_resolved)] * 2, "broken", "the name help.example.org no longer exists"),
        ([failed(Trouble.refused)], "unverifiable", "tried once"),
        ([failed(Trouble.refused), failed(Trouble.refused)], "broken", "refuses every connection"),
        ([failed(Trouble.refused), failed(Trouble.timeout)], "unverifiable", "in time"),
        ([failed(Trouble.refused), failed(Trouble.refused), probe()], "working", "it works"),
        ([failed(Trouble.tls_expired)], "unverifiable", "tried once"),
        ([failed(Trouble.tls_expired)] * 2, "broken", "certificate of help.example.org has expired"),
        ([failed(Trouble.tls_name)] * 2, "broken", "belongs to another site"),
        ([failed(Trouble.redirect_loop)], "broken", "in circles"),
        ([failed(Trouble.invalid_url)], "broken", "not a valid one"),
        ([failed(Trouble.private_address)], "unverifiable", "a private network from here"),
        ([failed(Trouble.robots)], "unverifiable", "asks programs not to open"),
        ([failed(Trouble.offline)] * 2, "unverifiable", "this machine was offline"),
        ([], "unverifiable", "not tried"),
    ],
)
def test_the_verdict_follows_from_the_attempts(probes: list[Probe], expected: str, says: str) -> None:
    found, reason = verdict(link(*probes))
    assert found == expected
    assert says in reason


@pytest.mark.parametrize(
    ("asked", "landed", "expected", "says"),
    [
        (TARGET, "https://lucky-spins.example/", "suspicious", "leads to help.example.org, but lands on another site"),
        (
            "https://www.thinkuknow.co.uk/8_10/",
            "https://www.ceopeducation.co.uk/8_10/",
            "working",
            "known to have moved",
        ),
        ("https://bit.ly/abc", "https://help.example.org/", "working", "a short address"),
        ("https://notbit.ly/abc", "https://help.example.org/", "suspicious", "lands on another site"),
        ("https://www.childrens-help.co.uk/", "https://www.childrens-help.org.uk/", "working", "under another ending"),
        ("https://cpb.org.uk/", "https://cpb.example/", "suspicious", "lands on another site"),
        ("https://old-board.example.net/", "https://www.derbyshire.gov.uk/", "working", "only a public body can have"),
        ("https://foxglove-old.example.net/", "https://www.foxglove.example/", "working", "this school's own site"),
        ("https://www.foxglove.example/mail", "https://login.microsoftonline.com/x", "unverifiable", "sign-in"),
        ("https://m.facebook.com/foxglove", "https://www.facebook.com/login/?next=x", "unverifiable", "sign-in"),
        ("https://www.facebook.com/foxglove", "https://www.facebook.com/foxglove/", "working", "it works"),
        (
            "https://parked-name.example.org/",
            "https://www.hugedomains.com/x",
            "suspicious",
            "a lapsed name in other hands",
        ),
        ("https://ceop-police.example.org/report", "", "suspicious", "made to look like CEOP"),
    ],
)
def test_where_a_link_lands_decides_whether_it_is_trusted(asked: str, landed: str, expected: str, says: str) -> None:
    found, reason = verdict(link(probe(200, landed or asked, asked), url=asked))
    assert found == expected, reason
    assert says in reason


def test_a_document_kept_elsewhere_is_no_surprise() -> None:
    kept = probe(200, "https://files.example-cdn.net/policy.pdf", content_type="application/pdf")
    assert verdict(link(kept)) == ("working", "it works: the file is kept on files.example-cdn.net")


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("help.example.org is for sale - this domain is for sale", "Buy this domain today", "suspicious"),
        ("Situs judi slot gacor 2026", "Daftar sekarang", "suspicious"),
        ("Help for children", "x" * 900 + " our guide to online casino adverts for parents", "working"),
        ("Talking to your child about online porn", "Our advice to parents. " * 60, "working"),
        ("How to sell: domain name for sale basics", "An article. " * 200, "working"),
        ("Page not found | Help", "", "suspicious"),
        ("404", "", "suspicious"),
        ("Error 404 - Not found", "", "suspicious"),
        ("Sorry, that page can't be found", "", "suspicious"),
        ("404 (Morley) Squadron Air Cadets", "", "working"),
        ("Bus 404 timetable", "", "working"),
        ("Lost and found", "This item has been removed from the lost property page", "working"),
    ],
)
def test_a_page_that_answers_may_still_be_gone_or_in_other_hands(title: str, text: str, expected: str) -> None:
    assert verdict(link(probe(title=title, text=text)))[0] == expected


@pytest.mark.parametrize(
    ("url", "expected", "says"),
    [
        ("mailto:office@foxglove.example", "working", "nothing was sent"),
        ("mailto:?subject=Look%20at%20this", "working", "right form"),
        ("mailto:office@foxglove", "broken", "not a complete email address"),
        ("mailto:office", "broken", "“office” is not a complete email address"),
        ("mailto:a@b.example,c@d.example?cc=e@f.example", "working", "right form"),
        ("tel:+441632960001", "working", "not rung"),
        ("tel:999", "working", "not rung"),
        ("tel:", "broken", "not a telephone number"),
        ("data:image/png;base64,AAAA", "working", "within the page"),
        ("javascript:void(0)", "unverifiable", "only pressing it can tell"),
        ("file:///C:/Users/office/policy.docx", "broken", "computer of whoever made the page"),
        ("whatsapp://send?text=x", "unverifiable", "another program (whatsapp:)"),
        ("http://", "broken", "names no site"),
        ("http://[::1", "broken", "not a valid one"),
    ],
)
def test_what_is_no_web_address_is_read_by_its_form(url: str, expected: str, says: str) -> None:
    found, reason = verdict(link(url=url))
    assert found == expected
    assert says in reason


@pytest.mark.parametrize("url", ["http://192.168.1.20/files", "http://localhost/x", "http://intranet/x"])
def test_an_address_within_the_school_is_broken_for_everybody_at_home(url: str) -> None:
    found, reason = verdict(link(failed(Trouble.private_address, url=url), url=url))
    assert found == "broken"
    assert "nobody at home can open" in reason


def test_an_address_that_cannot_be_read_is_reported_like_any_other() -> None:
    (finding,) = of(decide(link(url="http://[::1", text="")), Outcome.failed)
    assert finding.message == "The link http://[::1 on “Safeguarding” does not work: the address is not a valid one."


def test_a_broken_link_on_a_safeguarding_page_is_serious_and_named() -> None:
    decided = decide(link(probe(404), pages=(OTHER, SAFE), page_count=2))
    (finding,) = of(decided, Outcome.failed)
    assert finding.message == (
        "The link “Talk to somebody” on “Safeguarding” and 1 other page does not work: "
        "help.example.org answers that this page or file does not exist (404)."
    )
    assert (finding.severity, finding.page) == (Severity.serious, SAFE)
    assert finding.how_to_fix == RULE.fix


@pytest.mark.parametrize(
    ("kinds", "url", "says"),
    [
        (("img",), f"{HOME}img/crest.png", "The picture crest.png on “Lunch” cannot be loaded: "),
        (("stylesheet",), f"{HOME}main.css", "The style sheet main.css on “Lunch” cannot be loaded: "),
        (("a", "document"), f"{HOME}menu.pdf", "The document “Talk to somebody” on “Lunch” does not work: "),
        (("frame",), f"{HOME}map", "The embedded page map on “Lunch” does not work: "),
    ],
)
def test_what_is_broken_is_called_by_its_kind(kinds: tuple[str, ...], url: str, says: str) -> None:
    decided = decide(link(probe(404, url=url), url=url, kinds=kinds, pages=(OTHER,)))
    (finding,) = of(decided, Outcome.failed)
    assert finding.message.startswith(says)
    assert finding.severity is Severity.moderate


def test_a_suspicious_link_says_where_it_lands() -> None:
    trail = (Hop(url=TARGET, status=302),)
    decided = decide(link(probe(200, "https://lucky-spins.example/", trail=trail)))
    (finding,) = of(decided, Outcome.failed)
    assert "may not lead where it should: it leads to help.example.org, but lands on another site" in finding.message
    (row,) = decided.links
    assert row.trail == (f"302 {TARGET}", "200 https://lucky-spins.example/")
    assert (row.verdict, row.reason[0]) == (LinkVerdict.suspicious, "I")


def test_a_link_beyond_the_crawls_list_of_pages_is_known_from_the_safeguarding_page_itself() -> None:
    control = Control(selector="a", tag="a", href=TARGET, box=Box(x=0, y=0, width=9, height=9))
    page = RenderedPage(url=SAFE, role=Role.safeguarding, views=(View(width=1280, height=800, controls=(control,)),))
    decided = decide(link(probe(404), pages=(OTHER,), page_count=40), rendered=(page,))
    (finding,) = of(decided, Outcome.failed)
    assert (finding.severity, finding.page) == (Severity.serious, SAFE)
    assert "and 39 other pages" in finding.message


def test_what_only_a_person_can_see_is_one_finding_a_host_and_only_where_it_matters() -> None:
    blocked = [
        link(probe(403, url=f"https://social.example/{n}"), url=f"https://social.example/{n}", text=f"Post {n}")
        for n in range(5)
    ]
    elsewhere = link(probe(403, url="https://far.example/"), url="https://far.example/", pages=(OTHER,))
    decided = decide(*blocked, elsewhere, link(probe()))
    (finding,) = of(decided, Outcome.cant_tell)
    assert finding.message == (
        "5 links to social.example on “Safeguarding” could not be verified, because social.example turns programs away "
        "(403), so only a person can see. Open them once by hand: “Post 0”, “Post 1”, “Post 2” and others."
    )
    assert len(decided.links) == 7
    (tally,) = of(decided, Outcome.passed)
    assert tally.message == "7 link targets were checked: 1 work, 6 that could not be verified."


def test_the_sites_own_pages_in_trouble_are_told_wherever_they_are_linked() -> None:
    own = link(probe(500, url=OTHER), probe(500, url=OTHER), url=OTHER, internal=True, pages=(HOME,))
    (finding,) = of(decide(own), Outcome.cant_tell)
    assert "has trouble of its own at the moment (500)" in finding.message


def test_nothing_seen_to_work_is_no_pass() -> None:
    assert not of(decide(link(probe(403))), Outcome.passed)
    untried = decide(link(), link(failed(Trouble.budget), url=f"{TARGET}/2"))
    assert {finding.outcome for finding in untried.findings} == {Outcome.untested}
    assert "2 link targets were not tried" in untried.findings[0].message


def test_no_link_gathered_in_a_run_that_stopped_early_is_untested() -> None:
    (finding,) = decide(incomplete=("The time was up.",)).findings
    assert finding.outcome is Outcome.untested
    assert not decide().findings


def test_findings_are_bounded_and_the_rest_counted() -> None:
    rule = RULE.model_copy(update={"options": {**RULE.options, "at_most": 3}})
    links = [link(probe(404, url=f"{TARGET}/{n}"), url=f"{TARGET}/{n}") for n in range(10)]
    decided = LINKS.decide(rule, evidence(*links), REGISTERS)
    messages = [finding.message for finding in of(decided, Outcome.failed)]
    assert len(messages) == 4
    assert messages[-1].startswith("7 more link targets are broken or suspicious")
    assert len(decided.links) == 10


def test_a_missing_place_within_an_own_page_is_a_minor_finding() -> None:
    places = ("help", "top", "/route", "!x", ":~:text=a")
    own = link(probe(url=OTHER), url=OTHER, internal=True, missing_fragments=places)
    (finding,) = of(decide(own), Outcome.failed)
    assert finding.severity is Severity.minor
    assert "promises the part “help” of “Lunch”, and that page has no such part" in finding.message


@pytest.mark.parametrize("snapshot", ['<h2 id="help">Help</h2>', '<a name="help"></a>'])
def test_a_place_that_the_rendered_page_has_is_not_missing(snapshot: str) -> None:
    own = link(probe(url=OTHER), url=OTHER, internal=True, missing_fragments=("help",))
    page = RenderedPage(url=OTHER, final_url=OTHER, snapshot=snapshot)
    assert not of(decide(own, rendered=(page,)), Outcome.failed)


def test_a_finding_keeps_its_identity_when_the_order_of_pages_changes() -> None:
    one, other = decide(link(probe(404), pages=(HOME, OTHER))), decide(link(probe(404), pages=(OTHER, HOME)))
    assert one.findings[0].fingerprint == other.findings[0].fingerprint


def test_markup_in_a_links_words_stays_text() -> None:
    decided = decide(link(probe(404), text="<b>Help</b>\n now"))
    assert "“<b>Help</b> now”" in of(decided, Outcome.failed)[0].message


def findable(*pages: PageEvidence, **fields: object) -> Decided:
    return FINDABLE.decide(FINDABLE_RULE, evidence(pages=pages, **fields), REGISTERS)


def safeguarding(depth: int | None, **fields: object) -> PageEvidence:
    return PageEvidence.model_validate(
        {"url": SAFE, "final_url": SAFE, "title": "Safeguarding", "role": Role.safeguarding, "depth": depth, **fields}
    )


HOME_PAGE = PageEvidence(url=HOME, final_url=HOME, role=Role.home, depth=0)
BAD_HOME = PageEvidence(url=HOME, final_url=HOME, role=Role.home, depth=0, trouble=Trouble.timeout, reason="no answer.")


@pytest.mark.parametrize(
    ("page", "outcome", "says"),
    [
        (safeguarding(1), Outcome.passed, "is 1 click from the home page."),
        (safeguarding(2), Outcome.passed, "2 clicks"),
        (
            safeguarding(3),
            Outcome.failed,
            "is 3 clicks from the home page; somebody who is worried should need 2 at most",
        ),
        (safeguarding(None), Outcome.failed, "only the site map knows of it"),
        (safeguarding(1, trouble=Trouble.http_status, reason="answered 500."), Outcome.untested, "answered 500"),
    ],
)
def test_how_far_the_safeguarding_page_is(page: PageEvidence, outcome: Outcome, says: str) -> None:
    (finding,) = findable(HOME_PAGE, page).findings
    assert (finding.outcome, finding.page) == (outcome, SAFE)
    assert says in finding.message


def test_a_page_met_by_no_link_in_a_crawl_that_stopped_early_is_not_failed() -> None:
    (finding,) = findable(HOME_PAGE, safeguarding(None), incomplete=("300 pages were read, the limit.",)).findings
    assert finding.outcome is Outcome.untested
    assert "300 pages were read, the limit." in finding.message


@pytest.mark.parametrize(
    ("home", "fields", "outcome", "says"),
    [
        (
            HOME_PAGE,
            {},
            Outcome.failed,
            "No page about safeguarding or reporting was found from the home page; 1 page was",
        ),
        (HOME_PAGE, {"incomplete": ("the limit was reached.",)}, Outcome.untested, "the limit was reached"),
        (BAD_HOME, {}, Outcome.untested, "the home page failed: no answer."),
        (HOME_PAGE, {"settings": {"page": [SAFE]}}, Outcome.inapplicable, "named with --page"),
    ],
)
def test_no_safeguarding_page_at_all(
    home: PageEvidence, fields: dict[str, object], outcome: Outcome, says: str
) -> None:
    (finding,) = findable(home, **fields).findings
    assert finding.outcome is outcome
    assert says in finding.message
    assert outcome is not Outcome.failed or finding.severity is Severity.serious


def test_rules_name_their_checks() -> None:
    assert isinstance(RULE, Rule)
    assert (RULE.check, FINDABLE_RULE.across) == ("links", "any")


@pytest.mark.parametrize("trouble", [Trouble.name_not_resolved, Trouble.refused, Trouble.tls_name])
def test_ceops_own_address_is_never_called_gone_because_it_cannot_be_reached_from_here(trouble: Trouble) -> None:
    url = "https://www.ceop.police.uk/Safety-Centre/"
    tried = link(failed(trouble, url=url), failed(trouble, url=url), url=url)
    assert verdict(tried)[0] == "unverifiable"
    assert verdict(link(probe(404, url, url=url), url=url))[0] == "broken"


NAMELESS = [failed(Trouble.name_not_resolved)] * 2
OUTSIDE = [link(*NAMELESS, url=f"https://www.{name}.example/") for name in ("fern", "moss", "reed")]


@pytest.mark.parametrize(
    ("others", "settings", "expected"),
    [
        ([], {}, LinkVerdict.unverifiable),
        ([link(probe(), url="https://www.ceop.police.uk/")], {}, LinkVerdict.broken),
        ([link(failed(Trouble.timeout), url="https://www.ceop.police.uk/")], {}, LinkVerdict.broken),
        (
            [link(probe(), url="https://www.ceop.police.uk/")],
            {"resolve": ["www.ceop.police.uk:443:127.0.0.1:8443"]},
            LinkVerdict.unverifiable,
        ),
        ([], {"isolated": True}, LinkVerdict.broken),
    ],
    ids=["no name at all", "another was found", "another kept silent", "another was mapped", "isolated"],
)
def test_names_count_as_gone_only_where_this_machine_finds_any_name(
    others: list[LinkEvidence], settings: dict[str, object], expected: LinkVerdict
) -> None:
    rows = decide(*OUTSIDE, *others, settings=settings).links
    assert {row.verdict for row in rows[:3]} == {expected}


def test_two_names_that_are_gone_are_reported_although_no_other_was_asked_for() -> None:
    assert {row.verdict for row in decide(*OUTSIDE[:2]).links} == {LinkVerdict.broken}


def test_addresses_of_the_school_itself_stay_broken_where_no_name_is_found() -> None:
    own = link(probe(404, url=HOME + "gone"), url=HOME + "gone", internal=True)
    found = of(decide(own, *OUTSIDE), Outcome.failed)
    assert [finding.page for finding in found] == [SAFE]
    assert "404" in found[0].message
