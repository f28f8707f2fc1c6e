"""The text of conditions: read, written, and refused with the place and the reason."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.conditions.form import Form, find_form
from app.rules.conditions.text.parser import parse
from app.rules.conditions.text.printer import as_text
from app.rules.conditions.text.problems import ConditionTextError
from app.rules.conditions.text.words import LONGEST_TEXT
from app.rules.conditions.tree import EVERY_PHONE, And, Node, Not, Or
from tests.rules.conditions import drawn
from tests.rules.conditions.drawn import VOCABULARY

A, B, C = (VOCABULARY.condition("model", "=", [model]) for model in drawn.MODELS)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", EVERY_PHONE),
        (" \n ", EVERY_PHONE),
        ("model = 405", A),
        ("(((model=405)))", A),
        ("model = 405 and model = 430HD or model = 450HD", Or((And((A, B)), C))),
        ("model = 405 AND (model = 430HD Or model = 450HD)", And((A, Or((B, C))))),
        ("not model = 405 and model = 430HD", And((Not(A), B))),
        ("not not model = 405", Not(Not(A))),
        ("not (model = 405 and model = 430HD)", Not(And((A, B)))),
        ("(model = 405 and model = 430HD) and model = 450HD", And((And((A, B)), C))),
    ],
)
def test_or_binds_less_than_and_and_that_less_than_not(text: str, tree: Node) -> None:
    assert parse(text, VOCABULARY) == tree


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("user ~ sales-*", "user ~ sales-*"),
        ('user ~ "sales-*"', "user ~ sales-*"),
        ('user = "and"', 'user = "and"'),
        ('user = "a b"', 'user = "a b"'),
        (r'user = "say \"hi\" \\"', r'user = "say \"hi\" \\"'),
        ("user !~ (a*, b*)", "user !~ (a*, b*)"),
        ("model not in (405,430HD)", "model not-in (405, 430HD)"),
        ("user is set", "user is-set"),
        ("user is not set", "user is-not-set"),
        ("firmware in range (3.1, 3.2)", "firmware in-range (3.1, 3.2)"),
        ("firmware starts with UC_3", "firmware starts-with UC_3"),
        ("firmware>=UC_3.1", "firmware >= UC_3.1"),
        ("ip in (10.1.0.0/16)", "ip in 10.1.0.0/16"),
        ("mac in (00908F, 00:04:f2)", "mac in (00908f, 0004f2)"),
        ("now in mon-fri@08:00-18:00", "now in mon-fri@08:00-18:00"),
        ("tenant = or", None),
        ('tenant = "or"', 'tenant = "or"'),
        ('tenant = "acme & co"', 'tenant = "Acme & Co"'),
    ],
)
def test_text_is_written_in_its_one_form(text: str, written: str | None) -> None:
    if written is None:
        with pytest.raises(ConditionTextError, match="quotes"):
            parse(text, VOCABULARY)
    else:
        assert as_text(parse(text, VOCABULARY)) == written


def test_text_of_the_design_is_read_over_several_lines() -> None:
    text = """model in (405, 450HD) and (ip in (10.1.0.0/16, 2001:db8::/32) or mac in (00908F, 00:04:f2))
    and not firmware >= UC_3.1 and user ~ "sales-*" and now in mon-fri@08:00-18:00"""
    tree = parse(text, VOCABULARY)

    assert isinstance(tree, And)
    assert len(tree.parts) == 5
    assert find_form(tree) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('modle = 405', 'Column 1: "modle" is not a field; did you mean model?'),
        ('model = 451HD', 'Column 9: No model is called "451HD"; did you mean 450HD?'),
        ('model > 405', 'Column 7: ">" cannot be used with model (choice); use =, !=, in, not-in, is-set, is-not-set.'),
        ('ip in 10.1.2.3/16',
            'Column 7: "10.1.2.3/16" has bits set beyond its prefix length; did you mean 10.1.0.0/16?'),
        ('firmware >= latest', 'Column 13: "latest" is not a firmware version; write one like UC_3.4.6.604 or 2.2.16.'),
        ('mac in (00908f', 'Column 15: missing ")" to the "(" in column 8.'),
        ('(model = 405', 'Column 13: missing ")" to the "(" in column 1.'),
        ('model = 405)', 'Column 12: there is no "(" to this ")".'),
        ('model = 405 model = 430HD',
            'Column 13: "model" cannot follow here; did you mean "and" or "or" before it?'),
        ('model = 405 and', 'Column 16: a field is expected here, like model, and not the end of the text.'),
        ('model', ('Column 6: an operator is expected after model, and not the end of the text; '
            'use =, !=, in, not-in, is-set, is-not-set.')),
        ('model =', 'Column 8: a value for model is expected here, and not the end of the text.'),
        ('model in ()', 'Column 10: "in" needs a value.'),
        ('user = (anna, bob)', 'Column 6: "=" takes one value; use "in" for several where the field has it.'),
        ('user = "anna', 'Column 8: the quotes that begin here do not end.'),
        ('model ! 405', 'Column 7: "!" means nothing here; did you mean !=, !~ or not?'),
        ('user = a\\b', 'Column 9: "\\" means nothing here; put the value in quotes.'),
        ('model = 405\n  and modle = 430HD', 'Line 2, column 7: "modle" is not a field; did you mean model?'),
        ('firmware in-range (3.2, 3.1)', 'Column 1: 3.2 is later than 3.1; write the earlier of the two first.'),
    ],
)  # fmt: skip
def test_wrong_text_is_refused_with_place_and_hint(text: str, message: str) -> None:
    with pytest.raises(ConditionTextError) as refusal:
        parse(text, VOCABULARY)

    assert str(refusal.value) == message


def test_caret_stands_under_what_is_wrong() -> None:
    with pytest.raises(ConditionTextError) as refusal:
        parse("model = 405\n\tand modle = 430HD", VOCABULARY)

    assert refusal.value.caret == "\tand modle = 430HD\n\t    ^"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * (LONGEST_TEXT + 1), "2,001 characters; 2,000 is the most"),
        (" and ".join(["user is-set"] * 51), "more than 50 conditions"),
        ("(" * 21 + "user is-set" + ")" * 21, "more than 20 levels deep"),
        ("not " * 400 + "user is-set", "more than 20 levels deep"),
    ],
)
def test_text_that_is_too_much_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConditionTextError, match=words):
        parse(text, VOCABULARY)


@pytest.mark.parametrize("run", ['"', "\\", '"\\', "(", "not ", "a" * 10, "user = ", "!", "=<", '"" ', " "])
def test_no_text_is_slow(run: str) -> None:
    text = (run * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "!"
    assert min(_seconds_to_refuse(text) for _ in range(3)) < 1  # what grows too fast would take minutes


def _seconds_to_refuse(text: str) -> float:
    begun = time.process_time()
    with pytest.raises(ConditionTextError):
        parse(text, VOCABULARY)
    return time.process_time() - begun


@given(st.text() | st.text('model=405 ()"\\,andornti!~<>-', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree = parse(text, VOCABULARY)
    except ConditionTextError as error:
        refusal = error
    else:
        assert parse(as_text(tree), VOCABULARY) == tree
        return
    assert 0 <= refusal.position <= len(text)
    assert refusal.caret


@given(drawn.trees())
def test_tree_survives_its_text(tree: Node) -> None:
    assert parse(as_text(tree), VOCABULARY) == tree


@given(drawn.forms())
def test_form_survives_its_text(form: Form) -> None:
    assert find_form(parse(as_text(form.as_tree()), VOCABULARY)) == form


@pytest.mark.parametrize(
    ("tree", "form"),
    [
        (EVERY_PHONE, Form()),
        (A, Form((A,))),
        (Not(A), Form((), (A,))),
        (And((And((A, B)), Not(Or((B, Or((C, A))))))), Form((A, B), (B, C, A))),
        (And((Not(A), B, Not(C))), Form((B,), (A, C))),
        (Or((A, B)), None),
        (Not(Not(A)), None),
        (Not(And((A, B))), None),
    ],
)
def test_tree_is_a_form_where_it_says_no_more(tree: Node, form: Form | None) -> None:
    assert find_form(tree) == form
