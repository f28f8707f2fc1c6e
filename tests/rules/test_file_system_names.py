"""Names that every file system can hold."""

import pytest

from app.errors import InvalidInputError
from app.rules.file_system_names import MAX_NAME, checked_name


@pytest.mark.parametrize(
    "name", ["Acme 450HD", "Zoë's desk (UC)", "電話", "a", "x" * MAX_NAME, "CONtoso", "v1.2"]
)
def test_a_name_that_files_can_have_is_kept_without_blanks_around_it(name: str):
    assert checked_name(f"  {name} ", "template") == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Give the template a name"),
        ("  ", "Give the template a name"),
        ("x" * (MAX_NAME + 1), "too long"),
        ("電" * 81, "too long"),
        ("a/b", '"/"'),
        ("a\\b", '"\\"'),
        ("C:", '":"'),
        ("what?", '"?"'),
        ("a\nb", "which the name of a file cannot hold"),
        ("a\u202eb", "which the name of a file cannot hold"),
        ("..", "dot"),
        (".hidden", "dot"),
        ("end.", "dot"),
        ("nul", "device on Windows"),
        ("Com1.desk", "device on Windows"),
    ],
)
def test_a_name_that_some_file_system_cannot_hold_is_refused_with_the_reason(name: str, reason: str):
    with pytest.raises(InvalidInputError) as refused:
        checked_name(name, "template")
    assert reason in str(refused.value)
