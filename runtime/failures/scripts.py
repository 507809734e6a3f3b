"""A generated script, read for the places in the pipeline's source that its lines come from."""

import ast
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
import hashlib
import json
import linecache
from pathlib import Path
import re
from typing import Any

# The comment on the signature of a generated function.
_PLACE = re.compile(r":  # ([^\n]+:\d+)$", re.MULTILINE)
_LIBRARY_MODULE = re.compile(r"(pyspark|ssbt|dataclasses|datetime|decimal|typing)\b")


@dataclass(frozen=True)
class SourceLocation:
    """A line of the pipeline's source, and the function of the script that it became.

    `title` is what people call it, or the function's name. `lines` are those to show, each with its
    label: of the source where the manifest is at hand, otherwise of the script.
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
    """A function of the script, and what the manifest says of its steps."""

    node: ast.FunctionDef
    place: str
    entry: Mapping[str, Any] = field(default_factory=dict)

    def origin(self, entry: Mapping[str, Any]) -> SourceLocation:
        """The place of an entry of the manifest, or of the function itself."""
        name = self.node.name
        title = self.entry.get("title", name)
        return SourceLocation(entry.get("place", self.place), name, title, _number_lines(entry))


class Script:
    """The functions of the script at `path`; none where it cannot be read.

    The manifest is looked for beside the script and in the working folder, where clusters put what
    `--files` names, and believed if it was made together with this very script.
    """

    def __init__(self, path: str) -> None:
        self._lines = linecache.getlines(path)
        text, file = "".join(self._lines), Path(path)
        self.name, self.manifest = file.name, _read_manifest(file, text)
        self._tree = ast.Module([], [])
        with suppress(SyntaxError, ValueError):
            self._tree = ast.parse(text)
        self.functions = {each.node.name: each for each in self._find_functions()}

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
        """Where a parameter is declared, if the manifest is at hand."""
        for entry in self.manifest.get("parameters", ()):
            if entry["name"] == name and "place" in entry:
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
        """The functions that came from the pipeline, as the comments on their signatures say."""
        entries = {each["function"]: each for each in self.manifest.get("source_map", ())}
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef):
                signature = "".join(self._lines[node.lineno - 1 : node.body[0].lineno])
                if match := _PLACE.search(signature):
                    yield ScriptFunction(node, match[1], entries.get(node.name, {}))

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
        """The last step that has begun there; without a manifest, the script's own line."""
        steps = function.entry.get("steps", ())
        if begun_steps := [
            each for each in steps if (each["line"], each["column"]) <= (line, column)
        ]:
            return function.origin(begun_steps[-1])
        function_location = function.origin(function.entry)
        if function.entry or line == function.node.lineno:
            return function_location
        line_text = self._lines[line - 1].rstrip("\n")
        return replace(function_location, lines=((f"{self.name}:{line}", line_text),))


def _read_manifest(path: Path, text: str) -> Mapping[str, Any]:
    """The manifest that was made together with the text of the script at `path`, or nothing."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    for folder in (path.parent, Path()):
        with suppress(OSError, ValueError, LookupError, TypeError):
            content = json.loads((folder / f"{path.stem}.json").read_text(encoding="utf-8"))
            if content["outputs"][path.name] == digest:
                manifest: Mapping[str, Any] = content
                return manifest
    return {}


def _number_lines(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The source's lines of an entry of the manifest, each with its number."""
    if not (text := entry.get("text")):
        return ()
    first = int(entry["place"].rpartition(":")[2])
    return tuple((str(n), line) for n, line in enumerate(text.split("\n"), first))


def _used_names(node: ast.AST) -> set[str]:
    """The names that are used anywhere below a node."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
