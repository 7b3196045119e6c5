"""The one door to apprise: a message goes to every address of the environment, and what fails is said without secrets.

The addresses hold passwords and tokens, so none of them is ever shown, logged or kept; one is told by its number.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING

from sgaudit.alerts import Alert

if TYPE_CHECKING:
    import apprise

ALERT_URLS = "SGAUDIT_ALERT_URLS"
_MOST = 20
_SECONDS = 30


def taken(environ: MutableMapping[str, str]) -> tuple[str, ...]:
    """The addresses, which spaces or lines keep apart; no process that is started later inherits them."""
    return tuple(environ.pop(ALERT_URLS, "").split())


def send(addresses: tuple[str, ...], alert: Alert) -> list[str]:
    """Deliver `alert` to each address. Returns a sentence for each that it did not reach; raises nothing."""
    try:
        import apprise
    except ImportError:
        return ["Alerts need apprise, which is not installed: type `pip install 'sgaudit[alerts]'`."]
    # It tells of failures on a log of its own, with parts of addresses.
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False
    problems = [_delivered(apprise.Apprise(), address, alert) for address in addresses[:_MOST]]
    said = [f"{ALERT_URLS}, address {number}: {problem}" for number, problem in enumerate(problems, 1) if problem]
    if len(addresses) > _MOST:
        said.append(f"{ALERT_URLS}: only the first {_MOST} addresses were told.")
    return said


def _delivered(service: apprise.Apprise, address: str, alert: Alert) -> str:
    """What kept the message from this address, empty when it arrived."""
    try:
        if not service.add(address):
            return "is none that apprise understands."
        done = service.notify(
            body=alert.body, title=alert.title, notify_type=alert.kind, body_format="text", timeout=_SECONDS
        )
    except Exception as error:  # noqa: BLE001 - a hundred services' code; its message may hold the address
        return f"the alert could not be delivered ({type(error).__name__})."
    return "" if done else "the alert could not be delivered."


def wanted(environ: Mapping[str, str]) -> int:
    """How many addresses there are."""
    return len(environ.get(ALERT_URLS, "").split())
