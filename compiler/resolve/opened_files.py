"""What a module of the user's reads when it runs: files of the project, and what nobody can tell.

A text in it that is the path of a file of the project counts as a file that it reads. Any other
file, and code that is loaded by a name that is computed, nobody can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256
import posixpath

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.files import Reader

_PATH = lazy_pattern(r"(?!/)[^\0\r\n:*?]{1,200}\.\w{1,10}")
_LOADING = frozenset(("import_module", "__import__", "run_module", "exec", "eval"))
_OPENING = frozenset(("open", "read_text", "read_bytes", "run_path", "spec_from_file_location"))
_OPENING |= {"read_csv", "read_json", "read_parquet", "read_excel", "read_pickle", "loadtxt"}
_WRITING = frozenset("wax")


def find_opened_files(
    text: str, path: str, read: Reader, root: str
) -> tuple[dict[str, str], list[str]]:
    """Files of the project with hashes of them, and places that read what cannot be told."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}, []
    files: dict[str, str] = {}
    known_texts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            opened = _read_file(node.value, [posixpath.dirname(path), root], read)
            files.update(opened)
            known_texts |= {node.value} if opened else set()
    known_names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _has_known(node.value, known_texts, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    lines = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _reads_something(node)
        and not _has_known(node, known_texts, known_names)
    }
    return files, [f"{path}:{line}" for line in sorted(lines)]


def _read_file(text: str, folders: list[str], read: Reader) -> dict[str, str]:
    if not _PATH.fullmatch(text):
        return {}
    for folder in folders:
        path = posixpath.normpath(posixpath.join(folder, text))
        try:
            return {path: sha256(read(path)).hexdigest()}
        except (OSError, ValueError):
            continue
    return {}


def _has_known(node: ast.AST, texts: set[str], names: set[str]) -> bool:
    return any(
        (isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value in texts)
        or (isinstance(each, ast.Name) and each.id in names)
        for each in ast.walk(node)
    )


def _reads_something(call: ast.Call) -> bool:
    """Whether a call loads code whose text or name is no constant, or opens a file."""
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    if name in _LOADING:
        return not call.args or not isinstance(call.args[0], ast.Constant)
    return name in _OPENING and not any(_is_writing(each) for each in _modes(call))


def _modes(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (each.value for each in call.keywords if each.arg == "mode")


def _is_writing(node: ast.expr) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return (
        isinstance(text, str) and len(text) < 4 and bool(_WRITING & set(text)) and "+" not in text
    )
