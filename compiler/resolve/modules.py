"""Python modules of the user's that the script imports."""

from __future__ import annotations

import ast
import keyword
import posixpath
import sys

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.pipeline import PythonModule
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Source, Span

_ARGUMENTS = {1: "one DataFrame", 2: "a DataFrame and the number of the batch"}
_TAKEN = frozenset(("pyspark", "ssbt", "py4j", "ssbt_runtime"))


class Modules:
    """The modules that steps and sinks name, each read once."""

    def __init__(self, read: Reader, report: Report, pipeline: str) -> None:
        self._read = read
        self._report = report
        self._pipeline = pipeline
        self._failed: set[str] = set()
        self.sources: dict[str, Source] = {}
        self.modules: dict[str, PythonModule] = {}

    def add(self, span: Span, relative: str, function: str, takes: int = 1) -> str | None:
        """The name to import for a module beside the file of `span`; None with a finding.

        `takes` is the number of arguments that the function is called with.
        """
        path = posixpath.normpath(posixpath.join(posixpath.dirname(span.path), relative))
        name = posixpath.basename(path).removesuffix(".py")
        if path not in self.sources and not self._load(span, path, name):
            return None
        self._check_function(span, path, function, takes)
        return name

    def _load(self, span: Span, path: str, name: str) -> bool:
        if path in self._failed:
            return False
        problem = self._name_problem(path, name)
        if problem is None:
            try:
                text = self._read(path).decode("utf-8")
                ast.parse(text, filename=path)
            except OSError as error:
                problem = f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}"
            except UnicodeDecodeError:
                problem = f"`{path}` is not UTF-8"
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = getattr(error, "lineno", None)
                where = f" (line {line})" if line else ""
                problem = f"`{path}` is not valid Python{where}"
        if problem is not None:
            self._failed.add(path)
            self._report.add(codes.BAD_MODULE, span, problem)
            return False
        self.sources[path] = Source(path, text)
        self.modules[name] = PythonModule(name, path, text)
        return True

    def _name_problem(self, path: str, name: str) -> str | None:
        taken = _TAKEN | sys.stdlib_module_names
        if keyword.iskeyword(name) or not name.isascii():
            return f"`{name}` cannot be imported in Python"
        if name in taken or name == self._pipeline:
            return f"a module called `{name}` would hide another one of that name"
        other = self.modules.get(name)
        if other is not None and other.path != path:
            return f"`{path}` and `{other.path}` would both be imported as `{name}`"
        return None

    def _check_function(self, span: Span, path: str, function: str, takes: int) -> None:
        """A module-level function of that name that can be called with so many arguments."""
        tree = ast.parse(self.sources[path].text)
        names: list[str] = []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                names.append(node.name)
                if node.name == function and not _takes(node.args, takes):
                    message = f"`{function}` must take {_ARGUMENTS[takes]} and nothing else"
                    self._report.add(codes.BAD_MODULE, span, message)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names += [alias.asname or alias.name for alias in node.names]
            elif isinstance(node, ast.Assign):
                names += [t.id for t in node.targets if isinstance(t, ast.Name)]
        if function not in names and "*" not in names:
            near = did_you_mean(function, names)
            help_ = f"did you mean `{near}`?" if near else ()
            message = f"`{path}` has no function `{function}`"
            self._report.add(codes.BAD_MODULE, span, message, help=help_)


def _takes(arguments: ast.arguments, count: int) -> bool:
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    keyword_only = [d for d in arguments.kw_defaults if d is None]
    most = len(positional) if arguments.vararg is None else count
    return required <= count <= most and not keyword_only
