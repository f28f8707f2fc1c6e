"""The company of the screens' tests, in applications on databases that a test may change as it likes."""

from tests.views.conftest import _open_vault, app, database_url, kept_apps, world, worlds

__all__ = ["_open_vault", "app", "database_url", "kept_apps", "world", "worlds"]
