"""Addresses that Flask's own converter for paths leaves out: empty ones, those with slashes first, or line feeds."""

from flask.blueprints import BlueprintSetupState

ANYTHING = "anything"
"""The converter's name in rules. Without it, who asks for such an address gets a page that is made for people."""


def know_anything(state: BlueprintSetupState) -> None:
    """Let the rules of a blueprint use the converter; to be called when it is registered."""
    converters = state.app.url_map.converters
    matched = {"regex": "(?s:.*)", "part_isolating": False}
    converters[ANYTHING] = type("AnythingConverter", (converters["path"],), matched)
