"""A file that was brought comes back as it was, however large it is."""

import os
from datetime import UTC, datetime

import pytest

from app.models.enums import ImportKind
from app.services.author import Author
from app.services.imports import jobs


@pytest.mark.parametrize("size", [1, 256 * 1024 - 29, 700_001])  # encrypted, the second is exactly one piece
def test_a_file_comes_back_as_it_was(session, size: int):
    content = os.urandom(size)
    job = jobs.add(
        session, ImportKind.USERS, "users.csv", content, author=Author("oscar"), now=datetime.now(UTC)
    )
    session.flush()
    assert jobs.content_of(session, job.id) == ("users.csv", content)
