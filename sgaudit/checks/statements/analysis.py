"""One page read once for all statement rules: sentences seen and unseen, whom they speak of, and where words stand."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice

from sgaudit.checks.statements.clauses import Clause
from sgaudit.checks.statements.lexicon import Words, lexicon
from sgaudit.checks.statements.sentences import LONGEST, MOST, Sentence, linked_host, read
from sgaudit.checks.statements.subjects import Named, named_alone, names, resolve
from sgaudit.checks.statements.words import language, words
from sgaudit.model.evidence import RenderedPage
from sgaudit.page import TextBlock, page_text
from sgaudit.register import Service

_OF_THE_FRAME = frozenset({"nav", "header", "footer"})
_MOST_HITS = 60


@dataclass(frozen=True)
class Hit:
    """A concept found in a clause: its number in the sentence, and from where to where in the clause's words."""

    clause: int
    start: int
    end: int


@dataclass
class Text:
    """Sentences with their subjects, and a search over all of them at once. `everything`: sentences, then links.
    `whole` is false once a sentence was met that says one thing more often than is read of any sentence.
    """

    named: list[Named]
    links: list[Named]
    everything: list[Named] = field(init=False)
    whole: bool = True
    _whole: Words = field(init=False)
    _starts: list[int] = field(default_factory=list)
    _places: list[tuple[int, int]] = field(default_factory=list)
    _found: dict[tuple[str, ...], dict[int, list[Hit]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.everything = [*self.named, *self.links]
        pieces: list[str] = []
        for number, one in enumerate(self.everything):
            for place, clause in enumerate(one.sentence.clauses):
                pieces.append(clause.words)
                self._places.append((number, place))
        self._whole = Words("\n".join(pieces))
        self._starts = list(accumulate((len(piece) + 1 for piece in pieces), initial=0))[: len(pieces)]

    def hits(self, entries: tuple[str, ...]) -> dict[int, list[Hit]]:
        """Where one of `entries` is said, by the number of the sentence."""
        if entries not in self._found:
            found: dict[int, list[Hit]] = {}
            for start, end in lexicon(entries).find(self._whole):
                at = bisect_right(self._starts, start) - 1
                sentence, clause = self._places[at]
                begins = self._starts[at]
                held = found.setdefault(sentence, [])
                if len(held) < _MOST_HITS:
                    held.append(Hit(clause, start - begins, end - begins))
                else:
                    self.whole = False
            self._found[entries] = found
        return self._found[entries]


@dataclass
class Analysis:
    """What there is to read on one page. `language` is that of most of its text; `whole` is false when the page has
    more than was read of it.
    """

    seen: Text
    unseen: Text
    language: str
    whole: bool = True


def analyse(page: RenderedPage, services: tuple[Service, ...]) -> Analysis:
    """`page` read with `services` known; the same page is read only once."""
    return _analyse(page.snapshot, page.final_url or page.url, page.title, services)


@lru_cache(maxsize=128)
def _analyse(snapshot: str, url: str, title: str, services: tuple[Service, ...]) -> Analysis:
    text = page_text(snapshot, url)
    blocks = [block for block in text.blocks if not block.struck]
    visible = [block for block in blocks if not block.hidden_because or block.openable]
    hidden = [block for block in blocks if block.hidden_because and not block.openable]
    known = names(services)
    (sentences, whole), links = read(visible), list(islice(_links(visible), MOST + 1))
    unseen, _ = read(hidden)
    return Analysis(
        seen=Text(resolve(sentences, known, title), named_alone(links[:MOST], known)),
        unseen=Text(resolve(unseen, known, title), named_alone(list(islice(_links(hidden), MOST)), known)),
        language=_language(visible),
        whole=text.whole and whole and len(links) <= MOST,
    )


def _links(blocks: Sequence[TextBlock]) -> Iterator[Sentence]:
    for block in blocks:
        for text, href in block.links:
            if said := words(text[:LONGEST]):
                hosts = (linked_host(href),) if href else ()
                yield Sentence(quote=text[:LONGEST], clauses=(Clause(said),), block=block, hosts=hosts)


def _language(blocks: Sequence[TextBlock]) -> str:
    weights: Counter[str] = Counter()
    for block in islice(blocks, MOST):
        if block.landmark not in _OF_THE_FRAME and (found := language(block.text[:5_000])):
            weights[found] += len(block.text)
    return weights.most_common(1)[0][0] if weights else ""
