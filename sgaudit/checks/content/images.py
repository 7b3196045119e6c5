"""A picture whose description is a file name: axe is content with it, a listener hears gibberish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from sgaudit.checks.interface import Check, Need, Options, finding, looked_at, not_looked_at
from sgaudit.checks.places import Places
from sgaudit.model.evidence import Control, Evidence, ImageSeen, RenderedPage
from sgaudit.model.outcome import Outcome, Severity
from sgaudit.model.report import Decided, EvidenceItem, Finding
from sgaudit.model.words import counted, shortened
from sgaudit.register import Registers
from sgaudit.rules import Rule

_EXTENSION = re.compile(
    r".*[\w)\]]\.(?:jpe?g|jfif|png|gif|webp|svg|bmp|tiff?|heic|avif|ico)", re.IGNORECASE | re.DOTALL
)
_SUFFIX = r"(?:[-_.(]\w*\)?|\d*x\d+| \(\d+\))*"
_CAMERA = re.compile(
    # What cameras, telephones and scanners write; a space before the number only where no sentence begins so.
    rf"(?:img|dsc[nf]?|pxl|pict|gopr|mvi|fb_img|dji|wp|p)[-_]?\(?\d{{3,}}\)?{_SUFFIX}|(?:img|dsc[nf]?) \d{{3,}}"
    rf"|_?(?:dsc|mg)_?\d{{3,}}{_SUFFIX}"
    rf"|(?:image|photo|picture|pic|scan|screenshot|snapchat|unnamed|untitled|download)(?:[-_]?\d+| ?\(\d+\)){_SUFFIX}"
    # What desktops and messengers write.
    r"|(?:screenshot|screen shot|whatsapp image|capture)[ _]\d{4}-\d\d-\d\d.*"
    r"|untitled(?:[- _](?:design|image|presentation|document))?|unnamed"
    # Times, numbers and digests that content systems and networks give.
    r"|\d{8}_\d{6}\w*|\d+_\d+_\d+_[no]|\d{6,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}",
    re.IGNORECASE,
)


class ImageAltOptions(Options):
    """Nothing to set."""


@dataclass
class _Fault:
    image: ImageSeen
    pages: list[str] = field(default_factory=list)
    names_a_link: bool = False


def is_file_name(alt: str, src: str = "") -> bool:
    """Whether `alt` is the name of a file and no description; `src` is the picture's address."""
    text = alt.strip()
    if _EXTENSION.fullmatch(text) or _CAMERA.fullmatch(text):
        return True
    file = unquote(urlsplit(src).path).rpartition("/")[2]
    stem = file.rpartition(".")[0] or file
    # A one-word name may well be the right description ("Childline", "e-safety"): only what nobody would write counts.
    made_for_files = "_" in text or text.count("-") >= 2 or re.search(r"\d{3}|-\d|\dx\d", text) is not None
    return bool(text) and " " not in text and made_for_files and text.lower() in (file.lower(), stem.lower())


def _decide(rule: Rule, evidence: Evidence, _: Registers) -> Decided:
    places = Places(evidence)
    faults: dict[str, _Fault] = {}
    findings = not_looked_at(rule, evidence)
    for page in looked_at(rule, evidence):
        described = [image for image in _visible(page) if image.alt is not None and image.alt.strip()]
        wrong = [image for image in described if is_file_name(image.alt or "", image.src)]
        in_links = {(control.frame, image.selector) for control in _named_by_picture(page) for image in control.images}
        for image in wrong:
            fault = faults.setdefault((image.alt or "").strip().lower(), _Fault(image))
            fault.pages += [page.url] if page.url not in fault.pages else []
            fault.names_a_link |= (image.frame, image.selector) in in_links
        if not described:
            findings.append(
                finding(rule, page.url, Outcome.inapplicable, "This page shows no picture with a description.")
            )
        elif not wrong:
            message = f"{counted(len(described), 'description')} of pictures read: none is a file name."
            findings.append(finding(rule, page.url, Outcome.passed, message, fix=()))
    findings += [_failed(rule, places, fault) for fault in faults.values()]
    return Decided(findings=tuple(findings))


def _failed(rule: Rule, places: Places, fault: _Fault) -> Finding:
    alt = shortened(fault.image.alt or "", 80)
    message = (
        f"A picture {places.on(fault.pages)} is described as “{alt}”, the name of a file: "
        "somebody who cannot see it hears that name and learns nothing."
    )
    if fault.names_a_link:
        message += " The picture is a link or button, so nobody is told where it leads."
    items = [
        EvidenceItem(kind="image", url=page, frame=fault.image.frame, selector=fault.image.selector, quote=alt)
        for page in fault.pages[:10]
    ]
    return places.once(
        rule,
        fault.pages,
        Outcome.failed,
        message,
        *items,
        what=alt,
        severity=Severity.serious if fault.names_a_link else rule.severity,
    )


def _named_by_picture(page: RenderedPage) -> Iterator[Control]:
    """Links and buttons with no words of their own beside the picture."""
    for view in page.views:
        yield from (control for control in view.controls if control.images and not control.text.strip())


def _visible(page: RenderedPage) -> Iterator[ImageSeen]:
    """Each picture once, whichever width shows it."""
    seen: set[tuple[str, str]] = set()
    for view in page.views:
        for image in view.images:
            if image.visible and not image.decorative and (image.frame, image.selector) not in seen:
                seen.add((image.frame, image.selector))
                yield image


IMAGE_ALT = Check(options=ImageAltOptions, decide=_decide, needs=frozenset({Need.crawl, Need.browser}))
