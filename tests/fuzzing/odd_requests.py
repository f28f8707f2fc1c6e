"""Requests that are none, or whose end can be read in two ways, as they stand on the wire."""

from collections.abc import Mapping

GET = b"GET /ipp/dhcpoption160.cfg HTTP/1.1\r\nHost: m\r\n"
POST = b"POST /rest/v1/ipphoneMgrStatus/keep-alive HTTP/1.1\r\nHost: m\r\n"
HIDDEN = b"GET /ipp/dhcpoption160.cfg HTTP/1.1\r\nHost: hidden\r\n\r\n"
"""Is part of a body, or another request, as whoever reads it takes the end of the one before."""
_CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
_ENDS, _FIVE = b"0\r\n\r\n" + HIDDEN, b"Content-Length: 5\r\n"

AMBIGUOUS: Mapping[str, bytes] = {
    "length and chunks": POST + _FIVE + b"Transfer-Encoding: chunked\r\n\r\n" + _ENDS,
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\n" + _FIVE + b"\r\n" + _ENDS,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + HIDDEN,
    "a length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + HIDDEN,
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}" + HIDDEN,
    "a length with its sign": POST + b"Content-Length: +2\r\n\r\n{}" + HIDDEN,
    "a blank behind Content-Length": POST + b"Content-Length : 2\r\n\r\n{}" + HIDDEN,
    "a blank behind Transfer-Encoding": POST + b"Transfer-Encoding : chunked\r\n\r\n" + _ENDS,
    "chunks of a kind": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + _ENDS,
    "chunks behind a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + _ENDS,
    "chunks on a line of their own": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + _ENDS,
    "chunks, then identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + _ENDS,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + _ENDS,
    "identity and a length": POST + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}" + HIDDEN,
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + _ENDS,
    "a CR in a header": POST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + _ENDS,
    "a chunk of a negative size": _CHUNKED + b"-1\r\n\r\n" + HIDDEN,
    "a chunk of 0x2": _CHUNKED + b"0x2\r\n{}\r\n" + _ENDS,
    "a chunk without its end": _CHUNKED + b"2\r\n{}XX" + _ENDS,
}
"""All are refused, the connection is closed, and nobody answers what is hidden."""

ODD: Mapping[str, bytes] = {
    "a folded header": GET + b"X: a\r\n b\r\n\r\n",
    "a folded first header": b"GET / HTTP/1.1\r\n X: a\r\nHost: m\r\n\r\n",
    "LF alone": GET.replace(b"\r\n", b"\n") + b"\n",
    "CR alone": GET.replace(b"\r\n", b"\r") + b"\r",
    "a NUL in a header": GET + b"X: a\x00b\r\n\r\n",
    "a header without a colon": GET + b"nothing\r\n\r\n",
    "a header without a name": GET + b": x\r\n\r\n",
    "a header named with signs": GET + b"X(y): x\r\n\r\n",
    "nonsense": b"nonsense\r\n\r\n",
    "empty lines": b"\r\n" * 4,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": GET.replace(b"1.1", b"9.9") + b"\r\n",
    "HTTP/1.1x": GET.replace(b"1.1", b"1.1x") + b"\r\n",
    "four words": GET.replace(b" HTTP", b" a HTTP") + b"\r\n",
    "a long method": GET.replace(b"GET", b"G" * 100) + b"\r\n",
    "a long line": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: m\r\n\r\n",
    "a line without an end": b"GET /" + b"a" * 1_000_000,
    "a long header": GET + b"X: " + b"a" * 9000 + b"\r\n\r\n",
    "a header without an end": GET + b"X: " + b"a" * 1_000_000,
    "many headers": GET + b"".join(b"X%d: y\r\n" % number for number in range(10_000)) + b"\r\n",
    "a chunk that is too large": _CHUNKED + b"f" * 17 + b"\r\n",
    "an extension of a chunk": _CHUNKED + b'2;a="\r\n"\r\n{}\r\n' + _ENDS,
    "a long extension of a chunk": _CHUNKED + b"2;" + b"a" * 100_000 + b"\r\n{}\r\n" + _ENDS,
    "a length behind a body": _CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n" + HIDDEN,
    "many headers behind a body": _CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "an underscore in a length": POST + b"Content_Length: 40\r\nContent-Length: 2\r\n\r\n{}" + HIDDEN,
    "a body of a GET": GET + b"Content-Length: 2\r\n\r\n{}" + HIDDEN,
    "an odd expectation": POST + b"Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}",
    "two hosts": GET + b"Host: n\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "all of it": b"OPTIONS * HTTP/1.1\r\nHost: m\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a proxy's own protocol": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET + b"\r\n",
    "a script for a method": b"<script>alert(1)</script> / HTTP/1.1\r\n\r\n",
    "a WebSocket": GET
    + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "an upgrade": GET
    + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA\r\n\r\n",
}
"""What is answered, or not; no server falls over."""
