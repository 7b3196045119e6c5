"""What becomes of pages that misbehave: each is told apart, none takes long, and none spoils the next."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from odd_site import Stand, stand

from sgaudit.browser import Browser
from sgaudit.config import Config, Resolve
from sgaudit.model.evidence import RenderedPage, Trouble
from sgaudit.model.outcome import Role
from sgaudit.progress import Stop
from sgaudit.register import Phrase, Registers

REGISTERS = Registers(block_page=(Phrase(pattern=r"blocked by (?:your|the) school", note="names who blocked it"),))


class Guard:
    """Refuses the router's address, as the guard of a real run refuses private ones."""

    def refuses(self, url: str) -> str:
        return "The address of router.example is private." if "//router.example" in url else ""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stand(tmp_path_factory.mktemp("site")) as made:
        yield made


def config_for(place: Stand) -> Config:
    return Config(
        url=place.url,
        resolve=tuple(Resolve.parse(text) for text in place.resolve),
        isolated=True,
        ca_bundle=place.bundle,
        page_timeout=3,
        max_page_bytes=2_000_000,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def browser(place: Stand, folder: Path) -> Iterator[Browser]:
    with Browser(config_for(place), REGISTERS, Stop(), folder, guard=Guard()) as opened:
        yield opened


@pytest.fixture
def look(browser: Browser, place: Stand) -> Iterator[object]:
    """Looks at a page, and afterwards sees that the browser still opens a plain one."""

    def looked(path: str, role: Role = Role.sample) -> RenderedPage:
        address = path if "://" in path else f"{place.url}/{path}"
        return browser.look(address, role, press=False, scan=False)

    yield looked
    after = looked("plain")
    assert (after.trouble, after.title) == (None, "Fernhill School")
    assert "All is well here." in after.snapshot
    assert [view.width for view in after.views] == [1280, 375]


@pytest.mark.parametrize(
    ("path", "trouble", "says"),
    [
        ("silent", Trouble.timeout, "did not answer in time"),
        ("hangs-up", Trouble.protocol, "closed the connection without an answer"),
        ("http://closed.example/", Trouble.refused, "refused the connection"),
        ("http://nowhere.example/", Trouble.name_not_resolved, "name of the site could not be found"),
        ("gone", Trouble.http_status, "404 (Not Found)"),
        ("forbidden", Trouble.http_status, "403 (Forbidden)"),
        ("broken", Trouble.http_status, "500 (Internal Server Error)"),
        ("login", Trouble.http_status, "wants a user name and a password"),
        ("pdf", Trouble.not_html, "application/pdf"),
        ("text", Trouble.not_html, "text/plain"),
        ("picture", Trouble.not_html, "image/png"),
        ("archive", Trouble.not_html, "application/zip"),
        ("attachment", Trouble.download, "hands out a file"),
        ("script-to-file", Trouble.download, "hands out a file"),
        ("nothing", Trouble.empty, "nothing to show (204)"),
        ("blank", Trouble.empty, "shows nothing at all"),
        ("huge", Trouble.too_large, "200 MB"),
        ("endless", Trouble.too_large, "more than 2 MB"),
        ("circle", Trouble.redirect_loop, "round in circles"),
        ("round-in-circles", Trouble.redirect_loop, "never arrives"),
        ("loop-in-script", Trouble.stuck, "a script on it never ends"),
        ("loop-after-load", Trouble.stuck, ""),
        ("filtered", Trouble.blocked, "answered in place of the page (“blocked by your school”)"),
        ("test-for-people", Trouble.blocked, "a test for people"),
        ("to-private", Trouble.private_address, "The address of router.example is private"),
        ("https://stranger.example/plain", Trouble.tls, "not trusted here"),
    ],
)
def test_a_page_that_cannot_be_looked_at_says_why(path: str, trouble: Trouble, says: str, look) -> None:
    page = look(path)
    assert page.trouble is trouble, page.message
    assert says in page.message
    assert re.fullmatch(r"[A-Z].*\.", page.message), "one sentence for a person"
    assert page.views == ()


@pytest.mark.skipif(not shutil.which("certutil"), reason="without certutil the browser is told keys, not authorities")
@pytest.mark.parametrize(
    ("host", "trouble", "says"),
    [
        ("old.example", Trouble.tls_expired, "certificate has expired"),
        ("misnamed.example", Trouble.tls_name, "belongs to another name"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(host: str, trouble: Trouble, says: str, look) -> None:
    page = look(f"https://{host}/plain")
    assert page.trouble is trouble
    assert says in page.message


def test_a_certificate_that_the_bundle_vouches_for_is_accepted(look) -> None:
    assert look("https://good.example/plain").trouble is None


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("alert-after-alert", "Welcome."),
        ("asks-before-leaving", "Fernhill School"),
        ("prints", "Fernhill School"),
        ("keeps-changing", "more more"),
        ("refresh-late", "Read me first."),
        ("fills-late", "Filled at last"),
        ("works-worker", "Fernhill School"),
        ("bad-html", "wrongly"),
        ("speaks-of-filters", "blocked by the school filter"),
        ("wide", "Wide and tall."),
    ],
)
def test_an_odd_page_is_looked_at_all_the_same(path: str, holds: str, look) -> None:
    page = look(path)
    assert page.trouble is None, page.message
    assert holds in page.snapshot
    assert [view.width for view in page.views] == [1280, 375]


@pytest.mark.parametrize("path", ["hanging-picture", "drips"])
def test_a_page_that_never_finishes_loading_is_read_as_it_stands(path: str, look) -> None:
    page = look(path)
    assert page.trouble is None, page.message
    assert "Words before the picture." in page.snapshot or "drip" in page.snapshot
    assert any("had not finished loading" in note for note in page.notes)


def test_what_a_page_asks_at_its_start_is_recorded_and_declined(look) -> None:
    assert look("alert").dialogs == ("alert: Our fair is on Saturday",)


@pytest.mark.parametrize("path", ["refresh-away", "script-away", "script-away-later"])
def test_a_page_that_forwards_by_itself_is_followed_and_it_is_told(path: str, look, place: Stand) -> None:
    page = look(path, Role.safeguarding)
    assert page.trouble is None, page.message
    assert (page.title, page.final_url) == ("The other page", f"{place.url}/other")
    assert [(hop.url, hop.status) for hop in page.trail] == [(f"{place.url}/{path}", 200)]
    assert f"The address forwards to {place.url}/other." in page.notes


def test_every_redirect_is_in_the_trail(look, place: Stand) -> None:
    page = look("step-1")
    assert [(hop.url, hop.status) for hop in page.trail] == [(f"{place.url}/step-1", 302), (f"{place.url}/step-2", 301)]
    assert (page.final_url, page.status) == (f"{place.url}/plain", 200)


def test_a_window_that_a_page_opens_by_itself_is_closed(look) -> None:
    page = look("opens-window")
    assert page.title == "Fernhill School"


def test_nothing_of_one_page_is_left_for_the_next(look) -> None:
    assert look("remembers").trouble is None
    assert "0-0-0-0-0" in look("tells", Role.safeguarding).snapshot


def test_a_page_meets_a_visitor_who_grants_nothing(look) -> None:
    assert "location denied en-GB true" in look("asks-permission").snapshot


def test_the_schools_visitor_statistics_do_not_count_us(look, place: Stand) -> None:
    look("counted")
    assert [path for path in place.site.asked if "matomo" in path or "piwik" in path] == []


@pytest.mark.parametrize("path", ["framed", "framed-later"])
def test_a_frame_from_a_private_address_is_not_shown(path: str, look) -> None:
    page = look(path, Role.safeguarding)
    assert page.trouble is None, page.message
    assert "hunter2" not in page.model_dump_json()


def test_the_browsers_own_error_in_a_frame_is_not_taken_for_the_page(look) -> None:
    page = look("frame-of-nothing")
    (frame,) = page.frames
    assert (frame.url, frame.read, frame.loaded) == ("http://closed.example/", False, False)
    assert "ERR_" not in page.snapshot


def test_the_secret_is_there_for_a_browser_without_a_guard(place: Stand, folder: Path) -> None:
    with Browser(config_for(place), Registers(), Stop(), folder) as unguarded:
        for path in ("framed", "framed-later", "to-private"):
            assert (
                "hunter2" in unguarded.look(f"{place.url}/{path}", Role.safeguarding, press=False, scan=False).snapshot
            )


def test_a_page_that_reloads_itself_when_resized_is_seen_at_both_widths(look) -> None:
    page = look("by-width")
    assert page.trouble is None, page.message
    assert [view.width for view in page.views] == [1280, 375]


def test_pictures_are_written_under_names_that_stay(look, folder: Path) -> None:
    page = look("plain")
    names = [view.screenshot for view in page.views]
    assert names == [view.screenshot for view in look("plain").views]
    assert len(set(names)) == 2
    for name in names:
        assert re.fullmatch(r"evidence/plain-[0-9a-f]{8}-(1280|375)\.jpg", name)
        assert (folder / name).read_bytes().startswith(b"\xff\xd8")


def test_a_very_tall_page_does_not_make_a_very_tall_picture(look, folder: Path) -> None:
    page = look("wide")
    assert page.views[0].page_height > 20_000
    assert (folder / page.views[0].screenshot).stat().st_size < 300_000


def test_how_long_each_part_took_is_told(look) -> None:
    assert set(look("plain").timings) == {"navigation", "gather", "screenshot"}


def test_reading_a_page_gives_its_text_and_no_views(browser: Browser, place: Stand) -> None:
    page = browser.read(f"{place.url}/fills-late")
    assert (page.trouble, page.title, page.views) == (None, "App", ())
    assert "Filled at last" in page.snapshot


def test_a_page_that_eats_memory_costs_only_itself(look) -> None:
    page = look("eats-memory")
    assert page.trouble in (Trouble.stuck, Trouble.crashed, Trouble.timeout), page.message


def test_the_browser_names_itself_as_what_it_is(browser: Browser) -> None:
    name, version = browser.versions
    assert name
    assert re.match(r"\d+\.", version)


def test_an_interrupted_audit_does_not_wait_for_a_silent_server(place: Stand, folder: Path) -> None:
    stop = Stop()
    config = config_for(place).model_copy(update={"page_timeout": 600.0})
    with Browser(config, Registers(), stop, folder) as browser:
        threading.Timer(0.5, stop.interrupt).start()
        page = browser.look(f"{place.url}/silent", Role.home, press=False, scan=False)
        assert (page.trouble, page.message) == (Trouble.interrupted, stop.reason)
        again = browser.look(f"{place.url}/plain", Role.home, press=False, scan=False)
        assert again.trouble is Trouble.interrupted, "once stopped, nothing more is opened"


def test_a_browser_that_dies_is_started_again(place: Stand, folder: Path) -> None:
    with Browser(config_for(place), Registers(), Stop(), folder) as browser:
        assert browser.look(f"{place.url}/plain", Role.home, press=False, scan=False).trouble is None
        assert browser._launched is not None
        browser._launched.kill()
        second = browser.look(f"{place.url}/plain", Role.home, press=False, scan=False)
        assert second.trouble is None, second.message


def looks(browser: Browser, place: Stand, *paths: str, begun: Callable[[int, str], None] = lambda *_: None):
    asked = [(f"{place.url}/{path}", Role.sample) for path in paths]
    return dict(browser.looks(asked, press=False, scan=False, begun=begun))


def patient(place: Stand) -> Config:
    """Pages that wait for one another may wait long on a busy machine."""
    return config_for(place).model_copy(update={"page_timeout": 40.0})


def test_pages_are_looked_at_two_at_once_and_nothing_of_one_is_seen_by_the_other(place: Stand, folder: Path) -> None:
    begun: list[str] = []
    with Browser(patient(place), REGISTERS, Stop(), folder) as browser:
        seen = looks(
            browser,
            place,
            *("remembers", "meeting-tells", "meeting-tells", "plain"),
            begun=lambda number, url: begun.append(f"{number} {url.rpartition('/')[2]}"),
        )
    assert begun == ["0 remembers", "1 meeting-tells", "2 meeting-tells", "3 plain"]
    assert [seen[number].message for number in range(4)] == ["", "", "", ""]
    assert "0-0-0-0-0" in seen[1].snapshot
    assert "0-0-0-0-0" in seen[2].snapshot


def test_a_browser_that_dies_costs_none_of_the_pages_that_were_looked_at_at_once(place: Stand, folder: Path) -> None:
    with Browser(patient(place), REGISTERS, Stop(), folder) as browser:

        def dies(number: int, url: str) -> None:
            if number == 2:
                assert browser._launched is not None
                browser._launched.kill()

        seen = looks(browser, place, "plain", "plain", "plain", "plain", begun=dies)
    assert [(seen[number].trouble, seen[number].title) for number in range(4)] == [(None, "Fernhill School")] * 4


def test_pages_whose_turn_never_came_are_not_among_the_answers(place: Stand, folder: Path) -> None:
    stop = Stop()
    with Browser(patient(place), REGISTERS, stop, folder) as browser:
        seen = looks(browser, place, "plain", "silent", "silent", "plain", begun=lambda *_: stop.interrupt())
    assert {page.trouble for page in seen.values()} == {Trouble.interrupted}
    assert set(seen) == {0}
