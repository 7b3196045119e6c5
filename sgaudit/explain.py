"""One statement's reading of one saved page, which comes from a file, standard input or the evidence of a run."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

from sgaudit import store
from sgaudit.checks.statements.explaining import explain
from sgaudit.config import Config
from sgaudit.fetch.answer import decoded
from sgaudit.model.evidence import RenderedPage
from sgaudit.model.explanation import Explanation
from sgaudit.model.outcome import Role
from sgaudit.page import page_from_html
from sgaudit.rules import RuleError, RulePack
from sgaudit.store import StoreError

STANDARD_INPUT = "-"
_LARGEST = int(Config.model_fields["max_page_bytes"].default)
_ADDRESS = "https://saved.example/page"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_HEAD = 4_096


def explained(pack: RulePack, rule_id: str, page: str, run: Path | None = None) -> Explanation:
    """How the statement `rule_id` reads on `page`: an HTML file, `-` for standard input, or an address opened in `run`.

    Raises RuleError when the rule is unknown or no statement, StoreError when there is no such page to read.
    """
    rule = pack.named(rule_id)
    if rule.check != "statement":
        raise RuleError(
            f"{rule_id} is no statement: it is decided by the check {rule.check!r} and not by what a page says; "
            f"see `sgaudit rules show {rule_id}`"
        )
    return explain(rule, page_of_run(page, run) if run else page_of_file(page), pack.registers)


def page_of_run(url: str, run: Path) -> RenderedPage:
    """The page as the browser saw it in a finished run. Raises StoreError."""
    opened = store.load_evidence(store.find_run(run)).rendered
    found = next((page for page in opened if url in (page.url, page.final_url)), None)
    if found is None:
        pages = [page.url for page in opened if page.role is Role.safeguarding] or [page.url for page in opened]
        there = f"; it opened {', '.join(pages[:5])}" if pages else ""
        raise StoreError(f"{run}: that run opened no page {url}{there}")
    if found.trouble is not None:
        raise StoreError(f"{url}: could not be looked at in that run: {found.message}")
    return found


def page_of_file(name: str) -> RenderedPage:
    """A saved page as a browser without its style sheets would show it. Raises StoreError."""
    where = "standard input" if name == STANDARD_INPUT else name
    try:
        if name == STANDARD_INPUT:
            body = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(_LARGEST + 1)
    except OSError as error:
        raise StoreError(f"{where}: cannot be read ({error.strerror}); give a saved HTML file") from None
    if reason := _unreadable(body):
        raise StoreError(f"{where}: {reason}")
    return page_from_html(_ADDRESS, decoded(body), Role.safeguarding)


def _unreadable(body: bytes) -> str:
    """Why a file is no page that can be read; empty when it is one."""
    if not body.strip():
        return "is empty; give a saved HTML file"
    if len(body) > _LARGEST:
        return f"is larger than {_LARGEST / 1_000_000:g} MB, which is as much as an audit reads of one page"
    head = body[:_HEAD]
    if b"mime-version:" in head.lower() and not head.lstrip().startswith(b"<"):
        return "is a web archive (MHTML); save the page as “HTML only” instead"
    strange = sum(byte < 32 and byte not in b"\t\n\f\r\x1b" for byte in head)
    if head.startswith(b"%PDF-") or (strange > len(head) // 100 and not body.startswith(_WIDE_MARKS)):
        return "is no HTML page: it holds something else than text"
    return ""
