"""The only door to Playwright: pages are opened, read, pressed, photographed and printed here."""

from sgaudit.browser.facade import Browser
from sgaudit.browser.finding import BrowserMissing, Found, find_browser
from sgaudit.browser.installing import install
from sgaudit.browser.printing import PrintError, print_page

__all__ = ["Browser", "BrowserMissing", "Found", "PrintError", "find_browser", "install", "print_page"]
