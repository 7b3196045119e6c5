"""A page of our own making put on paper: no network, no script, tagged for those who listen to it."""

from __future__ import annotations

from playwright.async_api import Error as PlaywrightError

from sgaudit.browser.finding import BrowserMissing
from sgaudit.browser.launch import Launched
from sgaudit.browser.loop import Overdue
from sgaudit.browser.running import running
from sgaudit.browser.troubles import first_line
from sgaudit.config import Config

_SECONDS = 120.0


class PrintError(Exception):
    """A page that could not be put on paper. The message is one sentence with the next step."""


def print_page(html: str, config: Config) -> bytes:
    """`html` as a PDF: A4, tagged, with its title, its language and an outline. Raises PrintError.

    Whatever the page names stays unasked: its pictures must stand in it. Browser and settings are those of an audit.
    """
    alone = config.model_copy(update={"isolated": True, "resolve": ()})
    try:
        with running(alone) as (loop, launched):
            return loop.call(_printed(launched, html), _SECONDS)
    except BrowserMissing as error:
        raise PrintError(str(error)) from None
    except Overdue as error:
        raise PrintError(f"The browser did not finish printing ({error}); try again when less runs here.") from None
    except PlaywrightError as error:
        step = "name another browser with --browser-path"
        raise PrintError(f"The browser could not print the page ({first_line(str(error))}); {step}.") from None


async def _printed(launched: Launched, html: str) -> bytes:
    context = await launched.browser.new_context(java_script_enabled=False, offline=True, service_workers="block")
    page = await context.new_page()
    # The page has no address, so that nothing of this machine's folders gets into the links of the paper.
    await page.set_content(html, timeout=_SECONDS * 1000)
    return await page.pdf(format="A4", prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
