"""The demo's pages read from their folders: faults or repairs chosen, the frame put around, an answer for each path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sgaudit.loopback import HTML, Answer

HERE = Path(__file__).parent
FAULTS = HERE / "faults.yaml"
SCHOOL_HOST = "www.harbourlane.example"

_TYPES = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}
_CHOSEN = (".css", ".pdf")  # files with faults in them; in a PDF both are of one length, as its table counts bytes
_PLANTED = re.compile(r"\[\[fault ([a-z0-9-]+)\]\](.*?)\[\[repaired\]\](.*?)\[\[end\]\]", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>\s*", re.DOTALL)


@dataclass(frozen=True)
class Site:
    """All answers of one host. Paths are compared without regard to case where `any_case` is set."""

    answers: Mapping[str, Answer]
    missing: Answer
    any_case: bool = False

    def answer(self, path: str) -> Answer:
        """The answer for `path`; an address without its closing slash is sent to the one with it."""
        wanted = path.lower() if self.any_case else path
        if wanted in self.answers:
            return self.answers[wanted]
        if f"{wanted}/" in self.answers:
            return Answer(301, location=f"{path}/")
        return self.missing


@dataclass(frozen=True)
class StandIns:
    """The other hosts of the demo's small internet, by name. `moved` answer every address with a redirect."""

    sites: Mapping[str, Site]
    moved: Mapping[str, str]
    refusing: frozenset[str] = field(default_factory=frozenset)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name that answers."""
        return tuple(sorted({*self.sites, *self.moved, *self.refusing}))


def chosen(text: str, *, fixed: bool) -> str:
    """`text` with each planted fault left in, or with its repair instead."""
    return _PLANTED.sub(lambda match: match[3 if fixed else 2], text)


def planted() -> Iterator[tuple[str, Path]]:
    """The id of every fault planted in the school's files, with the file it stands in."""
    for path in sorted((HERE / "school").rglob("*")):
        if path.suffix in (".html", *_CHOSEN):
            for match in _PLANTED.finditer(path.read_text("utf-8")):
                yield match[1], path


def school(*, fixed: bool) -> Site:
    """The school's site, with its faults or repaired."""
    folder = HERE / "school"
    answers = dict(_pages(folder / "pages", _text(folder / "frame.html", fixed), fixed))
    missing = Answer(404, answers.pop("/not-found/").body)
    listed = "".join(
        f"<url><loc>http://{SCHOOL_HOST}{path}</loc></url>" for path in sorted(answers) if path.endswith("/")
    )
    for path in sorted((folder / "files").rglob("*")):
        if path.is_file():
            body = _text(path, fixed).encode() if path.suffix in _CHOSEN else path.read_bytes()
            answers[f"/files/{path.relative_to(folder / 'files').as_posix()}"] = Answer(200, body, _TYPES[path.suffix])
    robots = f"User-agent: *\nDisallow: /staff-room/\nSitemap: http://{SCHOOL_HOST}/sitemap.xml\n"
    sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    answers["/robots.txt"] = Answer(200, robots.encode(), _TYPES[".txt"])
    answers["/sitemap.xml"] = Answer(200, sitemap.encode(), _TYPES[".xml"])
    answers["/home/"] = Answer(301, location="/")
    answers["/dates/"] = Answer(302, location="/term-dates/")
    return Site(answers, missing)


def stand_ins() -> StandIns:
    """The hosts that stand in for the world outside the school."""
    folder = HERE / "standins"
    frame = (folder / "frame.html").read_text("utf-8")
    hosts = json.loads((folder / "hosts.json").read_text("utf-8"))
    sites = {}
    for home in sorted(path for path in folder.iterdir() if path.is_dir()):
        named = frame.replace("{{host}}", home.name)
        answers = {path.lower(): answer for path, answer in _pages(home, named, fixed=True)}
        sites[home.name] = Site(answers, Answer(404, _framed("<title>Not found</title>", named)), any_case=True)
    return StandIns(sites, hosts["moved"], frozenset(hosts["refusing"]))


def _pages(folder: Path, frame: str, fixed: bool) -> Iterator[tuple[str, Answer]]:
    """`index.html` is a folder's own page; `name.html` is served as `/name/`, a whole document under its file name."""
    for path in sorted(folder.rglob("*.html")):
        text = _text(path, fixed)
        name = path.relative_to(folder).as_posix()
        if text.lstrip().lower().startswith("<!doctype"):
            yield f"/{name}", Answer(200, text.encode())
        else:
            address = re.sub(r"(?:^|/)index$", "", name.removesuffix(".html"))
            yield f"/{address}/" if address else "/", Answer(200, _framed(text, frame))


def _framed(text: str, frame: str) -> bytes:
    title = _TITLE.match(text)
    if title is None:
        raise ValueError(f"a page of the demo begins with its <title>, not with {text[:40]!r}")
    return frame.replace("{{title}}", title[1]).replace("{{main}}", text[title.end() :].rstrip()).encode()


def _text(path: Path, fixed: bool) -> str:
    return chosen(path.read_text("utf-8"), fixed=fixed)
