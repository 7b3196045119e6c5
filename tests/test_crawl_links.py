"""Every way in which a page names an address is seen; hostile pages cost no more than others."""

from __future__ import annotations

import pytest

from sgaudit.crawl.document import read_html
from sgaudit.crawl.links import MOST, css_links
from sgaudit.crawl.nesting import tamed


def named(html: str) -> list[tuple[str, str]]:
    return [(one.kind, one.raw) for one in read_html(f"<!doctype html><body>{html}").links]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href='/a'>x</a>", [("a", "/a")]),
        ("<A HREF=/a>x</A>", [("a", "/a")]),
        ("<a href='/a?x=1&amp;y=2'>x</a>", [("a", "/a?x=1&y=2")]),
        ("<a>none</a><a href>empty</a><a href=''>empty</a>", []),
        ("<svg><a xlink:href='/s'><text>x</text></a></svg>", [("a", "/s")]),
        ("<map><area href='/m' alt='Hall'></map>", [("area", "/m")]),
        ("<img src=i.png srcset='i2.png 2x, i,3.png 3x'>", [("img", "i.png"), ("img", "i2.png"), ("img", "i,3.png")]),
        ("<img data-src=late.png src='data:image/gif;base64,R0=='>", [("img", "late.png")]),
        ("<img src=counter.gif width=1 height=1>", []),
        ("<picture><source srcset='w.webp 1x'><img src=p.jpg></picture>", [("img", "w.webp"), ("img", "p.jpg")]),
        (
            "<video src=v.mp4 poster=p.jpg><source src=w.webm><track src=t.vtt></video>",
            [("media", "v.mp4"), ("img", "p.jpg"), ("media", "w.webm"), ("media", "t.vtt")],
        ),
        ("<audio><source src=a.mp3></audio>", [("media", "a.mp3")]),
        ("<iframe src=/f title=Map></iframe>", [("frame", "/f")]),
        ("<iframe srcdoc=\"<a href='/in'>x</a>\"></iframe>", [("a", "/in")]),
        ("<noscript><iframe src=//statistics.example/ns></iframe></noscript>", []),
        ("<object data=policy.pdf></object>", [("document", "policy.pdf")]),
        ("<object data=badge.svg></object>", [("img", "badge.svg")]),
        ("<embed src=/widget>", [("frame", "/widget")]),
        ("<input type=image src=go.png alt=Go><input type=text src=no.png>", [("img", "go.png")]),
        ("<link rel='stylesheet' href=s.css><link rel='preload' href=no.css>", [("stylesheet", "s.css")]),
        ("<link rel='shortcut icon' href=f.ico><link rel='alternate stylesheet' href=no.css>", [("img", "f.ico")]),
        ("<div style=\"background:url('bg.png')\">x</div>", [("img", "bg.png")]),
        ("<table background=old.gif><tr><td>x</table>", [("img", "old.gif")]),
        ("<style>@import 'more.css'; p{background:url(p.png)}</style>", [("stylesheet", "more.css"), ("img", "p.png")]),
        ("<template><a href=/t>x</a></template><!-- <a href=/c>x</a> --><script>'<a href=/s>'</script>", []),
        ("<a href='mailto:a@b.example'>m</a><a href='tel:1'>t</a>", [("a", "mailto:a@b.example"), ("a", "tel:1")]),
        ("<sg-frame data-sg-url='https://w.example/'><a href='https://w.example/x'>x</a></sg-frame>",
         [("a", "https://w.example/x"), ("frame", "https://w.example/")]),
        ("<p>unclosed <b><a href=/a>x<p>y<a href=/b>z", [("a", "/a"), ("a", "/a"), ("a", "/b")]),
    ],
)  # fmt: skip
def test_an_element_names_its_addresses(html: str, expected: list[tuple[str, str]]) -> None:
    assert named(html) == expected


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<a href=/a> Report \n <b>abuse</b></a>", "Report abuse"),
        ("<a href=/a aria-label='Report to CEOP'><img alt=Logo></a>", "Report to CEOP"),
        ("<a href=/a><img alt='Report to CEOP'></a>", "Report to CEOP"),
        ("<a href=/a title='Safety Centre'></a>", "Safety Centre"),
        ("<a href=/a></a>", ""),
    ],
)
def test_a_link_is_called_what_a_person_would_call_it(html: str, words: str) -> None:
    assert read_html(f"<body>{html}").links[0].text == words


def test_style_sheets_name_pictures_and_sheets_but_no_fonts_and_no_comments() -> None:
    css = """/* url(no.png) */ @import url("a.css") screen; @font-face { src: url(f.eot?#iefix), url(f.svg#f) }
    a { background: URL( 'b c.png' ) } b { mask: url(#m) } i { background: url(data:image/gif;base64,R0) }
    /* never closed url(no2.png)"""
    assert [(one.kind, one.raw) for one in css_links(css)] == [("stylesheet", "a.css"), ("img", "b c.png")]


def test_a_page_says_what_it_is_and_how_it_is_built() -> None:
    html = """<!doctype html><html lang="cy"><head><title> Diogelu \n plant </title><base href="/x/">
    <link rel=canonical href="/one"><meta name=robots content="NoIndex, nofollow">
    <meta property=og:site_name content="Ysgol y Bryn"><meta http-equiv=Refresh content=" 3; URL='/next' "></head>
    <body class="page page-id-17 wide"><header><h1>Ysgol</h1></header><main><h2 id="a">Un</h2><a name="b"></a>
    <p>Siaradwch ag oedolyn am unrhyw beth sy'n eich poeni chi ar y we neu yn yr ysgol bob dydd.</p></main></body>"""
    page = read_html(html)
    assert (page.title, page.lang) == ("Diogelu plant", "cy")
    assert page.headings == ((1, "Ysgol"), (2, "Un"))
    assert page.head.base == "/x/" and page.head.canonical == "/one" and page.head.site_name == "Ysgol y Bryn"
    assert page.head.robots >= {"noindex", "nofollow"}
    assert (page.head.refresh, page.head.refresh_seconds) == ("/next", 3.0)
    assert page.ids == ("a", "b")
    assert page.classes == ("page", "wide")
    assert "Ysgol" not in page.text and "poeni" in page.text
    assert read_html(html.replace("17", "18").replace("Un", "Dau")).shape == page.shape
    assert read_html(html.replace("<main>", "<main><form></form>")).shape != page.shape


def test_the_title_is_not_that_of_a_picture() -> None:
    assert read_html("<body><svg><title>Crest</title></svg><title>Home</title>").title == "Home"


@pytest.mark.parametrize(
    ("body", "scripted"),
    [
        ("<div id=root></div><script src=app.js></script>", True),
        ("<noscript>Please enable JavaScript.</noscript><p>Loading</p><script src=a.js></script>", True),
        (f"<script>{'x();' * 100}</script>", True),
        ("<div id=app><p>Our school is small.</p></div>", False),
        ("<p>Short page.</p>", False),
        (f"<p>{'word ' * 90}</p><script src=a.js></script><div id=root></div>", False),
        ("<ul><li><a href=/a>a</a><li><a href=/b>b</a><li><a href=/c>c</a></ul><script src=a.js></script>", False),
        (f"<noscript><img src=//s.example/x></noscript><p>{'word ' * 30}</p><script src=a.js></script>", False),
    ],
)  # fmt: skip
def test_a_page_that_only_scripts_write_is_told_from_a_short_one(body: str, scripted: bool) -> None:
    assert read_html(f"<!doctype html><body>{body}</body>").scripted is scripted


def test_a_frameset_is_no_empty_page() -> None:
    page = read_html(
        "<head><script src=a.js></script></head><frameset><frame src=menu.html><frame src=main.html></frameset>"
    )
    assert [(one.kind, one.raw) for one in page.links] == [("frameset", "menu.html"), ("frameset", "main.html")]
    assert not page.scripted


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "".join(f"<b id={n}>" for n in range(2_000)) + "</p><p>x" * 20_000,
        "<div>" * 200_000 + "<a href=/deep>x</a>",
        "<ul><li>" * 100_000 + "<a href=/deep>x</a>",
        "<h1><b>" * 50_000 + "<a href=/deep>x</a>",
        "<a><b>" * 100_000,
        "<" * 1_000_000,
        "<a href='" * 100_000,
        "<style>" + "/*" * 500_000,
        "<style>" + "@font-face{" * 50_000,
        "<style>" + "url(" * 200_000,
        "<img srcset='" + "," * 500_000 + "'>",
        "<meta http-equiv=refresh content='" + " " * 500_000 + "'>",
        "<title>" + "<!--" * 200_000,
        "\x00\ufffd<html\x00><body>" * 1000,
    ],
    ids=range(14),
)
def test_a_hostile_page_is_read_with_bounded_work(html: str) -> None:
    # Untamed, the first takes all memory and the next three take minutes: coming back at all is what is tested.
    assert len(read_html(html).links) <= MOST


def test_taming_leaves_ordinary_pages_alone() -> None:
    html = "<table>" + "<tr><td><b>Day</b><td><p>Lunch" * 2_000
    assert tamed(html) == (html, False)
    deep = "<div>" * 5_000 + "<a href=/x>x</a>"
    assert tamed(deep)[1] is True
    assert read_html(deep).ids is None, "ids may have been lost, so none may be missed"


def test_the_links_of_one_page_are_bounded() -> None:
    page = read_html("".join(f"<a href=/{n}>x</a>" for n in range(MOST + 10)))
    assert len(page.links) == MOST
    assert page.cut
