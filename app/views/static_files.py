"""Static files: each address carries a hash of the file's bytes, so browsers keep it for a year and never ask again."""

import os
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

KEPT_FOR = timedelta(days=365)
KEPT_WITHOUT_VERSION = timedelta(hours=1)
"""How long a file is kept that was asked for by another address: of an earlier release, or by a style sheet."""

_FILES_KNOWN = 512


def install(app: Flask) -> None:
    """Put the version of each static file into its address, and let browsers keep it under that address."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_WITHOUT_VERSION
    app.url_defaults(_add_version)
    app.after_request(_keep_under_its_version)
    app.jinja_env.globals["url_for"] = _url_for


def address_of(endpoint: str, filename: str) -> str:
    """Return the address of a static file: a page names thirty, so that it is built once as long as the file stays."""
    folder = _folder_of(endpoint)
    try:
        changed_at = os.stat(f"{folder}/{filename}").st_mtime_ns  # noqa: PTH116  # a path takes ten times as long
    except OSError:
        return current_app.url_for(endpoint, filename=filename)
    return _address_of(endpoint, filename, request.root_path, changed_at, folder)


def _url_for(endpoint: str, **values: Any) -> str:
    """Return an address as Flask does."""
    if len(values) == 1 and "filename" in values and _folder_of(endpoint) is not None:
        return address_of(endpoint, values["filename"])
    return current_app.url_for(endpoint, **values)


@lru_cache(maxsize=_FILES_KNOWN)
def _address_of(endpoint: str, filename: str, _below: str, _changed_at: int, _folder: str | None) -> str:
    """Build the address; ``_below`` is the path at which the program is mounted."""
    return current_app.url_for(endpoint, filename=filename)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    path = _path_of(endpoint, values.get("filename", ""))
    if path:
        values.setdefault("v", _version_of(path))


def _keep_under_its_version(response: Response) -> Response:
    path = _path_of(request.endpoint or "", (request.view_args or {}).get("filename", ""))
    if path and response.status_code in (200, 304) and request.args.get("v") == _version_of(path):
        seconds = int(KEPT_FOR.total_seconds())
        response.headers["Cache-Control"] = f"public, max-age={seconds}, immutable"
    return response


def _path_of(endpoint: str, filename: str) -> Path | None:
    """Return the static file that an endpoint serves under a name; None for other endpoints."""
    folder = _folder_of(endpoint)
    return None if folder is None else Path(folder, filename)


def _folder_of(endpoint: str) -> str | None:
    """Return the folder of an endpoint's static files; None for other endpoints."""
    if endpoint == "static":
        return current_app.static_folder or ""
    if endpoint == "appbuilder.static":
        return current_app.blueprints["appbuilder"].static_folder or ""
    return None


def _version_of(path: Path) -> str | None:
    """Return a short hash of a file's bytes; None for a file that is not there."""
    if not path.is_file():
        return None
    return _hash_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=_FILES_KNOWN)
def _hash_of(path: Path, _changed_at: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
