"""The step that keeps state of its own, by the method that the Spark line has for it."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import is_newer
from ssbt.compiler.emit.expressions import quote_reference
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.ir.state import StateVariable, TimeMode
from ssbt.compiler.ir.steps import Stateful
from ssbt.compiler.ir.streams import OutputMode

_TIMEOUTS = {
    TimeMode.NONE: "NoTimeout",
    TimeMode.PROCESSING_TIME: "ProcessingTimeTimeout",
    TimeMode.EVENT_TIME: "EventTimeTimeout",
}


def emit_stateful(frame: str, step: Stateful, scope: FunctionScope) -> str:
    """The call that runs the user's processor, or function on Spark 3.5."""
    context = scope.context
    target = context.target
    keys = ", ".join(python_literal(quote_reference(name)) for name in step.keys)
    grouped = f"{frame}.groupBy({keys})"
    processor_name = context.names.functions[step.module, step.processor]
    schema = context.names.schemas[step.schema]
    # Spark 4 does not compare this mode with that of the query; Spark 3.5 does.
    mode = OutputMode.UPDATE if OutputMode.UPDATE in context.step_modes(step) else OutputMode.APPEND
    if target.startswith("3."):
        (state,) = step.variables
        timeout = python_literal(_TIMEOUTS[step.time_mode])
        arguments = [
            processor_name,
            schema,
            context.names.schemas[state.schema],
            python_literal(mode.value),
        ]
        return f"{grouped}.applyInPandasWithState({', '.join((*arguments, timeout))})"
    method = "transformWithStateInPandas" if is_newer("4.1", target) else "transformWithState"
    processor = ", ".join(
        (f"{processor_name}()", *(_emit_variable(each, scope) for each in step.variables))
    )
    arguments = [f"with_state({processor})", schema]
    arguments += [python_literal(mode.value.title()), python_literal(step.time_mode.value)]
    if step.event_time is not None:
        arguments.append(f"eventTimeColumnName={python_literal(step.event_time)}")
    return f"{grouped}.{method}({', '.join(arguments)})"


def _emit_variable(variable: StateVariable, scope: FunctionScope) -> str:
    """`State("open", "value", OPEN, ttl_ms=3600000)`."""
    return f"State({', '.join(_variable_arguments(variable, scope))})"


def _variable_arguments(variable: StateVariable, scope: FunctionScope) -> Iterator[str]:
    schemas = scope.context.names.schemas
    yield python_literal(variable.name)
    yield python_literal(variable.kind)
    yield schemas[variable.schema]
    if variable.key_schema is not None:
        yield f"key={schemas[variable.key_schema]}"
    if variable.ttl is not None:
        yield f"ttl_ms={variable.ttl}"
