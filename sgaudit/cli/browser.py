"""`sgaudit browser`: the browser that pages are opened in."""

from __future__ import annotations

import typer

from sgaudit.cli.ending import fail
from sgaudit.console import say
from sgaudit.model.exit_codes import NO_VERDICT

browser_app = typer.Typer(no_args_is_help=True, help="The browser that pages are opened in.")


@browser_app.command("install")
def browser_install() -> None:
    """Find a browser, or install one."""
    from sgaudit.browser import BrowserMissing, install

    try:
        found = install(say)
    except BrowserMissing as error:
        fail(NO_VERDICT, str(error))
    typer.echo(f"{found.name}: {found.path or found.channel}")
