"""The rows of a rule as they are typed: what is written is read back, and what is wrong stays where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import Stage
from app.rules.conditions.form import Form
from app.rules.conditions.text.parser import parse
from app.rules.conditions.vocabulary import Vocabulary
from app.views.rules.rule_form import ALL, EXCEPT, TypedRow, TypedRule, read_tree, values_in, written

VOCABULARY = Vocabulary(
    Stage.TEMPLATE, {"model": ("405", "450HD"), "tenant": ("Acme", "A, B & Sons"), "site": ()}
)


@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip() and "\n" not in text)))
def test_values_are_read_back_as_they_were_written(values: list[str]):
    assert values_in(written(values)) == values


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("450HD, 405", ["450HD", "405"]),
        ("Acme Corp,  Globex ", ["Acme Corp", "Globex"]),
        ('"A, B & Sons", Acme', ["A, B & Sons", "Acme"]),
        (" , ,", []),
        ('"open, Acme', ['"open, Acme']),
        ("", []),
    ],
)
def test_values_have_commas_between_them(typed: str, values: list[str]):
    assert values_in(typed) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        'model in (405, 450HD) and tenant = "A, B & Sons"',
        "user is-set and not (tenant = Acme or firmware in-range (UC_3.0, UC_3.4))",
    ],
)
def test_rows_say_what_the_text_says(text: str):
    tree = parse(text, VOCABULARY)
    typed = TypedRule()
    typed.show(tree)
    assert not typed.is_text
    assert read_tree(typed, VOCABULARY) == tree


def test_rows_that_are_wrong_say_so_and_empty_ones_say_nothing():
    typed = TypedRule(
        rows={
            ALL: [TypedRow(), TypedRow("model", "~", "450*"), TypedRow("", "=", "Acme")],
            EXCEPT: [TypedRow("model", "=", "451HD")],
        }
    )
    assert read_tree(typed, VOCABULARY) is None
    assert [list(row.problems) for row in typed.rows[ALL]] == [[], ["operator"], ["field"]]
    assert "did you mean" in typed.rows[EXCEPT][0].problems["values"]
    empty = TypedRule()
    assert read_tree(empty, VOCABULARY) == Form().as_tree()
