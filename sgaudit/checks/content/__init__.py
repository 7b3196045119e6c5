"""Checks of what pages say and show besides the guidance statements: one module each."""

from sgaudit.checks.content.headings import EMPTY_HEADING
from sgaudit.checks.content.images import IMAGE_ALT
from sgaudit.checks.content.notices import STALE_NOTICE
from sgaudit.checks.content.numbers import HELPLINE_NUMBERS

__all__ = ["EMPTY_HEADING", "HELPLINE_NUMBERS", "IMAGE_ALT", "STALE_NOTICE"]
