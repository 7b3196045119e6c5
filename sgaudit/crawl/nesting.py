"""HTML made to exhaust a parser is made harmless before it is parsed."""

from __future__ import annotations

import re

# A page with fewer tags costs little whatever they are.
_FEW = 600
_DEEPEST = 400
_MOST_OPEN = 100
_FORMATTING = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_BLOCKS = (
    "address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|header|hgroup|"
    "listing|main|menu|nav|ol|optgroup|pre|search|section|summary|ul"
)
_KINDS = dict.fromkeys(_FORMATTING.split("|"), 1) | dict.fromkeys(_BLOCKS.split("|"), 2)
_TAG = re.compile(r"<(/?)([a-zA-Z]+)")
_FORMATTING_TAG = re.compile(rf"</?(?:{_FORMATTING})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS})(?:[\s/][^<>]*)?>", re.IGNORECASE)


def tamed(html: str) -> tuple[str, bool]:
    """`html` without the tags that are nested absurdly deep, and whether any were taken out.

    An HTML parser must open unclosed formatting anew in every paragraph and must look through all open blocks at every
    new one: a few hundred kilobytes can so become gigabytes or minutes. Browsers stop at a depth of about 500.
    """
    if html.count("<") <= _FEW:
        return html, False
    blocks = formatting = deepest = most_open = 0
    for closing, name in _TAG.findall(html):
        kind = _KINDS.get(name) or _KINDS.get(name.lower())
        if kind == 1:
            formatting = max(0, formatting - 1) if closing else formatting + 1
            most_open = max(most_open, formatting)
        elif kind == 2:
            blocks = max(0, blocks - 1) if closing else blocks + 1
            deepest = max(deepest, blocks)
    changed = False
    if most_open > _MOST_OPEN:
        html, changed = _FORMATTING_TAG.sub("", html), True
    if deepest > _DEEPEST:
        html, changed = _BLOCK_TAG.sub(" ", html), True
    return html, changed
