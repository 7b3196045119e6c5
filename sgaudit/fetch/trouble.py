"""What can go wrong on the way to an answer, in one word for the verdict and one sentence for people."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator

from urllib3.exceptions import ClosedPoolError

from sgaudit.model.evidence import Trouble
from sgaudit.progress import Stop


class NotReached(Exception):
    """No usable answer. `trouble` and `message` go into the Probe as they are.

    `unanswered` is true when the connection ended before the first byte of an answer: it may merely have been an idle
    one that the server had closed, so one more try at once is fair. `ours` is true when it was our decision not to
    ask, or to ask no longer: another try would end alike.
    """

    def __init__(self, trouble: Trouble, message: str, *, unanswered: bool = False, ours: bool = False) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.message = message
        self.unanswered = unanswered
        self.ours = ours


def stopped(stop: Stop) -> NotReached:
    """The audit must come to an end: nothing more is asked."""
    return NotReached(Trouble.interrupted if stop.remaining > 0 else Trouble.budget, stop.reason, ours=True)


class Limit:
    """The time one request may still take, redirects and slow bodies included. Ends early when the audit stops.

    `host` is the one being asked, for the sentence.
    """

    def __init__(self, seconds: float, stop: Stop) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._stop = stop
        self.host = ""

    def extend(self, seconds: float) -> None:
        """Do not count time that was spent waiting for our own turn."""
        self._ends += seconds

    def left(self) -> float:
        """Seconds left, above 0. Raises NotReached when there are none or the audit stops."""
        if self._stop.reason:
            raise stopped(self._stop)
        left = min(self._ends - time.monotonic(), self._stop.remaining)
        if left <= 0:
            raise NotReached(Trouble.timeout, f"{self.host} did not answer in full within {self._seconds:g} seconds.")
        return left


# OpenSSL's codes, then those of Windows (CERT_E_EXPIRED, CERT_E_CN_NO_MATCH) and of macOS, which truststore passes on.
_EXPIRED = {10, 0x800B0101, 0x800B0101 - 2**32, -67818}
_WRONG_NAME = {62, 64, 0x800B010F, 0x800B010F - 2**32, -67602}


def tls_trouble(error: ssl.SSLError, host: str) -> NotReached:
    """A handshake that failed: expired and misnamed certificates are told apart from everything else."""
    # The attributes are missing where Python did not make the error itself.
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", 0)
        if code in _EXPIRED:
            return NotReached(Trouble.tls_expired, f"The certificate of {host} has expired.")
        if code in _WRONG_NAME:
            return NotReached(Trouble.tls_name, f"The certificate of {host} belongs to another name.")
        why = getattr(error, "verify_message", "") or "no reason given"
        return NotReached(Trouble.tls, f"The certificate of {host} is not one this machine trusts ({why}).")
    reason = (getattr(error, "reason", "") or "the connection ended").lower().replace("_", " ")
    return NotReached(Trouble.tls, f"No secure connection to {host} could be made ({reason}).")


def broken_answer(error: BaseException, host: str, *, in_body: bool = False) -> NotReached:
    """An answer that HTTP does not allow, or a connection that ended in the middle."""
    for cause in _causes(error):
        if isinstance(cause, NotReached):
            return cause
        if isinstance(cause, ConnectionError | ClosedPoolError):  # among them http.client's RemoteDisconnected
            when = "in the middle of its answer" if in_body else "without an answer"
            return NotReached(Trouble.protocol, f"{host} ended the connection {when}.", unanswered=True)
        if isinstance(cause, ssl.SSLError):
            return tls_trouble(cause, host)
        if isinstance(cause, TimeoutError):
            return NotReached(Trouble.timeout, f"{host} did not answer in time.")
        if said := _SAID.get(type(cause).__name__):
            return NotReached(Trouble.protocol, f"{host} {said}.")
    name = type(error).__name__
    return NotReached(Trouble.protocol, f"{host} answered in a way that could not be understood ({name}).")


def through_proxy(error: BaseException, host: str) -> NotReached:
    """The network's proxy, not the site, said no. Its address is left out: it may hold a password."""
    code = next((word for word in str(error).split() if word.isdigit() and len(word) == 3), "")
    return NotReached(
        Trouble.proxy, f"The proxy of this network did not let the request to {host} through{code and f' ({code})'}."
    )


_SAID = {
    "BadStatusLine": "does not speak HTTP: its answer does not begin with a status line",
    "LineTooLong": "sent a header that is too long to be genuine",
    "IncompleteRead": "sent less than it announced",
    "InvalidChunkLength": "sent an answer whose pieces do not fit together",
    "DecodeError": "sent a compressed answer that cannot be unpacked",
    "InvalidHeader": "sent headers that contradict each other",
    "UnknownProtocol": "answered in a version of HTTP that does not exist",
}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and everything it was made from: the libraries wrap what happened up to four times."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "reason", None), *one.args, one.__cause__, one.__context__]
