"""The arguments of a list's address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.views.list_arguments import (
    MOST_CHARACTERS_OF_WORDS,
    MOST_ROWS_OF_A_PAGE,
    one_of,
    read_list_arguments,
    word_of,
)


def test_without_arguments_the_usual_holds():
    found = read_list_arguments({}, sortable=("name",), usual_order=("name", "desc"), size=25)
    assert (found.words, found.number, found.size, found.sort, found.order) == ("", 1, 25, "name", "desc")


def test_another_column_is_sorted_upwards():
    found = read_list_arguments({"sort": "ip"}, sortable=("name", "ip"), usual_order=("name", "desc"))
    assert (found.sort, found.order) == ("ip", "asc")


@given(st.dictionaries(st.sampled_from(["q", "page", "size", "sort", "order"]), st.text(max_size=300)))
def test_any_text_is_understood_or_refused(arguments: dict[str, str]):
    try:
        found = read_list_arguments(arguments, sortable=("name",))
    except InvalidInputError:
        return
    assert len(found.words) <= MOST_CHARACTERS_OF_WORDS
    assert 1 <= found.size <= MOST_ROWS_OF_A_PAGE
    assert found.number >= 1
    assert found.sort in {"", "name"}
    assert found.order in {"asc", "desc"}


def test_a_word_of_the_field_is_read_as_it():
    assert word_of({"severity": "minor"}, "severity", Severity) is Severity.MINOR
    assert word_of({}, "severity", Severity) is None


def test_a_value_that_cannot_be_chosen_is_named_and_cut():
    with pytest.raises(InvalidInputError, match=f"'{'x' * 40}' cannot be chosen for 'kind'"):
        one_of({"kind": "x" * 99}, "kind", ("alarms",))
