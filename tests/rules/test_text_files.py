"""Texts that people upload: UTF-8 or a sentence that says what it is instead."""

import pytest

from app.errors import InvalidInputError
from app.rules.text_files import check_markup, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"a=1\r\nb=\xc3\xbc\n", "a=1\r\nb=ü\n"), (b"\xef\xbb\xbfa=1", "a=1"), (b"\ta", "\ta")],
)
def test_utf_8_is_read_and_its_mark_left_out(content: bytes, text: str):
    assert read_text(content, "x.cfg") == text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.cfg is empty"),
        (b" \r\n\n", "x.cfg is empty"),
        ("a=ü\n".encode("utf-16"), "x.cfg is in UTF-16"),
        (b"a=1\nb=\xfc\n", "x.cfg holds a byte that is not UTF-8 in line 2"),
        (b"a=1\n\nb=\0\n", "x.cfg holds a control character in line 3"),
        ("a=\x85".encode(), "a control character in line 1"),
        (b"\xed\xa0\x80", "a byte that is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "x.cfg is a PNG picture and no text"),
        (b"PK\x03\x04\x14\0\0\0", "x.cfg is a ZIP archive and no text"),
    ],
)
def test_what_is_no_text_for_phones_is_refused_with_its_line(content: bytes, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        read_text(content, "x.cfg")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">\n<x/>', "in line 2"),
        ("<x/>\n\n<!entity a 'b'>", "in line 3"),
        ("<!doctype html><p>Sign in</p>", "is a web page"),
        ("\n<!-- proxy -->\n<HTML><body>", "is a web page"),
        ("<svg onload=x>", "is a web page"),
    ],
)
def test_what_would_blow_up_those_who_read_it_is_refused(text: str, sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        check_markup(text, "x.xml")


@pytest.mark.parametrize("text", ["<Directory/>", "a=<!DOCTYPE x>", "; <html>\na=1", "<headset/>"])
def test_other_texts_with_angle_brackets_are_taken(text: str):
    check_markup(text, "x.xml")
