"""What a file really is, by what it begins with, whatever its name says (protocol 14)."""

import re

HEAD_BYTES = 4096
"""So many bytes of a file are enough to tell."""

# (offset, bytes there, what such a file is)
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"GIF87a", "a GIF picture"),
    (0, b"GIF89a", "a GIF picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"8BPS", "a Photoshop picture"),
    (0, b"RIFF", "a picture, a sound or a film"),
    (4, b"ftyp", "a picture or a film"),
    (0, b"ID3", "a sound"),
    (0, b"OggS", "a sound"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "a ZIP archive"),
    (0, b"PK\x07\x08", "a ZIP archive"),
    (0, b"\x1f\x8b\x08", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (0, b"MSCF", "a cabinet archive"),
    (0, b"!<arch>\n", "an archive"),
    (257, b"ustar", "a tar archive"),
    (32769, b"CD001", "an image of a disc"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xfe\xed\xfa\xce", "a program"),
    (0, b"\xfe\xed\xfa\xcf", "a program"),
    (0, b"\xce\xfa\xed\xfe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\0asm", "a program"),
    (0, b"#!", "a script"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (0, b"{\\rtf", "a text document"),
    (0, b"SQLite format 3\0", "a database"),
)
_is_bitmap = re.compile(rb"BM....\0\0\0\0", re.DOTALL).match
_is_markup = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|script|svg|\?xml)\b",
    re.IGNORECASE | re.DOTALL,
).match
_has_control = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]").search


def what_it_is(head: bytes) -> str | None:
    """Return what a file is that begins so, such as ``a ZIP archive``; None where it may be firmware.

    The formats of firmware are the vendors' own, so what is known is what is none: pictures, archives, programs,
    documents and texts.
    """
    for offset, signature, words in _SIGNATURES:
        if head.startswith(signature, offset):
            return words
    if _is_bitmap(head):
        return "a picture"
    if _is_markup(head):
        return "a web page or an XML file"
    return "a text" if _is_text(head[:HEAD_BYTES]) else None


def _is_text(head: bytes) -> bool:
    """Tell whether these bytes are text; the last character may be cut."""
    for end in range(len(head), max(len(head) - 4, 0), -1):
        try:
            return not _has_control(head[:end].decode())
        except UnicodeDecodeError:
            continue
    return False
