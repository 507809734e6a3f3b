"""An exception of a pipeline as one message that names the line of its source, and shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
import linecache
import re
from types import TracebackType

from ssbt.runtime.errors.causes import Cause, cause_of, is_of_a_library, without_quotes
from ssbt.runtime.errors.helping import help_with
from ssbt.runtime.failures.scripts import Place, Script
from ssbt.runtime.failures.searching import Search

_STREAM = "stream "
_LONGEST, _MOST = 6, 4


@dataclass(frozen=True)
class Failure:
    """The message of a failure; `fields` say for programs what it says for people."""

    message: str
    fields: dict[str, str]


def note_stream(error: BaseException, name: str) -> None:
    """Say of an error which stream it ended."""
    error.add_note(f"{_STREAM}{name}")


def failure(error: BaseException, path: str) -> Failure:
    """Where in the pipeline's source `error` arose, and what Spark or Python says about it.

    `path` is the script's. Spark computes when a sink writes, so the function that was running is
    often not the one whose expression failed: see `Search`.
    """
    script, cause = Script(path), cause_of(error)
    calls = list(_calls(error))
    search = Search(script, cause, [each for each in calls if _file(each) == path])
    running = search.running(_stream(error))
    origins = search.origins(running) or ([running] if running else [])
    message, lines = cause.message, []
    for place in origins[:_MOST] if len(origins) > 1 else ():
        lines += [f"  {line}" for line in _quotation(place, cause)[0]]
    if lines:
        lines.insert(0, "in one of")
    elif origins:
        lines, is_marked = _quotation(origins[0], cause)
        message = without_quotes(message) if is_marked else message
    lines += [message, *_own_frames(calls, path, cause)]
    fields = _fields(origins, cause)
    if "help" in fields:
        lines.append(f"help: {fields['help']}")
    if running and running.function not in {place.function for place in origins}:
        lines.append(f"while running {running.label}")
    return Failure("\n".join(lines), fields)


def problem_at_home(problem: str, path: str) -> str:
    """A problem that begins with a parameter or stream, below the line that declares it."""
    found = re.match(r"(parameter|stream) `([^`]+)`", problem)
    if not found:
        return problem
    script = Script(path)
    place = (script.parameter if found[1] == "parameter" else script.stream)(found[2])
    return "\n".join([place.label, *_margin(place.lines, None), problem]) if place else problem


def _fields(origins: Sequence[Place], cause: Cause) -> dict[str, str]:
    """What programs want to know, as far as it is known."""
    fields = {"error_class": cause.error_class} if cause.error_class else {}
    if way_out := help_with(cause.message):
        fields["help"] = way_out
    if len(origins) == 1:
        fields |= {"place": origins[0].source, "of": origins[0].title}
    return fields


def _stream(error: BaseException) -> str | None:
    """The stream that the error ended, as `note_stream` said."""
    notes = getattr(error, "__notes__", ())
    return next((n.removeprefix(_STREAM) for n in notes if n.startswith(_STREAM)), None)


def _calls(error: BaseException) -> Iterator[TracebackType]:
    """The calls that the error came through, outermost first."""
    call = error.__traceback__
    while call:
        yield call
        call = call.tb_next


def _file(call: TracebackType) -> str:
    return call.tb_frame.f_code.co_filename


def _own_frames(calls: Sequence[TracebackType], path: str, cause: Cause) -> Iterator[str]:
    """The lines of the user's own Python, called by the script, that the failure came through."""
    inside = False
    for call in calls:
        file, line = _file(call), call.tb_lineno
        inside = inside or file == path
        known = file == path or is_of_a_library(file) or (file, line) in cause.files
        if inside and not known:
            yield f'  File "{file}", line {line}, in {call.tb_frame.f_code.co_name}'
            if text := linecache.getline(file, line).strip():
                yield f"    {text}"


def _quotation(place: Place, cause: Cause) -> tuple[list[str], bool]:
    """A place and its lines, or the one in which what failed stands, underlined."""
    text = "\n".join(line for _, line in place.lines)
    for quote in cause.quotes:
        words = re.findall(r"\w+|'[^']*'|!=|<>|\S", quote.fragment)
        pattern = r"\s*".join("(?:!=|<>)" if w in ("!=", "<>") else re.escape(w) for w in words)
        found = list(re.finditer(pattern, text)) if words else []
        if len(found) == 1:
            before = text[: found[0].start()]
            label, line = place.lines[before.count("\n")]
            start = len(before) - (before.rfind("\n") + 1)
            width = min(found[0].end() - found[0].start(), len(line) - start)
            file = place.source.rpartition(":")[0]
            there = replace(place, source=f"{file}:{label}") if label.isdecimal() else place
            return [there.label, *_margin([(label, line)], (start, width))], True
    return [place.label, *_margin(place.lines[:_LONGEST], None)], False


def _margin(lines: Sequence[tuple[str, str]], mark: tuple[int, int] | None) -> list[str]:
    """Lines behind their labels; `mark` says where to underline the first, and how far."""
    width = max((len(label) for label, _ in lines), default=0)
    shown = [f"  {label:>{width}} | {text}" for label, text in lines]
    if mark:
        text = lines[0][1][: mark[0]]
        blank = "".join("\t" if char == "\t" else " " for char in text)
        shown.append(f"  {'':{width}} | {blank}{'^' * mark[1]}")
    return shown
