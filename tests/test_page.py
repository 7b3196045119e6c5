"""What the blocks of a page hold and keep, on plain HTML and on a snapshot the browser annotated."""

from __future__ import annotations

import random

import pytest

from sgaudit.model.outcome import Role
from sgaudit.page import TextBlock, page_from_html, text_blocks

URL = "https://www.foxglove.example/safeguarding/"


def blocks(html: str) -> list[TextBlock]:
    return text_blocks(html, URL)


def seen(html: str) -> list[str]:
    return [one.text for one in blocks(html) if not one.hidden_because]


def only(html: str) -> TextBlock:
    (block,) = blocks(html)
    return block


def test_words_split_over_tags_and_odd_spaces_are_joined() -> None:
    assert seen("<p>Re<b>port</b> to&nbsp;CE<i>OP</i>,\n  ple\u00adase\u200b.</p>") == ["Report to CEOP, please."]


def test_a_line_break_stays_and_two_make_a_new_block() -> None:
    assert seen("<div>Ali: May I?<br>PC Khan: Yes.<br><br>Thank you.</div>") == [
        "Ali: May I?\nPC Khan: Yes.",
        "Thank you.",
    ]


def test_blocks_know_what_they_stand_under() -> None:
    html = "<main><h1>Help</h1><p>a</p><h2>CEOP</h2><p>b</p><h3>Who</h3><p>c</p><h2>School</h2><p>d</p></main>"
    found = {one.text: one for one in blocks(html)}
    assert [found[text].headings for text in "abcd"] == [
        ("Help",), ("Help", "CEOP"), ("Help", "CEOP", "Who"), ("Help", "School"),
    ]  # fmt: skip
    assert (found["CEOP"].kind, found["CEOP"].level, found["CEOP"].headings) == ("heading", 2, ("Help",))
    assert {one.landmark for one in found.values()} == {"main"}


def test_a_heading_by_role_is_one() -> None:
    block = only('<div role="heading" aria-level="3">Who reads it</div>')
    assert (block.kind, block.level) == ("heading", 3)


def test_list_items_keep_their_lead_in() -> None:
    html = "<p>CEOP does not deal with:</p><ul><li>bullying</li><li><p>hacking</p></li></ul>"
    _, first, second = blocks(html)
    assert [(one.kind, one.text, one.lead_in) for one in (first, second)] == [
        ("item", "bullying", "CEOP does not deal with:"),
        ("item", "hacking", "CEOP does not deal with:"),
    ]


def test_a_list_under_a_heading_has_no_lead_in() -> None:
    assert blocks("<h2>Links</h2><ul><li>One</li></ul>")[1].lead_in == ""


@pytest.mark.parametrize(
    ("html", "headers"),
    [
        ("<table><tr><th>Service<th>Age</tr><tr><td>CEOP</td><td>up to 18</td></tr></table>", ("Age", "CEOP")),
        ("<table><tr><td><b>Service</b><td><b>Age</b><tr><td>CEOP<td>up to 18</table>", ("Age", "CEOP")),
        ("<table><tr><th>CEOP</th><td>up to 18</td></tr></table>", ("CEOP",)),
        ("<table><tr><td>Childline<td>any<tr><td>CEOP<td>up to 18</table>", ("CEOP",)),
    ],
)
def test_a_cell_keeps_its_column_and_row_header(html: str, headers: tuple[str, ...]) -> None:
    assert blocks(html)[-1].headers == headers


def test_a_table_that_lays_out_the_page_is_no_table_of_data() -> None:
    menu = '<td><a href="/">Home</a><br><a href="/news">News</a></td>'
    html = f"<table><tr><td colspan=2>Foxglove</td></tr><tr>{menu}<td><p>Report to CEOP.</p></td></tr></table>"
    assert [(one.kind, one.headers) for one in blocks(html)] == [
        ("cell", ()),
        ("paragraph", ()),
        ("paragraph", ()),
    ]


def test_a_definition_keeps_its_term() -> None:
    term, definition = blocks("<dl><dt>Anonymous?</dt><dd>No.</dd></dl>")
    assert (term.kind, definition.kind, definition.lead_in) == ("term", "definition", "Anonymous?")


def test_links_are_absolute_and_stand_with_their_words() -> None:
    block = only('<p>See <a href="policy.pdf">our <b>policy</b></a> or <a href="#a">below</a>.</p>')
    assert block.links == (("our policy", f"{URL}policy.pdf"), ("below", "#a"))


def test_a_base_address_counts() -> None:
    html = '<head><base href="https://cdn.example/x/"></head><p><a href="y">z</a></p>'
    assert only(html).links == (("z", "https://cdn.example/x/y"),)


def test_a_picture_speaks_only_to_those_who_cannot_see_it() -> None:
    html = '<a href="https://www.ceop.police.uk/"><img src="b.png" alt="Report to CEOP"></a>'
    block = only(html)
    assert (block.kind, block.text, block.hidden_because) == ("alt", "Report to CEOP", "alt")
    assert block.links == (("Report to CEOP", "https://www.ceop.police.uk/"),)


def test_a_tooltip_is_not_read() -> None:
    assert [(one.kind, one.hidden_because) for one in blocks('<p title="CEOP">Hello</p>')] == [
        ("paragraph", ""),
        ("title", "title"),
    ]


def test_words_drawn_in_a_picture_are_text_and_its_title_is_none() -> None:
    found = blocks("<svg><title>logo</title><text>Click CEOP</text></svg>")
    assert [(one.kind, one.text, one.hidden_because) for one in found] == [
        ("title", "logo", "title"),
        ("svg", "Click CEOP", ""),
    ]


def test_struck_out_words_are_set_apart() -> None:
    found = blocks("<p>You can <s>not</s> report.</p>")
    assert [(one.text, one.struck) for one in found] == [("You can report.", False), ("not", True)]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p hidden>x</p>", "not-rendered"),
        ('<div style="display: none"><p>x</p></div>', "not-rendered"),
        ("<style>.gone{display:none}</style><p class='gone'>x</p>", "not-rendered"),
        ("<style>#a .b > p {display:none}</style><div id=a><div class=b><p>x</p></div></div>", "not-rendered"),
        ('<p style="visibility:hidden">x</p>', "visibility-hidden"),
        ('<p style="opacity:0">x</p>', "transparent"),
        ('<p style="position:absolute;left:-9999px">x</p>', "off-page"),
        ('<p style="text-indent:-9999px">x</p>', "off-page"),
        ('<p style="font-size:0">x</p>', "font-size-zero"),
        ('<p style="width:1px;height:1px;overflow:hidden">x</p>', "clipped"),
        ('<p style="position:absolute;clip:rect(0,0,0,0)">x</p>', "clipped"),
        ('<p style="color:#fff">x</p>', "white-on-white"),
        ('<font color="#FFFFFF">x</font>', "white-on-white"),
        ('<div style="background:#003"><p style="color:#000033">x</p></div>', "white-on-white"),
        ("<!-- <b>x</b> -->", "comment"),
        ("<template><p>x</p></template>", "template"),
        ("<noscript>x</noscript>", "noscript"),
        ("<dialog>x</dialog>", "not-rendered"),
    ],
)
def test_what_plain_html_hides(html: str, reason: str) -> None:
    block = only(html)
    assert (block.text, block.hidden_because, block.openable) == ("x", reason, False)


@pytest.mark.parametrize(
    "html",
    [
        "<style>.tab{display:none}.tab.on{display:block}</style><p class='tab on'>x</p>",
        "<style>@media print {p {display:none}}</style><p>x</p>",
        '<div style="visibility:hidden"><p style="visibility:visible">x</p></div>',
        '<div style="background:#222"><p style="color:white">x</p></div>',
        '<div style="background:url(a.png)"><p style="color:white">x</p></div>',
        '<div style="position:absolute;left:-10px">x</div>',
        '<p aria-hidden="true">x</p>',
        '<p style="max-width:1px">x</p>',
    ],
)
def test_what_plain_html_shows(html: str) -> None:
    assert seen(html) == ["x"]


def test_hidden_words_within_a_paragraph_are_set_apart() -> None:
    found = blocks('<p>You can <span style="display:none">not</span> report.</p>')
    assert [(one.text, one.hidden_because) for one in found] == [("You can report.", ""), ("not", "not-rendered")]


def test_what_a_control_opens_can_be_read() -> None:
    found = {one.text: one for one in blocks("<details><summary>More</summary>loose<p>inside</p></details>")}
    assert not found["More"].hidden_because
    assert found["inside"].openable
    assert found["loose"].openable


@pytest.mark.parametrize(
    ("control", "opens"),
    [
        ("<button onclick=\"show('a')\">Tab</button>", True),
        ("<button onclick=\"nowhere('a')\">Tab</button>", False),
        ('<button aria-controls="a">Tab</button>', True),
        ('<a href="#a" role="tab">Tab</a>', True),
        ('<a href="#a">Jump</a>', False),
        ('<button hidden aria-controls="a">Tab</button>', False),
        ('<button data-bs-target="#a">Tab</button>', True),
        ('<h3><button aria-expanded="false">Fold</button></h3>', True),
        ("<p>Nothing</p>", False),
    ],
)
def test_a_panel_is_open_to_whoever_can_press_its_control(control: str, opens: bool) -> None:
    script = "<script>function show(id) { document.getElementById(id).hidden = false }</script>"
    found = {one.text: one for one in blocks(f'{script}{control}<div id="a" hidden>panel</div>')}
    assert found["panel"].hidden_because == "not-rendered"
    assert found["panel"].openable is opens


def test_what_is_hidden_in_an_open_panel_is_hidden() -> None:
    html = '<button aria-controls="a">x</button><div id="a">shown<p hidden>gone</p></div>'
    assert [one.openable for one in blocks(html) if one.text == "gone"] == [False]


def test_a_frame_within_the_page_is_read() -> None:
    block = blocks("<p>a</p><iframe srcdoc='&lt;h2&gt;CEOP&lt;/h2&gt;&lt;p&gt;b&lt;/p&gt;'></iframe><p>c</p>")
    assert [(one.text, one.frame, one.headings) for one in block] == [
        ("a", "", ()),
        ("CEOP", "about:srcdoc", ()),
        ("b", "about:srcdoc", ("CEOP",)),
        ("c", "", ()),
    ]


def test_the_browsers_annotations_are_believed_and_nothing_else() -> None:
    html = (
        '<html data-sg-rendered="1"><body><p style="display:none" data-sg-sel="#a">shown</p>'
        '<p data-sg-sel="#b" data-sg-hidden="off-page">gone</p>'
        '<details><p data-sg-sel="#c" data-sg-hidden="closed-details" data-sg-openable="details">folded</p></details>'
        '<p data-sg-sel="#d" data-sg-struck="1">struck</p><sg-comment data-sg-hidden="comment">said</sg-comment>'
        '<p data-sg-sel="#e">a<sg-generated data-sg-sel="#e">b</sg-generated></p>'
        '<sg-frame data-sg-url="https://in.example/"><p data-sg-sel="p">inside</p></sg-frame></body></html>'
    )
    found = [(one.text, one.selector, one.hidden_because, one.openable, one.struck, one.frame) for one in blocks(html)]
    assert found == [
        ("shown", "#a", "", False, False, ""),
        ("gone", "#b", "off-page", False, False, ""),
        ("folded", "#c", "closed-details", True, False, ""),
        ("struck", "#d", "", False, True, ""),
        ("said", "html > body > sg-comment", "comment", False, False, ""),
        ("ab", "#e", "", False, False, ""),
        ("inside", "p", "", False, False, "https://in.example/"),
    ]


def test_the_part_of_the_page_is_guessed_where_no_landmark_says_it() -> None:
    html = '<div class="foot">a</div><div id="sidebar">b</div><main class="menu-open">c</main><footer>d</footer>'
    assert [(one.landmark, one.region) for one in blocks(html)] == [
        ("", "footer"), ("", "aside"), ("main", "main"), ("footer", "footer"),
    ]  # fmt: skip


def test_selectors_find_their_element() -> None:
    html = '<div id="top"><p>a</p><p>b</p></div><div><p>c</p></div>'
    assert [one.selector for one in blocks(html)] == [
        "#top > p:nth-of-type(1)", "#top > p:nth-of-type(2)", "html > body > div:nth-of-type(2) > p",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5_000 + "deep",
        "<table><tr><td>x" * 500,
        "<ul><li>x" * 1_000,
        "<a href='/'>x<b>" * 500,
        "<p>" + "word " * 200_000,
        "<p>x</p>" * 5_000,
        "<style>"
        + "".join(f".a{n} .b{{display:none}}" for n in range(900))
        + "</style>"
        + "<p class='a1 b'>x</p>" * 500,
    ],
    ids=["depth", "tables", "lists", "links", "one paragraph", "paragraphs", "styles"],
)
def test_large_and_deep_pages_are_read_to_the_end(html: str) -> None:
    assert blocks(html)
    assert page_from_html(URL, html, Role.other).snapshot == html


def test_rubbish_is_survived() -> None:
    pieces = [
        "<p>", "</p>", "<table>", "<td>", "<svg>", "<text>", '<iframe srcdoc="&lt;p&gt;a">', "<details>", "<summary>",
        "x", "\ud800", "\U0001f600", "&#0;", "&nbsp;", "<!--", "-->", "<template>", "<br>", "<li>", "<dd>", "<h2>",
        "<![CDATA[", "</body>", "\u202e", "<title>", '<a href="http://[">', '<p style="color:;;font-size:px">',
        "<style>{{}}</style>",
    ]  # fmt: skip
    chosen = random.Random(7)
    for _ in range(150):
        html = "".join(chosen.choices(pieces, k=120))
        text_blocks(html, URL)
        page_from_html(URL, html, Role.other)


def test_a_page_from_plain_html_has_what_checks_ask_of_a_rendered_one() -> None:
    html = (
        '<html lang="cy"><title> A &amp; B </title><nav><a href="/x">Home</a></nav>'
        '<a href="y"><img src="i.png" alt="CEOP"></a>'
        '<a href="z"></a><p hidden><button>Send</button></p><img src="j.png"><input type="submit" value="Go"></html>'
    )
    page = page_from_html(URL, html, Role.safeguarding)
    assert (page.title, page.lang, page.status, page.role) == ("A & B", "cy", 200, Role.safeguarding)
    assert [view.width for view in page.views] == [1280, 375]
    controls = page.views[0].controls
    assert [(one.tag, one.name, one.name_from, one.href, one.hidden_because) for one in controls] == [
        ("a", "Home", "contents", "https://www.foxglove.example/x", ""),
        ("a", "CEOP", "alt", f"{URL}y", ""),
        ("a", "", "", f"{URL}z", "zero-size"),
        ("button", "Send", "contents", "", "not-rendered"),
        ("input", "Go", "contents", "", ""),
    ]
    assert controls[0].landmark == "nav"
    assert [(one.alt, one.visible) for one in page.views[0].images] == [("CEOP", True), (None, True)]
