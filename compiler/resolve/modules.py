"""Python modules of the user's that the script imports."""

from __future__ import annotations

import ast
from enum import Enum
import keyword
import posixpath
import sys

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.pipeline import PythonModule
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.imported_modules import examine_module, find_imported_modules
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Source, Span

_SPARK_MODULES = frozenset(
    ("pyspark", "py4j", "numpy", "pandas", "pyarrow", "ssbt", "ssbt_runtime")
)
_RESERVED_MODULES = _SPARK_MODULES | sys.stdlib_module_names


class ModulePurpose(Enum):
    """What something in a module is for: a class, or a function and what it is called with."""

    FUNCTION = ("one DataFrame",)
    BATCH_FUNCTION = ("a DataFrame", "the number of the batch")
    STATE_FUNCTION = ("a key", "its rows in pandas frames", "its state")
    PROCESSOR = ()

    @property
    def noun(self) -> str:
        """What people call it."""
        return "function" if self.value else "class"

    @property
    def arguments(self) -> str:
        """The arguments as a phrase."""
        *first, last = self.value
        return f"{', '.join(first)} and {last}" if first else str(last)


class ModuleLoader:
    """The modules that steps and sinks name, each read once."""

    def __init__(self, read: Reader, report: Report, pipeline: str) -> None:
        self._read = read
        self._report = report
        self._pipeline = pipeline
        self._failed: set[str] = set()
        self.sources: dict[str, Source] = {}
        self.modules: dict[str, PythonModule] = {}

    def add(self, span: Span, relative: str, member: str, purpose: ModulePurpose) -> str | None:
        """The name to import for a module beside the file of `span`; None with a finding.

        `member` is what is used of it.
        """
        path = posixpath.normpath(posixpath.join(posixpath.dirname(span.path), relative))
        name = posixpath.basename(path).removesuffix(".py")
        if path not in self.sources and not self._load(span, path, name):
            return None
        self._check_member(span, path, relative, member, purpose)
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
                self._failed.add(path)
                self._report.add_unreadable_file(codes.BAD_MODULE, span, path, error)
                return False
            except UnicodeDecodeError:
                problem = f"`{path}` is not UTF-8"
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = getattr(error, "lineno", None)
                location = f" (line {line})" if line else ""
                problem = f"`{path}` is not valid Python{location}"
        if problem is not None:
            self._failed.add(path)
            self._report.add(codes.BAD_MODULE, span, problem)
            return False
        self.sources[path] = Source(path, text)
        root = posixpath.dirname(span.path)
        module = examine_module(name, path, text, self._read, root)
        imports = find_imported_modules(module, self._read, root)
        # What a module imports decides what it does, so that a change of it is one of the pipeline.
        self.sources.update({each.path: Source(each.path, each.text) for each in imports})
        self.modules[name] = replace(module, imports=imports)
        return True

    def _name_problem(self, path: str, name: str) -> str | None:
        if keyword.iskeyword(name) or not name.isascii():
            return f"`{name}` cannot be imported in Python"
        if hides_another(name) or name == self._pipeline:
            return f"a module called `{name}` would hide another one of that name"
        namesake = self.modules.get(name)
        if namesake is not None and namesake.path != path:
            return f"`{path}` and `{namesake.path}` would both be imported as `{name}`"
        return None

    def _check_member(
        self, span: Span, path: str, relative: str, member: str, purpose: ModulePurpose
    ) -> None:
        """A function of the module that can be named so, or a class."""
        tree = ast.parse(self.sources[path].text)
        names: list[str] = []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.append(node.name)
                problem = _signature_problem(node, purpose) if node.name == member else None
                if problem is not None:
                    self._report.add(codes.BAD_MODULE, span, f"`{member}` {problem}")
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names += [alias.asname or alias.name for alias in node.names]
            elif isinstance(node, ast.Assign):
                names += [t.id for t in node.targets if isinstance(t, ast.Name)]
        if member not in names and "*" not in names:
            suggestion = did_you_mean(member, names)
            message = f"`{path}` has no {purpose.noun} `{member}`"
            text = f'"{relative}:{suggestion}"'
            self._report.suggest(codes.BAD_MODULE, span, message, suggestion, text=text)


def hides_another(name: str) -> bool:
    """Whether a file of this name, beside a script, is imported in place of what Spark needs."""
    return name in _RESERVED_MODULES


def _signature_problem(node: ast.FunctionDef | ast.ClassDef, purpose: ModulePurpose) -> str | None:
    if purpose is ModulePurpose.PROCESSOR:
        if isinstance(node, ast.ClassDef):
            return None
        return "is a function; from Spark 4 on a processor is a class, a `StatefulProcessor`"
    if isinstance(node, ast.ClassDef):
        if purpose is ModulePurpose.STATE_FUNCTION:
            return f"is a class; for Spark 3.5 it is a function that takes {purpose.arguments}"
        return None
    if _can_take(node.args, len(purpose.value)):
        return None
    return f"must take {purpose.arguments} and nothing else"


def _can_take(arguments: ast.arguments, count: int) -> bool:
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    keyword_only = [d for d in arguments.kw_defaults if d is None]
    most = len(positional) if arguments.vararg is None else count
    return required <= count <= most and not keyword_only
