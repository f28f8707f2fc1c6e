"""docs/security/asvs.md leaves no requirement of levels 1 and 2 out, and names tests that exist."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "security" / "asvs.md"
# Of each section of ASVS 5.0.0 the levels of its requirements, in their order.
LEVELS = """
1.1 22|1.2 1111122223|1.3 112222222223|1.4 222|1.5 123|2.1 122|2.2 112|2.3 12223|2.4 23|3.1 3|3.2 113|3.3 12223
3.4 11222233|3.5 11122333|3.6 3|3.7 22333|4.1 12233|4.2 23333|4.3 22|4.4 1222|5.1 2|5.2 112333|5.3 113|5.4 222
6.1 122|6.2 111111112222|6.3 11223333|6.4 112233|6.5 22222333|6.6 2223|6.7 33|6.8 2222|7.1 222|7.2 1111|7.3 22
7.4 11222|7.5 223|7.6 22|8.1 1233|8.2 1123|8.3 133|8.4 23|9.1 111|9.2 1222|10.1 22|10.2 223|10.3 22223
10.4 1111122222233333|10.5 22222|10.6 22|10.7 222|11.1 2233|11.2 22233|11.3 11233|11.4 1222|11.5 23|11.6 23|11.7 33
12.1 12233|12.2 11|12.3 22223|13.1 2333|13.2 222223|13.3 2233|13.4 1222233|14.1 22|14.2 12223333|14.3 122|15.1 12233
15.2 12233|15.3 1222222|15.4 3333|16.1 2|16.2 22222|16.3 2222|16.4 222|16.5 2223|17.1 23|17.2 22223333|17.3 22
"""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| (met|not applicable|open) \| ([^|]+) \|$")
TEST = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)*)`")


def requirements() -> dict[str, int]:
    """Return the level of each requirement."""
    sections = [section.split() for section in LEVELS.replace("\n", "|").split("|") if section]
    return {
        f"{section}.{at}": int(level)
        for section, levels in sections
        for at, level in enumerate(levels, start=1)
    }


def rows() -> list[tuple[str, ...]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    found = [ROW.match(line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    return [match.groups() for match in found if match]


@cache
def names_in(path: str) -> frozenset[str]:
    """Return what a file defines: ``test_one``, ``TestClass::test_two``."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in body:
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
            }
    return frozenset(names)


def test_the_levels_are_those_of_the_standard() -> None:
    assert Counter(requirements().values()) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_levels_one_and_two_has_its_row_in_order() -> None:
    assert [row[0] for row in rows()] == [number for number, level in requirements().items() if level < 3]


def test_every_test_that_is_named_exists() -> None:
    named = [found for row in rows() for found in TEST.findall(row[3])]
    assert len(named) > 100
    assert [
        path + test
        for path, test in named
        if not (ROOT / path).is_file() or (test and test.removeprefix("::") not in names_in(path))
    ] == []


def test_files_that_are_named_exist() -> None:
    places = re.findall(r"`((?:app|docs|deploy)/[\w/.-]+)`", PAGE.read_text(encoding="utf-8"))
    assert [place for place in places if not (ROOT / place).exists()] == []
