"""Static files: browsers keep them, and ask anew when their version in the address changes."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app

KEPT_FOR = timedelta(hours=12)


def install(app: Flask) -> None:
    """Let browsers keep static files, and put the version of each into its address."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_FOR
    app.url_defaults(_add_version)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values.setdefault("v", _version_of(current_app.static_folder, values["filename"]))
    elif endpoint == "appbuilder.static":
        values.setdefault(
            "v", _version_of(current_app.blueprints["appbuilder"].static_folder, values["filename"])
        )


@cache
def _version_of(folder: str | None, filename: str) -> str | None:
    """Return when the file was changed, in a short form; None for a file that is not there."""
    path = Path(folder or "", filename)
    return f"{path.stat().st_mtime_ns // 1_000_000:x}" if path.is_file() else None
