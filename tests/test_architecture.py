"""What docs/architecture.md promises of the source itself, and import-linter cannot say."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("app", "simulator", "benchmarks")
# Migrations commit on a connection of their own, before there is any session; a queued connection passes it on.
COMMITTERS = (ROOT / "app/transaction.py", ROOT / "app/schema.py", ROOT / "app/write_queue.py")
DRAWERS = {
    "utils", "util", "helpers", "helper", "common", "misc", "core", "lib",
    "base", "manager", "managers", "handler", "handlers", "processor", "processors",
}  # fmt: skip

Finding = Callable[[ast.AST], bool]


def test_only_the_transaction_module_commits_and_rolls_back():
    assert places(is_end_of_transaction, ["app"], besides=COMMITTERS) == []


def test_no_function_imports():
    assert places(is_function_that_imports, OURS) == []


def test_no_import_is_relative():
    assert places(lambda node: isinstance(node, ast.ImportFrom) and node.level > 0, OURS) == []


def test_no_module_or_folder_is_a_drawer():
    modules = [file.relative_to(ROOT).with_suffix("") for file in sources((*OURS, "tests"))]
    assert [str(module) for module in modules if DRAWERS.intersection(module.parts)] == []


def test_services_do_not_import_one_another_in_a_circle():
    imports = {module: imported_services(file) - {module} for module, file in services()}
    TopologicalSorter(imports).prepare()


def test_each_concept_has_one_row_in_the_table():
    text = (ROOT / "docs/architecture.md").read_text()
    table = text.partition("## Concept by layer")[2].partition("\n## ")[0]
    concepts = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    assert sorted(concepts) == sorted(set(concepts))


def test_decisions_are_listed_in_the_order_of_their_numbers():
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"^\| \[\d+\]\((.+)\) \|", (folder / "README.md").read_text(), re.MULTILINE)
    assert listed == sorted(file.name for file in folder.glob("[0-9]*.md"))


def sources(folders) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), file)


def places(found: Finding, folders, besides: tuple[Path, ...] = ()) -> list[str]:
    """Return where a thing is found, as `file:line`."""
    return [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sources(folders)
        if file not in besides
        for node in ast.walk(tree(file))
        if found(node)
    ]


def is_end_of_transaction(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    )


def is_function_that_imports(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)
    )


def services() -> Iterator[tuple[str, Path]]:
    """Yield each module of the services with its file, the package itself by its own name."""
    for file in sources(["app/services"]):
        yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file


def imported_services(file: Path) -> set[str]:
    """Return the modules of the services that a file imports."""
    modules = {name for name, _ in services()}
    return {name for node in ast.walk(tree(file)) for name in imported_names(node)} & modules


def imported_names(node: ast.AST) -> set[str]:
    """Return what an import names, the members of a module as `module.member`."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return set()
