"""The provisioning log of a phone as its page and its CSV show it, the latest first."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.models import FileFetch
from app.models.enums import FetchedKind
from app.rendering.csv_lines import csv_line

CHUNK_ROWS = 500
KIND_WORDS = {
    FetchedKind.PHONE: "its configuration file",
    FetchedKind.OPTION: "first file (DHCP option)",
    FetchedKind.SHARED: "shared file",
    FetchedKind.FIRMWARE: "firmware",
}
_ANSWERS = {
    200: "sent",
    206: "a part was sent",
    304: "the phone has it already",
    416: "no such part",
    503: "told to come again",
}


def answer_words(status: int) -> str:
    """Return what an answer to a phone means."""
    return _ANSWERS.get(status, "refused" if status >= 400 else "sent")


def read(
    session: Session,
    macs: Sequence[str],
    *,
    is_refused: bool = False,
    before: tuple[datetime, str] | None = None,
    most: int,
) -> Sequence[FileFetch]:
    """Return the latest fetches of a phone and those that it replaced; ``before`` is time and key of the last one read.

    Each is of the tenant that the phone had at the time.
    """
    wanted = select(FileFetch).where(FileFetch.mac.in_(macs))
    if is_refused:
        wanted = wanted.where(FileFetch.status >= 400)
    if before is not None:
        wanted = wanted.where(tuple_(FileFetch.last_at, FileFetch.key) < before)
    latest = wanted.order_by(FileFetch.last_at.desc(), FileFetch.key.desc())
    return session.scalars(latest.limit(most)).all()


def csv_header() -> str:
    """Return the first line of the CSV."""
    return csv_line(
        [
            "First (UTC)", "Last (UTC)", "Times", "MAC", "File", "Kind", "Address", "User-Agent", "Status", "Bytes",
            "Reason", "Known by",
        ]
    )  # fmt: skip


def csv_lines(fetches: Iterable[FileFetch]) -> str:
    """Return a line for each row of the log."""
    return "".join(
        csv_line(
            [
                f"{fetch.first_at:%Y-%m-%d %H:%M:%S}", f"{fetch.last_at:%Y-%m-%d %H:%M:%S}", str(fetch.count),
                fetch.mac, fetch.path, KIND_WORDS[fetch.kind], fetch.address, fetch.user_agent, str(fetch.status),
                str(fetch.size), fetch.reason, fetch.told_by.value.replace("_", " "),
            ]
        )
        for fetch in fetches
    )  # fmt: skip
