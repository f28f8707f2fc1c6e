"""Whose certificates are believed: those of the operating system, or of an authority that an administrator named."""

import ssl
from functools import lru_cache

from app.notifier.failures import NotDelivered


@lru_cache(maxsize=64)
def trusting(certificates: str) -> ssl.SSLContext:
    """Return a context that verifies certificates and names; to make one reads the whole list of authorities."""
    return ssl.create_default_context(cadata=certificates or None)


def refusal_of(host: str, error: ssl.SSLError) -> NotDelivered:
    """Return what a failed handshake means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotDelivered(
            f"The certificate of {host} is not trusted: {error.verify_message}. Paste the certificate of who signed "
            "it under Trusted certificates, and write the server's name as it stands in its certificate."
        )
    return NotDelivered(f"{host} speaks no TLS on this port that can be agreed on.")
