"""Judging one statement on one page: which sentence conveys or contradicts it, and what the nearest one lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sgaudit.checks.statements import whom
from sgaudit.checks.statements.analysis import Analysis, Hit, Text
from sgaudit.checks.statements.clauses import denials
from sgaudit.checks.statements.lexicon import says
from sgaudit.checks.statements.options import INNER, StatementOptions, Wording
from sgaudit.checks.statements.sentences import Sentence
from sgaudit.checks.statements.subjects import Named
from sgaudit.model.evidence import Control
from sgaudit.model.outcome import Reading
from sgaudit.register import is_under

_NEAR = 6
_MOST_HITS = 12  # of one concept in one sentence; more are met only where words are heaped up
_NOWHERE = "no sentence of this page comes near"


@dataclass(frozen=True)
class Part:
    """One thing a wording asks for, and the words that were found for it; empty when there are none."""

    asked: str
    found: str


@dataclass(frozen=True)
class Trace:
    """How far one sentence met one wording: its parts, whether it is about the right one, and why it failed."""

    named: Named
    wording: Wording
    parts: tuple[Part, ...]
    failed: str = ""

    @property
    def score(self) -> int:
        """How many parts were found."""
        return sum(bool(part.found) for part in self.parts)


@dataclass(frozen=True)
class Judgement:
    """The reading of a statement on a page. `trace` is the sentence it rests on, or the nearest one when absent;
    `reason` says why that one is not enough. `control` is the link it rests on, where no sentence is.
    """

    reading: Reading
    trace: Trace | None = None
    reason: str = ""
    control: Control | None = None


class Statement:
    """One rule's wordings with their concepts filled in."""

    def __init__(self, options: StatementOptions, shared: Mapping[str, tuple[str, ...]]) -> None:
        self.options = options
        self._lists = {**shared, **options.concepts}
        self._filled: dict[str, tuple[str, ...]] = {}
        turned = [
            wording.model_copy(update={"denied": not wording.denied, "opposite": False})
            for wording in options.conveys
            if wording.opposite
        ]
        self._against = (*options.contradicts, *turned)
        self._asked = {False: self._with_lists(options.conveys), True: self._with_lists(self._against)}

    def _with_lists(self, wordings: Sequence[Wording]) -> list[tuple[Wording, list[tuple[str, ...]]]]:
        """Wordings with their word lists, the shortest first: what a short one says is soonest missing."""
        return [(one, sorted((self.entries(name) for name in one.says), key=len)) for one in wordings]

    def entries(self, name: str) -> tuple[str, ...]:
        """The word list of a concept, `{other}` within it replaced by that concept's own words.

        Raises KeyError when there is none of that name; rules are checked for that when they are loaded.
        """
        if name not in self._filled:
            self._filled[name] = tuple(
                INNER.sub(lambda match: f"(?:{'|'.join(self.entries(match[1]))})", entry) for entry in self._lists[name]
            )
        return self._filled[name]

    def judge(self, page: Analysis, controls: Sequence[Control]) -> Judgement:
        """How the statement stands on a page."""
        against = next(self._matches(page.seen, contradicting=True), None)
        if against:
            return Judgement(Reading.contradicted, against)
        found = list(self._matches(page.seen))
        if found:
            old = self.options.superseded
            if old and self._is_old(found):
                return Judgement(Reading.superseded, found[0], old.note)
            return Judgement(Reading.present, found[0])
        if judged := self._linked(page, controls):
            return judged
        if unseen := next(self._matches(page.unseen), None):
            return Judgement(Reading.hidden, unseen, _why_unseen(unseen.named.sentence.block.hidden_because))
        nearest = self._nearest(page.seen)
        return Judgement(Reading.absent, nearest, nearest.failed if nearest else _NOWHERE)

    def _is_old(self, found: Sequence[Trace]) -> bool:
        old = self.options.superseded
        said = [trace.named.sentence.words.replace("|", "") for trace in found]
        return (
            old is not None
            and all(any(self._in(name, one) for name in old.older) for one in said)
            and not any(self._in(name, one) for name in old.unless for one in said)
        )

    def _in(self, name: str, text: str) -> bool:
        return says(self.entries(name), text)

    def _matches(self, text: Text, *, contradicting: bool = False) -> Iterator[Trace]:
        """Sentences that convey the statement, or contradict it, in document order for each wording."""
        for wording, lists in self._asked[contradicting]:
            if all(map(text.hits, lists)):
                yield from (trace for trace in self._tried(text, wording) if not trace.failed)

    def _tried(self, text: Text, wording: Wording) -> Iterator[Trace]:
        """Every sentence that has the key concept of `wording`, with how far it meets the rest."""
        key = text.hits(self.entries(wording.says[0]))
        everything = text.everything
        first_link = len(text.named)
        for number in sorted(key):
            if (number >= first_link) is not wording.link:
                continue
            named = everything[number]
            best: Trace | None = None
            for hit in key[number][:_MOST_HITS]:
                trace = self._try(text, wording, number, named, hit)
                if best is None or (best.failed and (not trace.failed or trace.score > best.score)):
                    best = trace
            if best is not None:
                yield best

    def _try(self, text: Text, wording: Wording, number: int, named: Named, key: Hit) -> Trace:
        sentence = named.sentence
        clause = sentence.clauses[key.clause]
        spans = [(key.start, key.end)]
        parts = [Part(wording.says[0], clause.words[key.start : key.end])]
        for name in (*wording.says[1:], *wording.around):
            hits = text.hits(self.entries(name)).get(number, ())
            hit = min(hits, key=lambda one: abs(one.clause - key.clause), default=None)
            if hit is not None and wording.together and not _together(sentence, key.clause, hit.clause):
                hit = None
            if hit is not None:
                found = sentence.clauses[hit.clause].words[hit.start : hit.end]
                if hit.clause == key.clause:
                    spans.append((hit.start, hit.end))
            elif name in wording.around:
                found = next((one for one in sentence.context[:_NEAR] if self._in(name, one)), "")
            else:
                found = ""
            parts.append(Part(name, found))
        parts += [Part(name, sentence.answers if self._in(name, sentence.answers) else "") for name in wording.answers]
        parts += [Part(name, self._nearby(text, number, name)) for name in wording.nearby]
        failed = self._fails(text, wording, number, named, key, spans, parts)
        return Trace(named, wording, tuple(parts), failed)

    def _nearby(self, text: Text, number: int, name: str) -> str:
        """What says a concept in a sentence or in one of the two around it in the same section."""
        hits = text.hits(self.entries(name))
        here = text.everything[number].sentence
        around = range(max(0, number - 2), min(len(text.named), number + 3))
        for place in sorted(around, key=lambda one: abs(one - number)):
            sentence = text.everything[place].sentence
            beside = sentence.block.headings == here.block.headings and sentence.block.region == here.block.region
            if place in hits and beside and not sentence.fragment:
                hit = hits[place][0]
                return sentence.clauses[hit.clause].words[hit.start : hit.end]
        return ""

    def _fails(
        self,
        text: Text,
        wording: Wording,
        number: int,
        named: Named,
        key: Hit,
        spans: list[tuple[int, int]],
        parts: Sequence[Part],
    ) -> str:
        """Why the sentence does not convey the wording; empty when it does."""
        sentence = named.sentence
        clause = sentence.clauses[key.clause]
        if whom.WE_DO.search(clause.words[: key.start]):
            return "it is about ourselves"
        missing = [part.asked for part in parts if not part.found]
        if missing:
            return f"it says nothing about {_listed(missing)}"
        about = self.options.about if wording.about is None else wording.about
        if about and about not in named.subjects[key.clause]:
            others = sorted(named.subjects[key.clause])
            return f"it is about {_listed(others)}" if others else "it does not say who is meant"
        if wording.named and about not in named.explicit:
            return "it names nobody"
        if sentence.question:
            return "it only asks"
        if key.clause in sentence.hearsay:
            return "it only tells what others say or what was once so"
        if sentence.fragment:
            return "it is only a heading"
        if clause.condition and not wording.supposed:
            return "it only says what if"
        spoilt = next((name for name in wording.unless if number in text.hits(self.entries(name))), "")
        if spoilt:
            return f"it speaks of {_plain(spoilt)}"
        if wording.denied is None and (sentence.denied or clause.ended):
            return "the page itself calls it untrue"
        denied = (denials(clause.words, spans) + sentence.denied + clause.ended) % 2 == 1
        if wording.denied is not None and denied is not wording.denied:
            return "it says the opposite" if denied else "it does not deny it"
        return ""

    def _linked(self, page: Analysis, controls: Sequence[Control]) -> Judgement | None:
        """Where a link is what conveys it: a link a person can see, or the address as visible text."""
        if not self.options.links:
            return None
        there = [control for control in controls if _leads_to(control.href, self.options.links)]
        if seen := next((one for one in there if one.hidden_because in ("", "closed-details")), None):
            return Judgement(Reading.present, control=seen)
        known: dict[int, bool] = {}  # by the block, which many sentences may share
        for text, reading in ((page.seen, Reading.present), (page.unseen, Reading.hidden)):
            for one in text.everything:
                host = next((word for word in one.sentence.words.split() if is_under(word, *self.options.links)), "")
                block = one.sentence.block
                if id(block) not in known:
                    known[id(block)] = any(_leads_to(href, self.options.links) for _, href in block.links)
                linked = known[id(block)]
                if host or linked:
                    part = Part("address", host or "link")
                    trace = Trace(one, Wording(says=("address",)), (part,))
                    why = _why_unseen(one.sentence.block.hidden_because) if reading is Reading.hidden else ""
                    return Judgement(reading, trace, why)
        if there:
            return Judgement(Reading.hidden, control=there[0], reason=_why_unseen(there[0].hidden_because))
        return None

    def explain(self, page: Analysis) -> Iterator[Trace]:
        """For each wording the sentence a person can see that meets it best, with what it lacks: those that contradict
        first. A wording whose key concept is nowhere on the page yields nothing.
        """
        for wording in (*self._against, *self.options.conveys):
            tried = self._tried(page.seen, wording)
            best = max(tried, key=lambda trace: (not trace.failed, trace.score), default=None)
            if best is not None:
                yield best

    def _nearest(self, text: Text) -> Trace | None:
        """The sentence that comes closest: about the right service before others, then by what it says of it."""
        tried = (trace for wording in self.options.conveys for trace in self._tried(text, wording))
        about = self.options.about

        def closeness(trace: Trace) -> tuple[bool, float, bool]:
            spoken = not about or any(about in subjects for subjects in trace.named.subjects)
            return spoken, trace.score / len(trace.parts), not trace.named.sentence.fragment

        return max(tried, key=closeness, default=None)


def _together(sentence: Sentence, one: int, other: int) -> bool:
    """Whether two clauses are one, or the other and all between are conditions of it."""
    low, high = sorted((one, other))
    return all(sentence.clauses[place].condition for place in range(low, high + 1) if place != one)


def _leads_to(href: str, hosts: Sequence[str]) -> bool:
    rest = href.partition("://")[2] if "://" in href else ""
    return is_under(rest.partition("/")[0].partition(":")[0].partition("?")[0].lower(), *hosts)


def _plain(name: str) -> str:
    return name.replace("-", " ")


def _listed(asked: Sequence[str]) -> str:
    said = [_plain(name) for name in asked]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


_UNSEEN = {
    "comment": "it stands in a comment of the source",
    "template": "it stands in a template that is never shown",
    "noscript": "it is shown only where scripts are switched off",
    "alt": "it stands only in the description of a picture",
    "title": "it stands only in a tooltip",
    "white-on-white": "its colour is that of the background",
}


def _why_unseen(reason: str) -> str:
    return _UNSEEN.get(reason, f"nobody can see it ({reason.replace('-', ' ')})")
