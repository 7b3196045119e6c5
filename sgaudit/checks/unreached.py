"""Why nothing is known of a far end, in the words that every check uses of it."""

from __future__ import annotations

from sgaudit.model.evidence import Trouble

# Each a clause; {host} is put in by whoever says it.
UNREACHED = {
    Trouble.timeout: "{host} did not answer in time",
    Trouble.tls: "no secure connection to {host} could be made from here",
    Trouble.proxy: "the proxy of this network did not let the request to {host} through",
    Trouble.protocol: "{host} answered in a way that could not be understood",
    Trouble.offline: "this machine was offline",
}
