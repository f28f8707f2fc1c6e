"""ETags: what an answer was made of, so that nothing is sent twice and nobody overwrites what he has not seen."""

import re
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from app.rest_api.problems import RefusedError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a request depends on: the values of If-Match and If-None-Match, empty where it depends on nothing."""

    if_match: str = ""
    if_none_match: str = ""

    def is_known(self, etag: str) -> bool:
        """Whether who asks has this answer already."""
        return _names(self.if_none_match, etag)

    def check_may_change(self, etag: str) -> None:
        """Raise RefusedError 412 where what is to be changed is not what who asks has seen, or ought not to exist."""
        if self.if_match and not _names(self.if_match, etag):
            raise RefusedError(
                HTTPStatus.PRECONDITION_FAILED,
                "It is not what If-Match names any more: read it again, and change that.",
            )
        if self.if_none_match and _names(self.if_none_match, etag):
            raise RefusedError(
                HTTPStatus.PRECONDITION_FAILED,
                "It exists, which If-None-Match does not want; nothing was changed.",
            )

    def check_may_add(self) -> None:
        """Raise RefusedError 412 where something is to be changed that does not exist."""
        if self.if_match:
            raise RefusedError(
                HTTPStatus.PRECONDITION_FAILED, "It does not exist, and If-Match names one that does."
            )


def etag_of(body: bytes) -> str:
    """Return the tag of an answer, without the quotes."""
    return sha256(body).hexdigest()[:32]


def _names(wanted: str, etag: str) -> bool:
    """Whether a header names this tag. A weak one is the same: compressing makes it weak, and not another answer."""
    return wanted.strip() == "*" or etag in _TAG.findall(wanted)
