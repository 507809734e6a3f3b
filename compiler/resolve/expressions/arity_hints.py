"""What was meant by a call with another number of arguments."""

from __future__ import annotations

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.functions import Function

_CLOCKS = ("current_date", "current_timestamp", "now", "localtimestamp", "curdate")


def find_arity_hint(
    node: e.Call, function: Function
) -> tuple[str | tuple[str, ...], tuple[Edit, ...]]:
    """What was probably meant by a call with too few or too many arguments."""
    if function.name == "count" and not node.arguments:
        return "rows are counted by `count(*)`", (Edit(node.span, "count(*)"),)
    if function.name == "if" and len(node.arguments) == 2:
        end = Span(node.span.path, node.arguments[1].span.end, node.arguments[1].span.end)
        return "what else there is comes last: `if(CONDITION, VALUE, null)`", (Edit(end, ", null"),)
    if function.name in ("to_number", "try_to_number") and len(node.arguments) == 1:
        cast = "try_cast" if function.name.startswith("try") else "cast"
        text = f"{cast}({ssbt_text(node.arguments[0].value)} as decimal(38,2))"
        return f"without a pattern it is a cast: `{text}`", ()
    if function.name in _CLOCKS and len(node.arguments) == 1:
        value = node.arguments[0].value
        if isinstance(value, e.NumberLiteral):
            text = f"{node.name.text}()"
            return f"it always has microseconds: `{text}`", (Edit(node.span, text),)
        return (
            "its day and hour are those of the session's time zone: `time_zone` of `pipeline`",
            (),
        )
    parameter_names = ", ".join(parameter.name for parameter in function.parameters)
    return (f"its arguments are {parameter_names}", ()) if parameter_names else ((), ())
