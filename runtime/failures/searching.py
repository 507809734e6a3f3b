"""The search for the line of a script whose expression, source or function has failed."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
import re
from types import TracebackType

from ssbt.runtime.errors.causes import Cause, Quote
from ssbt.runtime.failures.scripts import Script, SourceLocation

# What alone can raise an error of which Spark does not say the expression.
_RAISED_BY = {
    "USER_RAISED_EXCEPTION": r"\b(raise_error|assert_true)\s*\(",
    "MALFORMED_RECORD_IN_PARSING": r"\bfrom_(json|csv|xml)\s*\(",
    "DUPLICATED_MAP_KEY": r"\b(map\w*|transform_keys|str_to_map)\s*\(",
    "CANNOT_PARSE_TIMESTAMP": r"\b(to_date|to_timestamp\w*|to_unix_timestamp|unix_timestamp)\s*\(",
    "CAST_OVERFLOW": r"\b(cast|\w*int|date|timestamp)\s*\(|::",
    "NUMERIC_VALUE_OUT_OF_RANGE": r"\b(cast|decimal)\s*\(|::|[*+/-]",
    "ARITHMETIC_OVERFLOW": r"\b(sum|abs)\s*\(|[*+-]",
    "SCALAR_SUBQUERY_TOO_MANY_ROWS": r"\(\s*select\b",
}
_PATH = re.compile(r"\b(?:file|[a-z][a-z0-9+]*):/+[^\s'\"]+")
_READ_PROBLEM = re.compile(
    r"FAILED_READ_FILE|MALFORMED_RECORD|PATH_NOT_FOUND|FileNotFound|AccessControl|AccessDenied"
    r"|DELTA_SOURCE_TABLE_IGNORE_CHANGES|DELTA_SOURCE_IGNORE_DELETE|DELTA_MISSING_CHANGE_DATA"
)
_SNAPSHOT_PROBLEM = re.compile(r"Cannot process (overwrite|delete) snapshot")
_TOPIC_PROBLEM = re.compile(r"UnknownTopicOrPartition|data may have been lost|KAFKA_DATA_LOSS")
_PRODUCER_PROBLEM = re.compile(r"not present in metadata")
_BROADCAST_PROBLEM = re.compile(r"Could not execute broadcast")
_WORKER_PROBLEM = re.compile(r"Python worker")
# A line of the script, and a column in it.
_Point = tuple[int, int]
_ANYTHING = r"[\s\S]+?"


@dataclass(frozen=True)
class _SqlText:
    """SQL text of the script: a pattern, for values may be put into it, and its `literal_text`."""

    point: _Point
    pattern: str
    literal_text: str

    def is_whole(self, quote: Quote) -> bool:
        """Whether it is what Spark quotes, and that by more than its gaps."""
        is_telling = 3 * len(self.literal_text) > len(quote.text)
        return is_telling and bool(re.fullmatch(self.pattern, quote.text))

    def has_part(self, quote: Quote) -> bool:
        """Whether what failed stands in it, as whole words."""
        if not (part := quote.fragment):
            return False
        left_boundary, right_boundary = (
            r"\b" if re.match(r"\w", part[at]) else "" for at in (0, -1)
        )
        return bool(re.search(left_boundary + re.escape(part) + right_boundary, self.literal_text))


class Search:
    """Looks for places of `script` that `cause` may have come from; `calls` are the script's."""

    def __init__(self, script: Script, cause: Cause, calls: Sequence[TracebackType]) -> None:
        self._script, self._cause, self._calls = script, cause, calls

    def running(self, stream: str | None) -> SourceLocation | None:
        """Where the script was: in the sink of a stream that ended, or at a call."""
        if stream is not None:
            return self._script.stream(stream)
        for call in reversed(self._calls):
            if call.tb_frame.f_code.co_name in self._script.functions:
                return self._script.at(*_end_of_call(call))
        return None

    def origins(self, running: SourceLocation | None) -> list[SourceLocation]:
        """The places that the failure may come from, one if it is known; none if nothing is."""
        names = self._script.upstream_functions(running.function) if running else set()
        # A script that somebody has changed may be wired in a way of its own.
        names = names if len(names) > 1 else set(self._script.functions)
        for points in self._candidate_points(names):
            if locations := dict.fromkeys(self._script.at(*point) for point in points):
                return [location for location in locations if location]
        return []

    def _candidate_points(self, names: set[str]) -> Iterator[Iterable[_Point]]:
        """The points that each kind of hint leads to in these functions, the surest kind first."""
        queries = {name for name in names if self._script.is_query(name)}
        yield self._points_called()
        yield self._points_quoted(queries)
        yield self._points_reading(names)
        yield self._points_subscribing(names)
        yield self._points_joining(queries)
        yield self._points_in_python(names)
        yield self._points_raising(queries)

    def _points_called(self) -> Iterator[_Point]:
        """The lines at which the script called what failed, as PySpark 4 knows."""
        for file, line in self._cause.calls:
            if PurePath(file).name == self._script.name:
                yield line, 0

    def _points_quoted(self, names: set[str]) -> list[_Point]:
        """The points whose SQL is the one that Spark quotes, or at least has the part in it."""
        texts = list(self._texts(names))
        for quote in self._cause.quotes:
            for matches in (_SqlText.is_whole, _SqlText.has_part):
                if points := [text.point for text in texts if matches(text, quote)]:
                    return points
        return []

    def _points_reading(self, names: set[str]) -> Iterator[_Point]:
        """The points that load a path which the message names."""
        message = self._cause.message
        paths = _PATH.findall(message) if _READ_PROBLEM.search(message) else []
        for node in self._nodes(names):
            match node:
                case ast.Call(ast.Attribute(attr="load") as load, [argument]):
                    path_pattern = self._build_pattern(argument).replace(r"\*", "[^/]*").strip("/")
                    pattern = re.compile(rf"(?:^|[:/]){path_pattern}(?:/|$|\.)")
                    if any(map(pattern.search, paths)):
                        yield _end_of_name(load)
                case ast.Call(ast.Attribute(attr="table") as table, [argument]):
                    # A table lies in a folder of its name, unless it was given another one.
                    name = "".join(_literal_parts(argument)).rpartition(".")[2].casefold()
                    if any(path.rstrip("/.").casefold().endswith(f"/{name}") for path in paths):
                        yield _end_of_name(table)
                    # Iceberg names no table, which is found where a stream reads one.
                    parts = _literal_parts(table) if _SNAPSHOT_PROBLEM.search(message) else ()
                    if "iceberg" in parts:
                        yield _end_of_name(table)

    def _points_subscribing(self, names: set[str]) -> Iterator[_Point]:
        """The points that read from Kafka, where it is a reader that misses a topic or records."""
        message = self._cause.message
        if not _TOPIC_PROBLEM.search(message) or _PRODUCER_PROBLEM.search(message):
            return
        for node in self._nodes(names):
            match node:
                case ast.Call(ast.Attribute(attr="load") as load) if "kafka" in _literal_parts(
                    load
                ):
                    yield _end_of_name(load)

    def _points_joining(self, names: set[str]) -> Iterator[_Point]:
        """The points that join, where one side was not sent to all executors in time."""
        for node in self._nodes(names) if _BROADCAST_PROBLEM.search(self._cause.message) else ():
            match node:
                case ast.Attribute(attr="join" | "crossJoin"):
                    yield _end_of_name(node)

    def _points_in_python(self, names: set[str]) -> Iterator[_Point]:
        """The points that use a module of the user's which a worker's traceback names.

        Of a worker that has died nobody knows where it was: any module may be the one.
        """
        modules = {PurePath(file).stem for file, _ in self._cause.files}
        if not modules and not _WORKER_PROBLEM.search(self._cause.message):
            return
        imported_names = self._script.imported(modules)
        for node in self._nodes(names):
            if isinstance(node, ast.Name) and node.id in imported_names:
                yield node.lineno, node.col_offset

    def _points_raising(self, names: set[str]) -> Iterator[_Point]:
        """The points with what alone can raise such an error."""
        pattern = _RAISED_BY.get(self._cause.error_class.partition(".")[0])
        for text in self._texts(names) if pattern else ():
            if re.search(str(pattern), text.literal_text, re.IGNORECASE):
                yield text.point

    def _texts(self, names: set[str]) -> Iterator[_SqlText]:
        """The strings in the bodies of functions."""
        inner: set[ast.AST] = set()
        for node in self._nodes(names):
            if node in inner or not isinstance(node, ast.JoinedStr | ast.Constant):
                continue
            if literal_text := "".join(_literal_parts(node)):
                inner.update(ast.walk(node))
                yield _SqlText(
                    (node.lineno, node.col_offset), self._build_pattern(node), literal_text
                )

    def _nodes(self, names: set[str]) -> Iterator[ast.AST]:
        """The nodes of the bodies of functions, without their docstrings."""
        for name, function in self._script.functions.items():
            for statement in function.node.body if name in names else ():
                if not isinstance(getattr(statement, "value", None), ast.Constant):
                    yield from ast.walk(statement)

    def _build_pattern(self, node: ast.AST) -> str:
        """A string as a regular expression, in which what is not known may be anything."""
        match node:
            case ast.Constant(value=str(text)):
                return re.escape(text)
            case ast.List(elts=items):
                return f"(?:{'|'.join(map(self._build_pattern, items))})"
            case ast.JoinedStr(values=parts):
                return "".join(map(self._build_pattern, parts))
            case ast.FormattedValue(value=ast.Attribute(value=ast.Attribute(), attr=name)):
                jobs = [call.tb_frame.f_locals.get("job") for call in self._calls]
                values = [getattr(job.params, name, None) for job in jobs if job is not None]
                return re.escape(str(values[0])) if values else _ANYTHING
        return _ANYTHING


def _end_of_name(node: ast.expr) -> _Point:
    """Where a call's name ends, behind which no other step of the pipeline begins."""
    return node.end_lineno or 0, node.end_col_offset or 0


def _end_of_call(call: TracebackType) -> _Point:
    """Line and column at which what was called ends; the line alone where Python runs without."""
    positions = list(call.tb_frame.f_code.co_positions())
    _, line, _, column = positions[call.tb_lasti // 2]
    return line or call.tb_lineno, column or 0


def _literal_parts(node: ast.AST) -> Iterator[str]:
    """The parts of a string that the script itself has."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
