"""Tests that say nothing or check nothing are found here."""

import ast
from collections.abc import Iterator

from tests.house.checkout import modules, shown, tree

_CHECKS = {"raises", "warns", "fail"}


def _tests() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, ast.Module]]:
    for file in modules("tests"):
        if file.name.startswith("test_"):
            for node in ast.walk(tree(file)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                    yield f"{shown(file)}::{node.name}", node, tree(file)


def test_every_test_says_what_it_protects() -> None:
    """When a test fails, its docstring is the first thing its reader needs."""
    found = [name for name, node, _ in _tests() if not ast.get_docstring(node)]
    assert found == [], "\n".join(found)


def _checks(node: ast.AST, functions: dict[str, ast.AST], seen: frozenset[str] = frozenset()) -> bool:
    """True if the code asserts, or expects an exception, itself or in a function of its own module."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if name in _CHECKS or name.startswith(("assert_", "expect")):
                return True
            if name in functions and name not in seen and _checks(functions[name], functions, seen | {name}):
                return True
    return False


def test_every_test_asserts() -> None:
    """A test that only runs code passes whatever the code does."""
    idle = []
    for name, node, module in _tests():
        functions: dict[str, ast.AST] = {
            part.name: part
            for part in module.body
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        if not _checks(node, functions):
            idle.append(name)
    assert idle == [], "\n".join(idle)
