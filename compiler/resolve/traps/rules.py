"""The rules of this folder, found and run over every expression that has a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
import os
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.model import Diagnostic, Severity
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.traps.expression_view import ExpressionView
from ssbt.compiler.syntax.ast import expressions as e

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper

# Looks at one node; `TAKES` of its module are the kinds of nodes that it wants.
Rule = Callable[[e.Expression, ExpressionView], Iterator[Diagnostic]]


@cache
def _load_rules() -> Mapping[type, list[Rule]]:
    """The rules for each kind of node, in the order of the modules' names."""
    names = sorted(
        name.removesuffix(".py")
        for name in os.listdir(os.path.dirname(__file__))
        if name.endswith(".py") and name != "rules.py"
    )
    modules = [import_module(f"{__package__}.{name}") for name in names if name != "__init__"]
    rules: dict[type, list[Rule]] = {}
    for module in modules:
        for node_class in getattr(module, "TAKES", ()):
            rules.setdefault(node_class, []).append(module.check)
    return rules


def build_view(root: e.Expression, typer: ExpressionTyper) -> ExpressionView:
    """What the rules look at, after the expression has been typed."""
    return ExpressionView(Evaluator(typer), root)


def find_traps(view: ExpressionView) -> Iterator[Diagnostic]:
    """What cannot work in a typed expression, and what is likely not what its writer means."""
    from ssbt.compiler.resolve.traps.failing_constants import find_failures
    from ssbt.compiler.resolve.traps.without_ansi import check_constants, find_unguarded

    failures = tuple(find_failures(view.root, view))
    yield from failures
    if any(diagnostic.severity is Severity.ERROR for diagnostic in failures):
        return
    if not view.ansi:
        yield from check_constants(view)
        view.evaluator.typer.report.unguarded += find_unguarded(view)
    rules = _load_rules()
    for node in view.nodes:
        for check in rules.get(type(node), ()):
            # A rule takes expressions alone, which its `TAKES` names.
            yield from check(node, view)  # type: ignore[arg-type]
