"""The suggested wording of all statement rules as one section to paste into a page, as HTML or as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sgaudit.register import Service
from sgaudit.rules import Rule, RulePack

# The one piece of markup that suggested wording may hold.
_LINK = re.compile(r'<a href="([^"<>]+)">([^<>]+)</a>')


@dataclass(frozen=True)
class _Part:
    heading: str
    sentences: tuple[str, ...]
    listed: bool = False


def section_html(pack: RulePack) -> str:
    """A section with headings, paragraphs and a list; nothing but its links comes from the rules as markup."""
    lines = ["<section>"]
    for level, part in _parts(pack):
        if part.heading:
            lines.append(f"<h{level}>{html.escape(part.heading, quote=False)}</h{level}>")
        said = [_marked_up(sentence) for sentence in part.sentences]
        if part.listed and said:
            lines += ["<ul>", *(f"<li>{one}</li>" for one in said), "</ul>"]
        else:
            lines += [f"<p>{one}</p>" for one in said]
    return "\n".join([*lines, "</section>"])


def section_text(pack: RulePack) -> str:
    """The same as paragraphs with an empty line between; a link's address stands in brackets behind its words."""
    blocks: list[str] = []
    for _, part in _parts(pack):
        said = [_plain(sentence) for sentence in part.sentences]
        blocks += [part.heading] if part.heading else []
        blocks += ["\n".join(f"- {one}" for one in said)] if part.listed and said else said
    return "\n\n".join(blocks)


def _parts(pack: RulePack) -> Iterator[tuple[int, _Part]]:
    """The parts in order, each with the level of its heading. What no part of the register names comes last."""
    left = {rule.id: rule for rule in pack.rules if rule.group == "statements" and rule.wording}
    plan = pack.registers.section
    if plan is not None:
        yield 2, _Part(plan.heading, ())
    for part in plan.parts if plan is not None else ():
        held = [left.pop(rule_id) for rule_id in part.rules if rule_id in left]
        if held:
            yield 3, _Part(part.heading, tuple(rule.wording for rule in held), part.listed)
    services = {service.id: service for service in pack.registers.services}
    rest: dict[str, list[str]] = {}
    for rule in left.values():
        rest.setdefault(_service(rule, services), []).append(rule.wording)
    for heading, sentences in rest.items():
        yield 3, _Part(heading, tuple(sentences))


def _service(rule: Rule, services: dict[str, Service]) -> str:
    """What people call the service that a statement is about, one of the register or of the rule's own."""
    about = str(rule.options.get("about", ""))
    own = rule.options.get("service")
    if isinstance(own, dict) and own.get("id") == about:
        title = str(own.get("title", ""))
    else:
        title = services[about].title if about in services else ""
    return title or about.replace("-", " ").capitalize() or "More to know"


def _marked_up(sentence: str) -> str:
    made, at = [], 0
    for link in _LINK.finditer(sentence):
        made.append(html.escape(html.unescape(sentence[at : link.start()]), quote=False))
        made.append(f'<a href="{html.escape(html.unescape(link[1]))}">{_marked_up(link[2])}</a>')
        at = link.end()
    return " ".join("".join((*made, html.escape(html.unescape(sentence[at:]), quote=False))).split())


def _plain(sentence: str) -> str:
    return " ".join(html.unescape(_LINK.sub(r"\2 (\1)", sentence)).split())
