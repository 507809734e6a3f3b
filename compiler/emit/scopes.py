"""What the body of one function may use, and what it has used so far."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.source_map import StepCode, count_chained_calls
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.steps import Step
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType


class ScriptContext(Struct, frozen=True):
    """What all functions of a script know.

    `module_files` are the files of the user's Python modules, as the pipeline's reader knows them;
    `takes_params` are the transforms that take `params`; it grows as they are made, each before
    the first function that calls it. `output_modes` are those of the streams that a step is in.
    """

    names: ScriptNames
    parameter_types: Mapping[str, DataType]
    module_files: Mapping[str, str]
    target: str
    output_modes: Mapping[Span, frozenset[OutputMode]]
    takes_params: set[str] = field(default_factory=set)

    def step_modes(self, step: Step) -> frozenset[OutputMode]:
        """The output modes of the streams that a step is in; none in a batch."""
        return self.output_modes.get(step.span, frozenset())


class FunctionScope:
    """The inside a function that takes datasets, and perhaps `params`.

    Asking it for a name makes the name available: it becomes an argument of the function or a
    local at its top.
    """

    def __init__(self, context: ScriptContext, arguments: Mapping[str, str]) -> None:
        """`arguments` are the variables of the datasets that a transform declares, if it is one."""
        self.context = context
        self.uses_params = False
        self.datasets: dict[str, str] = {}
        self.statements: list[str] = []
        self.base_calls = 0
        self.steps: list[StepCode] = []
        self._declared = arguments
        self._literals: dict[str, str] = {}
        self._counted = "", 0
        self._locals = context.names.local_namespace(arguments.values())

    def use_dataset(self, name: str) -> str:
        """The variable of a dataset."""
        variable = self._declared.get(name) or self.context.names.datasets[name]
        self.datasets[name] = variable
        return variable

    def use_param(self, name: str) -> str:
        """The value of a parameter."""
        self.uses_params = True
        return f"params.{self.context.names.params[name]}"

    def use_sql_literal(self, name: str) -> str:
        """A local with a parameter's value as SQL text."""
        if name not in self._literals:
            self._literals[name] = self._locals.claim(self.context.names.params[name])
        return self._literals[name]

    def assign_variable(self, code: str, preferred: str) -> str:
        """A variable with the value of `code`."""
        if code.isidentifier():
            return code
        variable = self._locals.claim(preferred)
        self.statements.append(_emit_variable(variable, code))
        return variable

    def mark_start(self, frame: str) -> None:
        """Note that the first step begins after `frame`."""
        self.base_calls = self._count_calls(frame)

    def mark_step(self, step: Step, frame: str) -> None:
        """Note that the code of a step ends with `frame`."""
        self.steps.append(StepCode(step.span, len(self.statements), self._count_calls(frame)))

    def _count_calls(self, frame: str) -> int:
        """The calls of the code, of which those of the step before are counted already."""
        counted, calls = self._counted
        if not frame.startswith(counted):
            counted, calls = "", 0
        calls += count_chained_calls(frame[len(counted) :])
        self._counted = frame, calls
        return calls

    def emit_body(self, result: str) -> tuple[str, ...]:
        """The statements of the function, which returns `result`."""
        literals = [
            _emit_variable(variable, self._emit_literal(name))
            for name, variable in self._literals.items()
        ]
        statement = render_template("functions/query", frame=result)
        return (*literals, *self.statements, statement)

    def _emit_literal(self, name: str) -> str:
        sql_type = self.context.parameter_types[name].sql
        return render_template("values/literal", parameter=self.use_param(name), type=sql_type)


def _emit_variable(variable: str, value: str) -> str:
    return render_template("functions/variable", variable=variable, value=value)
