"""The only door to Playwright: pages are opened, read, pressed and photographed here."""

from sgaudit.browser.facade import Browser
from sgaudit.browser.finding import BrowserMissing, Found, find_browser
from sgaudit.browser.installing import install

__all__ = ["Browser", "BrowserMissing", "Found", "find_browser", "install"]
