"""Whom a sentence speaks of: the service it names, else the one named last, as a reader would take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from sgaudit.checks.statements import whom
from sgaudit.checks.statements.sentences import Sentence
from sgaudit.checks.statements.words import pattern, words
from sgaudit.register import Service

OURSELVES = "ourselves"
_LISTED = 3


@dataclass(frozen=True)
class Named:
    """A sentence with the services each of its clauses speaks of. `explicit` are those it names itself."""

    sentence: Sentence
    subjects: tuple[frozenset[str], ...]
    explicit: frozenset[str]


class Names:
    """The names of all services as one question: which of them does a text name?"""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self._patterns = [(one.id, pattern(one.names)) for one in services]
        self._any = pattern(tuple(name for one in services for name in one.names))
        self._hosts = {host: one.id for one in services for host in one.hosts}

    def within(self, said: str) -> list[str]:
        """The services `said` names, in order; those it only compares with are left out."""
        if not self._any.search(said):
            return []
        found: list[tuple[int, str]] = []
        denied: list[tuple[int, str]] = []
        for name, expression in self._patterns:
            for match in expression.finditer(said):
                compared = whom.COMPARED.search(said[: match.start()])
                if compared is None:
                    found.append((match.start(), name))
                    break
                if compared.group().startswith("not ") and not denied:
                    denied.append((match.start(), name))
        # “Ring Childline, not CEOP” is about Childline; “do not tell CEOP” is about CEOP.
        return [name for _, name in sorted(found or denied)]

    def of_host(self, host: str) -> str:
        """The service that owns `host`; empty when none does."""
        while host and host not in self._hosts:
            host = host.partition(".")[2]
        return self._hosts.get(host, "")


@lru_cache(maxsize=16)
def names(services: tuple[Service, ...]) -> Names:
    """`Names` of these services, made once."""
    return Names(services)


def resolve(sentences: Sequence[Sentence], known: Names, title: str) -> list[Named]:
    """Each sentence with whom it speaks of."""
    return _Resolver(known, sentences, title).run()


def named_alone(links: Sequence[Sentence], known: Names) -> list[Named]:
    """The texts of links, each about whom it names or leads to and nobody else."""
    made = []
    for link in links:
        hosted = [name for host in link.hosts if (name := known.of_host(host))]
        found = frozenset((*known.within(link.words), *hosted))
        made.append(Named(link, tuple(found for _ in link.clauses), found))
    return made


class _Resolver:
    def __init__(self, known: Names, sentences: Sequence[Sentence], title: str) -> None:
        self.known = known
        self.sentences = sentences
        self.named = [[known.within(clause.words) for clause in sentence.clauses] for sentence in sentences]
        everywhere = [name for named in self.named for one in named for name in one]
        titled = known.within(words(title))
        self.titled = titled[0] if len(set(titled)) == 1 else ""
        self.only = everywhere[0] if len(set(everywhere)) == 1 and len(everywhere) > 1 else ""
        self.current: frozenset[str] = frozenset()
        self.region = ""
        self.level = 0  # the level of the heading whose section the current subject belongs to; 0: the whole page
        self.by_heading = False

    def run(self) -> list[Named]:
        made = []
        strange = self._strange()
        for number, sentence in enumerate(self.sentences):
            named = self.named[number]
            self._enter(sentence.block.region)
            if number in strange or self._of_others(number):
                made.append(Named(sentence, tuple(frozenset({OURSELVES}) for _ in sentence.clauses), frozenset()))
                continue
            if sentence.fragment and sentence.block.kind == "heading":
                self._section(sentence, [name for one in named for name in one])
            made.append(self._sentence(number, sentence, named))
        return made

    def _strange(self) -> frozenset[int]:
        """The numbers of sentences in paragraphs and lists that have nothing to do with reporting: a notice about
        the swimming gala below the text about CEOP does not speak of CEOP, although nobody else is named.
        """
        found: list[int] = []
        for _, grouped in groupby(range(len(self.sentences)), key=self._group):
            group = list(grouped)
            before = group[0] - 1
            headed = before >= 0 and self.sentences[before].fragment and self._of_reporting(before)
            if not headed and not any(self._of_reporting(number) for number in group):
                found += group
        return frozenset(found)

    def _of_others(self, number: int) -> bool:
        """Whether a sentence that names no service says who else does it: “Sessions are risk assessed by Mr Marsh.”"""
        sentence = self.sentences[number]
        if any(self.named[number]) or sentence.hosts or sentence.fragment or sentence.question or sentence.answers:
            return False
        said = sentence.words
        other = whom.OTHER_AGENT.search(said)
        if other is not None and other.group().startswith("report"):
            return True
        return (other is not None or whom.BY_NAME_RAW.search(sentence.quote) is not None) and not (
            whom.STRONG.search(said)
        )

    def _of_reporting(self, number: int) -> bool:
        sentence = self.sentences[number]
        said = sentence.words
        named = any(self.named[number]) or bool(sentence.hosts) or whom.POINTS_BACK.match(said) is not None
        return named or sentence.answers != "" or whom.OF_REPORTING.search(said) is not None

    def _group(self, number: int) -> tuple[object, ...]:
        """What is read in one go: the items of a list, the cells of a table, a paragraph."""
        block = self.sentences[number].block
        if block.kind == "item":
            return block.kind, block.headings, block.lead_in, block.region
        if block.kind in ("cell", "definition", "term"):
            return "cell", block.headings, block.region
        return block.selector, block.frame

    def _enter(self, region: str) -> None:
        """The foot, the menu and the side column of a page begin afresh."""
        region = region if region in ("header", "footer", "nav", "aside") else ""
        if region != self.region:
            self.region, self.current = region, frozenset()

    def _section(self, sentence: Sentence, named: list[str]) -> None:
        level = sentence.block.level
        if named:
            self.current, self.level, self.by_heading = frozenset(named[:2]), level, True
        elif self.by_heading and level <= self.level and not whom.GOES_ON.search(sentence.words):
            self.current, self.level, self.by_heading = frozenset(), 0, False
        elif _of_another(sentence.words):
            self.current, self.level, self.by_heading = frozenset({OURSELVES}), level, True

    def _sentence(self, number: int, sentence: Sentence, named: list[list[str]]) -> Named:
        labelled = self.known.within(sentence.label) if sentence.label else []
        if not labelled and sentence.block.kind == "cell":
            headed = [name for header in sentence.block.headers for name in self.known.within(words(header))]
            labelled = headed if len(set(headed)) == 1 else []
        if labelled:
            self.current = frozenset(labelled)
        explicit = frozenset((*labelled, *(name for one in named for name in one)))
        hosted = frozenset(name for host in sentence.hosts if (name := self.known.of_host(host)))
        default = explicit or (hosted if not explicit else frozenset()) or self.current or self._ahead(number, sentence)
        subjects = []
        for clause, names_here in zip(sentence.clauses, named, strict=True):
            cleft = whom.CLEFT.match(clause.words) is not None
            back = not cleft and whom.POINTS_BACK.match(clause.words) is not None
            if names_here and back and self.current:
                subjects.append(self.current | frozenset(names_here))
            elif names_here:
                subjects.append(frozenset(names_here))
                if len(set(names_here)) < _LISTED:
                    self.current = frozenset(names_here[:1] if _leads(clause.words, self.known) else names_here)
            elif whom.OURSELVES.match(clause.words) and "?" not in sentence.quote:
                subjects.append(frozenset({OURSELVES}))
            else:
                subjects.append(self.current if self.current and explicit else default)
        if len(explicit) >= _LISTED:
            self.current = frozenset()
        elif hosted and not explicit:
            self.current = hosted
        return Named(sentence, tuple(subjects), explicit | hosted)

    def _ahead(self, number: int, sentence: Sentence) -> frozenset[str]:
        """Before anybody is named: whom the page's title names, or whose button or form is spoken of."""
        if self.region:
            return frozenset()
        if self.titled:
            return frozenset({self.titled})
        if not whom.THE_FORM.search(sentence.words):
            return frozenset()
        if self.only:
            return frozenset({self.only})
        for later in range(number + 1, min(number + 6, len(self.sentences))):
            if self.sentences[later].block is not sentence.block:
                break
            if found := {name for one in self.named[later] for name in one}:
                return frozenset(found) if len(found) == 1 else frozenset()
        return frozenset()


def _of_another(heading: str) -> bool:
    """Whether a heading that names no service turns to somebody else's business."""
    other = whom.OTHER_AGENT.search(heading)
    return (other is not None and other.group().startswith("report")) or (
        whom.OTHER_SUBJECT.search(heading) is not None and whom.GOES_ON.search(heading) is None
    )


def _leads(said: str, known: Names) -> bool:
    """Whether a clause begins with a service's name, which is then its subject."""
    return bool(known.within(" ".join(said.split()[:4])))
