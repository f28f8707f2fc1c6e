"""The XML of templates: reading what real templates look like, refusing everything else, writing."""

import re
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rendering.template_file import MAX_BYTES, FileConfig, TemplateFile, parse_template, write_template

GLOBAL_FILE = """<file_config>
 <type>global_file</type> <profile>global</profile> <encrypt_mode>0</encrypt_mode>
 <name>shared.cfg</name> <destinationDir>%ITCS_destination%</destinationDir>
 <data><![CDATA[voip/line/0/enabled=1]]></data>
</file_config>
"""
PERSONAL_FILE = """<file_config>
 <type>file</type><profile>user</profile>
 <name> %ITCS_mac%.cfg </name>
 <data><![CDATA[include shared.cfg
system/ldap/name_filter=(&(sn=%)(a<b))
zzz3_user_cfg=ENABLE]]></data>
</file_config>
"""
TYPE = "<type>audiocodes_430HD</type>\n"
DESCRIPTION = "<description >For the <!-- old --> warehouse</description>\n"

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
)
SENTENCES = TEXT.map(str.strip)
DATA = st.lists(
    TEXT | st.sampled_from(["]]>", "<![CDATA[", "]]", ">", "&lt;", "<!DOCTYPE x>", "\n", "\t"])
).map("".join)


def xml(*parts: str, before: str = '<?xml version="1.0" encoding="ISO-8859-1"?>\n') -> str:
    return f"{before}<ipphonetamplate>\n{''.join(parts)}</ipphonetamplate>\n"


def refusal(content: str) -> str:
    with pytest.raises(InvalidInputError) as refused:
        parse_template(content)
    return str(refused.value)


def test_template_is_read() -> None:
    assert parse_template(xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE)) == TemplateFile(
        model_type="audiocodes_430HD",
        description="For the  warehouse",
        global_file=FileConfig("shared.cfg", "voip/line/0/enabled=1"),
        personal_file=FileConfig(
            "%ITCS_mac%.cfg",
            "include shared.cfg\nsystem/ldap/name_filter=(&(sn=%)(a<b))\nzzz3_user_cfg=ENABLE",
        ),
    )


def test_order_of_the_parts_does_not_matter() -> None:
    in_order = parse_template(xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE))
    assert parse_template(xml(PERSONAL_FILE, GLOBAL_FILE, DESCRIPTION, TYPE)) == in_order


def test_line_ends_are_read_as_line_feeds() -> None:
    content = xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE)
    assert parse_template(content.replace("\n", "\r\n")) == parse_template(content)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16", "klingon", "US-ASCII"])
def test_text_is_read_as_it_is_whatever_encoding_it_declares(encoding: str) -> None:
    before = f'<?xml version="1.0" encoding="{encoding}"?>'
    template = parse_template(
        xml(TYPE, "<description>Zoë 電話</description>", GLOBAL_FILE, PERSONAL_FILE, before=before)
    )
    assert template.description == "Zoë 電話"


@pytest.mark.parametrize(
    "before", ["", "\ufeff", '\ufeff<?xml version="1.0"?>\n', "<!-- mine -->\n", "<?style a?>"]
)
def test_declaration_is_not_needed(before: str) -> None:
    assert (
        parse_template(xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE, before=before)).model_type
        == "audiocodes_430HD"
    )


def test_fault_is_named_by_line_and_column() -> None:
    broken = xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE).replace("</description>", "</descripton>")
    assert refusal(broken).startswith("The template is not well-formed XML at line 4, column ")
    assert refusal(broken).endswith("Correct it there.")


@pytest.mark.parametrize(
    "content",
    [
        "", " \n", "\0", "hello", "include shared.cfg\nsystem/ntp/enabled=1\n", "<ipphonetamplate>", "{}",
        '<?xml version="1.0"?>', "<a/><b/>", "<a>&nbsp;</a>", "<a>\x0b</a>", "<a>\uffff</a>", "<a>&#0;</a>",
        "<a b=1/>", "<a b='1' b='2'/>", "<a><![CDATA[x</a>", "\ufffe<a/>",
    ],
)  # fmt: skip
def test_what_is_not_xml_is_refused_with_the_place(content: str) -> None:
    assert re.match(
        r"The template is not well-formed XML at line \d+, column \d+: .+\. Correct", refusal(content)
    )


@pytest.mark.parametrize(
    "content",
    [
        "<a>" * 100_000,
        f"<a>{'<b/>' * 1000}</a>",
        "<a " + " ".join(f'a{number}=""' for number in range(1000)) + "/>",
        f"<a>{'<?b?>' * 1000}</a>",
    ],
)
def test_more_parts_than_any_template_has_are_refused(content: str) -> None:
    assert refusal(content).startswith("The template has more than 1000 elements and attributes (line 1)")


def test_text_that_cannot_be_encoded_is_refused_with_the_place() -> None:
    assert "not text at line 2, column 3" in refusal("<a>\n  \udce9</a>")


def test_another_document_is_refused_by_the_name_of_its_root() -> None:
    assert refusal("\n<html><body/></html>").startswith(
        "The template begins with the element <html> (line 2)"
    )
    assert "{urn:x}ipphonetamplate" in refusal("<ipphonetamplate xmlns='urn:x'/>")


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ((), "<type>"),
        ((DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE), "<type>"),
        ((TYPE, GLOBAL_FILE, PERSONAL_FILE), "<description>"),
        ((TYPE, DESCRIPTION, PERSONAL_FILE), "<file_config> of type global_file"),
        ((TYPE, DESCRIPTION, GLOBAL_FILE), "<file_config> of type file"),
        ((TYPE, DESCRIPTION, GLOBAL_FILE.replace("name>", "title>"), PERSONAL_FILE), "<name>"),
        ((TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE.replace("data>", "lines>")), "<data>"),
    ],
)
def test_missing_part_is_named(parts: tuple[str, ...], missing: str) -> None:
    assert f"has no {missing} in <" in refusal(xml(*parts))


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (TYPE, "<type>"),
        (DESCRIPTION, "<description>"),
        (GLOBAL_FILE, "<file_config> of type global_file"),
        (PERSONAL_FILE, "<file_config> of type file"),
    ],
)
def test_part_that_is_there_twice_is_named(part: str, name: str) -> None:
    content = xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE, part)
    assert f"has more than one {name} in <ipphonetamplate> (line 2): give exactly one" in refusal(content)


def test_file_with_two_names_is_refused() -> None:
    twice = GLOBAL_FILE.replace("<name>", "<name>other.cfg</name><name>")
    assert "more than one <name> in <file_config> (line 5)" in refusal(
        xml(TYPE, DESCRIPTION, twice, PERSONAL_FILE)
    )


def test_empty_type_is_refused_and_an_empty_description_is_not() -> None:
    files = GLOBAL_FILE + PERSONAL_FILE
    assert "The element <type> in line 3" in refusal(xml("<type> </type>", DESCRIPTION, files))
    assert parse_template(xml(TYPE, "<description/>", files)).description == ""


def test_elements_in_the_data_are_refused() -> None:
    lines = PERSONAL_FILE.replace("<![CDATA[", "a=<b>1</b>").replace("]]>", "").replace("(&(sn=%)(a<b))", "")
    assert "put its text between <![CDATA[ and ]]>" in refusal(xml(TYPE, DESCRIPTION, GLOBAL_FILE, lines))


@pytest.mark.parametrize(
    "name", ["../x.cfg", "a/b.cfg", "a\\b.cfg", ".hidden", "a\nb", "x" * 129, "a;b", "C:x"]
)
def test_name_of_a_file_with_a_folder_or_other_signs_is_refused(name: str) -> None:
    content = xml(TYPE, DESCRIPTION, GLOBAL_FILE.replace("shared.cfg", name), PERSONAL_FILE)
    assert "without a folder" in refusal(content)


def test_template_of_two_megabytes_is_refused() -> None:
    content = xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE.replace("include", "x" * 2 * MAX_BYTES))
    assert f"at most {MAX_BYTES}" in refusal(content)


def test_template_of_exactly_a_megabyte_is_read() -> None:
    content = xml(TYPE, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE)
    padding = "é" * ((MAX_BYTES - len(content) - len("<!---->")) // 2)
    full = content + f"<!--{padding}-->"
    full += "\n" * (MAX_BYTES - len(full.encode()))
    assert parse_template(full) == parse_template(content)
    assert "Shorten it" in refusal(full + "\n")


DOCUMENT_TYPES = {
    "plain": "<!DOCTYPE ipphonetamplate>",
    "external": '<!DOCTYPE ipphonetamplate SYSTEM "{target}">',
    "entity": '<!DOCTYPE ipphonetamplate [<!ENTITY x "1">]>',
    "external entity": '<!DOCTYPE ipphonetamplate [<!ENTITY x SYSTEM "{target}">]>',
    "parameter entity": '<!DOCTYPE ipphonetamplate [<!ENTITY % x SYSTEM "{target}"> %x; <!ENTITY x "1">]>',
}


@pytest.mark.parametrize("document_type", DOCUMENT_TYPES.values(), ids=DOCUMENT_TYPES.keys())
def test_document_type_is_refused_and_nothing_it_names_is_read(document_type: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text("hunter2")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        for target in (secret.as_uri(), f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"):
            parts = (TYPE.replace("430HD", "&x;") if "ENTITY x" in document_type else TYPE, DESCRIPTION)
            message = refusal(
                xml(*parts, GLOBAL_FILE, PERSONAL_FILE, before=document_type.format(target=target))
            )
            assert "document type" in message
            assert "hunter2" not in message
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("use", ["<type>&l9;</type>", '<type a="&l9;">x</type>'])
def test_billion_laughs_are_refused_at_once(use: str) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE ipphonetamplate [<!ENTITY l0 "ha">{entities}]>'
    started = time.process_time()
    assert refusal(xml(use, DESCRIPTION, GLOBAL_FILE, PERSONAL_FILE, before=laughs))
    assert time.process_time() - started < 1


def test_inclusion_of_another_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    include = f'<include xmlns="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    data = PERSONAL_FILE.replace("<![CDATA[", f"{include}<![CDATA[")
    assert "hunter2" not in refusal(xml(TYPE, DESCRIPTION, GLOBAL_FILE, data))


@given(st.text(max_size=200) | st.text("<>/!?&;[]=\"' \nab-", max_size=200))
def test_any_text_is_refused_with_a_sentence_or_read(content: str) -> None:
    message = refusal(xml(TYPE, DESCRIPTION, content, before=""))
    assert message.startswith("The template ")
    assert message.endswith((".", "it."))


@given(SENTENCES.filter(bool), SENTENCES, DATA, DATA)
def test_what_is_written_is_read_as_the_same(kind: str, description: str, shared: str, own: str) -> None:
    template = TemplateFile(
        kind, description, FileConfig("a b.cfg", shared), FileConfig("%ITCS_mac%.cfg", own)
    )
    assert parse_template(write_template(template)) == template


def test_line_ends_are_written_as_line_feeds() -> None:
    template = TemplateFile("a", "b", FileConfig("c.cfg", "x=1\r\ny=2\rz=3"), FileConfig("d.cfg", ""))
    assert parse_template(write_template(template)).global_file.data == "x=1\ny=2\nz=3"


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\x1b", "\ufffe", "\ud800"])
def test_what_xml_cannot_hold_is_not_written(sign: str) -> None:
    template = TemplateFile("a", "b", FileConfig("c.cfg", f"x={sign}"), FileConfig("d.cfg", ""))
    with pytest.raises(InvalidInputError, match="which XML cannot hold: remove it"):
        write_template(template)
