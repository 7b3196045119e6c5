"""Pages of which programs see nothing are read with the browser's help, within bounds."""

from __future__ import annotations

from pathlib import Path

from crawl_stand import HOME, HOST, Answer, depths, found, link, links, moved, page, serving, snapshot

from sgaudit.browser import Browser
from sgaudit.crawl.by_browser import MOST as MOST_BY_BROWSER
from sgaudit.fetch import Fetcher
from sgaudit.model.evidence import RenderedPage, Trouble
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Registers

SHELL = "<!doctype html><title>Alder Brook</title><body><div id='root'></div><script src='/app.js'></script>"


class FakeBrowser:
    """Shows what scripts would have written; `asked` are the addresses it opened."""

    def __init__(self, shows: dict[str, RenderedPage | str]) -> None:
        self.shows, self.asked = shows, []

    def __call__(self, url: str) -> RenderedPage:
        self.asked.append(url)
        shown = self.shows.get(url, RenderedPage(url=url, trouble=Trouble.stuck, message="It never ended."))
        return snapshot(url, shown) if isinstance(shown, str) else shown


def drawn(title: str, *paths: str, body: str = "") -> str:
    """A snapshot: addresses are whole, hidden parts are marked."""
    return page(title, links(*(f"{HOME.rstrip('/')}{path}" for path in paths)), body)


def test_a_page_that_scripts_write_is_read_from_the_browser() -> None:
    hidden = f"<p data-sg-hidden='not-rendered'><a href='{HOME}hidden'>hidden</a></p>"
    browser = FakeBrowser(
        {
            HOME: drawn("Home", "/parents", body=hidden),
            f"{HOME}parents": snapshot(
                f"{HOME}parents", drawn("x", "/safeguarding", "/#/late"), title="Parents", lang="cy"
            ),
        }
    )
    pages = {
        "/": SHELL,
        "/parents": SHELL,
        "/safeguarding": page("Safeguarding", "<a href='/parents#nowhere'>x</a>"),
        "/hidden": page("Hidden"),
    }
    with serving(pages) as stand:
        crawled = stand.crawl(read=browser)
    assert browser.asked == [HOME, f"{HOME}parents"]
    assert depths(crawled) == {"/": 0, "/parents": 1, "/hidden": 1, "/safeguarding": 2}
    parents = found(crawled, "/parents")
    assert (parents.title, parents.lang, parents.by_script, parents.fetched_by) == ("Parents", "cy", True, "browser")
    assert not found(crawled, "/safeguarding").by_script
    assert not any(one.missing_fragments for one in crawled.links), "ids of script-built pages are not known"
    assert [probe.method for probe in link(crawled, "/parents").probes] == ["GET", "browser"]
    assert crawled.incomplete == ()


def test_one_shell_for_every_address_is_not_one_page() -> None:
    browser = FakeBrowser({HOME: drawn("Home", "/a", "/b"), f"{HOME}a": drawn("A"), f"{HOME}b": drawn("B")})
    with serving({"*": SHELL, "/robots.txt": Answer("", 404), "/sitemap.xml": Answer("", 404)}) as stand:
        crawled = stand.crawl(read=browser)
    assert {one.title for one in crawled.pages} == {"Home", "A", "B"}


def test_without_a_browser_such_pages_are_unread_and_the_crawl_incomplete() -> None:
    with serving({"/": page("Home", links("/app")), "/app": SHELL}) as stand:
        crawled = stand.crawl()
    app = found(crawled, "/app")
    assert (app.by_script, app.trouble) == (True, Trouble.empty)
    assert "only by script" in app.reason
    assert crawled.incomplete == (
        "Pages of this site show their content only by script, and no browser was there to read them.",
    )


def test_a_page_that_the_browser_cannot_read_says_so() -> None:
    with serving({"/": page("Home", links("/app")), "/app": SHELL}) as stand:
        app = found(stand.crawl(read=FakeBrowser({})), "/app")
    assert (app.trouble, app.reason, app.fetched_by) == (Trouble.stuck, "It never ended.", "browser")


def test_the_browser_reads_a_bounded_number_of_pages() -> None:
    paths = [f"/app/{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(MOST_BY_BROWSER + 5)]
    browser = FakeBrowser({f"{HOME.rstrip('/')}{path}": drawn(path) for path in paths})
    with serving({"/": page("Home", links(*paths)), **dict.fromkeys(paths, SHELL)}) as stand:
        crawled = stand.crawl(read=browser)
    assert len(browser.asked) == MOST_BY_BROWSER
    assert [f"only {MOST_BY_BROWSER} were read" in one for one in crawled.incomplete] == [True]


def test_a_site_that_turns_programs_away_is_read_with_the_browser() -> None:
    browser = FakeBrowser({HOME: drawn("Home", "/safeguarding"), f"{HOME}safeguarding": drawn("Safeguarding")})
    with serving({"*": Answer("no", 403)}) as stand:
        crawled = stand.crawl(read=browser)
    assert [(one.url, one.fetched_by, one.trouble, one.by_script) for one in crawled.pages] == [
        (HOME, "browser", None, False),
        (f"{HOME}safeguarding", "browser", None, False),
    ]
    assert crawled.pages[1].role is Role.safeguarding
    assert [(probe.method, probe.status) for probe in link(crawled, "/safeguarding").probes] == [
        ("GET", 403),
        ("browser", 200),
    ]


def test_a_door_that_stays_shut_is_not_tried_again_and_again() -> None:
    doors = [f"/staff/{chr(97 + n)}" for n in range(10)]

    def shut(url: str) -> RenderedPage:
        asked.append(url)
        return snapshot(url, page("Forbidden"), status=403)

    asked: list[str] = []
    with serving({"/": page("Home", links(*doors)), **dict.fromkeys(doors, Answer("no", 403))}) as stand:
        crawled = stand.crawl(read=shut)
    assert len(asked) == 3
    assert {one.trouble for one in crawled.pages if "staff" in one.url} == {Trouble.blocked}


def test_a_menu_that_scripts_build_is_looked_at_before_a_page_is_called_far_away() -> None:
    script = "<script src='/menu.js'></script>"
    pages = {
        "/": page("Home", links("/a", "/b", "/c"), f"<p>{'Much is said here about the school. ' * 20}</p>", script),
        "/a": page("A", links("/deep")),
        "/b": page("B"),
        "/c": page("C"),
        "/deep": page("Deep", links("/safeguarding")),
        "/safeguarding": page("Safeguarding", links("/more")),
        "/more": page("More"),
    }  # fmt: skip
    browser = FakeBrowser({HOME: drawn("Home", "/a", "/b", "/c", "/safeguarding")})
    with serving(pages) as stand:
        assert depths(stand.crawl())["/safeguarding"] == 3
        crawled = stand.crawl(read=browser)
    assert browser.asked == [HOME]
    assert depths(crawled) == {"/": 0, "/a": 1, "/b": 1, "/c": 1, "/safeguarding": 1, "/deep": 2, "/more": 2}
    assert HOME in link(crawled, "/safeguarding").pages


def test_a_home_page_without_scripts_is_not_opened_for_its_menu() -> None:
    browser = FakeBrowser({})
    with serving({"/": page("Home", links("/a")), "/a": page("A")}) as stand:
        stand.crawl(read=browser)
    assert browser.asked == []


def test_a_script_that_sends_visitors_on_is_followed() -> None:
    there = {"/welcome": page("Home", links("/news")), "/news": page("News")}
    landed = snapshot(
        HOME, drawn("Home").replace(HOST, "www.alder.example"), final_url="http://www.alder.example/welcome"
    )
    shell = "<script>location.href = 'http://www.alder.example/welcome'</script>"
    with serving({"/": shell}, www__alder__example=there) as stand:
        crawled = stand.crawl(read=FakeBrowser({HOME: landed}))
    assert "www.alder.example" in crawled.hosts
    assert crawled.pages[0].final_url == "http://www.alder.example/welcome"


def test_a_real_browser_reads_what_scripts_write(tmp_path: Path) -> None:
    script = """document.getElementById('root').innerHTML =
      '<main><h1>Alder Brook</h1><a href="/safeguarding">Safeguarding</a><a href="/gone">Gone</a></main>';
      document.title = 'Home | Alder Brook';"""
    pages = {
        "/": SHELL,
        "/app.js": Answer(script, kind="text/javascript"),
        "/safeguarding": page("Safeguarding"),
        "/moved": moved("/"),
    }
    (tmp_path / "evidence").mkdir()
    with serving(pages) as stand:
        config, stop = stand.config(), Stop(100)
        with Fetcher(config, stop) as fetcher:
            with Browser(config, Registers(), stop, tmp_path, guard=fetcher.guard) as browser:
                crawled = stand.crawl(read=browser.read, stop=stop)
    assert (crawled.pages[0].by_script, crawled.pages[0].title) == (True, "Home | Alder Brook")
    assert depths(crawled) == {"/": 0, "/safeguarding": 1, "/gone": 1}
    assert link(crawled, "/safeguarding").text == "Safeguarding"
    assert found(crawled, "/gone").status == 404
