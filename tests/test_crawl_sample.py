"""What the browser opens, and what it saw that the crawl did not."""

from __future__ import annotations

from typing import Literal

import pytest
from crawl_stand import HOME, Answer, links, page, serving

from sgaudit.config import Config
from sgaudit.crawl import add_rendered, choose_pages
from sgaudit.crawl.robots import Robots, read_robots
from sgaudit.crawl.sample import templates
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import (
    Box,
    Control,
    FrameSeen,
    ImageSeen,
    LinkEvidence,
    PageEvidence,
    RenderedPage,
    Trouble,
    View,
)
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop


def evidence(path: str, role: Role = Role.other, template: str = "t", **fields: object) -> PageEvidence:
    given = {"url": f"{HOME}{path}", "final_url": f"{HOME}{path}", "status": 200, "role": role, "template": template}
    return PageEvidence.model_validate({**given, **fields})


PAGES = [
    evidence("x1", template="a"),
    evidence("", Role.home, "home"),
    evidence("safe", Role.safeguarding, "a"),
    evidence("safe2", Role.safeguarding, "b"),
    evidence("x2", template="c"),
    evidence("x3", template="c"),
    evidence("x4", template="d", final_url=f"{HOME}x4/"),
    evidence("gone", template="e", status=404, trouble=Trouble.http_status),
    evidence("alias", template="f", final_url=f"{HOME}x4/"),
]


def chosen(pages: list[PageEvidence], which: Literal["all", "sample", "safeguarding"], most: int = 40) -> list[str]:
    config = Config(url=HOME, accessibility_pages=which, max_browser_pages=most)
    return [f"{role} /{url.removeprefix(HOME)}" for url, role in choose_pages(config, pages)]


def test_home_and_safeguarding_come_first_then_one_of_each_kind() -> None:
    needed = ["home /", "safeguarding /safe", "safeguarding /safe2"]
    assert chosen(PAGES, "safeguarding") == needed
    assert chosen(PAGES, "sample") == [*needed, "sample /x2", "sample /x4/"]
    assert chosen(PAGES, "all") == [*needed, "sample /x1", "sample /x2", "sample /x3", "sample /x4/"]
    assert chosen(PAGES, "all", 4) == [*needed, "sample /x1"]
    assert chosen(PAGES, "all", 1) == ["home /"]


@pytest.mark.parametrize(
    ("fields", "opened"),
    [
        ({"trouble": Trouble.blocked, "status": 403}, True),
        ({"trouble": Trouble.empty, "by_script": True}, True),
        ({"trouble": Trouble.timeout, "status": None}, True),
        ({"trouble": Trouble.tls, "status": None}, True),
        ({"trouble": Trouble.http_status, "status": 503}, True),
        ({"trouble": Trouble.http_status, "status": 404}, False),
        ({"trouble": Trouble.http_status, "status": 500}, False),
        ({"trouble": Trouble.robots, "status": None}, False),
        ({"trouble": Trouble.name_not_resolved, "status": None}, False),
        ({"trouble": Trouble.not_html}, False),
        ({"trouble": Trouble.too_large}, False),
    ],
)
def test_a_needed_page_in_trouble_is_opened_only_if_a_browser_may_see_more(fields: dict, opened: bool) -> None:
    page_in_trouble = evidence("safe", Role.safeguarding, **fields)
    assert (chosen([page_in_trouble], "sample") != []) is opened
    assert chosen([page_in_trouble.model_copy(update={"role": Role.other})], "all") == []


def test_pages_built_alike_share_a_name_and_a_page_of_its_own_class_does_not_stand_alone() -> None:
    built = [(("page", "parents"), "main"), (("page", "news"), "main"), (("post",), "main"), (("page",), "main form")]
    names = templates([*built, (("post",), "main")])
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_a_crawl_marks_the_pages_that_will_be_opened() -> None:
    form = "<form><input name='q'></form>"
    pages = {
        "/": page("Home", links("/a", "/b", "/c", "/d")),
        **{f"/{name}": page(f"Page {name}") for name in "ab"},
        "/c": page("Contact", form),
        "/d": Answer("%PDF-1.4", kind="application/pdf"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
        roles = {one.url.removeprefix(HOME): one.role for one in crawled.pages}
        assert roles == {"": Role.home, "a": Role.other, "b": Role.other, "c": Role.sample}
        assert [url for url, _ in choose_pages(stand.config(), crawled.pages)] == [HOME, f"{HOME}c"]
        bounded = stand.crawl(accessibility_pages="all", max_browser_pages=2)
    assert [one.role for one in bounded.pages].count(Role.sample) == 1
    assert [one.reason for one in bounded.skipped] == [
        "4 pages were to be opened in the browser, which was allowed 2 (max_browser_pages)."
    ]
    assert bounded.incomplete == ()


BOX = Box(x=0, y=0, width=100, height=40)
SAFE = f"{HOME}safeguarding"
HOSTS = ("www.school.example", "school.example")


def control(href: str, **fields: object) -> Control:
    given = {"selector": "a", "tag": "a", "href": href, "box": BOX, "name": "Report", **fields}
    return Control.model_validate(given)


def rendered(*controls: Control, images: tuple[ImageSeen, ...] = (), **fields: object) -> RenderedPage:
    view = View(width=1280, height=900, controls=controls, images=images)
    return RenderedPage.model_validate(
        {"url": SAFE, "final_url": SAFE, "role": Role.safeguarding, "status": 200, "views": (view,), **fields}
    )


def test_what_only_the_browser_saw_joins_the_links() -> None:
    known = LinkEvidence(url=f"{HOME}a", kinds=("a",), text="A", internal=True, pages=(HOME,), page_count=1)
    page_seen = rendered(
        control("https://www.ceop.police.uk/Safety-Centre/#top"),
        control(f"{HOME}a"),
        control(f"{HOME}policy.pdf", name="Policy"),
        control("#menu", raw_href="#menu"),
        control("", tag="button"),
        control("https://widget.example/inside", frame="https://widget.example/"),
        control(f"{HOME}inner", frame=f"{HOME}frame.html"),
        images=(
            ImageSeen(selector="img", src="https://cdn.example/button.png", alt="Report", box=BOX, visible=True),
            ImageSeen(selector="img", src="data:image/gif;base64,R0", box=BOX, visible=True),
            ImageSeen(
                selector="img", src="https://count.example/p.gif", box=BOX.model_copy(update={"width": 1}), visible=True
            ),
        ),
        frames=(FrameSeen(url="https://widget.example/"), FrameSeen(url="about:srcdoc")),
    )
    result = {one.url: one for one in add_rendered((known,), [page_seen], HOSTS, Robots())}
    assert {url: one.kinds for url, one in result.items()} == {
        f"{HOME}a": ("a",),
        "https://www.ceop.police.uk/Safety-Centre/": ("a",),
        f"{HOME}policy.pdf": ("a", "document"),
        f"{HOME}inner": ("a",),
        "https://cdn.example/button.png": ("img",),
        "https://widget.example/": ("frame",),
    }
    assert (result[f"{HOME}a"].pages, result[f"{HOME}a"].page_count) == ((HOME, SAFE), 2)
    new = result["https://www.ceop.police.uk/Safety-Centre/"]
    assert (new.text, new.internal, new.pages, new.page_count, new.probes) == ("Report", False, (SAFE,), 1, ())
    assert result[f"{HOME}policy.pdf"].internal


def test_what_only_the_browser_saw_is_not_asked_for_where_robots_txt_forbids_it() -> None:
    rules = Answer("User-agent: *\nDisallow: /staff\nCrawl-delay: 5", kind="text/plain")
    with serving({"/robots.txt": rules}) as stand:
        settings = stand.config()
        with Fetcher(settings, Stop()) as fetcher:
            robots = read_robots(settings, fetcher, HOME.rstrip("/"))
    shown = rendered(control(f"{HOME}staff/rota"), control(f"{HOME}lunch"), control("https://other.example/staff"))
    own, lunch, other = add_rendered((), [shown], HOSTS, robots)
    assert [probe.trouble for probe in own.probes] == [Trouble.robots]
    assert own.probes[0].message == "The robots.txt of www.school.example asks programs not to read this address."
    assert lunch.probes == other.probes == ()
    assert robots.pause == 5


def test_other_pages_and_pages_in_trouble_add_nothing() -> None:
    sample = rendered(control(f"{HOME}a"), role=Role.sample)
    stuck = rendered(control(f"{HOME}a"), trouble=Trouble.stuck)
    assert add_rendered((), [sample, stuck], HOSTS, Robots()) == ()


def test_both_widths_are_looked_at_and_each_target_is_added_once() -> None:
    narrow = View(width=375, height=800, controls=(control(f"{HOME}a"), control(f"{HOME}phone")))
    page_seen = rendered(control(f"{HOME}a"))
    page_seen = page_seen.model_copy(update={"views": (*page_seen.views, narrow)})
    assert [one.url for one in add_rendered((), [page_seen], HOSTS, Robots())] == [f"{HOME}a", f"{HOME}phone"]


def test_a_list_that_was_cut_is_not_counted_up() -> None:
    pages = tuple(f"{HOME}{n}" for n in range(20))
    known = LinkEvidence(url=f"{HOME}a", kinds=("a",), pages=pages, page_count=100)
    assert add_rendered((known,), [rendered(control(f"{HOME}a"))], HOSTS, Robots()) == (known,)
