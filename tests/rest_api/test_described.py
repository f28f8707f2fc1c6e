"""The REST API does what its description says: schemathesis asks each address for what fits and for what does not.

The plugin of pytest is not used: one test asks all addresses of one application, which is made once.
"""

from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.rest_api.resources import ROUTES
from tests.rest_api.conftest import MakeProgram

FEW, MANY = 3, 60
"""Requests of each address, of those that fit and of those that do not; so many at least are made of half of them."""

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_address_answers_as_it_is_described(app: Flask, program: MakeProgram):
    assert ask_everything(app, program("alice").token, FEW) > FEW * len(ROUTES)


@pytest.mark.acceptance
def test_every_address_answers_as_it_is_described_asked_for_long(
    app: Flask, program: MakeProgram, record_property
):
    asked = ask_everything(app, program("alice").token, MANY)
    record_property("requests", f"{asked:,}")
    assert asked > MANY * len(ROUTES)


def ask_everything(app: Flask, token: str, examples: int) -> int:
    """Ask every address of the description; return how many requests that were. What fails is told together."""
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    number, faults = 0, []

    def ask(case: Any) -> None:
        nonlocal number
        number += 1
        carried = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=carried, checks=CHECKS)

    settings = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for found in described.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = found.ok().as_strategy(generation_mode=mode)
            try:
                settings(hypothesis.given(case=cases)(ask))()
            except FailureGroup as fault:
                faults.append(f"{found.ok().label}: {fault.exceptions[0]}")
    assert not faults, "\n".join(faults)
    return number
