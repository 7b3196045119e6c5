"""What of a page was not read, so that nothing may be called absent from it."""

from __future__ import annotations

from sgaudit.model.evidence import RenderedPage


def unread(page: RenderedPage) -> str:
    """What of the page was not read, as a clause that gives the reason; empty when all was read."""
    if any(view.truncated for view in page.views):
        return "it is too large"
    frame = next((frame for frame in page.frames if frame.visible and frame.loaded and not frame.read), None)
    if frame is None:
        return ""
    return f"the embedded page {frame.url[:120] or frame.selector} was not read ({frame.reason.rstrip('.')[:160]})"
