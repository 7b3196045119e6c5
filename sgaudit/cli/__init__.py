"""The front door: options become a Config, a Report becomes files and an exit code. No thinking here."""

from sgaudit.cli.app import app, main

__all__ = ["app", "main"]
