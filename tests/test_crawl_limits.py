"""A crawl ends: traps are left alone without fuss, and every limit that cost something is said in a sentence."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from crawl_stand import HOME, Answer, Page, depths, links, page, serving

from sgaudit.crawl.frontier import Node, Traps, is_dated, misshapen, pattern_of
from sgaudit.progress import Stop


def number(target: str, name: str) -> int:
    return int(parse_qs(urlsplit(target).query).get(name, ["0"])[0])


def months(target: str) -> str:
    """A calendar without end, by query."""
    month = number(target, "month")
    grid = "".join(f"<td>{day}</td>" for day in range(1, 29))
    near = f"<a href='/calendar?month={month - 1}'>before</a><a href='/calendar?month={month + 1}'>after</a>"
    return page("Calendar", f"<p>These are the days of month {month} at our school:</p><table><tr>{grid}</table>", near)


def months_of_safety(target: str) -> str:
    return months(target).replace("/calendar", "/safeguarding")


def days(target: str) -> str:
    """A calendar without end, by path: /diary/2031-07 leads to /diary/2031-08."""
    year, month = map(int, target.rpartition("/")[2].split("-"))
    after = f"{year + month // 12}-{month % 12 + 1:02}"
    return page(
        f"Diary for {month} {year}", f"<p>There is nothing in the diary for this month.</p>{links(f'/diary/{after}')}"
    )


def filters(target: str) -> str:
    """A shop of school jumpers, whose filters can be combined without end."""
    query = urlsplit(target).query
    ways = "".join(f"<a href='/shop?{query}{'&' if query else ''}{key}={n}'>x</a>" for key in "abcd" for n in range(3))
    return page("Shop", "<p>Jumpers, book bags and ties with the school's crest.</p>", ways)


def sessions(target: str) -> str:
    """A page that gives every visit, and every link, a new mark."""
    mark = abs(hash(target)) % 10**8
    return page("Marks", f"<a href='/marks?PHPSESSID={mark}a'>on</a><a href='/marks;jsessionid={mark}B'>on</a>")


TRAPS: dict[str, tuple[str, dict[str, Page], int]] = {
    "calendar by query": ("/calendar?month=5", {"/calendar": months}, 14),
    "calendar by path": ("/diary/2031-07", {f"/diary/{2031 + n // 12}-{n % 12 + 1:02}": days for n in range(99)}, 8),
    "calendar below safeguarding": ("/safeguarding?month=5", {"/safeguarding": months_of_safety}, 14),
    "filters": ("/shop", {"/shop": filters}, 45),
    "deeper and deeper": ("/a/", {"*": lambda target: page("Deep", f"<p>{len(target)}</p><a href='b/a/'>x</a>")}, 12),
    "visits": ("/marks", {"/marks": sessions, "*": sessions}, 5),
    "numbers that differ in nothing": (
        "/p/1",
        {"*": lambda target: page("P", f"<p>{target[1]}</p>{links(f'/p/{int(target[3:]) + 1}')}")},
        45,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_ends_and_does_not_make_the_audit_incomplete(name: str) -> None:
    start, trap, at_most = TRAPS[name]
    pages: dict[str, Page] = {
        "/": page("Home", links("/about", start)),
        "/about": page("About"),
        "/robots.txt": Answer("", 404),
        "/sitemap.xml": Answer("", 404),
        **trap,
    }
    with serving(pages) as stand:
        crawled = stand.crawl(max_depth=100)
    assert {"/", "/about"} <= set(depths(crawled))
    assert len(stand.paths()) <= at_most
    assert crawled.incomplete == ()
    assert len(crawled.skipped) <= 2
    if name != "visits":
        assert crawled.skipped, "what was left alone is said once"


def test_a_calendar_cut_by_the_depth_limit_is_no_loss_either() -> None:
    with serving({"/": page("Home", links("/calendar?month=5")), "/calendar": months}) as stand:
        assert stand.crawl(max_depth=2).incomplete == ()


def test_a_site_whose_pages_all_have_one_path_is_read_in_full() -> None:
    def pid(target: str) -> str:
        n = number(target, "pid")
        menu = "".join(f"<a href='/page/?pid={k}'>Page {k}</a>" for k in range(80))
        return page(f"Topic {chr(65 + n % 26)}{chr(65 + n // 26)}", f"<img src='/{n}.png' alt=''>", menu)

    with serving({"/": pid, "/page/": pid}) as stand:
        crawled = stand.crawl()
    assert len(crawled.pages) == 80
    assert (crawled.skipped, crawled.incomplete) == ((), ())


def test_numbered_pages_that_differ_are_read_in_full() -> None:
    said = "The {n} class went to the {n} museum and saw {n} bones of a {n} whale."
    names = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(95)]
    pages: dict[str, Page] = {
        f"/news/{n}": page(f"News {n}", f"<p>{said.format(n=names[n])}</p>", links(f"/news/{n + 1}")) for n in range(94)
    }
    pages |= {"/": page("Home", links("/news/0")), "/news/94": page("Last")}
    with serving(pages) as stand:
        crawled = stand.crawl(max_depth=100)
    assert len(crawled.pages) == 96
    assert crawled.incomplete == ()


MANY = {
    "/": page("Home", links(*(f"/{name}" for name in "abcdefgh"))),
    **{f"/{name}": page(f"Page {name}", links(f"/{name}/{name}")) for name in "abcdefgh"},
    **{f"/{name}/{name}": page(f"Leaf {name}") for name in "abcdefgh"},
}


def test_the_number_of_pages_is_bounded_and_said() -> None:
    with serving(MANY) as stand:
        crawled = stand.crawl(max_pages=5)
        assert len(stand.paths()) == len(crawled.pages) == 5
        assert crawled.incomplete == (
            "The site has more pages than the 5 this audit was allowed to read (--max-pages).",
        )
        assert stand.crawl(max_pages=1).incomplete == (
            "The site has more pages than the one this audit was allowed to read (--max-pages).",
        )
        assert stand.crawl(max_pages=17).incomplete == ()


def test_what_is_no_page_takes_no_pages_place() -> None:
    files = {f"/file{n}": Answer("%PDF-1.4", kind="application/pdf") for n in range(9)}
    with serving({**files, **MANY, "/": page("Home", links(*files, *(f"/{name}" for name in "abcdefgh")))}) as stand:
        crawled = stand.crawl(max_pages=17)
    assert len(crawled.pages) == 17
    assert crawled.incomplete == ()


def test_the_safeguarding_page_is_read_before_the_budget_ends() -> None:
    pages = {
        "/": page("Home", links(*(f"/{n}" for n in range(30))), "<a href='/zz'>Safeguarding</a>"),
        "/zz": page("Safeguarding"),
        "/hidden/online-safety": page("Online safety"),
        "/sitemap.xml": Answer(f"<urlset><loc>{HOME}hidden/online-safety</loc></urlset>", kind="text/xml"),
        **{f"/{n}": page(f"Page {n}") for n in range(30)},
    }
    with serving(pages) as stand:
        crawled = stand.crawl(max_pages=6)
    assert {one.url.removeprefix(HOME) for one in crawled.pages} > {"zz", "hidden/online-safety"}


def test_the_depth_is_bounded_and_said() -> None:
    with serving(MANY) as stand:
        crawled = stand.crawl(max_depth=1)
        assert set(depths(crawled).values()) == {0, 1}
        assert crawled.incomplete == ("Pages more than 1 click from the home page were not read (--max-depth).",)
        assert stand.crawl(max_depth=2).incomplete == ()


def test_the_bytes_are_bounded_and_said() -> None:
    big = page("Big", "x" * 60_000)
    with serving({**MANY, **{f"/{name}": big for name in "abcdefgh"}}) as stand:
        crawled = stand.crawl(max_total_bytes=100_000, connections=1)
    assert len(crawled.pages) < 9
    assert crawled.incomplete == (
        "The pages are larger than the 0 MB this audit was allowed to load (max_total_bytes).",
    )


def test_a_page_that_is_too_large_is_left_out_and_said() -> None:
    with serving({"/": page("Home", links("/big")), "/big": page("Big", "x" * 30_000)}) as stand:
        crawled = stand.crawl(max_page_bytes=20_000)
    assert [one.trouble for one in crawled.pages if one.url.endswith("big")] == ["too-large"]
    assert crawled.incomplete[0].startswith("One page could not be read; it is /big: ")


def test_an_audit_that_was_stopped_keeps_what_it_has() -> None:
    stop = Stop(60)

    def interrupted(target: str) -> str:
        stop.interrupt()
        return page("A", links("/b"))

    with serving({"/": page("Home", links("/a")), "/a": interrupted, "/b": page("B")}) as stand:
        crawled = stand.crawl(stop=stop)
    assert crawled.pages[0].trouble is None
    assert "/b" not in stand.paths()
    assert "The crawl was stopped before every page was read." in crawled.incomplete


def test_a_pause_that_the_site_asks_for_is_kept_and_time_is_left_for_the_rest_of_the_audit() -> None:
    slow = Answer("User-agent: *\nCrawl-delay: 50\nDisallow: /sitemap.xml", kind="text/plain")
    with serving({**MANY, "/robots.txt": slow}) as stand:
        crawled = stand.crawl(stop=Stop(60))
    assert len(stand.paths()) == len(crawled.pages) == 2
    assert crawled.incomplete == (
        "The time for reading pages was used up before every page was read (--deadline). "
        "The site asks for a pause of 50 seconds between requests.",
    )


def test_requests_that_are_used_up_end_the_crawl() -> None:
    with serving(MANY) as stand:
        crawled = stand.crawl(max_requests=6)
        assert len(stand.asked) == 6
    assert 1 < len(crawled.pages) <= 5
    assert all(one.trouble is None for one in crawled.pages)
    assert not any("deadline" in one for one in crawled.incomplete)


def test_a_page_with_absurdly_many_links_is_cut_and_said() -> None:
    many = "".join(f"<a href='http://far{n}.example/'>x</a>" for n in range(6_000))
    with serving({"/": page("Home", many, "<a href='/" + "x" * 3_000 + "'>x</a>")}) as stand:
        crawled = stand.crawl()
    assert len(crawled.links) == 5_000
    assert "5,000 addresses" in crawled.problems[0].message


def test_overlong_addresses_are_said_and_not_asked() -> None:
    with serving({"/": page("Home", f"<a href='/{'x' * 3_000}'>x</a>")}) as stand:
        crawled = stand.crawl()
    assert crawled.links == ()
    assert ["too long" in one.reason for one in crawled.skipped] == [True]


@pytest.mark.parametrize(
    ("path", "dated"),
    [
        ("/calendar/2031-07", True),
        ("/events/2025/03/14", True),
        ("/diary/july-2031/", True),
        ("/whats-on?month=7", True),
        ("/2024/05/our-trip", False),
        ("/events/412", False),
        ("/page/1999", False),
        ("/term-dates-2025-26", False),
    ],
)
def test_an_address_of_a_date_is_told_from_one_of_a_thing(path: str, dated: bool) -> None:
    assert is_dated(f"{HOME.rstrip('/')}{path}") is dated


def test_addresses_of_one_series_have_one_pattern() -> None:
    assert pattern_of(f"{HOME}calendar/2031-07") == pattern_of(f"{HOME}calendar/2032-11")
    assert pattern_of(f"{HOME}calendar/july-2031") == pattern_of(f"{HOME}calendar/may-2032")
    assert pattern_of(f"{HOME}shop?b=1&a=2") == pattern_of(f"{HOME}shop?a=7&b=0") != pattern_of(f"{HOME}shop?a=1")
    assert pattern_of(f"{HOME}maypole") == "/maypole"


def test_an_address_that_repeats_itself_is_misshapen() -> None:
    assert "repeats itself" in misshapen(f"{HOME}a/b/a/b/a")[0]
    assert "nested so deep" in misshapen(f"{HOME}{'/'.join(str(n) + 'x' for n in range(20))}")[0]
    assert misshapen(f"{HOME}a/b/a") == ("", "")
    assert misshapen(f"{HOME}2024/05/05/05") == ("", "")


def test_a_series_that_says_something_new_goes_on() -> None:
    traps, url = Traps(), f"{HOME}news?page="
    for n in range(50):
        word = f"{chr(97 + n % 26)}{chr(97 + n // 26)}"
        node = Node(f"{url}{n}", origin="/")
        assert traps.refuses(node) == ("", "")
        traps.learn(node, "News", f"Today the {word} class found out about {word} and were glad.")
    for n in range(50, 100):
        traps.learn(Node(f"{url}{n}", origin="/"), "News", "There is no more news on this page, 12 May 2031.")
    assert "said nothing new" in traps.refuses(Node(f"{url}101", origin="/"))[0]
