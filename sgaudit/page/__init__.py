"""The rendered document as ordered blocks of text that keep where they stand. The one door to BeautifulSoup."""

from sgaudit.page.blocks import page_text, text_blocks
from sgaudit.page.plain import page_from_html
from sgaudit.page.text import PageText, TextBlock

__all__ = ["PageText", "TextBlock", "page_from_html", "page_text", "text_blocks"]
