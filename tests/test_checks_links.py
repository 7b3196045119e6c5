"""Each target gets the verdict that its attempts allow; each finding says which link, where and what happened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from sgaudit import rules
from sgaudit.checks.documents import DOCUMENT_LINKS
from sgaudit.checks.findable import FINDABLE
from sgaudit.checks.link_verdicts import LinkOptions, judge
from sgaudit.checks.links import LINKS
from sgaudit.model.evidence import (
    Box,
    Control,
    DocumentSeen,
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
    {"host": "thinkuknow.co.uk", "class": "superseded", "note": "a former name", "seen": "2026-11-24"},
    {"host": "www.ceopeducation.co.uk", "class": "education", "note": "advice", "seen": "2026-11-24"},
    {"host": "www.ceop.police.uk", "class": "official", "note": "CEOP", "seen": "2026-11-24"},
]
WEB = yaml.safe_load((FOLDER / "registers" / "web.yaml").read_text("utf-8"))
FILTERS = yaml.safe_load((FOLDER / "registers" / "filters.yaml").read_text("utf-8"))
BLOCKED = yaml.safe_load((FOLDER / "registers" / "ceop-addresses.yaml").read_text("utf-8"))["block_page"]
REGISTERS = Registers.model_validate({**WEB, **FILTERS, "block_page": BLOCKED, "addresses": ADDRESSES})
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


def test_a_parked_name_is_explained_sign_by_sign_with_the_score() -> None:
    found = probe(200, "https://other.example/", title="Domain for sale", text="Related searches")
    assert verdict(link(found)) == (
        "suspicious",
        "other.example looks like a lapsed name in other hands: its title says “Domain for sale” (the name is for "
        "sale), 2 points; it says “Related searches” (advertisements in place of a page), 1 point; it is not the site "
        "the link names, 1 point; there is hardly any text, 1 point; 5 in all, and 3 are enough",
    )


@pytest.mark.parametrize(
    ("final", "title", "text", "says"),
    [
        ("", "Page not found", "", "its title says “Page not found”, 3 points; 3 in all, and 3 are enough"),
        ("", "Help", "Sorry, the page cannot be found.", "it begins with “Sorry, the page cannot be found”, 2 points"),
        (
            "https://help.example.org/404/",
            "Help",
            "Try our search.",
            "forwards to an address with “404” in it, 2 points",
        ),
        ("https://help.example.org/404/", "Help", "A word. " * 200, ""),
        ("", "Help", "Sorry, the page cannot be found. " + "Or is it? " * 200, ""),
        ("", "Help", "A word. " * 200 + "Sorry, the page cannot be found.", ""),
        ("https://help.example.org/errors-in-maths/", "Errors in maths", "Everybody makes them.", ""),
    ],
)
def test_a_page_that_is_gone_is_known_by_signs_that_together_are_enough(
    final: str, title: str, text: str, says: str
) -> None:
    found, reason = verdict(link(probe(200, final, title=title, text=text)))
    assert (found == "suspicious") == bool(says), reason
    assert says in reason


FILTER = {"title": "Blocked", "text": "This website has been blocked by your school's filter. Speak to your teacher."}


@pytest.mark.parametrize("url", ["https://www.ceop.police.uk/Safety-Centre/", TARGET])
@pytest.mark.parametrize("status", [200, 403])
def test_a_filters_page_in_place_of_the_site_is_no_broken_link(url: str, status: int) -> None:
    found, reason = verdict(link(probe(status, "https://filter.example/why", url=url, **FILTER), url=url))
    assert found == "blocked"
    assert "a web filter answered in place of" in reason


def test_a_page_that_writes_of_filters_at_length_is_a_page() -> None:
    assert verdict(link(probe(title="Filtering", text=FILTER["text"] + " Our guide. " * 90)))[0] == "working"


@pytest.mark.parametrize(
    ("trouble", "message", "says"),
    [
        (
            Trouble.timeout,
            "help.example.org did not finish the secure handshake in time.",
            "help.example.org did not finish the secure handshake in time",
        ),
        (
            Trouble.timeout,
            "The name help.example.org could not be looked up in time.",
            "the name help.example.org could not be looked up in time",
        ),
        (Trouble.budget, "Only 5 link targets are tried.", "only 5 link targets are tried"),
        (Trouble.timeout, "", "help.example.org did not answer in time"),
        (Trouble.name_not_resolved, "The name help.example.org does not exist.", "when it was asked for once"),
    ],
)
def test_what_went_wrong_is_said_as_exactly_as_it_is_known(trouble: Trouble, message: str, says: str) -> None:
    assert says in verdict(link(failed(trouble, message=message)))[1]


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
    urls = [f"https://{name}.example/gone" for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")]
    decided = LINKS.decide(rule, evidence(*(link(probe(404, url=url), url=url) for url in urls)), REGISTERS)
    messages = [finding.message for finding in of(decided, Outcome.failed)]
    assert len(messages) == 4
    assert messages[-1].startswith("7 more link targets are broken or suspicious")
    assert len(decided.links) == 10


def shares(count: int, first: int = 0) -> list[LinkEvidence]:
    """The share address of each of so many pages, none of which works."""
    urls = [f"https://share.example/?of={number}" for number in range(first, first + count)]
    return [link(probe(404, url=url), url=url, text="Share this", pages=(f"{HOME}news/{url[-3:]}",)) for url in urls]


def test_many_targets_of_one_host_that_fail_alike_are_one_finding() -> None:
    decided = decide(*shares(300))
    (finding,) = of(decided, Outcome.failed)
    assert finding.message.startswith(
        "300 links to share.example do not work, all for one reason: "
        "share.example answers that this page or file does not exist (404). Among them are “Share this” on /news/"
    )
    assert (finding.severity, len(finding.evidence)) == (Severity.moderate, 50)
    assert {item.kind for item in finding.evidence} == {"link", "page"}
    assert len(decided.links) == 300


def test_targets_that_fail_alike_keep_their_finding_whichever_they_are() -> None:
    one, other = of(decide(*shares(5)), Outcome.failed), of(decide(*shares(90, first=50)), Outcome.failed)
    assert one[0].fingerprint == other[0].fingerprint
    refused = [link(failed(Trouble.refused), failed(Trouble.refused), url=each.url) for each in shares(5)]
    assert of(decide(*refused), Outcome.failed)[0].fingerprint != one[0].fingerprint


def test_a_few_targets_that_fail_alike_are_named_one_by_one() -> None:
    assert len(of(decide(*shares(3)), Outcome.failed)) == 3


def test_of_many_alike_the_one_on_a_safeguarding_page_is_named_first_and_decides_the_severity() -> None:
    url = "https://share.example/?of=safeguarding"
    decided = decide(*shares(9), link(probe(404, url=url), url=url))
    (finding,) = of(decided, Outcome.failed)
    assert (finding.page, finding.severity) == (SAFE, Severity.serious)
    assert "Among them are “Talk to somebody” on “Safeguarding”; “Share this” on /news/" in finding.message


def test_many_pictures_that_are_gone_are_called_pictures() -> None:
    urls = [f"{HOME}img/{number}.png" for number in range(4)]
    decided = decide(*(link(probe(404, url=url), url=url, kinds=("img",), internal=True) for url in urls))
    assert of(decided, Outcome.failed)[0].message.startswith("4 pictures of www.foxglove.example do not work")


def test_a_missing_place_within_an_own_page_is_a_minor_finding() -> None:
    places = ("help", "top", "/route", "!x", ":~:text=a")
    own = link(probe(url=OTHER), url=OTHER, internal=True, missing_fragments=places)
    (finding,) = of(decide(own), Outcome.failed)
    assert finding.severity is Severity.minor
    assert "promises the part “help” of “Lunch”, and that page has no such part" in finding.message


def test_the_places_that_one_page_lacks_are_one_finding() -> None:
    promised = [
        link(probe(url=OTHER), url=f"{OTHER}#{part}", internal=True, missing_fragments=(part,), pages=(page,))
        for part, page in {"soup": HOME, "pie": SAFE, "fr%C3%BCchte": OTHER, "fish": OTHER, "peas": OTHER}.items()
    ]
    (finding,) = of(decide(*promised), Outcome.failed)
    assert finding.message == (
        "Links on “Safeguarding” and 2 other pages promise 5 parts of “Lunch” that the page does not have, so it opens "
        "at the top: “soup”, “pie”, “früchte” and 2 more."
    )
    assert [item.detail for item in finding.evidence if item.kind == "link"][:2] == ["soup", "pie"]
    (fewer,) = of(decide(*promised[2:]), Outcome.failed)
    assert fewer.fingerprint == finding.fingerprint


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


POLICY = f"{HOME}policy.pdf"


def document(problem: str = "", *, links: tuple[str, ...] = (), internal: bool = True) -> LinkEvidence:
    seen = DocumentSeen(pages=2, links=links, problem=problem, message=f"it is {problem}" if problem else "")
    answered = probe(url=POLICY, content_type="application/pdf")
    return link(answered, url=POLICY, kinds=("a", "document"), text="Our policy", document=seen, internal=internal)


@pytest.mark.parametrize(
    ("problem", "internal", "expected", "says"),
    [
        ("", True, "working", "it works"),
        ("limits", True, "working", "what the document links to was not read"),
        ("unread", True, "working", "was not read"),
        ("damaged", True, "unverifiable", "only a person can see"),
        ("password", True, "unverifiable", "only a person can see"),
        ("web-page", True, "suspicious", "it is web-page"),
        ("web-page", False, "unverifiable", "whether it shows the document"),
        ("not-a-pdf", False, "suspicious", "it is not-a-pdf"),
        ("no-pages", True, "suspicious", "it is no-pages"),
    ],
)
def test_a_document_must_open_and_be_one(problem: str, internal: bool, expected: str, says: str) -> None:
    found, reason = verdict(document(problem, internal=internal))
    assert found == expected
    assert says in reason


DOCUMENT_RULE = read_rule(FOLDER / "document-links.yaml", {"document-links": DOCUMENT_LINKS.options})


def documents(*links: LinkEvidence) -> list[Finding]:
    return list(DOCUMENT_LINKS.decide(DOCUMENT_RULE, evidence(*links), REGISTERS).findings)


def test_a_document_that_names_a_former_address_is_told_with_what_is_known_of_it() -> None:
    old = ("https://www.ceop.police.uk/", "http://www.thinkuknow.co.uk/parents", "www.net-aware.org.uk")
    (finding,) = documents(document(links=old))
    assert (finding.outcome, finding.severity, finding.page) == (Outcome.failed, Severity.minor, SAFE)
    assert finding.message == (
        "The document “Our policy” on “Safeguarding” links to 2 addresses that are out of date: "
        "http://www.thinkuknow.co.uk/parents (a former name); www.net-aware.org.uk "
        "(Net Aware was withdrawn into the NSPCC's own pages; it is nspcc.org.uk now)."
    )
    assert [item.kind for item in finding.evidence] == ["document", "link", "link"]


def test_a_look_alike_in_a_document_is_serious_and_a_name_below_thinkuknow_is_none() -> None:
    (finding,) = documents(document(links=("https://ceop-police.example/", "http://parents.thinkuknow.co.uk/")))
    assert finding.severity is Severity.serious
    assert "http://parents.thinkuknow.co.uk/ (a former name)" in finding.message


def test_a_document_that_could_not_be_read_needs_a_person() -> None:
    (finding,) = documents(document("password"))
    assert finding.outcome is Outcome.cant_tell
    assert "Where 1 document leads could not be read to the end: “Our policy” (it is password)." in finding.message


def test_documents_in_order_pass_and_where_there_is_none_nothing_is_said() -> None:
    assert [one.outcome for one in documents(document(links=("https://www.nspcc.org.uk/",)))] == [Outcome.passed]
    assert [one.outcome for one in documents(document("web-page"), link(probe()))] == [Outcome.inapplicable]


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
