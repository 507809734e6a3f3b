"""The canonical form of the steps that run code: it is what it is called and given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ssbt.compiler.compare.canonical.relations import Rows
from ssbt.compiler.compare.canonical.values import Value
from ssbt.compiler.ir import steps as s

if TYPE_CHECKING:
    from ssbt.compiler.compare.canonical.queries import CanonicalQueries
    from ssbt.compiler.ir.operators import Operator

_QUOTED = re.compile(r"['\"`]|--|/\*")


def apply_function(queries: CanonicalQueries, step: s.ApplyFunction, operator: Operator) -> Rows:
    return _code_rows(queries, operator, (step.module, step.function))


def apply_processor(queries: CanonicalQueries, step: s.Stateful, operator: Operator) -> Rows:
    keys = tuple(name.casefold() for name in step.keys)
    state = tuple(sorted(f"{each.description} {each.ttl or ''}" for each in step.variables))
    identity = (step.module, step.processor, keys, step.timers.value, state)
    return _code_rows(queries, operator, (*identity, step.event_time))


def apply_query(queries: CanonicalQueries, step: s.SqlQuery, operator: Operator) -> Rows:
    text = step.text.strip()
    if not _QUOTED.search(text):
        text = " ".join(text.split())
    parameters = tuple((name, type_.sql) for name, type_ in step.parameters)
    return _code_rows(queries, operator, (text, step.inputs, step.uses_input, parameters))


def _code_rows(queries: CanonicalQueries, operator: Operator, identity: tuple[object, ...]) -> Rows:
    """What code makes of all that flows into it: of the columns, their names and order, too."""
    operands: list[Value] = []
    names = []
    for input_rows in queries.input_rows(operator):
        operands.append(queries.builder.row_values(input_rows)[True])
        operands += [each.value for each in input_rows.cells]
        names.append((input_rows.is_open, *(each.column.name for each in input_rows.cells)))
    step_name = type(operator.step).__name__
    return queries.opaque_rows(
        operator, queries.pool.make(step_name, operands, (*identity, *names))
    )
