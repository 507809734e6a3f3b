"""An exception of a pipeline as one message that names the line of its source."""

from __future__ import annotations

from dataclasses import dataclass
import linecache
import re
import traceback

from pyspark.errors import AnalysisException, ParseException, PySparkException

_SIGNATURE = re.compile(r"(?sm)^def (\w+)\((?:(?!^def ).)*?:  # ([^\n]+:\d+)$")
_STACK = re.compile(r"(?s)\n\s*(?:JVM|Driver) stacktrace:.*|\n\s+(?:at |\.\.\. \d+ more)[^\n]*")


@dataclass(frozen=True, slots=True)
class _Function:
    """A generated function; `place` is the `orders.ssbt:44` of the comment on its signature."""

    name: str
    place: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.place} ({self.name})"


def failure_message(error: BaseException, script: str) -> str:
    """Where in the pipeline's source `error` arose, and what Spark or Python says about it.

    Spark computes when a sink writes, so the function that was running is often not the one whose
    expression failed; where Spark quotes the expression, the function that holds it is named.
    """
    functions = _functions(script)
    running = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == script:
            started = [item for item in functions if item.line == frame.f_code.co_firstlineno]
            running = started[0] if started else running
    origin = _origin(error, functions) or running
    text = f"{origin}: {_message(error)}" if origin else _message(error)
    return f"{text}\nwhile running {running}" if running != origin else text


def _functions(script: str) -> list[_Function]:
    source = "".join(linecache.getlines(script))
    found = list(_SIGNATURE.finditer(source))
    ends = [match.start() for match in found[1:]] + [len(source)]
    return [
        _Function(
            match[1], match[2], source.count("\n", 0, match.start()) + 1, source[match.end() : end]
        )
        for match, end in zip(found, ends, strict=True)
    ]


def _origin(error: BaseException, functions: list[_Function]) -> _Function | None:
    # getQueryContext came with Spark 4.0.
    for context in getattr(error, "getQueryContext", tuple)():
        if context.contextType().name == "SQL" and context.fragment():
            holders = [item for item in functions if context.fragment() in item.text]
            if len(holders) == 1:
                return holders[0]
    return None


def _message(error: BaseException) -> str:
    text = _STACK.sub("", str(error)).strip()
    if isinstance(error, AnalysisException) and not isinstance(error, ParseException):
        text = text.split("\n", 1)[0]  # the rest is the plan
    return text if isinstance(error, PySparkException) else f"{type(error).__name__}: {text}"
