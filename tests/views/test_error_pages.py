"""Errors as pages: a status, a sentence, and nothing of the inside."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import DataError

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, UnreachableError
from tests.databases import Databases
from tests.views.browsing import Browser, signed_in
from tests.views.installations import fill, open_app
from tests.views.world import make_world

FAILURES = {
    "invalid": (InvalidInputError("That is no subnet."), 400),
    "not-allowed": (NotAllowedError("Your account may not."), 403),
    "not-found": (NotFoundError("No phone has this MAC."), 404),
    "conflict": (ConflictError("It is in use."), 409),
    "unreachable": (UnreachableError("The directory does not answer."), 503),
}


@pytest.fixture(scope="module")
def failing_app(
    sqlite_template: str, sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application with addresses that fail."""
    url = sqlite_databases.copy(sqlite_template)
    for app in open_app(url, tmp_path_factory.mktemp("installation")):
        fill(app, make_world)
        app.add_url_rule("/fail/<kind>", "fail", fail)
        yield app
    sqlite_databases.drop(url)


def fail(kind: str) -> str:
    if kind in FAILURES:
        raise FAILURES[kind][0]
    if kind == "data":
        raise DataError("INSERT", {}, ValueError("integer out of range"))
    raise RuntimeError("the secret inside")


@pytest.fixture(scope="module")
def alice(failing_app: Flask) -> Browser:
    return signed_in(failing_app, "alice")


@pytest.mark.parametrize("kind", FAILURES)
def test_an_error_of_ours_is_a_page_with_its_sentence(alice: Browser, kind: str):
    error, status = FAILURES[kind]
    answer = alice.get(f"/fail/{kind}")
    assert answer.status_code == status
    assert str(error) in answer.text


def test_a_value_that_does_not_fit_its_column_is_a_bad_request(alice: Browser):
    answer = alice.get("/fail/data")
    assert answer.status_code == 400
    assert "out of range" in answer.text
    assert "INSERT" not in answer.text


def test_a_bug_shows_a_page_without_internals(alice: Browser):
    answer = alice.get("/fail/bug")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "secret" not in answer.text


def test_an_unknown_address_is_a_page_for_a_visitor_too(failing_app: Flask):
    answer = Browser(failing_app).get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert 'id="navigation"' not in answer.text
