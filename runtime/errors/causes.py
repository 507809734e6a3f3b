"""What Spark or Python says of a failure, without stack traces, plans and the names of tasks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
import sysconfig

from pyspark.errors import AnalysisException, ParseException

_TRACE = re.compile(
    r"\n\s*(?:JVM|Driver) stacktrace:[\s\S]*|\n\s+(?:at |\.\.\. \d+ more|Suppressed: ).*"
)
_WRAPPERS = re.compile(
    r"^An error occurred while calling \S+\n: "
    r"|\[STREAM_FAILED\] Query \[id = [^\]]*\] terminated with exception: "
    r"|Job aborted due to stage failure: [^\n]*? failed \d+ times, most recent failure: "
    r"|Lost task [^\n]*?\(TID \d+\) \([^)\n]*\): |^Task failed while writing rows\.? *"
    r"|\n\s*An exception was thrown from the Python worker\. Please see the stack trace below\."
    r"|An exception was raised by the Python Proxy\. Return Message: "
)
_PLAN_OF_STREAM = re.compile(r"(?: SQLSTATE: XXKST)?\n=== Streaming Query ===[\s\S]*")
_CLASS = re.compile(r"\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]")
_JAVA_NAME = re.compile(r"^(?:[a-z_]\w*\.)+(?:\w+\$)*(\w+)(?:: |$)")
_NAMES_OF_NOTHING = re.compile("(Spark|Python|Py4J|Runtime|)Exception")
_BARE = re.compile(r"\w*")
_QUOTE = re.compile(r"\n*== SQL[^\n]*==\n((?:[^\n]*\n)*?)([ ]*)(\^+)\n?(?:[^\n]*\n?\Z)?")
_CALL_SITE = re.compile(r"\n*== DataFrame ==\n[^\n]* was called from\n(\S+):(\d+)\n?")
_PYTHON_TRACE = re.compile(
    r"Traceback \(most recent call last\):\n(?P<frames>(?:[ ].*\n|\n)*)(?P<error>\S[^\n]*)"
    r"(?:\n SQLSTATE: \w+)?"
)
_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+), in .*\n(?:    .*\n)*')
_LIBRARIES = re.compile(
    r"[/\\](pyspark|py4j|pyspark\.zip|py4j-[^/\\]*\.zip)[/\\]|^<|^"
    + "|^".join(map(re.escape, (sysconfig.get_path("stdlib"), str(Path(__file__).parents[1]))))
)


@dataclass(frozen=True)
class Quote:
    """SQL text of a script, or a line of it, in which `fragment` is what failed."""

    text: str
    fragment: str


@dataclass(frozen=True)
class Cause:
    """What went wrong: the message, Spark's error class in it, and what of the script it names.

    `files` are the Python files of the user's that a worker names, outermost first, each with a
    line.
    """

    message: str
    error_class: str
    quotes: tuple[Quote, ...]
    calls: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, int], ...]


def find_cause(error: BaseException) -> Cause:
    """What `error` and what caused it say."""
    parts: list[str] = []
    for part in _iterate_messages(error):
        if parts and (_BARE.fullmatch(part) or any(part in other for other in parts)):
            continue
        parts = [each for each in parts if each not in part] + [part]
    text = "\ncaused by: ".join(parts)
    quotes = [
        Quote(match[1].rstrip("\n"), _underlined_text(match)) for match in _QUOTE.finditer(text)
    ]
    quotes += _query_quotes(error)
    calls = tuple((match[1], int(match[2])) for match in _CALL_SITE.finditer(text))
    files = tuple((match["file"], int(match["line"])) for match in _FRAME.finditer(text))
    match = _CLASS.search(text)
    return Cause(text, match[1] if match else "", tuple(quotes), calls, files)


def without_quotes(message: str) -> str:
    """The message without Spark's own quotations of the failed expression."""
    return _CALL_SITE.sub("", _QUOTE.sub("", message)).rstrip()


def is_of_a_library(file: str) -> bool:
    """Whether a Python file is no file of the user's."""
    return bool(_LIBRARIES.search(file))


def _iterate_messages(error: BaseException) -> Iterator[str]:
    """What the error says, then what each of its causes does."""
    text = _TRACE.sub("", str(error))
    is_plain = not hasattr(error, "getCondition") and not hasattr(error, "java_exception")
    if isinstance(error, AnalysisException) and not isinstance(error, ParseException):
        text = re.split(r"; line \d+ pos \d+;|;?\n['+:\w ]*", text, maxsplit=1)[0]
    if is_plain:
        is_ours = type(error).__module__.startswith("ssbt.runtime")
        name = "" if is_ours and text else type(error).__name__
        yield ": ".join(filter(None, (name, text)))
        return
    text = _PLAN_OF_STREAM.sub("", text)
    for part in text.split("\nCaused by: "):
        yield _clean(part)
    if isinstance(inner := getattr(error, "_cause", None), BaseException):
        yield from _iterate_messages(inner)


def _clean(text: str) -> str:
    """The text without names of tasks and of classes that say nothing."""
    text = _PYTHON_TRACE.sub(_shorten_traceback, text)
    previous = None
    while text != previous:
        previous, text = text, _WRAPPERS.sub("", text).strip()
        if match := _JAVA_NAME.match(text):
            rest = text[match.end() :]
            drops_name = rest and (rest.startswith("[") or _NAMES_OF_NOTHING.fullmatch(match[1]))
            text = rest if drops_name else f"{match[1]}: {rest}".removesuffix(": ")
    return text


def _shorten_traceback(match: re.Match[str]) -> str:
    """A Python traceback: the error first, then the user's own frames."""
    frames = [each[0] for each in _FRAME.finditer(match["frames"]) if not is_of_a_library(each[1])]
    return "\n".join([match["error"], *(frame.rstrip("\n") for frame in frames)])


def _underlined_text(match: re.Match[str]) -> str:
    """What stands above the carets of a quotation."""
    line = match[1].rstrip("\n").rpartition("\n")[2]
    return line[len(match[2]) : len(match[2]) + len(match[3])]


def _query_quotes(error: BaseException) -> Iterator[Quote]:
    """What Spark 4 says of the expression, where it does not say it in the message."""
    for context in getattr(error, "getQueryContext", list)():
        if context.contextType().name == "SQL" and (fragment := context.fragment()):
            yield Quote(fragment, fragment)
