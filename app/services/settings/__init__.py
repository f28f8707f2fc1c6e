"""System settings: what there is to set, what was set, and what phones and screens take from it (manual 9.1)."""

from app.services.settings.values import (
    SystemSettings,
    change,
    change_many,
    log_level_and_days,
    permitted_suffixes,
    read,
    read_text,
    read_texts,
    sbc_proxy_address,
    shared_templates_url,
    time_zone_of_phones,
    try_on,
    web_ui_time_zone,
)

__all__ = [
    "SystemSettings",
    "change",
    "change_many",
    "log_level_and_days",
    "permitted_suffixes",
    "read",
    "read_text",
    "read_texts",
    "sbc_proxy_address",
    "shared_templates_url",
    "time_zone_of_phones",
    "try_on",
    "web_ui_time_zone",
]
