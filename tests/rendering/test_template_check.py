"""What is found in the text of a template, and where."""

import pytest

from app.rendering.factory_templates import FACTORY_TEMPLATES
from app.rendering.placeholders import CATALOGUE
from app.rendering.template_check import MOST_DOUBTS, Checked, check_text
from app.rendering.template_file import FileConfig, TemplateFile, write_template


def text(*lines: str, name: str = "acme.cfg", shared: str = "") -> str:
    personal = FileConfig("%ITCS_mac%.cfg", "\n".join((f"include {name}", *lines)))
    return write_template(TemplateFile("audiocodes_430HD", "", FileConfig(name, shared), personal))


def check(written: str) -> Checked:
    return check_text(written, set(CATALOGUE))


@pytest.mark.parametrize("shipped", FACTORY_TEMPLATES, ids=lambda shipped: shipped.name)
def test_nothing_is_found_in_what_is_shipped(shipped):
    checked = check(shipped.content)
    assert checked.template is not None
    assert (checked.faults, checked.doubts) == ((), ())


def test_broken_xml_is_one_fault_with_its_place():
    broken = text().replace("</description>", "")
    (fault,) = check(broken).faults
    assert broken.splitlines()[fault.line - 1] == "</ipphonetamplate>"
    assert "not well-formed" in fault.sentence


@pytest.mark.parametrize("part", ["global_file", "file"])
def test_a_missing_part_is_a_fault(part: str):
    (fault,) = check(text().replace(f"<type>{part}</type>", "<type>other</type>")).faults
    assert f"no <file_config> of type {part}" in fault.sentence


def test_each_unknown_placeholder_is_named_with_line_and_column():
    written = text("a=1", "system/language=%ITCS_Lnguage%", "b=%ITCS_mac%%ITCS_Nobody%")
    first, second = check(written).doubts
    lines = written.splitlines()
    assert lines[first.line - 1][first.column - 1 :].startswith("%ITCS_Lnguage%")
    assert lines[second.line - 1][second.column - 1 :].startswith("%ITCS_Nobody%")
    assert f"Line {first.line}, column {first.column}" in first.sentence
    assert "Did you mean %ITCS_Language%?" in first.sentence


def test_private_placeholders_and_those_that_people_added_are_known():
    written = text("a=%ITCS_P_Own%", "b=%ITCS_Ours%")
    assert check_text(written, {*CATALOGUE, "Ours"}).doubts == ()


def test_a_placeholder_that_is_not_closed_is_found():
    (found,) = check(text("a=%ITCS_mac", "b=1")).doubts
    assert "not closed" in found.sentence


def test_a_name_that_is_too_long_is_found():
    (found,) = check(text(f"a=%ITCS_P_{'x' * 80}%")).doubts
    assert "too long" in found.sentence


def test_a_long_list_of_doubts_ends():
    assert len(check(text(*(f"a=%ITCS_x{n}%" for n in range(200)))).doubts) == MOST_DOUBTS


@pytest.mark.parametrize("name", ["00908f9a9623.cfg", "DHCPoption160.cfg", "%ITCS_mac%.cfg"])
def test_a_global_file_must_not_take_the_name_of_another_kind_of_file(name: str):
    assert len(check(text(name=name)).faults) == 1


def test_a_global_part_that_no_phone_asks_for_is_doubted():
    written = text(shared="a=1").replace("include acme.cfg", "b=1")
    (found,) = check(written).doubts
    assert "include acme.cfg" in found.sentence
    assert "<name>acme.cfg" in written.splitlines()[found.line - 1]
