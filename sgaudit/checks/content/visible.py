"""The text of a page that a person can come to read."""

from __future__ import annotations

from sgaudit.model.evidence import RenderedPage
from sgaudit.page import TextBlock, text_blocks

_MENUS = frozenset({"nav"})


def readable(page: RenderedPage) -> list[TextBlock]:
    """Blocks that a person can see, or can open with a control that works; struck-out ones are withdrawn."""
    blocks = text_blocks(page.snapshot, page.final_url or page.url)
    return [block for block in blocks if (not block.hidden_because or block.openable) and not block.struck]


def in_menu(block: TextBlock) -> bool:
    """Whether the block stands in a navigation menu."""
    return block.landmark in _MENUS
