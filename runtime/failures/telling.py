"""An exception of a pipeline as one message that names the line of its source, and shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
import linecache
import re
from types import TracebackType

from ssbt.runtime.errors.causes import Cause, find_cause, is_of_a_library, without_quotes
from ssbt.runtime.errors.helping import find_help
from ssbt.runtime.failures.scripts import Script, SourceLocation
from ssbt.runtime.failures.searching import Search

_STREAM = "stream "
_MAX_LINES, _MAX_LOCATIONS = 6, 4


@dataclass(frozen=True)
class Failure:
    """The message of a failure; `fields` say for programs what it says for people."""

    message: str
    fields: dict[str, str]


def note_stream(error: BaseException, name: str) -> None:
    """Say of an error which stream it ended."""
    error.add_note(f"{_STREAM}{name}")


def describe_failure(error: BaseException, path: str) -> Failure:
    """Where in the pipeline's source `error` arose, and what Spark or Python says about it.

    `path` is the script's. Spark computes when a sink writes, so the function that was running is
    often not the one whose expression failed: see `Search`.
    """
    script, cause = Script(path), find_cause(error)
    calls = list(_iterate_calls(error))
    search = Search(script, cause, [each for each in calls if _file_name(each) == path])
    running = search.running(_find_stream(error))
    origins = search.origins(running) or ([running] if running else [])
    message, lines = cause.message, []
    for location in origins[:_MAX_LOCATIONS] if len(origins) > 1 else ():
        lines += [f"  {line}" for line in _quote_location(location, cause)[0]]
    if lines:
        lines.insert(0, "in one of")
    elif origins:
        lines, is_marked = _quote_location(origins[0], cause)
        message = without_quotes(message) if is_marked else message
    lines += [message, *_user_frames(calls, path, cause)]
    fields = _fields(origins, cause)
    if "help" in fields:
        lines.append(f"help: {fields['help']}")
    if running and running.function not in {location.function for location in origins}:
        lines.append(f"while running {running.label}")
    if origins and script.missing_map:
        lines.append(f"note: {script.missing_map}")
    return Failure("\n".join(lines), fields)


def locate_problem(problem: str, path: str) -> str:
    """A problem that begins with a parameter or stream, below the line that declares it."""
    match = re.match(r"(parameter|stream) `([^`]+)`", problem)
    if not match:
        return problem
    script = Script(path)
    location = (script.parameter if match[1] == "parameter" else script.stream)(match[2])
    return (
        "\n".join([location.label, *_render_margin(location.lines, None), problem])
        if location
        else problem
    )


def _fields(origins: Sequence[SourceLocation], cause: Cause) -> dict[str, str]:
    """What programs want to know, as far as it is known."""
    fields = {"error_class": cause.error_class} if cause.error_class else {}
    if help_text := find_help(cause.message):
        fields["help"] = help_text
    if len(origins) == 1:
        fields |= {"place": origins[0].source, "of": origins[0].title}
    return fields


def _find_stream(error: BaseException) -> str | None:
    """The stream that the error ended, as `note_stream` said."""
    notes = getattr(error, "__notes__", ())
    return next((n.removeprefix(_STREAM) for n in notes if n.startswith(_STREAM)), None)


def _iterate_calls(error: BaseException) -> Iterator[TracebackType]:
    """The calls that the error came through, outermost first."""
    call = error.__traceback__
    while call:
        yield call
        call = call.tb_next


def _file_name(call: TracebackType) -> str:
    return call.tb_frame.f_code.co_filename


def _user_frames(calls: Sequence[TracebackType], path: str, cause: Cause) -> Iterator[str]:
    """The lines of the user's own Python, called by the script, that the failure came through."""
    is_inside = False
    for call in calls:
        file, line = _file_name(call), call.tb_lineno
        is_inside = is_inside or file == path
        is_excluded = file == path or is_of_a_library(file) or (file, line) in cause.files
        if is_inside and not is_excluded:
            yield f'  File "{file}", line {line}, in {call.tb_frame.f_code.co_name}'
            if text := linecache.getline(file, line).strip():
                yield f"    {text}"


def _quote_location(location: SourceLocation, cause: Cause) -> tuple[list[str], bool]:
    """A place and its lines, or the one in which what failed stands, underlined."""
    text = "\n".join(line for _, line in location.lines)
    for quote in cause.quotes:
        words = re.findall(r"\w+|'[^']*'|!=|<>|\S", quote.fragment)
        pattern = r"\s*".join("(?:!=|<>)" if w in ("!=", "<>") else re.escape(w) for w in words)
        matches = list(re.finditer(pattern, text)) if words else []
        if len(matches) == 1:
            text_before = text[: matches[0].start()]
            label, line = location.lines[text_before.count("\n")]
            start = len(text_before) - (text_before.rfind("\n") + 1)
            width = min(matches[0].end() - matches[0].start(), len(line) - start)
            file = location.source.rpartition(":")[0]
            exact_location = (
                replace(location, source=f"{file}:{label}") if label.isdecimal() else location
            )
            return [exact_location.label, *_render_margin([(label, line)], (start, width))], True
    return [location.label, *_render_margin(location.lines[:_MAX_LINES], None)], False


def _render_margin(lines: Sequence[tuple[str, str]], mark: tuple[int, int] | None) -> list[str]:
    """Lines after their labels; `mark` says where to underline the first, and how far."""
    width = max((len(label) for label, _ in lines), default=0)
    rendered = [f"  {label:>{width}} | {text}" for label, text in lines]
    if mark:
        text = lines[0][1][: mark[0]]
        blank = "".join("\t" if char == "\t" else " " for char in text)
        rendered.append(f"  {'':{width}} | {blank}{'^' * mark[1]}")
    return rendered
