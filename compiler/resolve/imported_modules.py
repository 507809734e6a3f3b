"""What a module of the user's imports from the project: files, never anything that is installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import posixpath

from ssbt.compiler.ir.pipeline import PythonModule
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.opened_files import find_opened_files


def find_imported_modules(
    module: PythonModule, read: Reader, root: str
) -> tuple[PythonModule, ...]:
    """The modules of the project that one imports, and those that they do, by path.

    They are looked for beside the module, and in the folder of the pipeline, `root`.
    """
    modules: dict[str, PythonModule] = {}
    pending = [module]
    while pending:
        importer = pending.pop()
        for name, paths in _iterate_imports(importer, root):
            imported = next(
                (
                    candidate
                    for path in paths
                    if (candidate := _read_module(name, path, read, root))
                ),
                None,
            )
            if (
                imported is not None
                and imported.path not in modules
                and imported.path != module.path
            ):
                modules[imported.path] = imported
                pending.append(imported)
    return tuple(modules[path] for path in sorted(modules))


def _iterate_imports(module: PythonModule, root: str) -> Iterator[tuple[str, list[str]]]:
    """The names that a module imports, each with the files that it may be, the nearest first."""
    try:
        tree = ast.parse(module.text)
    except (SyntaxError, ValueError, RecursionError):
        return
    folder = posixpath.dirname(module.path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, _candidate_paths(alias.name, [folder, root])
        elif isinstance(node, ast.ImportFrom):
            folders = [_parent_folder(folder, node.level - 1)] if node.level else [folder, root]
            name = node.module or ""
            if name:
                yield name, _candidate_paths(name, folders)
            for alias in node.names:
                inner = f"{name}.{alias.name}" if name else alias.name
                yield inner, _candidate_paths(inner, folders)
        elif isinstance(node, ast.Call) and (called_name := _called_module(node)):
            yield called_name, _candidate_paths(called_name, [folder, root])


def _called_module(call: ast.Call) -> str:
    """The module that `import_module("name")` or `__import__("name")` imports; "" for any other."""
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    first = call.args[0] if call.args else None
    if name not in ("import_module", "__import__") or not isinstance(first, ast.Constant):
        return ""
    return first.value if isinstance(first.value, str) else ""


def _parent_folder(folder: str, count: int) -> str:
    for _ in range(count):
        folder = posixpath.dirname(folder)
    return folder


def _candidate_paths(name: str, folders: list[str]) -> list[str]:
    # The script's folder comes before what Python itself brings: `statistics.py` hides that one.
    if name.partition(".")[0] in _LOADED_BEFORE:
        return []
    path = name.replace(".", "/")
    return [posixpath.join(folder, f"{path}{end}") for folder in folders for end in _ENDS]


_LOADED_BEFORE = ("pyspark", "py4j", "ssbt")
_ENDS = (".py", "/__init__.py")


def _read_module(name: str, path: str, read: Reader, root: str) -> PythonModule | None:
    try:
        return examine_module(name, path, read(path).decode("utf-8"), read, root)
    except (OSError, UnicodeDecodeError):
        return None


def examine_module(name: str, path: str, text: str, read: Reader, root: str) -> PythonModule:
    """A module with the files that it reads."""
    opened, unseen = find_opened_files(text, path, read, root)
    return PythonModule(name, path, text, (), tuple(sorted(opened.items())), tuple(unseen))
