"""What receivers of messages may say: mail servers, and web servers that take hooks."""

import gzip
import zlib
from base64 import b64encode
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.fuzzing.mutations import NASTY_BYTES, mutated
from tests.fuzzing.odd_server import DRIPPING, ENCRYPTS, ENDLESS, HANGS_UP

PASSWORD = "open-sesame"
"""Of the user anna at mail servers; receivers of web hooks are told it in a header."""
_PLAIN = b64encode(f"\0anna\0{PASSWORD}".encode())
FORMS_OF_PASSWORD = (PASSWORD, _PLAIN.decode(), b64encode(PASSWORD.encode()).decode().rstrip("="))

_HELLO = (
    b"250-mail.acme.com\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN CRAM-MD5\r\n250 8BITMIME\r\n"
)
_TAKEN = (
    b"235 2.7.0 ok\r\n", b"250 2.1.0 ok\r\n", b"250 2.1.5 ok\r\n", b"354 go on\r\n",
    b"250 2.0.0 queued\r\n", b"221 bye\r\n",
)  # fmt: skip
MAIL_THAT_IS_TAKEN: Sequence[bytes] = (b"220 mail ESMTP\r\n", _HELLO, *_TAKEN)
MAIL_TAKEN_ENCRYPTED: Sequence[bytes] = (
    b"220 mail ESMTP\r\n", _HELLO, b"220 go ahead\r\n" + ENCRYPTS, _HELLO, *_TAKEN,
)  # fmt: skip
"""What a mail server says, from its greeting on, where all is well."""

_ODD_SMTP = (
    HANGS_UP, b"", b"421 closing\r\n", b"421 closing\r\n" + HANGS_UP, b"250", b"250 ", b"250\r\n",
    b"250-\r\n250 ok\r\n",
    b"\r\n", b"25\r\n", b"999 x\r\n", b"-25 x\r\n", b"2_5 x\r\n", "٢٥٠ ok\r\n".encode(), b"HTTP/1.1 200 OK\r\n\r\n",
    b"250 " + b"a" * 9000 + b"\r\n", b"a" * 300_000, b"250-" + b"b" * 300_000 + b"\r\n250 ok\r\n",
    b"250-more\r\n" + ENDLESS, b"250 ok\r\n" + ENDLESS, b"x" * 40 + ENDLESS,
    b"250-one" + DRIPPING, b"250-one\r\n" + DRIPPING, b"\x16\x03\x01" + DRIPPING, b"220 ok\r\n" + DRIPPING,
    b"250 \x00\x1b[31m\xff\xfe\xed\xa0\x80 ok\r\n", b"550 5.1.1 no such user\r\n", b"554 5.7.1 \xc3\xa4 refused\r\n",
    b"451 4.7.1 later\r\n", b"535 5.7.8 " + _PLAIN + b"\r\n", b"535 wrong: anna, open-sesame\r\n",
    b"535 op\x00en-sesame and b3Blbi1zZXNhbWU=\r\n", b"550-open-\r\n550 sesame\r\n", b"250 open-sesame\r\n",
    b"334 VXNlcm5hbWU6\r\n", b"334 PDE4OTYuNjk3QGE+\r\n", b"334 \r\n", b"334 =\r\n", b"334 \xff\r\n", b"334 a\r\n",
    b"250-mail\r\n250 AUTH CRAM-MD5\r\n", b"250-mail\r\n250 AUTH=LOGIN\r\n", b"250-mail\r\n250 AUTH XOAUTH2\r\n",
    b"250-mail\r\n250-SMTPUTF8\r\n250-SIZE x\r\n250 STARTTLS\r\n", b"220 go ahead\r\n250 injected\r\n" + ENCRYPTS,
)  # fmt: skip

_BOMB = gzip.compress(bytes(50_000_000))
_DEFLATED = zlib.compress(bytes(50_000_000))
_OK = b"HTTP/1.1 200 OK\r\n"
HTTP_ANSWERS: Sequence[bytes] = (
    _OK + b"Content-Length: 9\r\n\r\nthank you",
    _OK + b"Content-Length: 9\r\n\r\nthank you",
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 422 No\r\nContent-Length: 4\r\n\r\nno\x00!",
    b"HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Go\r\nLocation: http://[\r\n\r\n", b"HTTP/1.1 301 Go\r\nLocation: file:///etc/passwd\r\n\r\n",
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\nBearer open-sesame is wrong",
    b"HTTP/1.1 500 op\x00en-sesame \xff\xed\xa0\x80\r\n\r\nAuthorization: Bearer open-\x07sesame",
    _OK + b"Content-Length: 99999999999\r\n\r\nthe beginning",
    _OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", _OK + b"Content-Length: -1\r\n\r\n",
    _OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    _OK + b"Transfer-Encoding: chunked\r\n\r\n5;x=\"\r\nhello\r\n0\r\nA: b\r\n\r\n",
    _OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    _OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    _OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + ENDLESS,
    _OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 40 + ENDLESS,
    _OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB) + _BOMB,
    _OK + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(_DEFLATED) + _DEFLATED,
    _OK + b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\n\x1b\xff\xff\xff",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 3, b"HTTP/1.1 100 Continue\r\n\r\n" + ENDLESS,
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/9.9 99999 \xff\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"\r\n\r\n",
    b"220 smtp\r\n",
    b"HTTP/1.1 200 " + b"r" * 40 + ENDLESS, b"HTTP/1.1 200 OK\r\nA: b\r\n" + ENDLESS,
    _OK + b"X: " + b"a" * 40 + ENDLESS, _OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n", _OK + b"X: y\r\n" * 5000 + b"\r\n",
    _OK + b" folded: x\r\nSet-Cookie: a=\"\\377;,\x01; Domain=.; Expires=Thu, 99 Foo 2026; Max-Age=9e9\r\n\r\n",
    _OK + b"\r\n" + b"a" * 200_000, _OK + b"\r\n" + b"a" * 40 + ENDLESS,
    _OK + b"X: y\r\n" + DRIPPING, _OK + b"Content-Length: 900\r\n\r\n" + b"slow" * 200 + DRIPPING, b"H" + DRIPPING,
    HANGS_UP, _OK + HANGS_UP, _OK + b"Content-Length: 9\r\n\r\nthan" + HANGS_UP,
)  # fmt: skip
SYSLOG_ANSWERS: Sequence[bytes] = (
    HANGS_UP, b"", b"ok\r\n", b"\x16\x03\x01" + DRIPPING, b"a" * 40 + ENDLESS, b"a" * 300_000, bytes(range(256)),
)  # fmt: skip


@st.composite
def conversations_of(draw: st.DrawFn, well: Sequence[bytes]) -> list[bytes]:
    """Draw what a mail server says: mostly in order, and something else at one or more of its steps."""
    said = [*well]
    for _ in range(draw(st.integers(0, 3))):
        step = draw(st.integers(0, len(said) - 1))
        said[step] = draw(st.one_of(st.sampled_from(_ODD_SMTP), texts(well)))
    return said


def texts(usual: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return one of these answers as it is, or changed, or what is known to hurt."""
    return st.one_of(
        st.sampled_from(usual),
        st.sampled_from(usual),
        mutated(usual, most_changes=3),
        st.sampled_from(NASTY_BYTES),
    )
