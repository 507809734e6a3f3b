"""Datasets where they are used."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.steps import Input


def emit_input(operand: Input, scope: FunctionScope) -> str:
    """A dataset's variable, or the call of a transform; under an alias where it has one."""
    if operand.arguments is None:
        frame = scope.use_dataset(operand.dataset)
    else:
        frame = emit_transform_call(operand.dataset, (), operand.arguments, scope)
    return render_template("steps/as", frame=frame, name=operand.alias) if operand.alias else frame


def emit_transform_call(
    transform: str, first_arguments: Iterable[str], inputs: Iterable[Input], scope: FunctionScope
) -> str:
    """The call of a transform: `first` are arguments in code."""
    arguments = [*first_arguments, *(emit_input(operand, scope) for operand in inputs)]
    if transform in scope.context.takes_params:
        scope.uses_params = True
        arguments.append("params")
    function = scope.context.names.transforms[transform]
    return render_template("steps/transform", function=function, arguments=arguments)
