"""What somebody probably meant."""

import pytest

from app.rules.suggestions import did_you_mean, nearest

MODELS = ("405", "420HD", "430HD", "450HD")


@pytest.mark.parametrize(
    ("word", "known"), [("451HD", "450HD"), ("420hd", "420HD"), ("Trio 8800", None), ("", None)]
)
def test_nearest_word_is_found_without_regard_to_case(word: str, known: str | None) -> None:
    assert nearest(word, MODELS) == known


@pytest.mark.parametrize(
    ("word", "known", "end"),
    [
        ("451HD", MODELS, "did you mean 450HD?"),
        ("Trio", MODELS, "there are 405, 420HD, 430HD, 450HD."),
        ("Trio", (), "there is none yet."),
        ("x", [f"model {number}" for number in range(13)], "model 11 and others."),
    ],
)
def test_sentence_ends_with_what_helps(word: str, known: list[str], end: str) -> None:
    assert did_you_mean(word, known).endswith(end)
