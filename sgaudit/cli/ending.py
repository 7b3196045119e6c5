"""How a command ends: an error as one sentence."""

from __future__ import annotations

import sys
from typing import NoReturn

from sgaudit.console import say


def fail(code: int, message: str) -> NoReturn:
    """Say what went wrong and end with `code`."""
    say(f"sgaudit: {message}")
    sys.exit(code)
