"""How a statement was read on one page, wording by wording: what `sgaudit rules explain` shows."""

from __future__ import annotations

from sgaudit.model.outcome import Reading
from sgaudit.model.report import Concluded


class PartTried(Concluded):
    """One thing a wording asks for (the name of a concept), and the page's words for it; empty when there are none."""

    asked: str
    found: str = ""


class WordingTried(Concluded):
    """The sentence that meets one wording best.

    `contradicts` tells what speaks against the statement from what conveys it. `about` is whom the sentence must speak
    of, empty for anybody; `speaks_of` are those whom it was taken to speak of. `lacks` says why it is not enough, empty
    where it is. `rests` marks the one that the reading rests on (for an absent statement: the nearest).
    """

    contradicts: bool
    quote: str
    selector: str = ""
    frame: str = ""
    parts: tuple[PartTried, ...] = ()
    about: str = ""
    speaks_of: tuple[str, ...] = ()
    lacks: str = ""
    rests: bool = False


class Explanation(Concluded):
    """The reading and all that was tried, contradicting wordings first.

    `links` are hosts a link to which is enough. `nowhere` are the concepts that whole wordings hang on and that no
    sentence says.
    """

    rule: str
    title: str
    links: tuple[str, ...] = ()
    reading: Reading
    reason: str = ""
    quote: str = ""
    selector: str = ""
    frame: str = ""
    tried: tuple[WordingTried, ...] = ()
    nowhere: tuple[str, ...] = ()
