"""Template files from people's computers, in the encodings that they are in."""

import codecs

import pytest

from app.errors import InvalidInputError
from app.rendering.template_bytes import as_kept, text_of_file


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "iso-8859-15"])
def test_a_file_is_read_in_the_encoding_that_it_declares(encoding: str):
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\r\n<a>Zoë</a>\r\n'
    assert text_of_file(declared.encode(encoding)) == '<?xml version="1.0" encoding="UTF-8"?>\n<a>Zoë</a>\n'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_goes_before_what_is_declared(encoding: str):
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?><a>電話</a>'
    assert "電話" in text_of_file(declared.encode(encoding))


def test_a_file_that_declares_nothing_is_utf_8():
    assert text_of_file("<a>電話</a>".encode()) == "<a>電話</a>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<a>\n\xe9</a>", "not text in UTF-8, as it should be, from line 2 on"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "'utf-7'"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "'klingon'"),
        (b"PK\x03\x04\0\0", "no text"),
        (codecs.BOM_UTF16_LE + b"<", "not text in UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, reason: str):
    with pytest.raises(InvalidInputError) as refused:
        text_of_file(data)
    assert reason in str(refused.value)


def test_a_text_is_kept_with_one_kind_of_line_end():
    assert as_kept("a\r\nb\rc\n") == "a\nb\nc\n"
