"""An IPv4 address kept as text, as the number it stands for: to sort addresses, and to compare them with subnets."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_OCTET_VALUES = (1 << 24, 1 << 16, 1 << 8, 1)


class Ipv4Number(FunctionElement[int]):
    """The number of a dotted address. Any other text gives a number that says nothing, never an error."""

    name = "ipv4_number"
    type = BigInteger()
    inherit_cache = True


@compiles(Ipv4Number, "sqlite")
def _on_sqlite(element: Ipv4Number, compiler: SQLCompiler, **options: Any) -> str:
    """A cast to INTEGER reads the digits at the beginning of a text: once for each rest behind a dot."""
    rest = compiler.process(element.clauses, **options)
    terms = []
    for value in _OCTET_VALUES:
        terms.append(f"CAST({rest} AS INTEGER) * {value}")
        rest = f"substr({rest}, instr({rest}, '.') + 1)"
    return f"({' + '.join(terms)})"


@compiles(Ipv4Number, "postgresql")
def _on_postgresql(element: Ipv4Number, compiler: SQLCompiler, **options: Any) -> str:
    """A cast fails on anything but digits, so it is reached by addresses only."""
    text = compiler.process(element.clauses, **options)
    terms = [
        f"CAST(split_part({text}, '.', {part}) AS BIGINT) * {value}"
        for part, value in enumerate(_OCTET_VALUES, 1)
    ]
    return f"(CASE WHEN {text} ~ '^[0-9]{{1,3}}([.][0-9]{{1,3}}){{3}}$' THEN {' + '.join(terms)} ELSE 0 END)"
