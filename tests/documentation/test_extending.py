"""docs/extending.md names files that are there, and names that stand in them."""

import re

from tests.documentation.pages import DOCS, ROOT, code_in_paragraphs

PARAGRAPHS = code_in_paragraphs(DOCS / "extending.md")
_PATH = re.compile(r"(?:app|deploy|docs|migrations|tests|tools)/[\w./-]*").fullmatch
_NAME = re.compile(r"_?[A-Za-z]\w+").fullmatch
# What is said in code's letters and is no name of ours.
_OTHERS = {"case", "match", "mypy", "None", "destination", "operation", "P_", "IPPhone"}


def test_every_file_is_there() -> None:
    paths = {words for paragraph in PARAGRAPHS for words in paragraph if _PATH(words)}
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert len(paths) > 50


def test_every_name_stands_in_a_file_that_its_paragraph_names() -> None:
    missing = [(paragraph, name) for paragraph in PARAGRAPHS for name in _names_nowhere(paragraph)]
    assert missing == []


def _names_nowhere(paragraph: list[str]) -> list[str]:
    files = [ROOT / words for words in paragraph if _PATH(words) and (ROOT / words).is_file()]
    words = set(re.findall(r"\w+", "\n".join(file.read_text(encoding="utf-8") for file in files)))
    return [name for name in paragraph if _NAME(name) and name not in _OTHERS | words]
