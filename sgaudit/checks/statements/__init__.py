"""The guidance statements: what a safeguarding page says, read as a careful person reads it."""

from sgaudit.checks.interface import Check, Need
from sgaudit.checks.statements.check import decide
from sgaudit.checks.statements.options import StatementOptions

STATEMENT = Check(options=StatementOptions, decide=decide, needs=frozenset({Need.crawl, Need.browser}))

__all__ = ["STATEMENT"]
