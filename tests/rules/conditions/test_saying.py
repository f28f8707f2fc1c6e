"""Conditions in words, before any phone is asked."""

import pytest

from app.models.enums import Stage
from app.rules.conditions.saying import said_of_rule
from app.rules.conditions.text.parser import parse
from app.rules.conditions.vocabulary import Vocabulary

VOCABULARY = Vocabulary(Stage.TEMPLATE, {"model": ("405", "430HD", "450HD"), "tenant": ("Acme", "Big Corp")})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("model = 450HD", "model is 450HD"),
        ("model != 450HD", "model is not 450HD"),
        ("model in (405, 450HD) and tenant = \"Big Corp\"", 'model is one of 405 or 450HD and tenant is "Big Corp"'),
        ("model not-in (405, 450HD)", "model is none of 405 or 450HD"),
        ("via_proxy = yes", "the phone is behind a proxy"),
        ("user is-set and not user ~ test-*", "user name is known, except when user name is like test-*"),
        ("not (model = 405 or model = 430HD)", "it is any at all, except when model is 405 or model is 430HD"),
        ("user is-not-set", "user name is not known"),
        ("firmware in-range (UC_3.0, UC_3.4)", "firmware is between UC_3.0 and UC_3.4"),
        (
            "model = 405 or model = 450HD and user ~ x*",
            "model is 405 or (model is 450HD and user name is like x*)",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_read_as_a_sentence(text: str, said: str):
    assert said_of_rule(parse(text, VOCABULARY)) == said
