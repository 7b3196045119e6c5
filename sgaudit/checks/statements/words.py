"""Words as they are compared: small letters, contractions written out, one space between, no punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "“": '"', "”": '"', "„": '"', "‑": "-", "‐": "-"}
)
_CONTRACTED = (
    (re.compile(r"\b(?:can't|cannot|cant)\b"), "can not"),
    (re.compile(r"\b(?:won't|wont)\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\bain't\b"), "is not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|need|might)n'?t\b"), r"\1 not"),
    (re.compile(r"\blet's\b"), "let us"),
    (
        re.compile(
            r"\b(it|that|there|this|what|who|he|she|where|here|how|when|everything|nothing|something|everyone|everybody"
            r"|someone|somebody|anyone|anybody|nobody|one|child|kid)'s\b"
            r"(?! (?:own|name|age|safety|parents?|area|police|home)\b)"
        ),
        r"\1 is",
    ),
    (re.compile(r"(?<=[a-z])'ll\b"), " will"),
    (re.compile(r"(?<=[a-z])'re\b"), " are"),
    (re.compile(r"(?<=[a-z])'ve\b"), " have"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"(?<=[a-z])'d\b"), " would"),
    (re.compile(r"(?<=[a-z0-9])'s\b"), " s"),
)
_SPELT = re.compile(r"\bc ?e ?o ?p\b")  # letter by letter, or torn apart by tags
_NUMBERS = {
    "tens": "10s", "elevens": "11s", "twelves": "12s", "sixteens": "16s", "fives": "5s",
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "eighteenth": "18th", "thirteenth": "13th",
    "sixteenth": "16th", "nineteen": "19", "eighteens": "18s", "thirteens": "13s",
}  # fmt: skip
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")
_HOST = re.compile(
    r"\b(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,8}(?:uk|com|org|net|gov|info|police|scot|wales|example))\b(?:/[^\s]*)?"
)
_NOT_WORDS = re.compile(r"[^\w.]+|(?<![\w])\.|\.(?!\w)")
# What stands between the parts of an expression may not turn it round.
_NO_DENIAL = "(?!(?:not|no|never|nor|nobody|none|neither|unable|nothing|rather|instead|outside|beyond) )"
_GAP = rf"(?: {_NO_DENIAL}[^ |\n]+)"
_DOT = re.compile(r"(?<=[a-z])\.(?=[a-z])")


@lru_cache(maxsize=20_000)
def words(text: str) -> str:
    """`text` as patterns see it: words with one space between them; addresses stay whole."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES)).lower()
    if not plain.isascii():
        plain = "".join(one for one in plain if not unicodedata.combining(one))
    if "'" in plain or "cannot" in plain or "nt" in plain:
        for pattern, full in _CONTRACTED:
            plain = pattern.sub(full, plain)
    plain = plain.replace("&", " and ").replace("'", "")
    plain = _NUMBER.sub(lambda match: _NUMBERS[match.group()], plain)
    if "." in plain:
        kept: list[str] = []

        def keep(match: re.Match[str]) -> str:
            kept.append(match[1])
            return f" \x00{len(kept) - 1}\x00 "

        plain = _HOST.sub(keep, plain)
        plain = _DOT.sub(" ", plain)
        plain = re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], plain)
    return _SPELT.sub("ceop", " ".join(_NOT_WORDS.sub(" ", plain).split()))


def translated(entry: str) -> str:
    """An entry of a word list as a regular expression over normalised words.

    ` ... ` stands for up to six words between, ` .. ` for up to three; neither they nor a `(?:\\w+ )` hold a denial.
    """
    return (
        entry.strip()
        .replace(r"(?:\w+ )", rf"(?:{_NO_DENIAL}\w+ )")
        .replace(" ... ", _GAP + "{0,6}? ")
        .replace(" .. ", _GAP + "{0,3}? ")
    )


@lru_cache(maxsize=2_000)
def pattern(entries: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for several entries of a word list. Whole words are meant unless an entry says otherwise.

    Raises re.error when an entry is no expression.
    """
    made = "|".join(translated(entry) for entry in entries)
    return re.compile(rf"(?<![\w.])(?:{made})(?![\w])", re.MULTILINE)


_ENGLISH = frozenset({
    "the", "of", "to", "and", "a", "in", "is", "you", "for", "it", "that", "or", "be", "are", "can", "we", "on",
    "with", "if", "your", "this", "have", "at", "from", "not", "as", "by", "they", "who", "will", "our", "their",
    "all", "has", "i", "my", "me", "do", "what", "how", "about", "any", "when", "please", "an", "should", "was",
    "us", "more",
})  # fmt: skip
_WELSH = frozenset({
    "yn", "y", "yr", "a", "i", "o", "ar", "mae", "nid", "ac", "am", "gyda", "eich", "ei", "hyn", "hwn", "bod",
    "neu", "fod", "wedi", "gan", "gall", "gallwch", "os", "pan", "plant", "plentyn", "at", "i'r", "a'r", "o'r",
    "chi", "ni", "un", "yw", "sydd", "ydy", "oes", "unrhyw", "hefyd", "cael", "gwneud", "dim", "ddim", "eu", "ein",
    "wrth", "rhag", "dros", "drwy",
})  # fmt: skip


def language(text: str) -> str:
    """`en`, `cy` or `other` by the small words a text is full of; empty when it has too few words to tell."""
    said = words(text).split()
    if len(said) < 6:
        return ""
    english = sum(word in _ENGLISH for word in said) / len(said)
    welsh = sum(word in _WELSH for word in said) / len(said)
    if welsh > english and welsh > 0.15:
        return "cy"
    return "en" if english > 0.08 else "other"
