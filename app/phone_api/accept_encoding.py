"""Whether a phone takes gzip: the header Accept-Encoding (RFC 9110, 12.5.3)."""

import re
from functools import lru_cache

_ELEMENT = re.compile(r"\s*([^\s;]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE)


@lru_cache(maxsize=128)  # a fleet sends a handful of different ones
def prefers_gzip(header: str) -> bool:
    """Whether gzip is acceptable, and no less welcome than the text as it is.

    An element that is malformed says nothing; neither does a header that is missing or empty, because a phone that
    does not name gzip may not know it.
    """
    weights: dict[str, float] = {}
    for element in header.split(","):
        match = _ELEMENT.fullmatch(element)
        if match:
            weights[match[1].lower()] = float(match[2] or 1)
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0)))
    return gzip > 0 and gzip >= weights.get("identity", 0)
