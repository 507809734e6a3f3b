"""An exception of a pipeline as one message that names the line of its source."""

import linecache
import re
import traceback
from typing import Any

from pyspark.errors import AnalysisException, ParseException, PySparkException

# Name, place (the comment `# orders.ssbt:44` on the signature) and body of a generated function.
_FUNCTION = re.compile(
    r"^def (\w+)\((?:(?!^def ).)*?:  # ([^\n]+:\d+)$(.*?)(?=^def |\Z)", re.DOTALL | re.MULTILINE
)
_STACK = re.compile(r"\n\s*(?:JVM|Driver) stacktrace:[\s\S]*|\n\s+(?:at |\.\.\. \d+ more).*")


def failure_message(error: BaseException, script: str) -> str:
    """Where in the pipeline's source `error` arose, and what Spark or Python says about it.

    Spark computes when a sink writes, so the function that was running is often not the one whose
    expression failed; where Spark quotes the expression, the function that holds it is named.
    """
    source = "".join(linecache.getlines(script))
    functions = list(_FUNCTION.finditer(source))
    labels = {source.count("\n", 0, item.start()) + 1: _label(item) for item in functions}
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    lines = [code.co_firstlineno for code in frames if code.co_filename == script]
    running = ([""] + [labels[line] for line in lines if line in labels])[-1]
    contexts: list[Any] = getattr(error, "getQueryContext", list)()  # new in Spark 4.0
    fragments = [item.fragment() for item in contexts if item.contextType().name == "SQL"]
    holders = [item for item in functions if any(text and text in item[3] for text in fragments)]
    origin = _label(holders[0]) if len(holders) == 1 else running
    text = f"{origin}: {failure_text(error)}" if origin else failure_text(error)
    return f"{text}\nwhile running {running}" if running != origin else text


def _label(function: re.Match[str]) -> str:
    return f"{function[2]} ({function[1]})"


def failure_text(error: BaseException) -> str:
    """What Spark or Python says, without stack traces and plans."""
    text = _STACK.sub("", str(error)).strip()
    if isinstance(error, AnalysisException) and not isinstance(error, ParseException):
        text = text.split("\n", 1)[0]  # the rest is the plan
    return text if isinstance(error, PySparkException) else f"{type(error).__name__}: {text}"
