"""The ordered words every room shares: outcomes, severities, readings, link verdicts, roles.

The words are those of W3C ACT and EARL (outcomes) and of axe (impact); see CONTRIBUTING.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Ordered(StrEnum):
    """A string enumeration whose members are ordered as they are written, least first."""

    @property
    def rank(self) -> int:
        """Position in the order, 0 for the least."""
        return list(type(self)).index(self)

    def at_least(self, other: Ordered) -> bool:
        """Whether this value stands at or above `other`."""
        return self.rank >= other.rank


class Outcome(Ordered):
    """What a rule concluded. The worst of several wins, and `untested` is never a pass."""

    inapplicable = "inapplicable"
    passed = "passed"
    untested = "untested"
    cant_tell = "cantTell"
    failed = "failed"


class Severity(Ordered):
    """How much a failure matters to the person who meets it; axe's impact scale."""

    minor = "minor"
    moderate = "moderate"
    serious = "serious"
    critical = "critical"


class Reading(StrEnum):
    """How one guidance statement stands on one page."""

    present = "present"
    superseded = "superseded"
    contradicted = "contradicted"
    hidden = "hidden"
    absent = "absent"
    untested = "untested"


class LinkVerdict(Ordered):
    """What is known of a link target. Only `broken` says that the target is gone."""

    working = "working"
    blocked = "blocked"
    unverifiable = "unverifiable"
    suspicious = "suspicious"
    broken = "broken"


class Role(StrEnum):
    """Why a page is in the audit."""

    home = "home"
    safeguarding = "safeguarding"
    sample = "sample"
    other = "other"


class Basis(StrEnum):
    """What a rule rests on. Nothing found makes the CEOP button a legal duty."""

    statute = "statute"
    statutory_guidance = "statutory-guidance"
    sector_guidance = "sector-guidance"
    good_practice = "good-practice"


class Level(StrEnum):
    """How strongly a rule asks; what fails the run is decided by severity (`--fail-on`), not by this."""

    must = "must"
    should = "should"


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of `outcomes`; `inapplicable` when there are none."""
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.inapplicable)
