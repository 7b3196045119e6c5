"""Which certificates are believed, those of this system and of --ca-bundle, and how long those we were shown last."""

from __future__ import annotations

import platform
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import truststore
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from sgaudit.model.evidence import Certificate

# Where distributions keep the bundle when this Python was built to look elsewhere.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)


def context_maker(bundle: Path | None) -> Callable[[], ssl.SSLContext]:
    """What gives each new connection its SSLContext; certificates are always verified, `bundle` adds to the system's.

    Windows and macOS are asked through truststore, with a context a connection: it holds a lock during the
    handshake, so a shared one would let a silent server hold up all others. Elsewhere truststore only loads OpenSSL's
    default places, anew for each connection; loading them once into one shared context is the same trust. Raises
    OSError or ssl.SSLError when `bundle` cannot be read.
    """
    if platform.system() in ("Windows", "Darwin"):
        _system_store(bundle)  # an unreadable bundle is told at once, not by every request
        return lambda: _system_store(bundle)
    shared = _openssl_store(bundle)
    return lambda: shared


def _system_store(bundle: Path | None) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if bundle is not None:
        context.load_verify_locations(cafile=str(bundle))
    return context


def _openssl_store(bundle: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    places = ssl.get_default_verify_paths()
    if places.cafile or (places.capath and any(Path(places.capath).iterdir())):
        context.set_default_verify_paths()
    else:
        found = next((path for path in _BUNDLES if Path(path).is_file()), None)
        context.load_verify_locations(cafile=found or DEFAULT_CA_BUNDLE_PATH)
    if bundle is not None:
        context.load_verify_locations(cafile=str(bundle))
    return context


def shown_by(host: str, port: int, connection: Any) -> Certificate | None:
    """The certificate that was verified for a TLS `connection`; None when the system keeps it to itself."""
    said = connection.getpeercert() or {}
    ends = _moment(said.get("notAfter"))
    if ends is None:
        return None
    return Certificate(host=host, port=port, begins=_moment(said.get("notBefore")), ends=ends)


def _moment(said: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said)), UTC) if said else None
    except (ValueError, OverflowError, OSError):
        return None
