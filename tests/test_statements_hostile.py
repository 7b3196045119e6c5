"""Pages made to break the reading of statements: nothing crashes, the work is bounded, and what was not read is not
called absent.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from types import FrameType

import pytest

from sgaudit import rules
from sgaudit.checks.statements import analysis, sentences
from sgaudit.checks.statements.analysis import Analysis, analyse
from sgaudit.checks.statements.check import judge
from sgaudit.checks.statements.matcher import Judgement, Statement
from sgaudit.checks.statements.options import StatementOptions
from sgaudit.checks.table import CHECKS
from sgaudit.model.evidence import FrameSeen, RenderedPage
from sgaudit.model.outcome import Reading, Role
from sgaudit.page import page_from_html, page_text, tree

URL = "https://www.foxglove.example/safeguarding/"
UNSURE = {Reading.untested, Reading.present, Reading.contradicted}
FEW = ("not-anonymous", "more-info-link", "out-of-hours")
MB = 1_000_000


@lru_cache(maxsize=1)
def pack() -> rules.RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


@lru_cache(maxsize=1)
def shipped() -> dict[str, Statement]:
    made = {rule.id: rule.options for rule in pack().rules if rule.check == "statement"}
    return {
        name: Statement(StatementOptions.model_validate(options), pack().registers.concepts)
        for name, options in made.items()
    }


def page_of(html: str) -> RenderedPage:
    return page_from_html(URL, html, Role.safeguarding)


def read(html: str, names: Sequence[str] = ()) -> tuple[Analysis, list[Judgement]]:
    """`html` read afresh and judged by all shipped statements, or those of these names."""
    page_text.cache_clear()
    analysis._analyse.cache_clear()
    page = page_of(html)
    found = analyse(page, pack().registers.services)
    return found, [judge(shipped()[name], page, found) for name in names or shipped()]


def filled(size: int, unit: str) -> str:
    return (unit * (size // len(unit) + 1))[:size]


# Rubbish of every kind.

TAGS = (
    "p", "div", "span", "b", "strong", "i", "a", "ul", "ol", "li", "table", "tr", "td", "th", "h1", "h2", "h3", "main",
    "nav", "header", "footer", "aside", "details", "summary", "button", "dl", "dt", "dd", "br",
    "br", "img", "svg", "text",
    "title", "iframe", "blockquote", "s", "del", "ins", "dialog", "input", "noscript", "template",
    "sg-frame", "sg-comment",
    "caption", "font", "style", "script", "html", "body", "base", "select", "option", "textarea", "plaintext",
)  # fmt: skip
ATTRIBUTES = (
    "hidden", 'style="display:none"', 'style="color:#fff"', 'style="color:rgb(99999999999,0,0)"',
    'style="left:-9e9px;position:fixed"', "class=gone", 'class="sidebar&#32;c"', "id=a", "id=b", "id=&#0;",
    "aria-controls=a", 'data-target="#b"', "role=button", "role=heading", "aria-level=²", "aria-level=-1",
    "aria-level=99999999999999999999", "role=navigation", "aria-expanded", "title=CEOP", "alt=CEOP", "href=/x",
    "href=https://www.ceop.police.uk/", "href=http://[::1", "href=#a", "href=javascript:a()", "onclick=\"show('a')\"",
    "onclick=pick(1)", "open", "lang=cy", "srcdoc=<p>CEOP<b>not", "data-sg-rendered", "data-sg-hidden=off-page",
    "data-sg-openable=1", "data-sg-sel=#q", "rowspan=100000", "colspan=-1",
)  # fmt: skip
WORDS = (
    "CEOP", "report", "You can", "cannot", "not", "never", "anonymous", "Myth:", "No.", "Yes!", "?", "if", "999", "(",
    ")", "[", "—", " – ", "…", "“", "’", "&nbsp;", "&#0;", "&#xD800;", "&#99999999999;", "&", "<", "\n", "\t", "\x00",
    "\x0b", "\x1b", "\x85", "\u200b", "\u00ad", "\u202e", "\u2066", "\u061c", "\ufe0f", "\ufeff", "\ufdfa",
    "\U0001f1ec", "\U0001f600", "\ud800", "e\u0301\u0301\u0301", "ＣＥＯＰ", "Mae yn y",
    "www.ceop.police.uk", "a" * 200,
)  # fmt: skip
LOOSE = (
    "<!-- CEOP &#999999999999; ", "-->", "<![CDATA[", "]]>", "<?xml", "</", "<p", "<style>.gone{display:none}/* ",
    "<script>function pick(i){document.querySelectorAll('.c')[i].hidden=0}</script>", "<base href='//[/'>", "</p></p>",
)  # fmt: skip


def rubbish(chosen: random.Random) -> str:
    made, opened = [], []
    for _ in range(chosen.randint(1, 50)):
        kind = chosen.random()
        if kind < 0.4:
            opened.append(chosen.choice(TAGS))
            made.append(f"<{opened[-1]} {' '.join(chosen.sample(ATTRIBUTES, chosen.choice((0, 0, 1, 2, 4))))}>")
        elif kind < 0.55 and opened:
            made.append(f"</{opened.pop() if chosen.random() < 0.8 else chosen.choice(TAGS)}>")
        elif kind < 0.65:
            made.append(chosen.choice(LOOSE))
        else:
            made.append(" ".join(chosen.choices(WORDS, k=chosen.randint(1, 8))))
    return "".join(made)


@pytest.mark.parametrize("seed", range(6))
def test_rubbish_is_read_and_read_the_same_again(seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(50):
        html = rubbish(chosen)
        once, again = read(html)[1], read(html)[1]
        assert [repr(one) for one in once] == [repr(one) for one in again], html


@pytest.mark.parametrize(
    "html",
    [
        "<p role=heading aria-level=²>CEOP</p>",
        f"<p role=heading aria-level={'9' * 9_000}>CEOP</p>",
        f"<p style='color:rgb({'9' * 9_000},1,1)'>CEOP</p>",
        f"<!-- &#{'9' * 9_000}; -->",
        f"<p id='{'1' * 9_000}'>CEOP</p>",
        "<iframe srcdoc='/etc/passwd'></iframe>",
        "<p>\ud800\udfff CEOP</p>",
        f"<p>ceop is {'a' * 900}.x</p>",
    ],
)
def test_what_once_broke_or_never_ended_is_read(html: str) -> None:
    read(html)


@pytest.mark.parametrize("odd", ["\u200b", "\u00ad", "\u2066", "\u202e", "\u061c", "\ufe0f", "\x1b", "\ud800"])
def test_a_character_nobody_sees_does_not_part_a_word(odd: str) -> None:
    (block,) = page_text(f"<p>CE{odd}OP reads it.</p>", URL).blocks
    assert block.text == "CEOP reads it."


# More than is read of any page.


def framed(html: str, times: int) -> str:
    for _ in range(times):
        html = f'<iframe srcdoc="{escape(html)}"></iframe>'
    return html


PROSE = "We walk to the lake on Friday with Mrs Bell. Bring a coat and a drink! Is there lunch? Yes, at noon. "
HUGE: dict[str, Callable[[], str]] = {
    "one paragraph of 5 MB": lambda: "<p>" + filled(5 * MB, PROSE),
    "one sentence of 5 MB": lambda: "<p>" + filled(5 * MB, "you walk to the lake and "),
    "100,000 paragraphs": lambda: "<p>Bring a coat.</p>" * 100_000,
    "100,000 links": lambda: "<p>" + "<a href=/lake>Lake</a> " * 100_000,
    "100,000 nested divs": lambda: "<div>a " * 100_000,
    "100,000 nested lists": lambda: "<ul><li>a " * 50_000,
    "100,000 nested tables": lambda: "<table><tr><td>a " * 34_000,
    "a table of 50,000 rows": lambda: "<table>" + "<tr><th rowspan=100000>a<td colspan=100000>No" * 50_000,
    "one list item of 300 KB": lambda: "<ul><li>" + filled(300_000, PROSE),
    "one word of 1 MB": lambda: "<p>" + "a" * MB,
    "1 MB of brackets": lambda: "<p>" + "(" * MB,
    "1 MB of commas": lambda: "<p>" + "," * MB,
    "1 MB of exclamation marks": lambda: "<p>" + "!" * MB + " a",
    "1 MB of initials": lambda: "<p>" + "A. " * 333_333,
    "1 MB of myths": lambda: "<p>" + "Myth: " * 166_666,
    "1 MB of ampersands": lambda: "<p>" + "&" * MB,
    "combining marks": lambda: "<p>a" + "\u0301\u0323" * 500_000,
    "ligatures of eighteen letters": lambda: "<p>" + "\ufdfa" * 300_000,
    "frames in frames": lambda: framed("<p>You cannot report to CEOP anonymously.</p>", 6),
    "nothing but the key words": lambda: "<p>" + filled(300_000, "CEOP can take your report and name not "),
    "a lead of 500 letters to each item": lambda: f"<p>{filled(490, 'you walk ')}:</p><ul>" + "<li>it" * 10_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_of_a_huge_page_so_much_is_read_and_nothing_called_absent(name: str) -> None:
    found, judged = read(HUGE[name](), FEW)
    assert {one.reading for one in judged} <= UNSURE
    for text in (found.seen, found.unseen):
        assert len(text.named) <= sentences.MOST
        assert len(text.links) <= sentences.MOST
        words = sum(len(clause.words) for one in text.named for clause in one.sentence.clauses)
        assert words <= sentences._MOST_TEXT + 30_000
        longest = max((len(one.sentence.quote) for one in text.named), default=0)
        assert longest <= 2 * sentences.LONGEST + 1


def test_of_a_hidden_mass_nothing_visible_is_lost() -> None:
    html = "<p>You cannot report to CEOP anonymously.</p><p hidden>" + filled(MB, PROSE)
    found, judged = read(html, FEW)
    assert found.whole
    assert [one.reading for one in judged] == [Reading.present, Reading.absent, Reading.absent]


def test_the_tree_is_no_deeper_than_256_and_loses_no_text() -> None:
    html = "<div>a" * 2_000 + "</div>b" * 2_000 + "<p hidden>c</p><p>d</p>"
    parsed = tree.parse(html)
    assert not parsed.whole
    assert max(sum(1 for _ in one.parents) for one in parsed.soup.find_all("div")) <= 257
    assert parsed.soup.get_text() == "a" * 2_000 + "b" * 2_000 + "cd"
    last = page_text(html, URL).blocks[-2:]
    assert [(one.text, one.hidden_because) for one in last] == [("c", "not-rendered"), ("d", "")]


def test_style_rules_are_compared_a_million_times_at_most() -> None:
    rows = "".join(f"* * * * * * * * *{{left:{place}px}}" for place in range(500))
    text = page_text(f"<style>{rows}</style>" + "<div>" * 10_000 + "x", URL)
    assert not text.whole


def test_what_the_browser_could_not_read_is_not_called_absent() -> None:
    whole = page_of("<p>Welcome.</p>")
    cut = whole.model_copy(update={"views": tuple(one.model_copy(update={"truncated": True}) for one in whole.views)})
    frame = FrameSeen(url="https://forms.example/", selector="iframe", visible=True, read=False, reason="It hung.")
    closed = whole.model_copy(update={"frames": (frame,)})
    for page, reading in ((whole, Reading.absent), (cut, Reading.untested), (closed, Reading.untested)):
        found = analyse(page, pack().registers.services)
        assert {judge(one, page, found).reading for one in shipped().values()} == {reading}


# Work that grows with the page and no faster.

GROWING: dict[str, Callable[[int], str]] = {
    "paragraphs": lambda n: "<p>You can report this to CEOP today.</p>" * n,
    "sentences in one paragraph": lambda n: "<p>" + "You can report this to CEOP today. " * n,
    "nested divs": lambda n: "<div>a " * n,
    "nested details": lambda n: "<details><summary>a</summary>b " * n,
    "nested panels": lambda n: "".join(f"<button aria-controls=a{one}>x</button><div id=a{one}>y" for one in range(n)),
    "links with sentences": lambda n: "<p>" + "<a href=https://x.example/>Report it.</a> " * n,
    "nested tables": lambda n: "<table><tr><td>a " * n,
    "rows": lambda n: "<table><tr><th>Who<th>Age</tr>" + "<tr><td>CEOP<td>any</tr>" * n,
    "questions": lambda n: "<h3>Is CEOP anonymous?</h3><p>No</p>" * n,
    "handlers": lambda n: "".join(f"<a class=c onclick='show({one % 9})'>x</a>" for one in range(n))
    + "<script>" + "".join(f"function f{one}(){{}};" for one in range(n)) + "</script>",
    "style rules": lambda n: f"<style>{'.a .b .c{color:red}' * 20}</style>" + "<div class='b a'><p class=c>x</p>" * n,
    "lines": lambda n: "<p>" + "<b>a</b><br><i hidden>b</i>" * n,
}  # fmt: skip


def calls(html: str) -> int:
    """How many functions are called in reading and judging `html`."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        read(html, FEW)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_page_is_twice_the_work(name: str) -> None:
    read(GROWING[name](10), FEW)  # what is made once is made
    assert calls(GROWING[name](600)) < 2.5 * calls(GROWING[name](300))
