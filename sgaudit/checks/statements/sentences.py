"""The blocks of a page become sentences that keep their context: what they answer, what is said above them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from sgaudit.checks.statements import claims, grammar, labels, telling
from sgaudit.checks.statements.clauses import Clause, clauses
from sgaudit.checks.statements.words import words
from sgaudit.page import TextBlock

MOST = 3_000
LONGEST = 1_500
_MOST_TEXT = 150_000
_LONGEST_SHORTENED = 10
_CLAUSES_SPANNED = 5
_REMARK = 8  # words; a clause no longer than that only says that something has ended
_SHORT = 120  # characters; a cell or definition no longer is read with its header


@dataclass(frozen=True)
class Sentence:
    """One sentence and what a reader has in mind when reading it.

    `quote` is the text as it stands. `context` are the normalised words around it, nearest first: its label, the
    question it answers, the sentence before, lead-in, table headers, headings. `question` marks a question;
    `denied` a sentence that the page itself calls false; `hearsay` the clauses, by number, that it only reports;
    `fragment` a heading or label. `hosts` are the hosts its links lead to, `label` the words before its colon,
    `answers` the question before it.
    """

    quote: str
    clauses: tuple[Clause, ...]
    block: TextBlock
    context: tuple[str, ...] = ()
    question: bool = False
    denied: bool = False
    hearsay: frozenset[int] = frozenset()
    fragment: bool = False
    hosts: tuple[str, ...] = ()
    label: str = ""
    answers: str = ""

    @property
    def words(self) -> str:
        """The sentence's own words, clauses kept apart by a bar that no pattern crosses."""
        return " | ".join(clause.words for clause in self.clauses)


def split(text: str) -> Iterator[str]:
    """The sentences of `text` as they stand; one without end is cut where it grows longer than any sentence is."""
    for piece in _pieces(text):
        start = 0
        while len(piece) - start > LONGEST:
            cut = piece.rfind(" ", start + 1, start + LONGEST) + 1 or start + LONGEST
            yield piece[start:cut].strip()
            start = cut
        if rest := piece[start:].strip():
            yield rest


def _pieces(text: str) -> Iterator[str]:
    text = grammar.WRAPPED_RAW.sub(lambda match: match.group()[0] + " ", text)
    start = 0
    for match in grammar.END_RAW.finditer(text):
        end = match.end()
        if "\n" not in match.group() and grammar.NO_END_RAW.search(text, max(start, end - _LONGEST_SHORTENED), end):
            continue
        yield text[start:end]
        start = end
    yield text[start:]


def read(blocks: Iterable[TextBlock]) -> tuple[list[Sentence], bool]:
    """The sentences of `blocks` in order, and whether they are all of them; at most MOST sentences and 150,000
    characters are read. Struck-out blocks are to be left out beforehand.
    """
    reader = _Reader()
    for block in claims.labelled(list(blocks)):
        reader.block(block)
        reader.met += len(block.text)
        if reader.full:
            break
    return reader.sentences[:MOST], not reader.full


@dataclass
class _Reader:
    sentences: list[Sentence] = field(default_factory=list)
    question: Sentence | None = None
    leading: str = ""  # a heading that its list completes: “Tell them if somebody”
    lone: tuple[TextBlock, str] | None = None  # a block, and the label that stands by itself in it (“Myth 3.”)
    answering: tuple[TextBlock, str] | None = None  # the block that answers a question, and the question's words
    bold: str = ""
    above: tuple[str, ...] = ()
    false_section: bool = False
    met: int = 0
    made: int = 0

    @property
    def full(self) -> bool:
        """Whether more was met than is read of one page."""
        return len(self.sentences) > MOST or max(self.met, self.made) > _MOST_TEXT

    def block(self, block: TextBlock) -> None:
        """Read one block after those before it."""
        if block.headings != self.above:
            self.bold, self.above, self.false_section = "", block.headings, False
        heading = block.kind in ("heading", "summary", "term", "caption") or (block.kind == "cell" and block.is_header)
        heading = heading and len(block.text) <= LONGEST
        label = block.strong and len(block.text) < 90 and not block.text.rstrip().endswith((".", "!"))
        if heading or label:
            self._heading(block, label and not heading)
            return
        room = _MOST_TEXT - self.met
        pieces = list(islice(split(block.text[:room]), MOST + 1))
        if len(block.text) > room:
            pieces = pieces[:-1]  # it may have been cut before a "not"
        if block.kind != "item":
            self.leading = ""
        headers = tuple(words(header) for header in block.headers)
        around = self._around(block, headers)
        false = self.false_section or any(map(labels.is_false, (*headers, words(block.lead_in))))
        answers = self.question is not None and not self.question.fragment
        asks = block.text.rstrip().endswith("?")
        if (
            block.kind == "cell"
            and block.headers
            and len(block.text) < _SHORT
            and len(pieces) == 1
            and not (answers or asks)
        ):
            self._cell(block, pieces[0], around, false)
            return
        for piece in pieces:
            if self.full:
                break
            self._piece(piece, block, around, false)

    def _heading(self, block: TextBlock, bold: bool) -> None:
        text = block.text.replace("\n", " ")
        said = words(text)
        if bold:
            self.bold = said
        self.false_section = labels.is_false(said) if bold or block.kind == "heading" else self.false_section
        asks = text.rstrip().endswith("?") or telling.ASKS.match(said) is not None
        if not asks and self._stated(text, block):
            return
        sentence = Sentence(
            quote=text,
            clauses=clauses(text),
            block=block,
            context=tuple(words(one) for one in reversed(block.headings)),
            question=asks,
            fragment=True,
            hosts=_hosts(block, text),
        )
        self.question = sentence if asks else None
        opens = any(clause.condition for clause in sentence.clauses) or telling.OPENS.search(said) is not None
        self.leading = text if opens and not asks else ""
        self.made += len(said)
        self.sentences.append(sentence)

    def _stated(self, text: str, block: TextBlock) -> bool:
        """Whether a heading is a sentence of its own, or a myth or fact with its label; it is then read as text."""
        _, label = labels.labelled(text)
        if not labels.weighs(label) and not telling.STATES.match(words(text)):
            return False
        self.question = None
        self._piece(text, block, tuple(words(one) for one in reversed(block.headings)), self.false_section)
        return True

    def _around(self, block: TextBlock, headers: tuple[str, ...]) -> tuple[str, ...]:
        near = [self.bold] if self.bold else []
        lead = [words(block.lead_in)] if block.lead_in else []
        return (*headers, *lead, *near, *(words(one) for one in reversed(block.headings)))

    def _cell(self, block: TextBlock, piece: str, around: tuple[str, ...], false: bool) -> None:
        """A short cell is read with its headers as one sentence: "Anonymous? | CEOP | No"."""
        said = words(piece)
        if telling.SAYS_NO.match(said) and any(map(labels.weighs, around[: len(block.headers)])):
            return
        row = list(block.headers)
        if any(labels.weighs(words(one)) for one in row):
            self._piece(piece, block, around, false)
            return
        if (telling.SAYS_NO.match(said) or telling.SAYS_YES.match(said)) and row:
            # What a header adds in brackets is not what is answered.
            named = (grammar.PARENTHESIS_RAW.sub(" ", one) for one in row)
            whole = Clause(" is for ".join(words(one) for one in named))
            quote = f"{' – '.join(reversed(row))}: {piece}"
            self._add(quote, (whole,), block, around, denied=telling.SAYS_NO.match(said) is not None)
            return
        said = " ".join(clause.words for clause in clauses(piece)) or said
        whole = Clause(" ".join((*(words(one) for one in reversed(row)), said)))
        self._add(piece, (whole,) if len(said.split()) < 9 else clauses(piece), block, around, denied=false)

    def _piece(self, piece: str, block: TextBlock, around: tuple[str, ...], false: bool) -> None:
        rest, label = labels.labelled(piece)
        said = words(rest)
        if not said:
            return
        if telling.LONE_LABEL.match(said) and self.question is None:
            self.lone = (block, said)
            return
        if self.lone is not None and self.lone[0] is block and not label:
            label = self.lone[1]
        self.lone = None
        if telling.ASKED.match(said) and (cut := telling.SELF_ANSWER_RAW.search(rest)):
            self._piece(piece[: len(piece) - len(rest) + cut.start()], block, around, false)
            self._piece(rest[cut.end() :], block, around, false)
            return
        false = (false and not labels.is_true(label)) or labels.is_false(label)
        previous = self.sentences[-1] if self.sentences else None
        previous = None if previous is not None and previous.fragment else previous
        around = (label, *around) if label else around
        answers = ""
        if self.question is not None and not _asks(rest, said):
            question, self.question = self.question, None
            answers = question.words
            self.answering = (block, answers)
            around = (answers, *around)
            if self._answered(question, piece, rest, label, block, around):
                return
        elif previous is not None:
            if self.answering is not None and self.answering[0] is block:
                answers = self.answering[1]
                around = (answers, *around)
            around = (previous.words, *around)
            if self._corrected(previous, piece, said, block, around):
                return
        if mistaken := telling.FALSE_THAT_RAW.match(rest):
            rest, false = rest[mistaken.end() :], not false
        asks = _asks(rest, said)
        label = "" if labels.judged(label) is not None else label
        made = clauses(telling.ASKED_RAW.sub("", rest) if asks else rest)
        if previous is not None and telling.ELLIPTIC.match(said):
            made = (Clause(f"{previous.clauses[-1].words} {said}"),)  # “A note to us may be nameless. A report is not.”
        made = self._introduced(made, said, label, block)
        sentence = self._add(piece, made, block, around, denied=false, asks=asks, label=label, answers=answers)
        if sentence.question:
            self.question = sentence

    def _answered(
        self, question: Sentence, piece: str, rest: str, label: str, block: TextBlock, around: tuple[str, ...]
    ) -> bool:
        """Add what a plain yes or no makes of the question; whether the piece says no more than that."""
        said = words(rest)
        verdict = telling.answer(rest) if not label else labels.judged(label)
        if telling.OPEN_QUESTION.match(question.words) and not telling.PLAIN_ANSWER.match(said):
            verdict = None
        if verdict is None:
            return False
        self._add(f"{question.quote} {piece}", question.clauses, block, around, denied=verdict is False)
        return any(one.match(said) for one in (telling.SAYS_NO, telling.SAYS_YES, telling.SHORT_NO))

    def _corrected(self, previous: Sentence, piece: str, said: str, block: TextBlock, around: tuple[str, ...]) -> bool:
        """Whether the piece only turns the sentence before it round, which is then done."""
        if telling.TURNS_ROUND.match(said):
            if not previous.denied:
                told = tuple(Clause(clause.words) for clause in previous.clauses)
                turned = self._add(f"{previous.quote} {piece}", told, block, around, denied=True)
                self.sentences[-1] = replace(turned, hearsay=frozenset())
            return True
        if previous.hearsay and len(said.split()) < _REMARK and telling.ENDED.search(said):
            past = " ".join(previous.clauses[number].words for number in previous.hearsay)
            if telling.PAST.search(past):
                self.sentences[-1] = replace(previous, denied=True, hearsay=frozenset())
                return True
        if telling.CORRECTS.match(said):
            self.sentences[-1] = replace(previous, denied=True, hearsay=frozenset())
            return True
        return False

    def _introduced(self, made: tuple[Clause, ...], said: str, label: str, block: TextBlock) -> tuple[Clause, ...]:
        """The clauses with what introduces them: a label, the lead-in of a list, the term of a definition."""
        label = "" if labels.weighs(label) else label
        if label:
            made = (Clause(label), *made)
        lead = block.lead_in.rstrip() or self.leading
        if lead and block.kind == "item" and not lead.endswith((".", "!", "?")):
            before = clauses(list(split(lead))[-1])
            if before and before[-1].condition and lead.endswith(":"):
                return (*before, *made)
            if before and made:
                return (*before[:-1], replace(before[-1], words=f"{before[-1].words} {made[0].words}"), *made[1:])
        elif lead and block.kind == "definition" and len(block.text) < _SHORT and not lead.endswith("?"):
            if not labels.weighs(labels.labelled(lead)[1]) and not labels.weighs(words(lead)):
                return (Clause(words(lead)), *made)
        elif label and len(said.split()) <= 5:
            return (Clause(f"{label} {said}"),)
        return made

    def _add(
        self,
        quote: str,
        made: tuple[Clause, ...],
        block: TextBlock,
        context: tuple[str, ...],
        *,
        denied: bool = False,
        asks: bool = False,
        label: str = "",
        answers: str = "",
    ) -> Sentence:
        told = _hearsay(made)
        if told and (past := _ended(made, told)):
            made, told = past, frozenset()
        elif told and len(made) > 1 and len(made[-1].words.split()) < _REMARK and telling.ENDED.search(made[-1].words):
            denied, told = not denied, frozenset()
        sentence = Sentence(
            quote=quote,
            clauses=made,
            block=block,
            context=tuple(one for one in context if one),
            question=asks,
            denied=denied,
            hearsay=told,
            hosts=_hosts(block, quote),
            label=label,
            answers=answers,
        )
        self.sentences.append(sentence)
        self.made += sum(len(clause.words) for clause in made)
        return sentence


def linked_host(href: str) -> str:
    """The host that a full address leads to, without its www."""
    return href.partition("://")[2].partition("/")[0].lower().removeprefix("www.")


def _hearsay(made: Sequence[Clause]) -> frozenset[int]:
    """The clauses that only tell what others say or what was once so; one of two in “people think ..., but it is”."""
    told: set[int] = set()
    begins, heard = 0, False
    for number, clause in enumerate(made):
        if telling.CONTRASTS.match(clause.words) or (number and telling.CONCEDES.match(made[number - 1].words)):
            begins, heard = number, False
        near = made[max(begins, number - _CLAUSES_SPANNED) : number + 1]
        heard = heard or telling.HEARSAY.search(" ".join(one.words for one in near)) is not None
        if heard:
            told.add(number)
    if told and not any(
        telling.CONTRASTS.match(clause.words) or telling.CONCEDES.match(clause.words) for clause in made
    ):
        return frozenset(range(len(made)))
    return frozenset(told)


def _ended(made: Sequence[Clause], told: frozenset[int]) -> tuple[Clause, ...]:
    """The clauses, those marked that tell of what was once so where a later one says what is so now; empty when none
    does.
    """
    last = max(told)
    once = " ".join(made[number].words for number in sorted(told))
    now = " ".join(clause.words for clause in made[last + 1 :])
    if not (telling.PAST.search(once) and telling.NO_MORE.search(now)):
        return ()
    return tuple(replace(clause, ended=number in told) for number, clause in enumerate(made))


def _asks(piece: str, said: str) -> bool:
    """Whether a piece puts a question, or tells of one that was put (“Some of you asked whether ...”)."""
    if piece.rstrip().endswith("?"):
        return telling.TELLING_RAW.match(piece) is None
    return telling.ASKED.match(said) is not None


def _hosts(block: TextBlock, quote: str) -> tuple[str, ...]:
    found = []
    for text, href in block.links:
        if href and (not text or text in quote):
            found.append(linked_host(href))
    return tuple(dict.fromkeys(found))
