"""Datasets where they are used."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.ir.steps import Input


def emit_input(operand: Input, scope: FunctionScope) -> str:
    """A dataset's variable, or the call of a transform; under an alias where it has one."""
    if operand.arguments is None:
        frame = scope.use_dataset(operand.dataset)
    else:
        frame = emit_transform_call(operand.dataset, (), operand.arguments, scope)
    return f"{frame}.alias({python_literal(operand.alias)})" if operand.alias else frame


def emit_transform_call(
    transform: str, first_arguments: Iterable[str], inputs: Iterable[Input], scope: FunctionScope
) -> str:
    """The call of a transform: `first` are arguments in code."""
    arguments = [*first_arguments, *(emit_input(operand, scope) for operand in inputs)]
    if transform in scope.context.takes_params:
        scope.uses_params = True
        arguments.append("params")
    return f"{scope.context.names.transforms[transform]}({', '.join(arguments)})"
