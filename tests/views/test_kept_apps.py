"""A test is lent an application that nobody has used."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from app.views.web_session import db
from tests.views.browsing import Browser
from tests.views.installations import database_of
from tests.views.kept_apps import ALIKE, ANEW, KeptApps

KIND = "kind"


@pytest.fixture
def kept() -> KeptApps:
    """Applications of this test's own."""
    return KeptApps()


def test_the_same_is_lent_again_with_all_that_it_keeps_made_anew(
    kept: KeptApps, database_url: str, empty_database_url: str, tmp_path: Path
):
    with kept.lent(KIND, database_url, tmp_path) as first:
        before = dict(first.extensions)
        assert Browser(first).get("/login/").status_code == 200
    with kept.lent(KIND, empty_database_url, tmp_path / "other") as second:
        after = dict(second.extensions)
        database = database_of(second)
        with second.app_context():
            assert db.engine is database.reader

    assert second is first
    assert {name for name, found in after.items() if found is not before[name]} == ANEW
    assert after["ringmaster_settings"].data_dir == tmp_path / "other"
    assert database.reader.url == make_url(empty_database_url)


def test_of_everything_that_it_has_is_known_whether_it_is_made_anew(app: Flask):
    assert set(app.extensions) == ANEW | ALIKE


def add_page(app: Flask) -> None:
    app.add_url_rule("/added", "added", lambda: "")


def configure(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def extend(app: Flask) -> None:
    app.extensions["mine"] = object()


def look_first(app: Flask) -> None:
    app.before_request(lambda: None)


def know_a_word(app: Flask) -> None:
    app.jinja_env.globals["word"] = "word"


@pytest.mark.parametrize("change", [add_page, configure, extend, look_first, know_a_word])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_that_a_test_has_changed_is_not_lent_again(
    kept: KeptApps, database_url: str, tmp_path: Path, change: Callable[[Flask], None]
):
    with kept.lent(KIND, database_url, tmp_path) as changed:
        change(changed)
    with kept.lent(KIND, database_url, tmp_path) as other:
        assert other is not changed
