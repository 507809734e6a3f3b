"""The rules of this folder, found and run over every expression that has a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.model import Diagnostic, Severity
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.view import View
from ssbt.compiler.syntax.ast import expressions as e

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.typing import Typing

# Looks at one node; `TAKES` of its module are the kinds of nodes that it wants.
Rule = Callable[[e.Expression, View], Iterator[Diagnostic]]


@cache
def _rules() -> Mapping[type, list[Rule]]:
    """The rules for each kind of node, in the order of the modules' names."""
    names = sorted(
        entry.name.removesuffix(".py")
        for entry in files(__package__).iterdir()
        if entry.name.endswith(".py") and entry.name != "rules.py"
    )
    modules = [import_module(f"{__package__}.{name}") for name in names if name != "__init__"]
    found: dict[type, list[Rule]] = {}
    for module in modules:
        for kind in getattr(module, "TAKES", ()):
            found.setdefault(kind, []).append(module.check)
    return found


def find_traps(root: e.Expression, typing: Typing) -> Iterator[Diagnostic]:
    """What cannot work in a typed expression, and what is likely not what its writer means."""
    from ssbt.compiler.resolve.traps.failing import find_failures
    from ssbt.compiler.resolve.traps.without_ansi import check_constants, find_unguarded

    view = View(Evaluator(typing), root)
    failures = tuple(find_failures(root, view))
    yield from failures
    if any(found.severity is Severity.ERROR for found in failures):
        return
    if not view.ansi:
        yield from check_constants(root, view)
        typing.report.unguarded += find_unguarded(root, view)
    for node in nodes(root):
        for check in _rules().get(type(node), ()):
            # A rule takes expressions alone, which its `TAKES` names.
            yield from check(node, view)  # type: ignore[arg-type]
