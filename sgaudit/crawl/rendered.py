"""Links, pictures and frames that only the browser saw join those of the crawl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sgaudit.crawl.addresses import file_kind, host_of, resolve
from sgaudit.crawl.page import forbidden
from sgaudit.crawl.robots import Robots
from sgaudit.model.evidence import LinkEvidence, RenderedPage
from sgaudit.model.outcome import Role

_MOST_PAGES = 20
_SMALLEST = 2.0


def add_rendered(
    links: tuple[LinkEvidence, ...], rendered: Sequence[RenderedPage], hosts: Sequence[str], robots: Robots
) -> tuple[LinkEvidence, ...]:
    """`links` with what the browser saw besides on home and safeguarding pages. `hosts` are the site's own.

    An address of the site that `robots` forbids gets that for an answer, so that nobody asks for it. What stands inside
    frames of other sites is theirs to mend and is left out; the frames themselves are not.
    """
    known = {link.url: index for index, link in enumerate(links)}
    result = list(links)
    for page in rendered:
        if page.trouble is not None or page.role not in (Role.home, Role.safeguarding):
            continue
        for kind, url, text in _named_by(page, frozenset(hosts)):
            index = known.get(url)
            if index is None:
                known[url] = len(result)
                kinds = (kind, "document") if kind in ("a", "area") and file_kind(url) == "document" else (kind,)
                internal = url.startswith("http") and host_of(url) in hosts
                reason = robots.forbids(url) if internal else ""
                result.append(
                    LinkEvidence(
                        url=url,
                        kinds=kinds,
                        text=text[:200],
                        internal=internal,
                        pages=(page.url,),
                        page_count=1,
                        probes=(forbidden(url, reason).probe,) if reason else (),
                    )
                )
            else:
                result[index] = _also_on(result[index], page.url, kind)
    return tuple(result)


def _also_on(link: LinkEvidence, page: str, kind: str) -> LinkEvidence:
    update: dict[str, object] = {}
    if kind not in link.kinds:
        update["kinds"] = (*link.kinds, kind)
    # Where the list was cut, whether this page has been counted cannot be told.
    if page not in link.pages and link.page_count < _MOST_PAGES:
        update |= {"pages": (*link.pages, page), "page_count": link.page_count + 1}
    return link.model_copy(update=update) if update else link


def _named_by(page: RenderedPage, hosts: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, address without fragment, and words of everything the page names."""
    seen: set[tuple[str, str]] = set()
    for kind, raw, text in _mentions(page, hosts):
        url = resolve(page.final_url or page.url, raw)[0] if raw and not raw.isspace() else ""
        if not url or url.startswith(("data:", "blob:", "about:", "chrome-error:")) or (kind, url) in seen:
            continue
        seen.add((kind, url))
        yield kind, url, text


def _mentions(page: RenderedPage, hosts: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    def own(frame: str) -> bool:
        return not frame or not frame.startswith("http") or host_of(frame) in hosts

    for view in page.views:
        for control in view.controls:
            tag = control.tag.lower()
            if tag in ("a", "area") and control.href and own(control.frame) and not control.raw_href.startswith("#"):
                yield tag, control.href, control.name or control.text
        for image in view.images:
            # Pictures of a pixel or two count visitors.
            if own(image.frame) and min(image.box.width, image.box.height) > _SMALLEST:
                yield "img", image.src, image.alt or ""
    for frame in page.frames:
        yield "frame", frame.url, ""
