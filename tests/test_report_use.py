"""The report in use: by keyboard alone, at 400 % zoom, in forced colours, on paper; with all its sections there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from small_report import changed_report

from sgaudit.browser import find_browser
from sgaudit.config import NOWHERE, Config
from sgaudit.reporters.html import render

HTML = render(changed_report(), {})
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [at.tagName, at.innerText.trim().slice(0, 40), ring,
          box.width > 0 && box.left >= 0 && box.right <= innerWidth + 1];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(Config(url=NOWHERE)).path)
        yield started
        started.close()


def shown(browser: Browser, width: int = 1280, height: int = 800, colours: str = "none") -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, forced_colors=colours)
    page.set_content(HTML)
    return page


def test_every_link_and_every_folded_part_is_reached_by_tab_and_can_be_seen_there(browser: Browser) -> None:
    page = shown(browser, 320, 256)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    stops = page.locator("a[href], summary").count()
    seen = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    page.close()
    assert seen[0][:2] == ["A", "Skip to the verdict"]
    assert {tag for tag, *_ in seen} == {"A", "SUMMARY"}
    assert [stop for stop in seen if not (stop[2] and stop[3])] == [], "a ring around it, within the window"


def test_a_folded_part_opens_and_closes_with_enter(browser: Browser) -> None:
    page = shown(browser)
    page.locator("section:has(> #trend) summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("but only a part was seen").first.is_visible()
    page.keyboard.press("Enter")
    assert not page.get_by_text("but only a part was seen").first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_sticks_out_sideways_with_everything_unfolded(browser: Browser, width: int) -> None:
    """320 pixels are 1280 at 400 %."""
    page = shown(browser, width, 256)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_in_forced_colours_bars_and_signs_have_the_colour_of_the_text(browser: Browser) -> None:
    page = shown(browser, colours="active")
    text = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    fills = page.eval_on_selector_all(
        ".bar-whole, .counts .icon, .trend .icon", "all => all.map(one => getComputedStyle(one).fill)"
    )
    outlined = page.eval_on_selector(".bar-part", "one => [getComputedStyle(one).fill, getComputedStyle(one).stroke]")
    page.close()
    assert len(fills) > 8 and set(fills) == {text}
    assert outlined == ["none", text], "only part of the site was seen: told by its shape"


def test_on_paper_evidence_is_unfolded_and_what_only_the_screen_needs_is_gone(browser: Browser) -> None:
    page = shown(browser)
    page.emulate_media(media="print")
    assert page.locator(".skip").evaluate("one => getComputedStyle(one).display") == "none"
    table = page.locator("section:has(> #trend) table")
    assert table.evaluate("one => one.getBoundingClientRect().height") > 100
    page.close()
