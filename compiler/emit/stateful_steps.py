"""The step that keeps state of its own, by the method that the Spark line has for it."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.connectors.specification import is_newer
from ssbt.compiler.emit.references import quote_reference
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.templating import render_template
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
    schemas = context.names.schemas
    is_function = context.target.startswith("3.")
    # Spark 4 does not compare this mode with that of the query; Spark 3.5 does.
    mode = OutputMode.UPDATE if OutputMode.UPDATE in context.step_modes(step) else OutputMode.APPEND
    is_in_pandas = is_newer("4.1", context.target)
    return render_template(
        "steps/stateful",
        frame=frame,
        keys=[quote_reference(name) for name in step.keys],
        processor=context.names.functions[step.module, step.processor],
        schema=schemas[step.schema],
        state_schema=schemas[step.variables[0].schema] if is_function else None,
        timeout=_TIMEOUTS[step.time_mode],
        method="transformWithStateInPandas" if is_in_pandas else "transformWithState",
        variables=[_variable_values(each, schemas) for each in step.variables],
        mode=mode.value if is_function else mode.value.title(),
        time_mode=step.time_mode.value,
        event_time=step.event_time,
    )


def _variable_values(variable: StateVariable, schemas: Mapping[str, str]) -> dict[str, object]:
    return {
        "name": variable.name,
        "kind": variable.kind,
        "schema": schemas[variable.schema],
        "key_schema": schemas[variable.key_schema] if variable.key_schema is not None else None,
        "ttl": variable.ttl,
    }
