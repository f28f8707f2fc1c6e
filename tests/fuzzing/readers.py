"""Which functions of the application read what comes from outside, by its source, and which of them were called."""

import ast
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

FROM_OUTSIDE = (
    "arrivals", "cli/backup", "directory", "identity_provider", "notifier", "phone_api", "phone_client",
    "rendering", "rules", "services/destinations",
)  # fmt: skip
"""Where what phones, files, clients and other servers send is read; pages and the REST API are held by their routes."""

NAMES = ("read", "parse", "find", "check", "checked")
"""How functions begin that make something of a text, or refuse it."""

LIBRARIES = frozenset({
    "DictReader", "IPv4Address", "IPv4Network", "IPv6Address", "IPv6Network", "XMLParser", "ZipFile",
    "a2b_base64", "b64decode", "convert", "decode", "decompress", "decompressobj", "fromhex", "fromisoformat",
    "fromstring", "getaddresses", "ip_address", "ip_interface", "ip_network", "iterparse", "load",
    "load_pem_private_key", "load_pem_x509_certificates", "loads", "parse_qs", "parse_qsl",
    "parsedate_to_datetime", "raw_decode", "reader", "strptime", "unhexlify", "unpack", "unquote", "urlparse",
    "urlsafe_b64decode", "urlsplit",
})  # fmt: skip
"""Calls that make something of a text or of bytes, and raise errors that are not ours."""

_CACHED = type(functools.cache(len))
_TEXTS = frozenset({"str", "bytes", "bytearray", "PhoneRequest", "BinaryIO"})


class Place(NamedTuple):
    """Where a function begins: its file, relative to ``app``, and its name with that of its class."""

    file: str
    name: str


def readers() -> set[Place]:
    """Return the functions that read what comes from outside.

    They take a text and are named so, or take a text and refuse something; or they call a library that reads texts.
    """
    return {
        Place(file, name)
        for package in FROM_OUTSIDE
        for path in sorted(Path("app", package).rglob("*.py"))
        for file in [str(path.relative_to("app"))]
        for name, function in _functions(ast.parse(path.read_text()))
        if (_takes_text(function) and (_is_named_so(name) or _refuses(function)))
        or _calls_a_library(function)
    }


def reached_by(order: Callable[[], object]) -> set[Place]:
    """Return the functions of the application that something calls; what was remembered before is forgotten."""
    _forget()
    reached: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            reached.add(frame.f_code)

    sys.setprofile(note)
    try:
        order()
    finally:
        sys.setprofile(None)
    root = Path("app").resolve()
    return {
        Place(str(path.relative_to(root)), code.co_qualname)
        for code in reached
        for path in [Path(code.co_filename)]
        if path.is_relative_to(root)
    }


def _functions(
    tree: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _is_named_so(name: str) -> bool:
    return name.rpartition(".")[2].partition("_")[0] in NAMES


def _takes_text(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    given = [
        each.annotation
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        if each.annotation
    ]
    return any(isinstance(node, ast.Name) and node.id in _TEXTS for each in given for node in ast.walk(each))


def _refuses(function: ast.AST) -> bool:
    """Whether it raises something, or turns what others raise into something else: whatever it is called."""
    return any(
        isinstance(node, ast.ExceptHandler) or (isinstance(node, ast.Raise) and node.exc is not None)
        for node in ast.walk(function)
    )


def _calls_a_library(function: ast.AST) -> bool:
    return any(
        (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in LIBRARIES
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        for called in [node.func]
    )


def _forget() -> None:
    for name, module in [*sys.modules.items()]:
        if name.startswith("app."):
            for kept in vars(module).values():
                if isinstance(kept, _CACHED):
                    kept.cache_clear()
