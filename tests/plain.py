"""What plain English is measured by: words that a governor need not know, and texts without what is no word."""

from __future__ import annotations

import re

JARGON = re.compile(
    r"\b(?:HTTPS?|URLs?|URIs?|DOM|HTML5?|CSS|JSON|XML|YAML|TOML|API|TLS|SSL|DNS|IP|ARIA|WCAG|axe|ACT|CDN|CMS|SARIF|SQL"
    r"|JavaScript|selectors?|viewports?|iframes?|servers?|cach(?:e|ed|es)|payloads?|regex|robots\.txt"
    r"|status code|fingerprints?|timeouts?|User-Agent|\d\.\d\.\d{1,2}|[45]\d\d error)\b"
)
"""Case counts: `https://` in an address is no jargon, `HTTPS` in a sentence is."""


def plain(text: str) -> str:
    """`text` as it is read: no markup, an address as one short word, long names of bodies by their letters."""
    text = re.sub(r"<[^>]+>", "", text)
    text = re.sub(r"(?:https?://|\bwww\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.uk\S*", "it", text)
    return text.replace("National Crime Agency", "NCA")
