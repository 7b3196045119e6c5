"""Accessibility engines: each looks at one open page and says what it found."""

from __future__ import annotations

from pathlib import Path

from sgaudit.engines.axe import AxeEngine
from sgaudit.engines.interface import Engine, Ground

__all__ = ["ENGINES", "Engine", "Ground", "make_engine"]

ENGINES = {"axe": AxeEngine}


def make_engine(axe_path: Path | None = None) -> Engine:
    """The engine of an audit; `axe_path` is another axe.min.js than the one that comes with the binding."""
    return ENGINES["axe"](axe_path)
