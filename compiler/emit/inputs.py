"""Datasets where they are used."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.scopes import Scope
from ssbt.compiler.ir.steps import Input


def input_frame(used: Input, scope: Scope) -> str:
    """A dataset's variable, or the call of a transform; under an alias where it has one."""
    if used.arguments is None:
        frame = scope.dataset(used.dataset)
    else:
        frame = transformed(used.dataset, (), used.arguments, scope)
    return f"{frame}.alias({python_literal(used.alias)})" if used.alias else frame


def transformed(transform: str, first: Iterable[str], others: Iterable[Input], scope: Scope) -> str:
    """The call of a transform: `first` are arguments in code."""
    arguments = [*first, *(input_frame(other, scope) for other in others)]
    if transform in scope.around.takes_params:
        scope.uses_params = True
        arguments.append("params")
    return f"{scope.around.names.transforms[transform]}({', '.join(arguments)})"
