"""The safeguarding pages are found, whatever they are called, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from sgaudit.crawl.document import read_html
from sgaudit.crawl.naming import own_title, shared_parts, site_name
from sgaudit.crawl.roles import Clues, named_pages, safeguarding_pages
from sgaudit.crawl.topic import weight

SITE = "https://www.alderbrook.example"
NAME = "Alder Brook Primary"
# A footer such as most schools have: it names the subject on every page and makes none of them a page about it.
FOOTER = """<footer><h2>Safeguarding</h2><p>We are committed to safeguarding and child protection. Report it to CEOP.
<a href="/safeguarding">Safeguarding</a></p></footer>"""
TALK = """<p>If you are worried about something online, tell an adult you trust. You can make a report to CEOP, the part
of the National Crime Agency that deals with online sexual abuse and grooming. Our safeguarding lead is Mrs Reed.</p>"""


def clues(
    path: str, title: str, body: str, *, links: tuple[str, ...] = (), in_menu: bool = False, footer: str = FOOTER
) -> Clues:
    """What the crawl would know of such a page."""
    html = f"<html><head><title>{title} | {NAME}</title></head><body><main>{body}</main>{footer}</body></html>"
    page = read_html(html)
    return Clues(
        f"{SITE}{path}", page.title, page.headings, page.terms, page.words, links, in_menu, page.head.published
    )


ORDINARY = [
    clues("/about", "About us", "<h1>About us</h1><p>Two classes, one field, many rabbits, and a stream to jump.</p>"),
    clues("/contact", "Contact", "<h1>Contact</h1><p>Ring the office between eight and four on school days.</p>"),
    clues("/lunch", "Lunch", "<h1>Lunch</h1><p>Soup on Monday, fish on Friday, and something green each day.</p>"),
    clues("/clubs", "Clubs", "<h1>Clubs</h1><p>Chess, choir, running and mud, after the last bell of the day.</p>"),
]


def is_found(page: Clues, *besides: Clues) -> bool:
    return len(ORDINARY) + len(besides) in safeguarding_pages([*ORDINARY, *besides, page])


@pytest.mark.parametrize(
    "page",
    [
        clues("/safeguarding", "Safeguarding", f"<h1>Safeguarding</h1>{TALK}"),
        clues("/page/?pid=31", "Online Safety", f"<h1>Online Safety</h1>{TALK}"),
        clues("/web/reporting_online_abuse/521742", "Reporting", f"<p>Reporting Online Abuse</p>{TALK}"),
        clues("/parents/e-safety.aspx", "Parents", f"<h2>E-Safety</h2>{TALK}", links=("E-Safety",)),
        clues("/ceop", "CEOP", "<h1>CEOP</h1><p>Click the button below to tell CEOP.</p>"),
        clues("/worried", "Worried?", f"<h1>Worried about something online?</h1>{TALK}"),
        clues("/keeping-safe", "Keeping safe", "<h1>Keeping safe</h1><p>Who to talk to in school.</p>"),
        clues("/p/9", "Child Protection Policy and Procedures", "<h1>Child Protection</h1><p>What we do.</p>"),
        clues("/report-a-concern", "Report a concern", "<h1>Report a concern</h1><p>Tell Mrs Reed.</p>"),
        clues("/diogelu", "Diogelu", "<h1>Diogelu</h1><p>Siaradwch â Mrs Rees am unrhyw bryder.</p>"),
        clues("/ar-lein", "Diogelwch ar-lein", "<h1>Diogelwch ar-lein</h1><p>Cyngor i rieni.</p>"),
        clues("/OnlineSafety", "", TALK, links=("Online Safety",), in_menu=True),
        clues("/p/3", "", "<img src=poster.png>", links=("Safeguarding",), in_menu=True),
        clues("/news/2019/11/ceop", "CEOP", f"<h1>CEOP</h1>{TALK}", links=("CEOP",), in_menu=True),
        clues("/safe", "Staying safe online", f"<h1>Staying safe online</h1>{TALK}", footer=""),
    ],
    ids=lambda page: page.url.removeprefix(SITE),
)
def test_a_safeguarding_page_is_found(page: Clues) -> None:
    assert is_found(page)


@pytest.mark.parametrize(
    "page",
    [
        clues("/health-and-safety", "Health and safety", "<h1>Health and safety</h1><p>Fire drills each term.</p>"),
        clues("/road-safety", "Road safety", "<h1>Keeping safe on the road</h1><p>Stop, look and listen.</p>"),
        clues("/swimming", "Staying safe in water", "<h1>Staying safe in the water</h1><p>Bring goggles.</p>"),
        clues("/news/harvest", "Harvest", "<h1>Harvest</h1><p>Mr Vale spoke about safeguarding, then came pies.</p>"),
        clues(
            "/news/2025/safer-internet-day",
            "Safer Internet Day",
            f"<h1>Safer Internet Day</h1>{TALK}",
            links=("Safer Internet Day",),
        ),
        clues(
            "/2025/11/04/online-safety-tips",
            "Online safety tips",
            f"<h1>Online safety tips</h1>{TALK}",
            links=("Online safety tips",),
        ),
        clues(
            "/news/keeping-safe-online",
            "Keeping safe online this winter",
            f"<h1>Keeping safe online this winter</h1>{TALK}",
            links=("Keeping safe online this winter",),
            in_menu=True,
        ),
        clues("/staff", "Staff", "<h1>Staff</h1><h3>Mrs Reed</h3><p>Designated safeguarding lead</p><p>Mr Vale</p>"),
        clues("/governors", "Governors", "<h1>Governors</h1><h2>Safeguarding governor</h2><p>Mrs Holt</p>"),
        clues("/governors/holt", "Safeguarding governor", "<h1>Safeguarding governor</h1><p>Mrs Holt farms.</p>"),
        clues(
            "/policies",
            "Policies",
            "<h1>Policies</h1><ul><li><a href=1.pdf>Child protection and safeguarding policy</a></li>"
            "<li><a href=2.pdf>Online safety policy</a></li><li><a href=3.pdf>Behaviour</a></li></ul>",
        ),
        clues(
            "/vacancies/teacher",
            "Class teacher",
            "<h1>Class teacher</h1><p>We are committed to safeguarding; checks are made. Closing date: 3 May.</p>",
        ),
        clues(
            "/join/lead",
            "Designated Safeguarding Lead",
            "<h1>Designated Safeguarding Lead</h1><p>Salary: grade 9. Closing date 3 May. An application form and the"
            " job description are in the office.</p>",
        ),
        clues("/privacy", "Safeguarding your data", "<h1>Safeguarding your data</h1><p>What we keep and why.</p>"),
        clues("/anti-bullying", "Anti-bullying", "<h1>Anti-bullying</h1><p>Tell a teacher. CEOP is for abuse.</p>"),
        clues("/links", "Useful links", "<h1>Useful links</h1><p>CEOP, NSPCC, Childline, the library, the pool.</p>"),
        clues("/calendar", "Calendar", "<h1>Calendar</h1><p>12 May: online safety evening for parents.</p>"),
        clues("/safe-deposit", "Keep your valuables safe", "<h1>Keep your valuables safe</h1><p>Name tags.</p>"),
    ],
    ids=lambda page: page.url.removeprefix(SITE),
)
@pytest.mark.parametrize("there_is_a_real_one", [False, True])
def test_a_page_that_only_comes_near_is_not_taken_for_one(page: Clues, there_is_a_real_one: bool) -> None:
    real = clues("/safeguarding", "Safeguarding", f"<h1>Safeguarding</h1>{TALK}")
    assert not is_found(page, *([real] if there_is_a_real_one else []))


def test_the_reasons_are_said_in_words() -> None:
    page = clues(
        "/online-safety", "Online safety", f"<h1>Online safety</h1>{TALK}", links=("Stay safe online",), in_menu=True
    )
    reasons = safeguarding_pages([*ORDINARY, page])[len(ORDINARY)]
    assert reasons[:2] == ("its title says “Online safety”", "its heading says “Online safety”")
    assert "its address says “online safety”" in reasons
    assert "links lead to it as “Stay safe online”" in reasons
    assert "most pages link to it" in reasons
    assert any(reason.startswith("its text speaks of ") for reason in reasons)


def test_the_clearest_page_comes_first() -> None:
    vague = clues(
        "/policy",
        "Safeguarding policy",
        "<h1>Safeguarding policy</h1><p>What we do.</p>",
        links=("Safeguarding",),
    )
    clear = clues("/safeguarding", "Safeguarding", f"<h1>Safeguarding</h1>{TALK}")
    assert list(safeguarding_pages([*ORDINARY, vague, clear])) == [5, 4]


def test_where_no_page_is_clear_the_nearest_is_taken() -> None:
    page = clues("/help", "Childline for pupils", f"<h1>Help</h1>{TALK}")
    assert is_found(page)
    better = clues("/safeguarding", "Safeguarding", f"<h1>Safeguarding</h1>{TALK}")
    assert not is_found(page, better)


def test_a_page_that_could_not_be_read_is_known_by_its_address_and_links() -> None:
    assert is_found(Clues(f"{SITE}/safeguarding", links=("Safeguarding",), read=False))
    assert not is_found(Clues(f"{SITE}/gallery", links=("Gallery",), read=False))
    assert not is_found(Clues(f"{SITE}/news/online-safety-week", links=("Online safety week",), read=False))


def test_the_name_of_the_site_makes_no_page_one() -> None:
    pages = [
        Clues(f"{SITE}/{n}", f"{what} - Vale Safeguarding Partnership", ((1, what),), {}, 200)
        for n, what in enumerate(("Welcome", "Board", "Training", "Contact"))
    ]
    assert safeguarding_pages(pages) == {}


def test_pages_named_in_the_settings_are_matched_by_path() -> None:
    urls = [f"{SITE}/", f"{SITE}/help/", f"{SITE}/help/online", f"{SITE}/page/?pid=12", f"{SITE}/h%C3%A8lp"]
    assert list(named_pages(("/help",), urls)) == [1]
    assert list(named_pages(("/help*",), urls)) == [1, 2]
    assert list(named_pages(("/page/?pid=12",), urls)) == [3]
    assert list(named_pages(("/h\u00e8lp",), urls)) == [4]
    assert named_pages(("/help",), urls)[1] == ("named in sgaudit.toml",)


@pytest.mark.parametrize(
    ("label", "is_about"),
    [
        ("Safeguarding", True),
        ("CHILD PROTECTION", True),
        ("Children's protection", True),
        ("esafety", True),
        ("Click CEOP", True),
        ("Keeping your child safe online", True),
        ("keepingsafe", True),
        ("Reporting abuse", True),
        ("Cadw'n ddiogel", True),
        ("Health and safety", False),
        ("Iechyd a diogelwch", False),
        ("Diogelu data", False),
        ("Data protection", False),
        ("Reporting an absence", False),
        ("Safe and happy", False),
        ("Fire safety", False),
        ("CEO's welcome", False),
    ],
)
def test_a_label_promises_the_subject_or_does_not(label: str, is_about: bool) -> None:
    assert (weight(label) >= 0.7) is is_about


def test_the_site_is_called_what_it_calls_itself() -> None:
    titles = [f"Home | {NAME}", f"Lunch | {NAME}", f"Clubs: chess | {NAME}"]
    assert shared_parts(titles) == (NAME,)
    assert own_title(titles[2], shared_parts(titles)) == "Clubs - chess"
    assert site_name("", titles, "www.alderbrook.example") == NAME
    assert site_name("Alder Brook", titles, "www.alderbrook.example") == "Alder Brook"
    assert site_name("", titles[:1], "www.alderbrook.example") == "www.alderbrook.example"
