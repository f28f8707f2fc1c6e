"""Engines that know the statements of those before them: to compile a statement takes longer than to run it."""

from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

_MOST_KNOWN = 1_000
_known: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def knowing_statements(engine: Engine) -> Engine:
    """Return the engine, which was just made, with what those of its kind have compiled in this process.

    Statements are known by their dialect, so engines of a kind have one. What it has found out of its server holds
    for all of them: each kind of database has one server, or library, for a test process.
    """
    if engine.name not in _known:
        engine.connect().close()  # the dialect gets to know the server
        _known[engine.name] = engine.dialect, LRUCache[Any, Any](_MOST_KNOWN)
    engine.dialect, compiled = _known[engine.name]
    engine.update_execution_options(compiled_cache=compiled)
    return engine
