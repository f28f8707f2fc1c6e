"""What the check of a template finds where its files are other vendors'."""

import pytest

from app.models.enums import ValueFormat
from app.rendering.placeholders import CATALOGUE
from app.rendering.template_check import Checked, check_text
from app.rendering.template_file import FileConfig, TemplateFile, write_template


def checked(data: str, value_format: ValueFormat = ValueFormat.XML) -> Checked:
    template = TemplateFile(
        "any", "any", FileConfig("any_global.cfg", ""), FileConfig("%ITCS_mac%.cfg", data)
    )
    return check_text(write_template(template), CATALOGUE.keys(), value_format)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<a>\n<b>%ITCS_mac%</c>\n</a>", "no well-formed XML in line 2 of its part: mismatched tag"),
        ("x = 1", "no well-formed XML in line 1"),
        ("", "no well-formed XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', "declares a document type"),
        ("<a>\n<b>%ITCS_Language%\n</b>\n</a>", "begin and end an element with placeholders on one line"),
        ("<a><P34>%ITCS_Line1AuthPassword%</P34></a>", "is a secret, and nothing on its line says so"),
        ("<a><password><![CDATA[%ITCS_Line1AuthPassword%]]></password></a>", "is a secret, and nothing"),
        ("<a>\n<password>\n%ITCS_Line1AuthPassword%\n</password></a>", "is a secret, and nothing"),
    ],
)
def test_what_makes_no_file_of_the_format_cannot_be_saved(data: str, why: str) -> None:
    found = checked(data)
    assert found.template is None
    assert why in found.faults[0].sentence


@pytest.mark.parametrize(
    "line",
    [
        "<P34>%ITCS_Line1AuthPassword%</P34> <!-- password -->",
        '<user_pass idx="1">%ITCS_Line1AuthPassword%</user_pass>',
        "<Password_1_>%ITCS_Line1AuthPassword%</Password_1_>",
        "<reg reg.1.auth.password='%ITCS_Line1AuthPassword%'/>",
        '<item id="34" value="%ITCS_Line1AuthPassword%"/> <!-- the PIN -->',
    ],
)
def test_a_line_tells_that_it_holds_a_secret_by_a_name_or_a_comment(line: str) -> None:
    assert checked(f"<a>\n{line}\n<b>1</b>\n</a>").faults == ()


def test_lines_of_other_vendors_tell_it_by_their_names() -> None:
    assert checked("account.1.password = %ITCS_Line1AuthPassword%", ValueFormat.TEXT).faults == ()
    [fault] = checked("a = 1\nP34 = %ITCS_Line1AuthPassword%", ValueFormat.TEXT).faults
    assert "%ITCS_Line1AuthPassword% is a secret" in fault.sentence
    assert fault.line > 1


def test_a_placeholder_that_does_not_exist_is_a_doubt_as_ever() -> None:
    found = checked("<a>\n<b>%ITCS_Nothing%</b>\n</a>")
    assert [doubt.sentence for doubt in found.doubts if "%ITCS_Nothing%" in doubt.sentence]


def test_files_of_audiocodes_phones_are_checked_as_before() -> None:
    assert checked("P34=%ITCS_Line1AuthPassword%", ValueFormat.AUDIOCODES).faults == ()
