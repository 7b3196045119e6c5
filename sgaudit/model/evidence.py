"""What was seen. Frozen, saved beside the report, and enough to decide again without network or browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, field_validator

from sgaudit.model.outcome import Role
from sgaudit.model.policy import Policy
from sgaudit.model.settings import RuleSetting

_HALF = re.compile("[\ud800-\udfff]")


def _whole(value: object) -> object:
    """`value` without halves of surrogate pairs: a script can hand them over, and no file or digest can hold them."""
    if isinstance(value, StrEnum):
        return value  # it must stay a member: roles and troubles are compared by identity
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, tuple | list) and any(isinstance(one, str) for one in value):
        return tuple(_whole(one) for one in value)
    return value


class Seen(BaseModel):
    """Base of all evidence: immutable; unknown fields of newer versions are ignored when read back."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @field_validator("*", mode="before")
    @classmethod
    def _whole_characters(cls, value: object) -> object:
        return _whole(value)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, which trusts `update`; broken characters are replaced in it too."""
        return super().model_copy(update={key: _whole(value) for key, value in (update or {}).items()}, deep=deep)


class Trouble(StrEnum):
    """Why a request or a page could not be completed, one word for each next step a reader would take."""

    invalid_url = "invalid-url"
    private_address = "private-address"
    name_not_resolved = "name-not-resolved"
    offline = "offline"
    refused = "refused"
    timeout = "timeout"
    tls = "tls"
    tls_expired = "tls-expired"
    tls_name = "tls-name"
    redirect_loop = "redirect-loop"
    too_large = "too-large"
    proxy = "proxy"
    protocol = "protocol"
    robots = "robots"
    not_html = "not-html"
    http_status = "http-status"
    blocked = "blocked"
    empty = "empty"
    download = "download"
    crashed = "crashed"
    stuck = "stuck"
    browser_missing = "browser-missing"
    budget = "budget"
    interrupted = "interrupted"
    unsupported = "unsupported"


class Hop(Seen):
    """One answer on the way to where a request ended: the address asked and its HTTP status."""

    url: str
    status: int


class Probe(Seen):
    """One attempt to fetch an address with requests.

    `status` is None when no HTTP answer came; `trouble` and `message` then say why. `trail` holds every redirect
    before `final_url`. `title` and `text` (first 2,000 visible characters) are filled for HTML read in full.
    `seen_at` is when it was really made, where that was not in this run; None where it was.
    """

    url: str
    method: str
    status: int | None = None
    final_url: str = ""
    trail: tuple[Hop, ...] = ()
    content_type: str = ""
    size: int = 0
    title: str = ""
    text: str = ""
    challenge: bool = False
    trouble: Trouble | None = None
    message: str = ""
    seen_at: datetime | None = None


class PageEvidence(Seen):
    """One address of the audited site as the crawl met it.

    `depth` is the number of clicks from the home page (None: met only through the sitemap or named by the user).
    `role_reasons` says in words why the page has its role. `template` groups pages built alike.
    `by_script` is true when the fetched HTML had no content and the browser had to read it.
    `reason` says why the page was not read or not opened; empty when it was. `seen_at` is when it was really read,
    where that was not in this run: its server says it is unchanged since, or this run goes on with a stopped one.
    """

    url: str
    final_url: str
    status: int | None = None
    content_type: str = ""
    title: str = ""
    lang: str = ""
    headings: tuple[str, ...] = ()
    depth: int | None = None
    role: Role = Role.other
    role_reasons: tuple[str, ...] = ()
    template: str = ""
    fetched_by: str = "requests"
    by_script: bool = False
    size: int = 0
    trail: tuple[Hop, ...] = ()
    trouble: Trouble | None = None
    reason: str = ""
    seen_at: datetime | None = None


class DocumentSeen(Seen):
    """What a PDF that a safeguarding page links to was found to hold.

    `links` are the web addresses that its own links name, at most 500. `problem` is empty when it was read to its end,
    else one of: web-page, not-a-pdf, no-pages, damaged, password, limits, unread; `message` says more, as a clause.
    """

    pages: int = 0
    links: tuple[str, ...] = ()
    problem: str = ""
    message: str = ""


class LinkEvidence(Seen):
    """One link target of the site, met once or many times, and every attempt made to reach it.

    `kinds` are the elements that named it (a, area, img, document, stylesheet, frame, media). `pages` lists at most 20
    of the `page_count` pages that hold it. `missing_fragments` are the promised parts that the target page lacks: such
    a link is an entry of its own, its address with the fragment, beside the one of its page. `document` is what was
    read of a PDF; None when it is none or was not to be read.
    """

    url: str
    kinds: tuple[str, ...] = ()
    text: str = ""
    internal: bool = False
    pages: tuple[str, ...] = ()
    page_count: int = 0
    missing_fragments: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    document: DocumentSeen | None = None


class Box(Seen):
    """A rectangle on the page in CSS pixels, from the top left of the document."""

    x: float
    y: float
    width: float
    height: float


class ImageSeen(Seen):
    """One image as rendered at one width. `alt` is None when the attribute is missing.

    `loaded` is false when the browser could not show the picture.
    """

    selector: str
    frame: str = ""
    src: str = ""
    alt: str | None = None
    box: Box
    visible: bool
    loaded: bool = True
    decorative: bool = False


class Control(Seen):
    """A link, button or other clickable thing as rendered at one width.

    `name` is its accessible name. `hidden_because` is empty when a person can see it, else one of: not-rendered,
    visibility-hidden, transparent, zero-size, off-page, clipped, closed-details, inert, frame-hidden, white-on-white.
    `hit` tells whether the point at its centre is the element itself (None: not tested); `covered_by` names what is
    there instead. `focusable` means that Tab can reach it. `route_clues` is not empty when it looks like the way to
    CEOP: the words say what was seen (official-address, retired-address, ceop-name, ceop-image, ceop-handler ...).
    """

    selector: str
    frame: str = ""
    tag: str
    role: str = ""
    name: str = ""
    name_from: str = ""
    text: str = ""
    href: str = ""
    raw_href: str = ""
    target: str = ""
    handler: str = ""
    box: Box
    hidden_because: str = ""
    aria_hidden: bool = False
    hit: bool | None = None
    covered_by: str = ""
    focusable: bool = True
    images: tuple[ImageSeen, ...] = ()
    landmark: str = ""
    route_clues: tuple[str, ...] = ()


class FrameSeen(Seen):
    """A frame of the page: where it stands, whether it can be seen and whether it could be read.

    `loaded` is false when the browser shows nothing in it but an error of its own, so that no visitor sees more.
    """

    url: str
    selector: str = ""
    visible: bool = True
    loaded: bool = True
    read: bool = True
    reason: str = ""


class AxeNode(Seen):
    """One element axe reported. `html` is cut to 500 characters; `frame` is the frame's address, empty at the top."""

    selector: str
    frame: str = ""
    html: str = ""
    summary: str = ""
    impact: str = ""


class AxeResult(Seen):
    """One axe rule on one page: `outcome` is failed (violation) or cantTell (incomplete)."""

    rule: str
    outcome: str
    impact: str = ""
    tags: tuple[str, ...] = ()
    help: str = ""
    help_url: str = ""
    nodes: tuple[AxeNode, ...] = ()


class Scan(Seen):
    """What an accessibility engine said of one page at one width.

    `passes` counts the rules that passed: zero rules tried is no pass. `untested_frames` lists frames it could not
    enter with the reason. `trouble` is set when the scan did not finish; nothing may then be concluded from it.
    `seen_at` is when it was really made, where that was not in this run: of a page that looked the very same.
    """

    engine: str
    version: str = ""
    results: tuple[AxeResult, ...] = ()
    passes: int = 0
    tested_frames: int = 0
    untested_frames: tuple[FrameSeen, ...] = ()
    trouble: Trouble | None = None
    message: str = ""
    seen_at: datetime | None = None


class View(Seen):
    """The page at one width: what can be clicked, which images show, a picture and the engine's scan."""

    width: int
    height: int
    page_width: int = 0
    page_height: int = 0
    controls: tuple[Control, ...] = ()
    images: tuple[ImageSeen, ...] = ()
    truncated: bool = False
    screenshot: str = ""
    scan: Scan | None = None


class Landing(Seen):
    """Where the browser ended after a press, by its own account.

    `status` is that of the last HTTP answer, None when none came. `text` is the first 3,000 visible characters.
    """

    url: str
    status: int | None = None
    trail: tuple[Hop, ...] = ()
    title: str = ""
    text: str = ""
    trouble: Trouble | None = None
    message: str = ""


class Press(Seen):
    """One try at the reporting route with one means at one width.

    `means` is mouse or keyboard. `how` is same-tab, new-tab, in-frame, download, other-app, nothing or not-pressed.
    `problem` is empty when it led somewhere; else one of: not-visible, covered, off-page, detached, not-focusable,
    focus-lost, no-effect, form (never submitted), page-lost, stuck. `detail` is what the browser said.
    `landing` is None when nothing opened. `shared` is true when the address had been landed on before in this run and
    only the start of the navigation was watched this time. `tabs` counts the Tab presses made (keyboard).
    `opens_new_tab_unannounced` is left to the checks.
    """

    selector: str
    frame: str = ""
    width: int
    means: str
    how: str = "nothing"
    problem: str = ""
    detail: str = ""
    requested: str = ""
    landing: Landing | None = None
    shared: bool = False
    tabs: int | None = None
    covered_dismissed: bool = False
    screenshot: str = ""


class RenderedPage(Seen):
    """One page as opened in the browser.

    `snapshot` is the rendered document as annotated HTML (see page.py): frames and open shadow roots inlined, hidden
    parts marked with the reason. `trouble` set means that the page could not be looked at: it is untested, never
    passed. `timings` are seconds by phase: navigation, gather, axe, press, screenshot. `loads` are the addresses of all
    that it was made of besides its own HTML, None when they could not all be told (frames, live connections, too many).
    `seen_at` is when it was really looked at, where that was not in this run; None where it was.
    """

    url: str
    final_url: str = ""
    role: Role = Role.other
    status: int | None = None
    trail: tuple[Hop, ...] = ()
    title: str = ""
    lang: str = ""
    snapshot: str = ""
    views: tuple[View, ...] = ()
    frames: tuple[FrameSeen, ...] = ()
    presses: tuple[Press, ...] = ()
    dialogs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    timings: dict[str, float] = {}
    loads: tuple[str, ...] | None = None
    trouble: Trouble | None = None
    message: str = ""
    seen_at: datetime | None = None


class Skipped(Seen):
    """An address that was met and left alone, with the reason in words."""

    url: str
    reason: str


class Certificate(Seen):
    """The TLS certificate that a host showed, and the time for which it is valid (UTC).

    `seen_at` is when it was shown, where that was not in this run.
    """

    host: str
    port: int = 443
    begins: datetime | None = None
    ends: datetime
    seen_at: datetime | None = None


class Problem(Seen):
    """Something that went wrong at a stage of the audit without ending it."""

    stage: str
    url: str = ""
    type: str
    message: str


class Canary(Seen):
    """A page with known faults scanned in the same run: proof that the engine is alive. `alive` false voids scans.

    `seen_at` is when that was, where no page was scanned in this run: it is the proof for the scans of that time.
    """

    engine: str
    version: str = ""
    alive: bool
    message: str = ""
    seen_at: datetime | None = None


class Versions(Seen):
    """What made the evidence."""

    sgaudit: str
    python: str = ""
    platform: str = ""
    browser: str = ""
    browser_version: str = ""
    axe: str = ""


class Evidence(Seen):
    """All that one run saw.

    `resumes` is the id of the stopped audit that this run went on with, empty when it began by itself.
    `incomplete` holds a sentence for every reason why the run saw less than the site has (a limit was reached).
    `no_verdict` holds a sentence for every reason why nothing may be concluded from the run as a whole.
    """

    schema_version: str = "1.0"
    run_id: str
    resumes: str = ""
    url: str
    site_name: str = ""
    hosts: tuple[str, ...] = ()
    started: datetime
    finished: datetime
    versions: Versions
    settings: dict[str, str | int | float | bool | list[str] | None] = {}
    rule_settings: tuple[RuleSetting, ...] = ()
    policy: Policy = Policy()
    pages: tuple[PageEvidence, ...] = ()
    rendered: tuple[RenderedPage, ...] = ()
    links: tuple[LinkEvidence, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    canary: Canary | None = None
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: tuple[str, ...] = ()
    no_verdict: tuple[str, ...] = ()
    timings: dict[str, float] = {}
