"""Steps that leave the language: the user's Python, and whole Spark queries.

What comes out of them is compared with the schema that the pipeline declares.
"""

from __future__ import annotations

import re
from string import Formatter

from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.names import Names, identifier
from ssbt.compiler.emit.scopes import Scope
from ssbt.compiler.ir.steps import ApplyFunction, SqlQuery
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    DOUBLE,
    STRING,
    TIMESTAMP,
    DataType,
)

# What Python's values become of themselves when `sql` takes them as arguments.
_NATURAL = (STRING, BOOLEAN, DOUBLE, DATE, TIMESTAMP)
_SQL_ARGUMENTS = frozenset({"sqlQuery", "args", "self"})
# A parameter, or what looks like one and is none: text, a name, a comment, a cast, a path.
_MARKER = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | ::
    | [\w\])`]:\w+ | :(?P<parameter>\w+)""",
    re.VERBOSE | re.DOTALL,
)


def applied(frame: str, step: ApplyFunction, scope: Scope) -> str:
    """The call of the user's function."""
    function = scope.around.names.functions[step.module, step.function]
    argument = scope.held(frame, f"{function}_input")
    place = f"{scope.around.module_files[step.module]}:{step.function}"
    return _checked(f"{function}({argument})", step.schema, place, scope)


def queried(frame: str, step: SqlQuery, scope: Scope) -> str:
    """The query, with its datasets and parameters as arguments of `sql`."""
    session = scope.held(frame, "sql_input")
    names = Names(_SQL_ARGUMENTS)
    frames = {"input": session} if step.uses_input else {}
    frames |= {name: scope.dataset(name) for name in step.inputs}
    keywords = {name: names.free(identifier(name)) for name in frames}
    arguments = [python_literal(_query_text(step, keywords))]
    if step.parameters:
        values = (f"{python_literal(name)}: {scope.param(name)}" for name, _ in step.parameters)
        arguments.append(f"args={{{', '.join(values)}}}")
    arguments += [f"{keyword}={frames[name]}" for name, keyword in keywords.items()]
    query = f"{session}.sparkSession.sql({', '.join(arguments)})"
    return _checked(query, step.schema, "the sql step", scope)


def _checked(frame: str, schema: str, what: str, scope: Scope) -> str:
    constant = scope.around.names.schemas[schema]
    return f"checked({frame}, {constant}, {python_literal(what)})"


def _query_text(step: SqlQuery, keywords: dict[str, str]) -> str:
    """The text, in which braces hold the datasets' names, as keywords of `sql` here."""
    types = dict(step.parameters)
    text = _MARKER.sub(lambda found: _typed(found, types), step.text)
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(f"{{{keywords[name]}}}")
    return "".join(parts)


def _typed(found: re.Match[str], types: dict[str, DataType]) -> str:
    """A parameter with its own type: Spark would type 0.01 as DECIMAL(2,2) and 1 as INT."""
    name = found["parameter"]
    if name not in types or types[name] in _NATURAL:
        return found[0]
    return f"CAST(:{name} AS {types[name].sql})"
