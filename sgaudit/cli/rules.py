"""`sgaudit rules`: list, show, explain and test the rules, and print the wording that meets them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgaudit.cli.options import RulesOption
from sgaudit.console import say

if TYPE_CHECKING:
    from sgaudit.rules import RulePack


class SectionFormat(StrEnum):
    """What `rules wording` prints."""

    html = "html"
    text = "text"


rules_app = typer.Typer(no_args_is_help=True, help="List, show, explain and test the rules; wording for a page.")


@rules_app.command("list")
def rules_list(rules: RulesOption = None) -> None:
    """All rules: id, group, level, severity, title."""
    for rule in _pack(rules).rules:
        typer.echo(f"{rule.id:<28} {rule.group:<16} {rule.level:<7} {rule.severity:<9} {rule.title}")


@rules_app.command("show")
def rules_show(rule_id: Annotated[str, typer.Argument(metavar="ID")], rules: RulesOption = None) -> None:
    """One rule in full: why, source, how to fix, suggested wording."""
    from sgaudit.reporters.terminal import rule_text

    for rule in _pack(rules).chosen((rule_id,), ()).rules:
        typer.echo(rule_text(rule))


@rules_app.command("explain")
def rules_explain(
    rule_id: Annotated[str, typer.Argument(metavar="ID")],
    page: Annotated[
        str,
        typer.Option("--page", metavar="FILE", help="A saved HTML file, or - for standard input; a URL with --run."),
    ],
    run: Annotated[
        Path | None, typer.Option("--run", metavar="RUN", help="Take the page from the evidence of this run.")
    ] = None,
    rules: RulesOption = None,
) -> None:
    """Why a statement reads as it does on a page: what each wording asks for, and what was found of it."""
    from sgaudit.explain import explained
    from sgaudit.reporters.explaining import explanation_text

    typer.echo(explanation_text(explained(_pack(rules), rule_id, page, run)))


@rules_app.command("wording")
def rules_wording(
    form: Annotated[SectionFormat, typer.Option("--format", help="html or text.")] = SectionFormat.html,
    rules: RulesOption = None,
) -> None:
    """A section for the safeguarding page, ready to paste, in which every statement stands."""
    from sgaudit.reporters.wording import section_html, section_text

    pack = _pack(rules)
    typer.echo(section_html(pack) if form is SectionFormat.html else section_text(pack))
    say("The CEOP button itself belongs on the same page: see `sgaudit rules show ceop-button`.")


@rules_app.command("test")
def rules_test(
    path: Annotated[Path | None, typer.Argument(help="A rule file or folder (default: all).")] = None,
) -> None:
    """Run every rule's own examples."""
    from sgaudit.checks.examples import run_examples

    pack = _pack([path] if path else None)
    chosen = [rule for rule in pack.rules if path is None or pack.comes_from(rule, path)]
    mismatches = [mismatch for rule in chosen for mismatch in run_examples(rule, pack.registers)]
    for mismatch in mismatches:
        typer.echo(str(mismatch))
    typer.echo(f"{len(chosen)} rules, {len(mismatches)} examples not as their headings say")
    raise typer.Exit(1 if mismatches else 0)


def _pack(folders: list[Path] | None) -> RulePack:
    from sgaudit.audit import rule_pack

    return rule_pack(folders or ())
