"""The words of safeguarding: how strongly a short label promises that subject, and which of its terms a text uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

Terms = dict[str, int]
"""How often a text uses each term of the subject; only terms that occur."""

_SUBJECT = re.compile(
    r"""\b(?:
    safeguarding | child(?:ren['’]?s?)?[ ]?protection | ceop
    | (?:online|on-line|internet|cyber|digital|web)[ -]?safety | e[ -]?safety | safety[ ]online
    | (?:keep|keeping|stay|staying|be|being)(?:[ ]?|[ ](?:[\w'’-]+[ ]){1,4})safer?
    | safe(?:r|ly)?[ ]?on-?line | safe[ ]screens?
    | online[ ](?:abuse|harms?|concerns?|worr(?:y|ies)|grooming)
    | report(?:ing)?[ ](?:an?[ ])?(?:online[ ]|child[ ]|your[ ])?(?:abuse|concerns?|worr(?:y|ies)|harm)
    | concern(?:s|ed)?[ ](?:about|for)[ ](?:a|your|the[ ]safety[ ]of)[ ]
    | worried[ ]about[ ](?:something|some(?:one|body)|anything|a|your|my|another)\b
    | diogelu | amddiffyn[ ]?(?:plant|plentyn) | diogelwch[ ](?:ar[ -]?lein|ar[ ]y[ ]we|y[ ]we|digidol)
    | e[ -]?ddiogelwch | diogel[ ]ar[ -]?lein | (?:cadw|aros|bod)(?:['’]n|[ ]yn|[ ]\w+[ ]yn)[ ]ddiogel
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NEAR = re.compile(
    r"\b(?:worried|worries|childline|nspcc|thinkuknow|think ?you ?know|cyber-?bullying|safer internet|whisper|"
    r"(?:reporting|adrodd)$|poeni|pryderu)",
    re.IGNORECASE,
)
# "Keeping safe" of another kind: on the road, in the water. These words cancel it unless the rest is plain.
_OTHER_SAFETY = re.compile(
    r"\b(?:roads?|streets?|fire|fireworks?|bonfire|water|sun|bik\w+|cycl\w+|rail\w*|trains?|tracks?|food|traffic|"
    r"labs?|laborator\w+|playground|swim\w*|sea|beach|winter|ice|weather|heat|parking|cars?|travel\w*|walk\w*|scooters?|"
    r"pedestrians?|gas|electric\w*|valuables|belongings|money|payments?|covid|coronavirus)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"safeguarding|protection|ceop|on-?line|internet|e-?safety|abuse|diogelu|amddiffyn", re.IGNORECASE)
_OF_DATA = re.compile(r"\b(?:data|privacy|gdpr|cookies?|copyright|passwords? policy)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:governors?|trustees?|vacanc\w+|jobs?|recruit\w*|careers?|training|courses?|newsletters?|workshops?|evening|"
    r"assembl\w+|week|day|month|awards?|visits?|visitors?|competitions?|conference|meetings?|minutes|surveys?|quiz|winners?|"
    r"news|blog|events?|llywodraethwyr|swyddi?)\b",
    re.IGNORECASE,
)
_PAPERS = re.compile(r"\b(?:polic(?:y|ies)|procedures?|documents?|downloads?|polisi(?:au)?)\b", re.IGNORECASE)

STRONG = 0.7
"""A label of this weight or more speaks of nothing but the subject."""


@lru_cache(maxsize=4096)
def weight(label: str) -> float:
    """How much a title, heading, link text or address promises a page about safeguarding: 0 (not at all) to 1."""
    found = 1.0 if _SUBJECT.search(label) else 0.5 if _NEAR.search(label) else 0.0
    if not found:
        return 0.0
    if _OF_DATA.search(label) or (_OTHER_SAFETY.search(label) and not _PLAIN.search(label)):
        return 0.0
    if _BESIDE.search(label):
        found *= 0.35
    if _PAPERS.search(label):
        found *= 0.75
    return found * (0.6 if len(label.split()) > 9 else 1.0)


_TERMS: Mapping[str, tuple[str, ...]] = {
    "CEOP": ("ceop",),
    "safeguarding": ("safeguarding", "diogelu"),
    "child protection": ("child protection", "amddiffyn plant"),
    "online safety": (
        "online safety", "e-safety", "esafety", "internet safety", "safe online", "safer online", "safely online",
        "diogelwch ar-lein", "ar-lein",
    ),
    "abuse": ("abuse", "exploitation", "cam-drin"),
    "grooming": ("grooming",),
    "reporting a worry": (
        "report a concern", "report your concern", "reporting a concern", "make a report", "report abuse",
        "report it to", "worried about",
    ),
    "Childline": ("childline",),
    "the NSPCC": ("nspcc",),
}  # fmt: skip
_JOB = ("salary", "closing date", "job description", "person specification", "application form", "interviews will")


def terms_in(text: str) -> Terms:
    """Count the subject's terms in `text`. "a job" counts what only an advertisement for one says."""
    plain = " ".join(text.lower().replace("’", "'").split())
    counts = {term: sum(map(plain.count, forms)) for term, forms in _TERMS.items()}
    counts["a job"] = sum(form in plain for form in _JOB)
    return {term: count for term, count in counts.items() if count}
