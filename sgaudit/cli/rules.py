"""`sgaudit rules`: list, show and test the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgaudit.cli.options import RulesOption

if TYPE_CHECKING:
    from sgaudit.rules import RulePack

rules_app = typer.Typer(no_args_is_help=True, help="List, show and test the rules.")


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
