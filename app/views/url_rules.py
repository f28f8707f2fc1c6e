"""How addresses of pages are built: made ready for each page when the first address of it is asked for."""

from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that costs nothing until an address is built by it.

    werkzeug writes and compiles two functions for each rule when it is added: nine tenths of the time in which the
    application is made, for some hundred rules of which a process builds few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        made: Any = None

        # What stands in an address may be called anything, so that the rule itself has no name here.
        def build(rule: Rule, /, **values: Any) -> Any:
            nonlocal made
            made = made or Rule._compile_builder(rule, append_unknown)
            return made(rule, **values)

        return build
