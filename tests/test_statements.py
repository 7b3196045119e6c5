"""How sentences are read: whom they are about, which way round they are, what they answer, and who can see them."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import pytest

from sgaudit import rules
from sgaudit.checks.statements.analysis import analyse
from sgaudit.checks.statements.clauses import Clause, clauses, denials
from sgaudit.checks.statements.lexicon import Words, lexicon
from sgaudit.checks.statements.matcher import Judgement, Statement
from sgaudit.checks.statements.options import StatementOptions
from sgaudit.checks.statements.sentences import split
from sgaudit.checks.statements.words import language, pattern, words
from sgaudit.checks.table import CHECKS
from sgaudit.model.outcome import Reading, Role
from sgaudit.page import page_from_html
from sgaudit.register import Registers, Service

URL = "https://www.foxglove.example/safeguarding"
FLOWERS = Service(id="flowers", names=("flower line", "flora"), hosts=("flowers.example",))
TREES = Service(id="trees", names=("tree trust",), hosts=("trees.example",))
CONCEPTS = {
    "watering": ("water(?:s|ed|ing)?",),
    "roses": ("roses?",),
    "helping": ("help(?:s|ed|ing)?", "look(?:s|ing)? after"),
}


def statement(**options: Any) -> Statement:
    return Statement(StatementOptions.model_validate({"about": "flowers", **options}), CONCEPTS)


# A table of claims under headers that do not call them so; that is seen by how the others are answered.
CLAIMS = (
    "<h1>Flora</h1><table><tr><th>Heard at the gate</th><th>What is really so</th></tr><tr><td>{claim}</td>"
    "<td>{answer}</td></tr><tr><td>Flora is a shop.</td><td>Wrong. It is a telephone.</td></tr><tr><td>It closes at "
    "noon.</td><td>It doesn't. Ring all day.</td></tr></table>"
)
HELPS_ROSES = statement(conveys=[{"says": ["helping", "roses"], "opposite": True}])


def judge(html: str, asked: Statement = HELPS_ROSES) -> Judgement:
    page = page_from_html(URL, f'<html lang="en"><body>{html}</body></html>', Role.safeguarding)
    controls = [control for view in page.views for control in view.controls]
    return asked.judge(analyse(page, (FLOWERS, TREES)), controls)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s NOT anonymous — you can't!", "it is not anonymous you can not"),
        ("CEOP's adviser; they'll, we've, I'm", "ceop s adviser they will we have i am"),
        ("under-18s (eighteen)", "under 18s 18"),
        ("go to www.ceop.police.uk/Safety-Centre/.", "go to www.ceop.police.uk"),
        ("7.30pm. Then", "7.30pm then"),
        ("someone's told the child's name", "someone is told the child s name"),
        ("ＣＥＯＰ café & co", "ceop cafe and co"),
    ],
)
def test_words_are_made_alike(text: str, expected: str) -> None:
    assert words(text) == expected


def test_expressions_mean_whole_words_and_gaps_do_not_cross_a_denial() -> None:
    report = pattern(("report .. here", "tell ... them"))
    assert report.search("please report it here")
    assert not report.search("you can report not here")
    assert not report.search("reporters here")
    assert not report.search("report one two three four here")
    assert report.search("tell one two three four five six them")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Ask Mrs. L. Hill at 9.30am. She knows.", ["Ask Mrs. L. Hill at 9.30am.", "She knows."]),
        ("Ali: May I?\nPC Khan: No.", ["Ali: May I?", "PC Khan: No."]),
        ("a line that was\nwrapped goes on", ["a line that was wrapped goes on"]),
        ("“No.” That is all", ["“No.”", "That is all"]),
    ],
)
def test_text_falls_into_sentences(text: str, expected: list[str]) -> None:
    assert list(split(text)) == expected


def test_a_sentence_without_end_is_cut() -> None:
    assert max(map(len, split("word " * 10_000))) <= 1_500


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("You can ring, but they will not answer", [("you can ring", False), ("but they will not answer", False)]),
        ("If it rains, come in", [("if it rains", True), ("come in", False)]),
        ("If it rains on you please come in", [("if it rains on you", True), ("please come in", False)]),
        ("Come in if it rains", [("come in", False), ("if it rains", True)]),
        (
            "If it rains, or you are cold, come in",
            [("if it rains", True), ("or you are cold", True), ("come in", False)],
        ),
        ("Roses (unlike trees) need water", [("roses need water", False), ("unlike trees", False)]),
        ("No, you can not", [("you can not", False)]),
    ],
)
def test_sentences_fall_into_clauses(sentence: str, expected: list[tuple[str, bool]]) -> None:
    assert [(one.words, one.condition) for one in clauses(sentence)] == expected


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("it waters roses", 0),
        ("it does not water roses", 1),
        ("no one is unable to water", 2),
        ("it is not only watered", 0),
        ("there is no water and no light", 1),
        ("neither roses nor trees", 1),
        ("no matter how small", 0),
        ("nobody is too small", 0),
        ("do not be afraid to water", 0),
        ("roses are outside its remit", 1),
    ],
)
def test_denials_are_counted(said: str, number: int) -> None:
    assert denials(said, []) % 2 == number % 2


def test_a_denial_within_what_was_asked_for_is_no_denial() -> None:
    assert denials("those which can not wait are passed on", [(12, 24)]) == 0


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("If you are worried about this, tell somebody that you trust.", "en"),
        ("Os ydych yn poeni am hyn, dywedwch wrth rywun yr ydych yn ymddiried ynddo.", "cy"),
        ("Wenn du dir Sorgen machst, sprich mit jemandem, dem du vertraust.", "other"),
        ("Term dates", ""),
    ],
)
def test_the_language_of_a_text_is_told_by_its_small_words(text: str, tongue: str) -> None:
    assert language(text) == tongue


@pytest.mark.parametrize(
    "html",
    [
        "<p>Flora helps roses.</p>",
        "<h2>Flora</h2><p>They look after your roses.</p>",
        "<p>The Flower Line was set up in May.</p><p>It helps anybody with roses.</p>",
        "<h2>Flora</h2><p>Roses?</p><p>They help.</p><ul><li>Flora helps roses</li></ul>",
        "<p>Flora looks after:</p><ul><li>roses</li><li>tulips</li></ul>",
        "<p>Does Flora help roses? Yes, always.</p>",
        "<h3>Does Flora help with roses?</h3><p>Yes.</p>",
        "<dl><dt>Will Flora help my roses?</dt><dd>Of course.</dd></dl>",
        "<details><summary>Does Flora help roses?</summary><p>Yes!</p></details>",
        "<p>The Tree Trust does nothing, but Flora helps roses.</p>",
        "<p>Unlike the Tree Trust, Flora helps roses.</p>",
        "<p>Myth: Flora does not help roses.</p><p>Fact: it helps.</p>",
        "<p>Flora does not help roses. That is not true.</p>",
        "<p>Nobody says that Flora never helps roses.</p>",
        "<table><tr><th>Myth</th></tr><tr><td>Flora will not help with roses.</td></tr></table>",
        "<table><tr><th></th><th>Helps roses?</th></tr><tr><th>Flora</th><td>Yes</td></tr></table>",
        "<table><tr><th>Who</th><th>What</th></tr><tr><td>Flora</td><td>helps roses</td></tr></table>",
        "<p>Ali: Who is Flora?<br>PC Rose: They help with roses.</p>",
        "<p>Flora: helps roses.</p>",
        "<p>Flo<b>ra he</b>lps&nbsp;roses.</p>",
        '<p><a href="https://www.flowers.example/">They help roses.</a></p>',
        "<h2>Flora helps your roses</h2>",
        "<p>Did you know that Flora helps roses?</p>",
        "<p>We are assured that Flora helps roses.</p>",
        "<p>Some of you asked whether Flora helps roses. They do.</p>",
        "<p>Parents ask whether Flora helps roses; it does.</p>",
        "<p>It is a myth that Flora does not help roses.</p>",
        "<p>People used to say that Flora was shut, but it helps roses.</p>",
        "<p><b>Myth 1.</b> Flora does not help roses.</p>",
        "<p>Flora helps roses that cannot wait.</p>",
        "<p>is flora any good? yes. flora helps roses. honest</p>",
        "<p>Flora is for you,<br>They help with roses.</p>",
        "<p>It is Flora that helps roses, not the Tree Trust.</p>",
        "<h3>Flora helps when</h3><ul><li>your roses are ill</li></ul>",
        "<dl><dt>Flora</dt><dd>helps roses</dd></dl>",
        "<p>Once you have rung Flora:</p><ul><li>they help your roses</li></ul>",
        "<p>F l o r a: we mean Flora. Staff there help roses.</p>",
        CLAIMS.format(claim="Flora never helps roses.", answer="It is what they are for."),
        "<h1>Flora</h1><dl><dt>“Flora never helps roses.”</dt><dd>Ask them.</dd><dt>“They are a shop.”</dt><dd>Nope. A "
        "telephone.</dd><dt>“It closes at noon.”</dt><dd>It doesn't. Ring all day.</dd></dl>",
        "<h1>Flora</h1><h3>Flora never helps roses.</h3><p>Ask them.</p><h3>It is a shop.</h3><p>No, a line.</p>"
        "<h3>It closes at noon.</h3><p>Not so.</p>",
        "<p>Flora used to refuse, but these days it helps roses.</p>",
        "<p>Flora is near, and I am told that they help roses.</p>",
        "<p>Flora? I asked what if they laugh and Mrs Moss said they help all roses.</p>",
        "<p>Flora helps roses rather than weeds.</p>",
        "<p>If a bush is ill, such as one with rust, Flora helps with roses.</p>",
    ],
)
def test_it_is_said(html: str) -> None:
    assert judge(html).reading is Reading.present


@pytest.mark.parametrize(
    "html",
    [
        "<p>The Tree Trust helps roses. Flora is another.</p>",
        "<h2>Flora</h2><p>Ring them.</p><h2>Tree Trust</h2><p>They help roses.</p>",
        "<p>We help roses. Flora is near.</p>",
        "<p>Flora. We help with roses.</p>",
        "<p>Flora has a shop.</p><footer><p>They help roses.</p></footer>",
        "<p>Flora has a shop.</p><div class='footer'>They help roses.</div>",
        "<p>Does Flora help roses?</p>",
        "<h2>Helping roses with Flora</h2>",
        "<p>If Flora helps roses, tell us.</p>",
        "<p>Some people say that Flora helps roses.</p>",
        "<p><s>Flora helps roses.</s> Ask us.</p>",
        "<p>Flora has a button.</p><p>Swimmers help with the roses on Sunday.</p>",
        "<p>Flora has a button.</p><p>Roses are helped along by the caretaker.</p>",
        "<p>Flora has a button.</p><p>Mr Marsh helps with roses.</p>",
        "<p>Some of you asked whether Flora helps roses.</p>",
        "<p>Flora used to help roses.</p>",
        "<p>Flora is near.</p><p>It is the Tree Trust that helps roses.</p>",
        "<h1>Flora</h1><p>Flora is near.</p><h3>Reporting pests to the Trust</h3><p>They help with roses.</p>",
        "<h1>Flora</h1><p>Flora is near.</p><h4>This week</h4><p>Jam sale: come and help with roses.</p>",
    ],
)
def test_it_is_not_said(html: str) -> None:
    judged = judge(html)
    assert judged.reading is Reading.absent
    assert judged.reason


@pytest.mark.parametrize(
    "html",
    [
        "<p>Flora does not help roses.</p>",
        "<p>Flora helps roses.</p><p>Flora never looks after roses.</p>",
        "<p>Does Flora help roses? No.</p>",
        "<p>Does Flora help roses?</p><p>I'm afraid not.</p>",
        "<p>Does Flora help roses? They don't.</p>",
        "<p>Flora helps roses. That is a myth.</p>",
        "<p>It is not true that Flora helps roses.</p>",
        "<p>Flora does not look after:</p><ul><li>roses</li></ul>",
        "<p>Myth: Flora helps roses.</p>",
        "<table><tr><th></th><th>Helps roses?</th></tr><tr><th>Flora</th><td>No</td></tr></table>",
        "<p>The Tree Trust helps roses; Flora no longer helps roses.</p>",
        "<button aria-controls='p'>More</button><div id='p' hidden>Flora does not help roses.</div>",
        "<p>It is not Flora's job to help roses.</p>",
        "<p>Flora isn't open and doesn't help roses.</p>",
        "<p>Flora used to shut early, but now it does not help roses.</p>",
        "<p>Several of you asked if Flora helps roses. It won't.</p>",
        "<p>The Tree Trust helps roses. Flora does not.</p>",
        "<table><tr><th>Q</th><th>A</th></tr><tr><td>Does Flora help roses?</td><td>No</td></tr></table>",
        "<p>If you grow them Flora won't help your roses, sorry.</p>",
        CLAIMS.format(claim="Flora helps roses.", answer="The Tree Trust does."),
        "<p>Flora used to help roses, but it now sells lawn mowers.</p>",
        "<table><tr><th>With Flora</th><th>Possible?</th></tr><tr><td>Helping roses</td><td>No</td></tr></table>",
        "<p>Flora used to help roses. It no longer does.</p>",
        "<p>Flora, rather than help roses, sells them.</p>",
    ],
)
def test_the_opposite_is_said(html: str) -> None:
    assert judge(html).reading is Reading.contradicted


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<p hidden>Flora helps roses.</p>", "nobody can see it"),
        ("<!-- Flora helps roses. -->", "comment"),
        ("<noscript>Flora helps roses.</noscript>", "scripts are switched off"),
        ('<img src="a.png" alt="Flora helps roses.">', "description of a picture"),
        ('<p title="Flora helps roses.">Hello</p>', "tooltip"),
        ('<p style="color:white">Flora helps roses.</p>', "colour"),
    ],
)
def test_it_stands_where_nobody_reads_it(html: str, why: str) -> None:
    judged = judge(f"{html}<p>Ask us about Flora.</p>")
    assert judged.reading is Reading.hidden
    assert why in judged.reason


def test_a_hidden_contradiction_harms_nobody() -> None:
    assert judge("<p hidden>Flora never helps roses.</p><p>Flora helps roses.</p>").reading is Reading.present


def test_a_reading_rests_on_a_sentence_that_can_be_found() -> None:
    judged = judge("<main><p>One.</p><p>Ask first. Flora helps roses! Bye.</p></main>")
    assert judged.trace is not None
    sentence = judged.trace.named.sentence
    assert (sentence.quote, sentence.block.selector) == ("Flora helps roses!", "html > body > main > p:nth-of-type(2)")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p>Flora helps tulips.</p>", "it says nothing about roses"),
        ("<p>The Tree Trust helps roses.</p>", "it is about trees"),
        ("<p>Does Flora help roses?</p>", "it only asks"),
        ("<h2>Helping roses with Flora</h2>", "it is only a heading"),
        ("<p>Hello.</p>", "no sentence of this page comes near"),
    ],
)
def test_the_nearest_sentence_says_what_it_lacks(html: str, reason: str) -> None:
    assert judge(html).reason == reason


def test_older_wording_is_told_from_current() -> None:
    asked = statement(
        conveys=[{"says": ["helping", "roses"]}],
        superseded={"older": ["watering"], "unless": ["shade"], "note": "shade matters too"},
        concepts={"shade": ["shade"]},
    )
    assert judge("<p>Flora helps roses by watering.</p>", asked).reading is Reading.superseded
    assert judge("<p>Flora helps roses by watering and shade.</p>", asked).reading is Reading.present
    assert judge("<p>Flora helps roses.</p>", asked).reading is Reading.present
    both = "<p>Flora helps roses by watering.</p><p>Flora helps roses with shade.</p>"
    assert judge(both, asked).reading is Reading.present


def test_concepts_may_stand_around_the_sentence() -> None:
    around = statement(conveys=[{"says": ["helping"], "around": ["roses"]}])
    answers = statement(conveys=[{"says": ["helping"], "answers": ["roses"]}])
    nearby = statement(conveys=[{"says": ["helping"], "nearby": ["roses"]}])
    heading = "<h2>Roses at Flora</h2><p>They help.</p>"
    question = "<p>What does Flora do for roses? They help.</p>"
    beside = "<p>Flora helps. Bring your roses.</p>"
    assert [judge(html, around).reading for html in (heading, question)] == [Reading.present] * 2
    assert [judge(html, answers).reading for html in (heading, question)] == [Reading.absent, Reading.present]
    assert [judge(html, nearby).reading for html in (heading, beside)] == [Reading.absent, Reading.present]


def test_what_must_stand_together_does_not_meet_over_clauses() -> None:
    apart = "<p>Flora helps tulips, but the frost takes roses.</p>"
    beside = "<p>If you have roses, Flora helps.</p>"
    together = statement(conveys=[{"says": ["helping", "roses"], "together": True}])
    assert judge(apart).reading is Reading.present
    assert [judge(html, together).reading for html in (apart, beside)] == [Reading.absent, Reading.present]


def test_a_link_may_be_what_is_asked_for() -> None:
    asked = statement(links=["flowers.example"])
    assert judge('<a href="https://www.flowers.example/x"><img src="a"></a>', asked).reading is Reading.present
    assert judge("<p>Go to www.flowers.example.</p>", asked).reading is Reading.present
    assert judge('<details><a href="https://flowers.example/">x</a></details>', asked).reading is Reading.present
    assert judge('<p hidden><a href="https://flowers.example/">x</a></p>', asked).reading is Reading.hidden
    assert judge('<p><a href="https://flowers.example.org/">x</a></p>', asked).reading is Reading.absent
    assert judge('<a href="https://notflowers.example/">x</a>', asked).reading is Reading.absent


def test_the_words_of_a_link_may_be_what_is_asked_for() -> None:
    asked = statement(conveys=[{"says": ["helping"], "link": True}])
    assert judge('<p><a href="https://flowers.example/">Help me</a></p>', asked).reading is Reading.present
    assert judge('<p><a href="https://trees.example/">Help me</a> Flora</p>', asked).reading is Reading.absent
    assert judge("<p>Flora can help.</p>", asked).reading is Reading.absent


def test_an_explanation_names_what_was_found_and_what_was_not() -> None:
    page = page_from_html(URL, "<p>Flora helps tulips.</p><p>Flora helps roses.</p>", Role.safeguarding)
    opposite, said = HELPS_ROSES.explain(analyse(page, (FLOWERS, TREES)))
    assert (said.failed, [(part.asked, part.found) for part in said.parts]) == (
        "",
        [("helping", "helps"), ("roses", "roses")],
    )
    assert opposite.failed == "it does not deny it"


def test_the_same_page_gives_the_same_reading() -> None:
    html = "<h2>Flora</h2>" + "".join(f"<p>They help {one} roses.</p>" for one in ("red", "old", "tall"))
    assert len({judge(html).trace.named.sentence.quote for _ in range(5)}) == 1  # type: ignore[union-attr]


@lru_cache(maxsize=1)
def shipped() -> rules.RulePack:
    return rules.load({name: check.options for name, check in CHECKS.items()})


def test_a_seventeenth_statement_for_another_service_is_one_file() -> None:
    registers: Registers = shipped().registers
    options = {
        "about": "childline",
        "conveys": [{"says": ["free-call"]}],
        "concepts": {"free-call": ["free of charge", "free"]},
    }
    asked = Statement(StatementOptions.model_validate(options), registers.concepts)
    page = page_from_html(
        URL, "<h2>Childline</h2><p>Calls are free.</p><h2>CEOP</h2><p>It is a form.</p>", Role.safeguarding
    )
    assert asked.judge(analyse(page, registers.services), []).reading is Reading.present
    page = page_from_html(URL, "<h2>CEOP</h2><p>It is free.</p>", Role.safeguarding)
    assert asked.judge(analyse(page, registers.services), []).reading is Reading.absent


def test_any_page_is_read_in_the_end() -> None:
    """Rubbish, endless sentences and thousands of conditions: no crash, and bounded work."""
    chosen = random.Random(11)
    pieces = [
        "<p>", "<table>", "<td>", "<tr>", "<li>", "<ul>", "CEOP ", "not ", "Myth: ", "No. ", "? ", "(", ")", ";", "if ",
        "\u202e", "\U0001f600", "report ", "999 ", "<b>", "</b>", "<h2>", "</h2>", "<s>", "\ud800", " : ", "—", "“",
        "<br>",
    ]  # fmt: skip
    pages = ["".join(chosen.choices(pieces, k=150)) for _ in range(40)]
    pages += ["<p>" + "if you report, " * 3_000, "<p>" + "(not " * 3_000, "<p>" + "Is it? No. " * 3_000]
    pack = shipped()
    asked = [
        Statement(StatementOptions.model_validate(rule.options), pack.registers.concepts)
        for rule in pack.rules
        if rule.check == "statement"
    ]
    assert len(asked) >= 16
    for html in pages:
        analysed = analyse(page_from_html(URL, html, Role.safeguarding), pack.registers.services)
        for one in asked:
            one.judge(analysed, [])


def test_a_clause_is_made_of_words() -> None:
    assert clauses("…") == ()
    assert clauses("Yes") == (Clause("yes"),)


def test_a_tab_is_opened_by_its_number() -> None:
    script = "function show(n){var p=document.querySelectorAll('.pane');p[n].className='pane on'}"
    page = (
        f"<style>.pane{{display:none}}.on{{display:block}}</style><script>{script}</script>"
        '<button onclick="show(0)">One</button><button onclick="show(1)">Two</button>'
        '<div class="pane on"><p>Ask Flora.</p></div><div class="pane"><p>Flora helps roses.</p></div>'
    )
    assert judge(page).reading is Reading.present
    assert judge(page.replace("show(1)", "show(7)")).reading is Reading.hidden


def test_a_word_list_finds_what_one_expression_would() -> None:
    entries = (
        "(?:give|gives|leave) (?:\\w+ )?names?", "web ?site", "not? .. here", "^tell", "\\d+ (?:to|or) \\d+",
        "a(?:n|ny)?",
        "(?:very )?young", "anonym\\w*", "(?<!no )form", "(?:no|not) longer", "[ab]c",
    )  # fmt: skip
    texts = [
        "tell us a name and leave your name here", "the website or web site is not for here", "5 to 18 any an a and",
        "very young young anonymous anonymity", "no form the form no longer not longer bc ac", "",
    ]  # fmt: skip
    for text in texts:
        for entry in entries:
            expected = [match.span() for match in pattern((entry,)).finditer(text)]
            assert list(lexicon((entry,)).find(Words(text))) == expected, (entry, text)
        together = {start for start, _ in lexicon(entries).find(Words(text))}
        assert together == {match.start() for match in pattern(entries).finditer(text)}
