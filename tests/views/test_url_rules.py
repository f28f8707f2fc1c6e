"""Addresses are built as werkzeug builds them, by rules that are made ready when they are asked."""

from typing import Any

import pytest
from werkzeug.routing import BuildError, Map, MapAdapter, Rule

from app.views.url_rules import LateRule

RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/devices/<int:number>/files/<path:rule>", {"endpoint": "file"}),
    ("/devices/", {"endpoint": "list", "defaults": {"number": 1}}),
    ("/devices/page/<int:number>", {"endpoint": "list"}),
)


def adapter(kind: type[Rule]) -> MapAdapter:
    return Map([kind(rule, **more) for rule, more in RULES]).bind("manager.example.com")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("file", {"number": 7, "rule": "a b/c"}),
        ("file", {"number": 7, "rule": "a", "tenant": ["x", "y&z"]}),
        ("list", {"number": 1}),
        ("list", {"number": 2, "search": "anna"}),
    ],
)
def test_addresses_are_those_of_plain_rules_the_second_time_too(
    endpoint: str, values: dict[str, Any]
) -> None:
    late, plain = adapter(LateRule), adapter(Rule)
    for append_unknown in (True, False, True):
        built = late.build(endpoint, values, append_unknown=append_unknown)
        assert built == plain.build(endpoint, values, append_unknown=append_unknown)


def test_address_that_cannot_be_built_is_refused() -> None:
    with pytest.raises(BuildError):
        adapter(LateRule).build("file", {"number": 7})
