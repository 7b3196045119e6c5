"""The rendered document as ordered blocks of text that keep where they stand. The one door to BeautifulSoup."""

from sgaudit.page.blocks import TextBlock, text_blocks
from sgaudit.page.plain import page_from_html

__all__ = ["TextBlock", "page_from_html", "text_blocks"]
