"""Firmware: the bytes that phones download, what is known of them, and who uses them (manual 6.11)."""

from app.services.firmware.library import (
    Labels,
    add,
    change,
    check_is_free,
    check_name,
    checksums,
    delete,
    find,
    folder_in,
    get,
    is_named,
    labels_of,
    name_for,
    path_of,
    put,
    replace,
)

__all__ = [
    "Labels",
    "add",
    "change",
    "check_is_free",
    "check_name",
    "checksums",
    "delete",
    "find",
    "folder_in",
    "get",
    "is_named",
    "labels_of",
    "name_for",
    "path_of",
    "put",
    "replace",
]
