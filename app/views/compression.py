"""Answers are compressed for browsers that say they can read that: pages, style sheets, scripts and JSON.

What repeats a word of the request next to a secret must not tell the secret by its length (the BREACH attack): the
gzip stream of each answer carries a name of random length, as in Django's GZipMiddleware.
"""

import gzip
import secrets
from functools import lru_cache
from io import BytesIO

from flask import Flask, Response, request

from app.views.request_guards import is_for_phones

SMALLEST = 600
"""Bytes from which compressing is worth the work: below, an answer fits into one packet anyway."""
LARGEST = 4 * 1024 * 1024
"""Bytes up to which an answer is compressed: nothing larger is ever a page."""
_LONGEST_PADDING = 100
_STATIC_KEPT = 128
_LEVEL_OF_PAGES, _LEVEL_OF_FILES = 4, 9

_KINDS = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
)


def install(app: Flask) -> None:
    """Compress what the screens answer."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if is_for_phones() or response.mimetype not in _KINDS:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0 or not _is_worth_it(response):
        return response
    is_file, response.direct_passthrough = response.direct_passthrough, False
    body = response.get_data()
    response.set_data(_compressed(body) if is_file else _padded(body))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _is_worth_it(response: Response) -> bool:
    """Whether an answer has a whole body of a size that compressing makes smaller in little time."""
    length = response.content_length
    is_whole = request.method != "HEAD" and response.status_code not in (204, 206, 304)
    is_plain = "Content-Encoding" not in response.headers
    return is_whole and is_plain and length is not None and SMALLEST <= length <= LARGEST


def _padded(body: bytes) -> bytes:
    """Compress what was made for one person, to a length that differs each time."""
    out, name = BytesIO(), "a" * secrets.randbelow(_LONGEST_PADDING)
    with gzip.GzipFile(
        filename=name, mode="wb", compresslevel=_LEVEL_OF_PAGES, fileobj=out, mtime=0
    ) as stream:
        stream.write(body)
    return out.getvalue()


@lru_cache(maxsize=_STATIC_KEPT)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL_OF_FILES, mtime=0)
