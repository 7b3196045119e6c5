"""A crawl over real servers: what it reads, how far from home it says things are, and what it makes of the links."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from crawl_stand import HOME, HOST, Answer, depths, found, link, links, moved, page, serving, serving_securely

from sgaudit.crawl.document import Document, read_html
from sgaudit.model.evidence import Trouble
from sgaudit.model.outcome import Role

SAFE = page(
    "Safeguarding",
    "<p>Worried about something online? Tell Mrs Reed, or make a report to CEOP.</p>",
    "<a href='https://www.ceop.police.uk/Safety-Centre/'>Report to CEOP</a>",
)


def robots(text: str) -> Answer:
    return Answer(text, kind="text/plain")


def sitemap(*paths: str, host: str = HOST) -> Answer:
    listed = "".join(f"<url><loc>http://{host}{path}</loc></url>" for path in paths)
    return Answer(f"<?xml version='1.0'?><urlset xmlns='x'>{listed}</urlset>", kind="application/xml")


def test_pages_are_as_many_clicks_away_as_they_are() -> None:
    pages = {
        "/": page("Home", links("/a", "/b")),
        "/a": page("Apples", links("/c", "/")),
        "/b": page("Beans", links("/c", "/d")),
        "/c": page("Carrots", links("/d", "/e", "/b")),
        "/d": page("Dates", links("/e")),
        "/e": page("Eggs"),
        "/alone": page("Alone", links("/below")),
        "/below": page("Below"),
        "/sitemap.xml": sitemap("/e", "/alone", "/c"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/a": 1, "/b": 1, "/c": 2, "/d": 2, "/e": 3, "/alone": None, "/below": None}
    assert sorted(stand.paths()) == sorted(path for path in pages if path != "/sitemap.xml"), "each is asked for once"
    assert [one.role for one in crawled.pages if one.url == HOME] == [Role.home]
    assert crawled.hosts == (HOST, "school.example")
    assert (crawled.skipped, crawled.problems, crawled.incomplete) == ((), (), ())


def test_the_order_of_reading_does_not_depend_on_which_answer_comes_first() -> None:
    pages = {"/": page("Home", links(*(f"/{n}" for n in range(40))))}
    pages |= {f"/{n}": page(f"Page {n}", links(f"/x{n}")) for n in range(40)}
    with serving(pages) as stand:
        first = stand.crawl(max_pages=20, connections=8, connections_per_host=8)
        second = stand.crawl(max_pages=20, connections=3)
    assert [one.url for one in first.pages] == [one.url for one in second.pages]
    assert [one.url for one in first.links] == [one.url for one in second.links]


def test_robots_are_obeyed_and_what_they_keep_back_is_said() -> None:
    pages = {
        "/": page("Home", links("/open", "/staff-room/rota"), "<img src='/staff-room/tea.png'>"),
        "/open": page("Open"),
        "/staff-room/rota": page("Rota"),
        "/robots.txt": robots("User-agent: *\nDisallow: /staff-room/\n\nUser-agent: other\nDisallow: /"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
        assert stand.paths() == ["/", "/open"]
        assert [(one.url, "asks programs not to" in one.reason) for one in crawled.skipped] == [
            (f"{HOME}staff-room/rota", True)
        ]
        for path in ("/staff-room/rota", "/staff-room/tea.png"):
            assert [probe.trouble for probe in link(crawled, path).probes] == [Trouble.robots]
        assert crawled.incomplete == ()
        stand.crawl(robots=False)
        assert "/staff-room/rota" in stand.paths()


def test_robots_for_us_by_name_win() -> None:
    pages = {
        "/": page("Home", links("/a")),
        "/a": page("A"),
        "/robots.txt": robots("User-agent: *\nDisallow: /\n\nUser-agent: sgaudit\nAllow: /"),
    }
    with serving(pages) as stand:
        assert set(depths(stand.crawl())) == {"/", "/a"}
        closed = stand.crawl(user_agent="SchoolBot/2.0 (+https://www.school.example)")
    assert [one.trouble for one in closed.pages] == [Trouble.robots]


def test_a_site_closed_to_programs_is_not_read_at_all() -> None:
    pages = {"/": page("Home"), "/robots.txt": robots("User-agent: *\nDisallow: /")}
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert stand.paths() == []
    assert [(one.role, one.trouble) for one in crawled.pages] == [(Role.home, Trouble.robots)]
    assert "robots = false under [crawl]" in crawled.pages[0].reason


@pytest.mark.parametrize("answer", [Answer("no", 503), Answer("later", 429)])
def test_robots_that_cannot_be_read_forbid_all_but_the_home_page(answer: Answer) -> None:
    with serving({"/": page("Home", links("/a")), "/a": page("A"), "/robots.txt": answer}) as stand:
        crawled = stand.crawl()
    assert stand.paths() == ["/"]
    assert crawled.pages[0].trouble is None
    assert len(crawled.incomplete) == 1
    assert f"The robots.txt of {HOST} could not be read" in crawled.incomplete[0]


@pytest.mark.parametrize("answer", [Answer("no", 404), Answer("no", 403), Answer(page("Nothing here"))])
def test_no_robots_allow_everything(answer: Answer) -> None:
    with serving({"/": page("Home", links("/a")), "/a": page("A"), "/robots.txt": answer}) as stand:
        assert set(depths(stand.crawl())) == {"/", "/a"}


def test_site_maps_of_all_kinds_are_read_within_bounds() -> None:
    index = "".join(
        f"<sitemap><loc>{HOME}{name}</loc></sitemap>" for name in ("one.xml.gz", "two.xml", "index.xml", "lost.xml")
    )
    packed = gzip.compress(sitemap("/from-gz", "/odd%20name").body.encode())
    two = f"""<urlset xmlns="x"><url><loc><![CDATA[{HOME}cdata?a=1&b=2]]></loc></url>
    <url><loc> {HOME}amp?a=1&amp;b=2 </loc><image:image><image:loc>{HOME}picture</image:loc></image:image></url>
    <url><loc>https://elsewhere.example/x</loc></url><url><loc>not an address</loc></url>"""
    pages = {
        "/": page("Home"),
        "/robots.txt": robots(f"User-agent: *\nDisallow:\nSitemap: {HOME}index.xml\nSitemap: /plain.txt"),
        "/index.xml": Answer(f"<sitemapindex>{index}</sitemapindex>", kind="text/xml"),
        "/one.xml.gz": Answer(packed, kind="application/x-gzip"),
        "/two.xml": Answer(two, kind="text/xml"),
        "/plain.txt": Answer(f"{HOME}from-text\n", kind="text/plain"),
        **{
            path: page(path.strip("/"))
            for path in ("/from-gz", "/odd%20name", "/cdata?a=1&b=2", "/amp?a=1&b=2", "/from-text", "/picture")
        },
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert set(depths(crawled)) == {
        "/", "/from-gz", "/odd%20name", "/cdata?a=1&b=2", "/amp?a=1&b=2", "/from-text"
    }  # fmt: skip
    assert [(one.stage, one.url) for one in crawled.problems] == [("crawl", f"{HOME}lost.xml")]
    assert stand.paths().count("/index.xml") == 1


def test_a_site_map_that_lies_does_no_harm() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    listed = "".join(f"<url><loc>{HOME}dead/{n}</loc></url>" for n in range(500))
    pages = {
        "/": page("Home", links("/a")),
        "/a": page("A"),
        "/sitemap.xml": Answer(f"<?xml version='1.0'?>{entities}<urlset>&b;{listed}", kind="application/xml"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl(max_pages=10)
    assert set(depths(crawled)) == {"/", "/a"}
    assert len([path for path in stand.paths() if path.startswith("/dead/")]) < 60
    assert any("many addresses that do not work" in one.reason for one in crawled.skipped)
    assert len(crawled.skipped) < 100
    assert crawled.incomplete == ()


def test_a_redirected_page_is_one_page() -> None:
    pages = {
        "/": page("Home", links("/old", "/home/", "/out")),
        "/old": moved("/new"),
        "/new": page("New", links("/old")),
        "/home/": moved("/", 302),
        "/out": moved("http://far.example/landed"),
    }
    with serving(pages, far__example={"/landed": page("Far away")}) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/old": 1}
    old = found(crawled, "/old")
    assert (old.final_url, old.status, [hop.status for hop in old.trail]) == (f"{HOME}new", 200, [301])
    assert link(crawled, "/old").pages == (HOME, f"{HOME}new")
    assert [probe.status for probe in link(crawled, "/home/").probes] == [200]
    out = link(crawled, "/out").probes[0]
    assert (out.final_url, out.title) == ("http://far.example/landed", "Far away")


def test_a_link_to_where_a_redirect_ends_is_known_to_work() -> None:
    pages = {
        "/": page("Home", links("/old", "/b")),
        "/old": moved("/new"),
        "/new": page("New"),
        "/b": page("B", links("/new")),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert stand.paths().count("/new") == 1
    probe = link(crawled, "/new").probes[0]
    assert (probe.url, probe.status, probe.trail) == (f"{HOME}new", 200, ())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_home_page_that_moved_to_another_name_is_followed(status: int) -> None:
    pages = {
        "/": page("Home", links("/a", "http://school.example/b", f"{HOME}c")),
        **{f"/{name}": page(name) for name in "abc"},
    }
    bare = {"*": lambda target: moved(f"http://{HOST}{target}", status)}
    with serving(pages, school__example=bare) as stand:
        crawled = stand.crawl("http://school.example")
    assert crawled.hosts == ("school.example", HOST)
    assert crawled.pages[0].url == "http://school.example/"
    assert crawled.pages[0].final_url == HOME
    assert {one.final_url for one in crawled.pages} == {HOME, f"{HOME}a", f"{HOME}b", f"{HOME}c"}
    assert stand.paths("school.example") == ["/"]
    assert link(crawled, "http://school.example/b").internal
    assert link(crawled, "http://school.example/b").probes == (), "that name of it was not asked yet"
    assert crawled.problems == ()


def test_a_home_page_that_moved_to_tls_is_followed(tmp_path: Path) -> None:
    secure = {
        "/": page("Home", links("/a", f"{HOME}b")),
        "/a": page("A"),
        "/b": page("B"),
        "/robots.txt": robots("User-agent: *\nDisallow: /closed\nSitemap: /map.xml"),
        "/map.xml": Answer(f"<urlset><loc>https://{HOST}/c</loc><loc>{HOME}closed</loc></urlset>", kind="text/xml"),
        "/c": page("C"),
    }
    with serving({"*": lambda target: moved(f"https://{HOST}{target}")}) as stand:
        with serving_securely(stand, secure, tmp_path) as bundle:
            crawled = stand.crawl(ca_bundle=bundle)
    assert {one.final_url for one in crawled.pages} == {f"https://{HOST}/{path}" for path in ("", "a", "b", "c")}
    assert stand.paths() == ["/"]
    assert sorted(stand.paths(f"{HOST}:443")) == ["/", "/a", "/b", "/c", "/map.xml"]
    assert link(crawled, f"https://{HOST}/a").probes[0].status == 200


def test_relative_links_start_from_where_the_page_says() -> None:
    pages = {
        "/": page("Home", "<a href='a'>a</a><a href='#x'>x</a>", head="<base href='/deep/down/'>"),
        "/deep/down/a": page("A", "<a href='../b?x=1'>b</a><a href='?y=2'>y</a>"),
        "/deep/b?x=1": page("B"),
    }
    with serving(pages) as stand:
        assert set(depths(stand.crawl())) == {"/", "/deep/down/a", "/deep/b?x=1"}
    assert "/deep/down/a?y=2" in stand.paths()


def test_a_home_page_that_moved_to_another_site_is_followed_and_said() -> None:
    there = {"/": page("Home", links("/a")), "/a": page("A", links("http://www.school.example/old"))}
    with serving({"*": lambda target: moved(f"http://www.alder.example{target}")}, www__alder__example=there) as stand:
        crawled = stand.crawl()
    assert crawled.hosts == (HOST, "school.example", "www.alder.example", "alder.example")
    assert [one.final_url for one in crawled.pages[:2]] == ["http://www.alder.example/", "http://www.alder.example/a"]
    assert [one.message for one in crawled.problems] == [
        f"{HOST} forwards to www.alder.example, which was audited as the school's site."
    ]
    assert link(crawled, "http://www.school.example/old").internal


def test_a_home_page_that_sends_visitors_on_by_itself_is_followed() -> None:
    front = page("Welcome", head="<meta http-equiv='refresh' content='0; url=home/index.php'>")
    pages = {"/": front, "/home/index.php": page("Home", links("news")), "/home/news": page("News")}
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert (crawled.pages[0].url, crawled.pages[0].final_url) == (HOME, f"{HOME}home/index.php")
    assert depths(crawled) == {"/": 0, "/home/news": 1}


def test_a_home_page_that_only_leads_to_a_sign_in_elsewhere_is_no_page() -> None:
    form = "<form><input type='password' name='p'></form>"
    with serving({"*": moved("http://login.far.example/")}, login__far__example={"/": page("Sign in", form)}) as stand:
        crawled = stand.crawl()
    assert [(one.role, one.trouble) for one in crawled.pages] == [(Role.home, Trouble.blocked)]
    assert "only leads to a sign-in at login.far.example" in crawled.pages[0].reason


@pytest.mark.parametrize(
    ("answer", "trouble", "says"),
    [
        (Answer("oh", 500), Trouble.http_status, f"{HOST} answers with an error of its own (500)."),
        (Answer("no", 404), Trouble.http_status, f"{HOST} answers that this page does not exist (404)."),
        (Answer("no", 403), Trouble.blocked, f"{HOST} turns programs away (403)."),
        (Answer("", 200), Trouble.empty, f"{HOST} answers with nothing."),
        (Answer("PK", kind="application/zip"), Trouble.not_html, "This address gives application/zip, not a web page."),
        (Answer("%PDF-1.4"), Trouble.not_html, "This address gives text/html, not a web page."),
        (moved("/"), Trouble.redirect_loop, ""),
    ],
)  # fmt: skip
def test_a_home_page_that_cannot_be_read_is_there_with_its_reason(answer: Answer, trouble: Trouble, says: str) -> None:
    with serving({"/": answer, "/robots.txt": answer}) as stand:
        crawled = stand.crawl()
    assert [(one.url, one.role, one.trouble) for one in crawled.pages] == [(HOME, Role.home, trouble)]
    assert crawled.pages[0].reason.startswith(says)
    assert crawled.pages[0].reason.endswith(".")


def test_a_name_that_is_not_there_is_the_home_pages_trouble() -> None:
    with serving({}) as stand:
        crawled = stand.crawl("http://www.nowhere.example/")
    assert [(one.role, one.trouble) for one in crawled.pages] == [(Role.home, Trouble.name_not_resolved)]
    assert "www.nowhere.example" in crawled.pages[0].reason


def test_one_page_under_two_addresses_counts_once() -> None:
    canonical = f"<link rel='canonical' href='{HOME}meals'>"
    meals = page("Meals", links("/dishes"), head=canonical)
    pages = {
        "/": page("Home", links("/meals?view=print", "/deep", "/about", "/about/index.html", "/team")),
        "/meals?view=print": meals.replace("about Meals", "about Meals to print"),
        "/meals": meals,
        "/deep": page("Deep", links("/meals")),
        "/about": page("About"),
        "/about/index.html": page("About"),
        "/team": page("Team", head=f"<link rel='canonical' href='{HOME}'>"),
        "/dishes": page("Dishes"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/about": 1, "/deep": 1, "/meals": 1, "/team": 1, "/dishes": 2}
    assert link(crawled, "/dishes").pages == (f"{HOME}meals",)
    assert link(crawled, "/dishes").page_count == 1


def test_an_address_whose_query_changes_nothing_is_the_page_without_it() -> None:
    pages = {
        "/": page("Home", links("/lunch?large=1", "/lunch", "/lunch?week=2")),
        "/lunch": page("Lunch", "<p>Soup on Mondays.</p>"),
        "/lunch?large=1": page("Lunch", "<p class='large'>Soup on Mondays.</p>"),
        "/lunch?week=2": page("Lunch", "<p>Pie on Mondays.</p>"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/lunch": 1, "/lunch?week=2": 1}


def test_what_only_the_second_address_of_a_page_names_is_not_lost() -> None:
    more = page("Gallery", links("/2"), head="<link rel='canonical' href='/gallery'>")
    pages = {
        "/": page("Home", links("/gallery")),
        "/gallery": page("Gallery", links("/gallery?page=2", "/1")),
        "/gallery?page=2": more,
        "/1": page("One"),
        "/2": page("Two"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/gallery": 1, "/1": 2, "/2": 3}
    assert link(crawled, "/2").pages == (f"{HOME}gallery?page=2",)


def test_only_html_is_read_whatever_the_header_says() -> None:
    pages = {
        "/": page("Home", links("/untyped", "/plain", "/policy", "/report.pdf", "/photo", "/page.xhtml")),
        "/untyped": Answer(page("Untyped", links("/found")), kind=""),
        "/plain": Answer(page("Plain"), kind="text/plain"),
        "/policy": Answer("%PDF-1.4", kind="application/pdf"),
        "/report.pdf": Answer("%PDF-1.4", kind="application/pdf"),
        "/photo": Answer(b"\x89PNG\r\n", kind="text/html"),
        "/page.xhtml": Answer(page("Old"), kind="application/xhtml+xml"),
        "/found": page("Found"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert set(depths(crawled)) == {"/", "/untyped", "/plain", "/page.xhtml", "/found"}
    assert link(crawled, "/policy").probes[0].status == 200
    assert link(crawled, "/report.pdf").probes == () and "/report.pdf" not in stand.paths()
    assert link(crawled, "/report.pdf").kinds == ("a", "document")
    assert crawled.incomplete == ()


def test_pages_that_fail_are_kept_with_the_reason() -> None:
    pages = {
        "/": page("Home", links("/gone", "/broken", "/members"), "<a href='/safeguarding'>Safeguarding</a>"),
        "/gone": Answer(page("Gone"), 410),
        "/broken": Answer("oh", 502),
        "/members": moved("/sign-in?next=/members"),
        "/sign-in": page("Sign in", "<form><input type=password></form>"),
        "/safeguarding": Answer("no", 403),
    }  # fmt: skip
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert {one.url.removeprefix(HOME): (one.status, one.trouble) for one in crawled.pages} == {
        "": (200, None),
        "gone": (410, Trouble.http_status),
        "broken": (502, Trouble.http_status),
        "members": (200, Trouble.blocked),
        "safeguarding": (403, Trouble.blocked),
    }
    assert "only leads to a sign-in" in found(crawled, "/members").reason
    assert found(crawled, "/safeguarding").role is Role.safeguarding
    assert crawled.incomplete == (
        f"2 pages could not be read; the first is /safeguarding: {HOST} turns programs away (403).",
    )


def test_every_kind_of_link_is_listed_with_its_pages() -> None:
    foot = links("/b", "http://far.example/x", "mailto:office@school.example", "tel:01632960140")
    pages = {
        "/": page("Home", foot, "<img src='/i.png' alt='Field'>", head="<link rel=stylesheet href='/s.css'>"),
        "/b": page("B", foot, "<a href='/b?utm_source=x'>here</a>", head="<link rel=stylesheet href='/s.css'>"),
        "/s.css": Answer("@import 'more.css'; p { background: url(bg.png) }", kind="text/css"),
        "/more.css": Answer("i { background: url('/gone.png') }", kind="text/css"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    both = (HOME, f"{HOME}b")
    expected = {
        f"{HOME}b": (("a",), True, both),
        "http://far.example/x": (("a",), False, both),
        "mailto:office@school.example": (("a",), False, both),
        "tel:01632960140": (("a",), False, both),
        f"{HOME}i.png": (("img",), True, (HOME,)),
        f"{HOME}s.css": (("stylesheet",), True, both),
        f"{HOME}more.css": (("stylesheet",), True, both),
        f"{HOME}bg.png": (("img",), True, both),
        f"{HOME}gone.png": (("img",), True, both),
    }
    assert {one.url: (one.kinds, one.internal, one.pages) for one in crawled.links} == expected
    assert all(one.page_count == len(one.pages) for one in crawled.links)
    assert [probe.status for probe in link(crawled, "/s.css").probes] == [200]
    assert link(crawled, "/i.png").text == "Field"


def test_a_link_on_every_page_lists_twenty_and_counts_all() -> None:
    pages = {"/": page("Home", links(*(f"/{n}" for n in range(30))))}
    pages |= {f"/{n}": page(f"Page {n}", links("/")) for n in range(30)}
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert (len(link(crawled, "/").pages), link(crawled, "/").page_count) == (20, 30)


def test_promised_parts_that_a_page_lacks_are_named_with_the_pages_that_promise_them() -> None:
    pages = {
        "/": page("Home", "<a href='/dates#summer'>Summer</a><a href='/dates#spring'>x</a><a href='/dates'>All</a>"),
        "/dates": page("Dates", "<p id='spring'>x</p><a name='caf\u00e9'>x</a><a href='#Top'>x</a><a href='#no'>x</a>"),
        "/c": page("C", "<a href='/dates#caf%C3%A9'>x</a><a href='/gone#x'>x</a><a href='/dates#:~:text=y'>x</a>"),
        "/d": page("D", "<a href='/dates#summer'>Summer</a><a href='/c'>c</a>"),
        "/sitemap.xml": sitemap("/d"),
    }  # fmt: skip
    with serving(pages) as stand:
        crawled = stand.crawl()
    missing = {one.url.removeprefix(HOME): one for one in crawled.links if one.missing_fragments}
    assert set(missing) == {"dates#summer", "dates#no"}
    summer = missing["dates#summer"]
    assert (summer.missing_fragments, summer.pages, summer.page_count) == (("summer",), (HOME, f"{HOME}d"), 2)
    assert (summer.text, summer.probes[0].status) == ("Summer", 200)
    assert link(crawled, "/dates").missing_fragments == ()
    assert link(crawled, "/dates").text == "Summer"


def test_inner_frames_are_read_for_their_links_but_are_no_pages() -> None:
    pages = {
        "/": page("Home", "<iframe src='/map.html'></iframe>", links("/b")),
        "/map.html": page("Map", links("/from-map")),
        "/from-map": page("From the map"),
        "/b": page("B"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert depths(crawled) == {"/": 0, "/b": 1, "/from-map": 1}
    assert link(crawled, "/map.html").kinds == ("frame",)
    assert link(crawled, "/from-map").pages == (f"{HOME}map.html",)


def test_the_frames_of_a_frameset_are_the_page() -> None:
    pages = {
        "/": "<title>Home</title><frameset><frame src='menu.htm'><frame src='main.htm'></frameset>",
        "/menu.htm": page("Menu", links("/a")),
        "/main.htm": page("Main"),
        "/a": page("A"),
    }
    with serving(pages) as stand:
        assert depths(stand.crawl()) == {"/": 0, "/menu.htm": 0, "/main.htm": 0, "/a": 1}


def test_links_not_to_be_followed_are_listed_and_not_followed() -> None:
    pages = {
        "/": page("Home", "<a rel='nofollow' href='/a'>a</a><a rel='nofollow' href='/b'>b</a>", links("/c")),
        "/c": page("C", links("/b"), head="<meta name='robots' content='noindex'>"),
        "/a": page("A"),
        "/b": page("B", links("/d"), head="<meta name='robots' content='nofollow'>"),
        "/d": page("D"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl()
        assert depths(crawled) == {"/": 0, "/c": 1, "/b": 1}
        assert {link(crawled, "/a").pages, link(crawled, "/d").pages} == {(HOME,), (f"{HOME}b",)}
        assert crawled.incomplete == ()
        assert set(depths(stand.crawl(robots=False))) == {"/", "/a", "/b", "/c", "/d"}


def test_a_home_page_that_lets_nobody_follow_makes_the_crawl_incomplete() -> None:
    closed = page("Home", links("/a"), head="<meta name='robots' content='noindex,nofollow'>")
    with serving({"/": closed, "/a": page("A")}) as stand:
        crawled = stand.crawl()
    assert crawled.incomplete == (
        "The home page asks programs not to follow its links, so what they lead to was not read.",
    )


def test_safeguarding_pages_are_found_from_home_and_said_why() -> None:
    pages = {
        "/": page("Home", links("/parents")),
        "/parents": page("Parents", "<a href='/safeguarding'>Safeguarding</a>"),
        "/safeguarding": SAFE,
        "/robots.txt": robots("User-agent: *\nAllow: /"),
    }
    with serving(pages) as stand:
        safe = found(stand.crawl(), "/safeguarding")
    assert (safe.role, safe.depth) == (Role.safeguarding, 2)
    assert safe.role_reasons[0] == "its title says “Safeguarding”"


def test_a_safeguarding_page_that_robots_keep_back_is_not_called_missing() -> None:
    pages = {
        "/": page("Home", "<a href='/safeguarding'>Safeguarding</a>"),
        "/safeguarding": SAFE,
        "/robots.txt": robots("User-agent: *\nDisallow: /safeguarding"),
    }
    with serving(pages) as stand:
        safe = found(stand.crawl(), "/safeguarding")
    assert (safe.role, safe.trouble, safe.depth) == (Role.safeguarding, Trouble.robots, 1)
    assert "/safeguarding" not in stand.paths()


def test_pages_named_in_the_settings_are_the_safeguarding_pages_and_are_looked_for() -> None:
    pages = {"/": page("Home", links("/safeguarding")), "/safeguarding": SAFE, "/hidden/help": page("Help")}
    with serving(pages) as stand:
        crawled = stand.crawl(safeguarding=("/hidden/help",))
        assert {one.url: one.role_reasons for one in crawled.pages if one.role is Role.safeguarding} == {
            f"{HOME}hidden/help": ("named in sgaudit.toml",)
        }
        assert found(crawled, "/hidden/help").depth is None
        missed = stand.crawl(safeguarding=("/nothing/*",))
    assert [one.type for one in missed.problems] == ["safeguarding-pages"]


def test_named_pages_are_read_and_nothing_else() -> None:
    pages = {
        "/": page("Home", links("/a")),
        "/help/online": page("Help", links("/b", "/help/online#missing")),
        "/old": moved("/help/online"),
        "/policy": Answer("%PDF", kind="application/pdf"),
        "/out": moved("http://far.example/"),
        "/robots.txt": robots("User-agent: *\nDisallow: /closed"),
    }
    named = tuple(f"{HOME}{path}" for path in ("help/online", "", "policy", "out", "lost", "closed"))
    with serving(pages, far__example={"/": page("Far")}) as stand:
        crawled = stand.crawl(page=named)
    assert sorted(stand.paths()) == sorted(["/", "/help/online", "/policy", "/out", "/lost"])
    assert {one.url.removeprefix(HOME): (one.role, one.depth, one.trouble) for one in crawled.pages} == {
        "help/online": (Role.safeguarding, None, None),
        "": (Role.home, None, None),
        "policy": (Role.safeguarding, None, Trouble.not_html),
        "out": (Role.safeguarding, None, Trouble.unsupported),
        "lost": (Role.safeguarding, None, Trouble.http_status),
        "closed": (Role.safeguarding, None, Trouble.robots),
    }
    assert link(crawled, "/b").pages == (f"{HOME}help/online",)
    assert link(crawled, "/help/online#missing").missing_fragments == ("missing",)


def test_named_pages_are_read_even_where_robots_cannot_be() -> None:
    with serving({"/help": page("Help"), "/robots.txt": Answer("no", 500)}) as stand:
        crawled = stand.crawl(page=(f"{HOME}help",))
    assert [one.trouble for one in crawled.pages] == [None]


def test_a_page_that_our_own_parser_stumbles_over_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(html: str) -> Document:
        if "Odd" in html:
            raise RuntimeError("never seen before")
        return read_html(html)

    monkeypatch.setattr("sgaudit.crawl.reading.read_html", stumbling)
    with serving({"/": page("Home", links("/odd", "/a")), "/odd": page("Odd"), "/a": page("A")}) as stand:
        crawled = stand.crawl()
    assert found(crawled, "/odd").trouble is Trouble.unsupported
    assert "RuntimeError" in found(crawled, "/odd").reason
    assert found(crawled, "/a").trouble is None


def test_progress_is_told_and_the_site_is_named() -> None:
    told: list[tuple[str, int, int | None, str]] = []
    pages = {"/": page("Home | Alder Brook", links("/a")), "/a": page("News | Alder Brook")}
    with serving(pages) as stand:
        crawled = stand.crawl(progress=lambda *what: told.append(what))
    assert crawled.site_name == "Alder Brook"
    assert told[-1][0] == "crawl" and told[-1][1] == 2 and told[-1][3] == f"{HOME}a"


def test_text_of_the_site_stays_text() -> None:
    nasty = "<script>alert(1)</script>"
    escaped = nasty.replace("<", "&lt;")
    pages = {"/": page(f"Home {escaped}", f"<a href='/a'>{escaped}</a>"), "/a": page("A")}
    with serving(pages) as stand:
        crawled = stand.crawl()
    assert crawled.pages[0].title == f"Home {nasty}"
    assert link(crawled, "/a").text == nasty
