"""The files that phones fetch: made of templates and values, changed by hand, found by name (manual 6.10)."""

from app.services.config_files.generation import (
    DHCP_OPTION_FILE,
    OPTION_FILES,
    PROXY_OPTION_FILE,
    content_of,
    find,
    generate,
    generate_global_file,
    generate_many,
    generate_option_files,
    generate_shared_files,
    holder_of,
    name_for,
    option_file_text,
    render_many,
    sbc_proxy_of,
    text_of,
)

__all__ = [
    "DHCP_OPTION_FILE",
    "OPTION_FILES",
    "PROXY_OPTION_FILE",
    "content_of",
    "find",
    "generate",
    "generate_global_file",
    "generate_many",
    "generate_option_files",
    "generate_shared_files",
    "holder_of",
    "name_for",
    "option_file_text",
    "render_many",
    "sbc_proxy_of",
    "text_of",
]
