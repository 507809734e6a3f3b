"""Steps that leave the language: the user's Python, and whole Spark queries.

What comes out of them is compared with the schema that the pipeline declares.
"""

from __future__ import annotations

import re

from ssbt.compiler.emit.names import Namespace, identifier
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.steps import ApplyFunction, SqlQuery
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    DOUBLE,
    STRING,
    TIMESTAMP,
    DataType,
)

# What Python's values become of themselves when `sql` takes them as arguments.
_NATURAL_TYPES = (STRING, BOOLEAN, DOUBLE, DATE, TIMESTAMP)
_SQL_ARGUMENTS = frozenset({"sqlQuery", "args", "self"})
# A parameter, or what looks like one and is none: text, a name, a comment, a cast, a path.
_MARKER = lazy_pattern(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | ::
    | [\w\])`]:\w+ | :(?P<parameter>\w+)""",
    re.VERBOSE | re.DOTALL,
)


def emit_apply_function(frame: str, step: ApplyFunction, scope: FunctionScope) -> str:
    """The call of the user's function."""
    names = scope.context.names
    function = names.functions[step.module, step.function]
    return render_template(
        "steps/apply",
        frame=scope.assign_variable(frame, f"{function}_input"),
        function=function,
        schema=names.schemas[step.schema],
        label=f"{scope.context.module_files[step.module]}:{step.function}",
    )


def emit_sql_query(frame: str, step: SqlQuery, scope: FunctionScope) -> str:
    """The query, with its datasets and parameters as arguments of `sql`."""
    session = scope.assign_variable(frame, "sql_input")
    names = Namespace(_SQL_ARGUMENTS)
    frames = {"input": session} if step.uses_input else {}
    frames |= {name: scope.use_dataset(name) for name in step.inputs}
    keywords = {name: names.claim(identifier(name)) for name in frames}
    return render_template(
        "steps/sql",
        frame=session,
        query=_emit_query_text(step, keywords),
        parameters=[(name, scope.use_param(name)) for name, _ in step.parameters],
        datasets=[(keyword, frames[name]) for name, keyword in keywords.items()],
        schema=scope.context.names.schemas[step.schema],
    )


def _emit_query_text(step: SqlQuery, keywords: dict[str, str]) -> str:
    """The text, in which braces hold the datasets' names, as keywords of `sql` here."""
    # Its module compiles a pattern when it is imported.
    from string import Formatter

    types = dict(step.parameters)
    text = _MARKER.sub(lambda match: _cast_parameter(match, types), step.text)
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(f"{{{keywords[name]}}}")
    return "".join(parts)


def _cast_parameter(match: re.Match[str], types: dict[str, DataType]) -> str:
    """A parameter with its own type: Spark would type 0.01 as DECIMAL(2,2) and 1 as INT."""
    name = match["parameter"]
    if name not in types or types[name] in _NATURAL_TYPES:
        return match[0]
    return f"CAST(:{name} AS {types[name].sql})"
