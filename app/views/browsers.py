"""Which browser somebody uses, in words."""

from flask import Flask
from ua_parser import parse

_LONGEST = 60


def install(app: Flask) -> None:
    """Give templates the filter ``browser_name``."""
    app.add_template_filter(browser_name)


def browser_name(user_agent: str) -> str:
    """Return ``Firefox 145 on Windows``, or the beginning of a User-Agent that nobody knows."""
    found = parse(user_agent)
    if found.user_agent is None:
        return user_agent[:_LONGEST] or "Unknown"
    name = " ".join(part for part in (found.user_agent.family, found.user_agent.major) if part)
    return f"{name} on {found.os.family}" if found.os is not None else name
