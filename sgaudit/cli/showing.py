"""What a finished run shows at the end: the verdict for a person, and what a CI reads from the same output."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sgaudit.run import Done


def show(done: Done, *, silent: bool = False) -> None:
    """The verdict and where the report is, unless `silent`; then what the formats that were asked for print."""
    from sgaudit.reporters.terminal import render

    if not silent:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        # A page's words must not become commands of the runner that reads this output.
        token = secrets.token_hex(16) if done.printed or os.environ.get("GITHUB_ACTIONS") == "true" else ""
        if token:
            typer.echo(f"::stop-commands::{token}")
        typer.echo(render(done.report, width=shutil.get_terminal_size((80, 24)).columns, colour=colour))
        typer.echo(f"Report: {done.report_file}")
        if token:
            typer.echo(f"::{token}::")
    if done.printed:
        typer.echo(done.printed, nl=False)
