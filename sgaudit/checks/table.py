"""Which checks there are: each named once. A rule file's `check` is a key of this table."""

from __future__ import annotations

from collections.abc import Iterable

from sgaudit.checks.accessibility import ACCESSIBILITY
from sgaudit.checks.button import BUTTON
from sgaudit.checks.ceop_link import CEOP_LINK
from sgaudit.checks.certificates import CERTIFICATES
from sgaudit.checks.content import EMPTY_HEADING, HELPLINE_NUMBERS, IMAGE_ALT, STALE_NOTICE
from sgaudit.checks.documents import DOCUMENT_LINKS
from sgaudit.checks.findable import FINDABLE
from sgaudit.checks.interface import Check, Need
from sgaudit.checks.links import LINKS
from sgaudit.checks.statements import STATEMENT
from sgaudit.checks.vantage import SCHOOL_FILTER
from sgaudit.rules import Rule

CHECKS: dict[str, Check] = {
    "ceop-button": BUTTON,
    "ceop-link": CEOP_LINK,
    "findable": FINDABLE,
    "school-filter": SCHOOL_FILTER,
    "statement": STATEMENT,
    "links": LINKS,
    "certificate-expiry": CERTIFICATES,
    "document-links": DOCUMENT_LINKS,
    "accessibility": ACCESSIBILITY,
    "image-alt": IMAGE_ALT,
    "stale-notice": STALE_NOTICE,
    "empty-heading": EMPTY_HEADING,
    "helpline-numbers": HELPLINE_NUMBERS,
}


def needs_of(rules: Iterable[Rule]) -> frozenset[Need]:
    """The work that these rules lean on."""
    return frozenset(need for rule in rules for need in CHECKS[rule.check].needs)
