"""A generated script, read for the places in the pipeline's source that its lines come from."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
import hashlib
import json
import linecache
from pathlib import Path
import re
from typing import Any

_LIBRARY_MODULE = re.compile(r"(pyspark|ssbt|dataclasses|datetime|decimal|typing)\b")


@dataclass(frozen=True)
class SourceLocation:
    """A line of the pipeline's source, and the function of the script that it became.

    `title` is what people call it, or the function's name. `lines` are those to show, each with its
    label. Where the source map is not at hand, lines are the script's own.
    """

    source: str
    function: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The line and what it is called, as a message begins with them."""
        return f"{self.source} ({self.title})"


@dataclass(frozen=True)
class ScriptFunction:
    """A function of the script, and what the source map says of it and its steps."""

    node: ast.FunctionDef
    file: str
    entry: Mapping[str, Any] = field(default_factory=dict)

    def origin(self, entry: Mapping[str, Any]) -> SourceLocation:
        """The place of an entry of the source map, or that of the function in the script."""
        name = self.node.name
        title = self.entry.get("title") or _sink_title(self.node) or name
        place = entry.get("place", f"{self.file}:{self.node.lineno}")
        return SourceLocation(place, name, title, _number_lines(entry))


class Script:
    """The functions of the script at `path`; none where it cannot be read.

    The source map is looked for beside the script and in the working folder, where clusters put
    what `--files` names, and believed if it was made together with this very script.
    """

    def __init__(self, path: str) -> None:
        self._lines = linecache.getlines(path)
        text, file = "".join(self._lines), Path(path)
        self.name, self.map_name = file.name, f"{file.stem}.map.json"
        self._map_paths = [folder / self.map_name for folder in (file.parent, Path())]
        self.source_map = _read_source_map(self._map_paths, text)
        self._tree = ast.Module([], [])
        with suppress(SyntaxError, ValueError):
            self._tree = ast.parse(text)
        self.functions = {each.node.name: each for each in self._find_functions()}

    @property
    def missing_map(self) -> str:
        """What to say where lines are the script's own; nothing if there is a source map."""
        if self.source_map:
            return ""
        is_there = any(path.is_file() for path in self._map_paths)
        problem = (
            f"`{self.map_name}` belongs to another version of the script"
            if is_there
            else f"there is no `{self.map_name}` beside the script or in the working folder"
        )
        return f"the line of the source is not known: {problem}"

    def at(self, line: int, column: int = 0) -> SourceLocation | None:
        """The place that a line and column of the script come from: a step, or else a function."""
        for function in self.functions.values():
            if function.node.lineno <= line <= (function.node.end_lineno or 0):
                return self._locate_step(function, line, column)
        return None

    def is_query(self, name: str) -> bool:
        """Whether a function derives its rows from those of others."""
        return "job" not in {each.arg for each in self.functions[name].node.args.args}

    def parameter(self, name: str) -> SourceLocation | None:
        """Where a parameter is declared, if the source map is at hand."""
        for entry in self.source_map.get("parameters", ()):
            if entry["name"] == name:
                return SourceLocation(entry["place"], "", f"param {name}", _number_lines(entry))
        return None

    def imported(self, modules: Collection[str]) -> set[str]:
        """The names that the script imports from the user's modules, or from these of them."""
        nodes = (node for node in self._tree.body if isinstance(node, ast.ImportFrom))
        own_imports = (
            node for node in nodes if node.module and not _LIBRARY_MODULE.match(node.module)
        )
        imports = (node for node in own_imports if not modules or node.module in modules)
        return {name.asname or name.name for node in imports for name in node.names}

    def stream(self, name: str) -> SourceLocation | None:
        """The sink that starts a stream."""
        for function in self.functions.values():
            for node in ast.walk(function.node):
                match node:
                    case ast.Call(
                        func=ast.Name(id="Stream" | "one_pass"),
                        args=[ast.Constant(value=value), *_],
                    ):
                        if value == name:
                            return function.origin(function.entry)
        return None

    def upstream_functions(self, name: str) -> set[str]:
        """The functions that a function's rows come through, itself included."""
        visited: set[str] = set()
        calls, pending = dict(self._iterate_calls()), [name]
        while pending:
            if (name := pending.pop()) not in visited:
                visited.add(name)
                called = calls.get(name, set()) | _used_names(self.functions[name].node)
                pending += called & self.functions.keys()
        return visited

    def _find_functions(self) -> Iterator[ScriptFunction]:
        """The functions that came from the pipeline: all but `run`, if there is no source map."""
        entries = {each["function"]: each for each in self.source_map.get("functions", ())}
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef) and (
                node.name in entries or (not entries and node.name != "run")
            ):
                yield ScriptFunction(node, self.name, entries.get(node.name, {}))

    def _iterate_calls(self) -> Iterator[tuple[str, set[str]]]:
        """Each function that `run` calls, with those that made its arguments."""
        makers: dict[str, set[str]] = {}
        runs = (each for each in self._tree.body if getattr(each, "name", "") == "run")
        for node in (node for run in runs for node in ast.walk(run)):
            match node:
                case ast.Assign([ast.Name(variable)], ast.Call(ast.Name(maker))):
                    makers.setdefault(variable, set()).add(maker)
                case ast.Call(ast.Name(called), arguments):
                    used = {each.id for each in arguments if isinstance(each, ast.Name)}
                    yield called, {name for each in used & makers.keys() for name in makers[each]}

    def _locate_step(self, function: ScriptFunction, line: int, column: int) -> SourceLocation:
        """The last step that has begun there; without a source map, the script's own line."""
        steps = function.entry.get("steps", ())
        if begun_steps := [
            each for each in steps if (each["line"], each["column"]) <= (line, column)
        ]:
            return function.origin(begun_steps[-1])
        function_location = function.origin(function.entry)
        if function.entry:
            return function_location
        line_text = self._lines[line - 1].rstrip("\n")
        return replace(
            function_location, source=f"{self.name}:{line}", lines=((str(line), line_text),)
        )


def _read_source_map(paths: Iterable[Path], text: str) -> Mapping[str, Any]:
    """The first source map that was made together with the text of the script, or nothing."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    for path in paths:
        with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if content["script"] == digest:
                return content
    return {}


def _sink_title(node: ast.FunctionDef) -> str:
    """What people call the sink or stream that a function writes, if it does."""
    for each in ast.walk(node):
        match each:
            case ast.Call(
                func=ast.Attribute(attr="counted"), args=[_, ast.Constant(value=str(name))]
            ):
                return f"sink {name}"
            case ast.Call(func=ast.Name(id="one_pass"), args=[ast.Constant(value=str(name)), *_]):
                return f"stream {name}"
            case ast.Call(
                func=ast.Name(id="Stream" | "FileOutput" | "FunctionOutput" | "WriterOutput"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                return f"sink {name}"
    return ""


def _number_lines(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The source's lines of an entry of the source map, each with its number."""
    if not (text := entry.get("text")):
        return ()
    first = int(entry["place"].rpartition(":")[2])
    return tuple((str(n), line) for n, line in enumerate(text.split("\n"), first))


def _used_names(node: ast.AST) -> set[str]:
    """The names that are used anywhere below a node."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
