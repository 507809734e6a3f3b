"""Where a null makes the whole call null: asked of Spark with its own examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
import re

from ssbt.compiler.types.functions import FunctionKind, find_function
from tests.agreement.asking import SparkProbe, plain_errors
from tests.agreement.examples import examples, split_at

_CALL = re.compile(r"(\w+)\((.*)\)\Z", re.DOTALL)


def null_positions(probe: SparkProbe, count: int) -> Mapping[str, Mapping[int, bool]]:
    """For each function and place of an argument: whether a null there makes the result null.

    At most `count` functions, of one row alone, and those arguments that can be null in some
    example whose result is not null itself.
    """
    answers: dict[str, dict[int, bool]] = {}
    with plain_errors():
        calls = list(_calls(probe))
        names = sorted({name for name, _ in calls})
        chosen = {*Random(7).sample(names, min(count, len(names)))}
        for name, arguments in (call for call in calls if call[0] in chosen):
            for place in range(len(arguments)):
                is_null = _is_null_there(probe, name, arguments, place)
                if is_null is not None:
                    places = answers.setdefault(name, {})
                    places[place] = places.get(place, True) and is_null
    return answers


def _calls(probe: SparkProbe) -> Iterator[tuple[str, list[str]]]:
    for example in examples(probe):
        for question in example.questions:
            call = _CALL.match(question.text)
            if call is None or example.rows != "select 1 as nothing" or "->" in call[2]:
                continue
            function = find_function(call[1])
            if function is None or function.kind is not FunctionKind.SCALAR:
                continue
            arguments = split_at(call[2], ",")
            if function.deterministic and arguments and "=>" not in call[2]:
                yield call[1].lower(), arguments


def _is_null_there(probe: SparkProbe, name: str, arguments: list[str], place: int) -> bool | None:
    """Whether the call is null where one argument is; None where nothing follows from that."""
    replaced = [*arguments]
    replaced[place] = f"case when false then {arguments[place]} end"
    text = f"{name}({', '.join(arguments)})"
    changed = f"{name}({', '.join(replaced)})"
    try:
        rows = probe.query(f"select ({text}) is null, ({changed}) is null").collect()
    except Exception:  # Spark refuses a null here, or fails
        return None
    was_null, is_null = (bool(rows[0].get(index)) for index in (0, 1))
    return None if was_null else is_null
