"""What may stand on one line of a file for phones: nothing that ends the line or cannot be written."""

import re

# C0, DEL and C1 controls, the line and paragraph separators, and surrogates, which no encoding can write.
_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_one_line(text: str) -> bool:
    """Tell whether the text can stand on one line as it is."""
    return _NOT_ON_A_LINE.search(text) is None


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters and surrogates."""
    # Printable text, by far the most frequent, holds none of them: one call instead of a scan by pattern.
    return text if text.isprintable() else _NOT_ON_A_LINE.sub("", text)


def line_feeds_only(text: str) -> str:
    """Return the text with each line end (CR LF, or CR alone) written as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
