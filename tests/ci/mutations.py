"""The small changes to a source file that some test should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_PAIRS = [
    ("min", "max"),
    ("minimum", "maximum"),
    ("argmin", "argmax"),
    ("any", "all"),
    ("floor", "ceil"),
    ("zeros", "ones"),
]
NAMES = {"mean": "max"} | dict(_PAIRS) | {second: first for first, second in _PAIRS}
"""Functions and methods, and what is called instead."""
COPIES = {"copy", "clone", "detach"}
"""Methods whose call is dropped."""
STRINGS = {"left": "right", "right": "left"}
"""Sides of a search in a sorted array."""


class Mutation(NamedTuple):
    """One change: bytes `start` to `end` of the source are replaced."""

    place: str
    """The function or class that holds the change, with dots; empty at the top of the module."""
    line: int
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: str) -> str:
        """The changed source."""
        data = source.encode()
        return (data[: self.start] + self.after.encode() + data[self.end :]).decode()


def mutations(source: str) -> list[Mutation]:
    """Every mutation of a module, in the order of the source.

    Docstrings, annotations, decorators, assertions, messages of errors and f-strings are left alone.
    """
    starts = [0]
    for text in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(text))
    found = []
    for place, node, after in _changed_nodes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = source.encode()[start:end].decode()
        found.append(Mutation(place, node.lineno, start, end, before, after))
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end))


def _changed_nodes(tree: ast.Module) -> Iterator[tuple[str, Any, str]]:
    """Where each change is, the node that is replaced, and the source that replaces it."""
    for node, place in _nodes(tree, ""):
        for after in _changes(node):
            yield place, node, after
        if isinstance(node, (ast.If, ast.IfExp)) and isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
            yield place, node.test, f"(not {ast.unparse(node.test)})"


def _nodes(node: ast.AST, place: str) -> Iterator[tuple[Any, str]]:
    """All nodes that may be changed, with the name of the function or class around each."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.Raise, ast.JoinedStr, ast.Assert)):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":
                continue  # Of a zip: it asserts, it does not compute.
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                yield from _nodes(child, f"{place}.{child.name}".lstrip("."))
                continue
            if hasattr(child, "lineno"):
                yield child, place
            yield from _nodes(child, place)


def _changes(node: ast.AST) -> Iterator[str]:
    """What may stand in the place of this node, as source."""
    changed: Any  # A copy of the node.
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[index] = COMPARISONS[type(operator)]()
                yield f"({ast.unparse(changed)})"
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in OPERATORS:
            changed = copy.deepcopy(node)
            changed.op = OPERATORS[type(operator)]()
            text = ast.unparse(changed)
            yield text if isinstance(node, ast.AugAssign) else f"({text})"
            if isinstance(node, ast.BinOp) and isinstance(operator, ast.LShift):
                yield f"({ast.unparse(node.left)} << ({ast.unparse(node.right)}) // 2)"
        case ast.BoolOp():
            changed = copy.deepcopy(node)
            changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"({ast.unparse(changed)})"
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool(value)):
            yield repr(not value)
        case ast.Constant(value=int(value)):
            yield repr(value + 1)
        case ast.Constant(value=float(value)):
            yield repr(2 * value if value else 1.0)
        case ast.Constant(value=str(value)) if value in STRINGS:
            yield repr(STRINGS[value])
        case ast.Call(func=ast.Attribute(attr=name, value=value), args=[], keywords=[]) if name in COPIES:
            yield ast.unparse(value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in NAMES:
            changed = copy.deepcopy(node)
            setattr(changed.func, "attr" if isinstance(changed.func, ast.Attribute) else "id", NAMES[name])
            yield ast.unparse(changed)
        case ast.Expr(value=ast.Call()):
            yield "pass"
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield "pass"
