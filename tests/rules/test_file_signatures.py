"""What a file is by what it begins with."""

import gzip
import io
import tarfile
import zipfile

import pytest

from app.rules.file_signatures import what_it_is


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10_000_000))
    return target.getvalue()


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("430HD.img"))
    return target.getvalue()


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (zipped(), "a ZIP archive"),
        (gzip.compress(bytes(100), mtime=0), "a gzip archive"),
        (tarred(), "a tar archive"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"\x89PNG\r\n\x1a\n\0", "a PNG picture"),
        (b"BM\x36\0\x0c\0\0\0\0\0\x36", "a picture"),
        (b"\0\0\0\x20ftypisom", "a picture or a film"),
        (b"\x7fELF\2\1\1", "a program"),
        (b"MZ\x90\0", "a program"),
        (b"#!/bin/sh\n", "a script"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><p>", "a web page or an XML file"),
        (b"<!-- saved --> <HTML lang=en>", "a web page or an XML file"),
        (b"<?xml version='1.0'?>\0", "a web page or an XML file"),
        (b"system/ntp/enabled=1\r\n" * 400, "a text"),
        ("ü".encode() * 4000, "a text"),
    ],
)
def test_what_is_no_firmware_is_known(head: bytes, words: str):
    assert what_it_is(head) == words


@pytest.mark.parametrize(
    "head",
    [
        b"\0\x01430HDUC_2.0.13.121\0",
        bytes(4096),
        bytes(range(1, 256)) * 16,
        b"BM" + bytes(range(1, 99)),
        b"DfuSe\1\0",
    ],
)
def test_what_may_be_firmware_is_not_refused(head: bytes):
    assert what_it_is(head) is None


def test_a_text_is_known_when_its_last_character_is_cut():
    assert what_it_is(b"x" + "ü".encode() * 2048) == "a text"
