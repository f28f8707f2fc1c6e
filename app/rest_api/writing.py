"""What goes out: JSON with times in UTC as RFC 3339 writes them."""

import msgspec

_encoder = msgspec.json.Encoder()


def encode(content: object) -> bytes:
    """Return an answer as it is sent; the same content is the same bytes."""
    return _encoder.encode(content)
