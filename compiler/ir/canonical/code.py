"""The canonical form of the steps that run code: it is what it is called and given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.relations import Rows
from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.ir.canonical.queries import Queries
    from ssbt.compiler.ir.operators import Operator

_QUOTED = lazy_pattern(r"['\"`]|--|/\*")


def apply_function(queries: Queries, step: s.ApplyFunction, operator: Operator) -> Rows:
    return _run_code(queries, operator, (step.module, step.function))


def apply_processor(queries: Queries, step: s.Stateful, operator: Operator) -> Rows:
    keys = tuple(name.casefold() for name in step.keys)
    state = tuple(sorted(f"{each.description} {each.ttl or ''}" for each in step.variables))
    code = (step.module, step.processor, keys, step.timers.value, state)
    return _run_code(queries, operator, (*code, step.event_time))


def apply_query(queries: Queries, step: s.SqlQuery, operator: Operator) -> Rows:
    text = step.text.strip()
    if not _QUOTED.search(text):
        text = " ".join(text.split())
    parameters = tuple((name, type_.sql) for name, type_ in step.parameters)
    return _run_code(queries, operator, (text, step.inputs, step.uses_input, parameters))


def _run_code(queries: Queries, operator: Operator, code: tuple[object, ...]) -> Rows:
    """What code makes of its inputs: of the columns, their names and order, too."""
    operands: list[Value] = []
    names = []
    for incoming in queries.inputs_of(operator):
        operands.append(queries.table.plain_and_ordered(incoming)[True])
        operands += [each.value for each in incoming.cells]
        names.append((incoming.is_open, *(each.column.name for each in incoming.cells)))
    kind = type(operator.step).__name__
    return queries.opaque_rows(operator, queries.pool.make(kind, operands, (*code, *names)))
