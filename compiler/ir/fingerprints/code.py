"""What a module of the user's says, as far as it can change what comes out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256

from ssbt.compiler.ir.pipeline import PythonModule

_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def describe_module(module: PythonModule) -> str:
    """The module's file and a hash of it, and of what it imports and reads of the project."""
    digest = sha256()
    for each in (module, *module.imports):
        digest.update(f"{each.name}\n{normalize_code(each.text)}\n".encode())
        for path, file_digest in each.opened:
            digest.update(f"{path} {file_digest}\n".encode())
    imported = ", ".join(each.name for each in module.imports)
    return f"{module.name} {digest.hexdigest()[:12]}" + (f" with {imported}" if imported else "")


def normalize_code(text: str) -> str:
    """A module without comments, layout and docstrings; its text where it does not parse.

    Docstrings count where the module reads any.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    return " ".join(_serialize_tree(tree, reads_docstrings="__doc__" in text))


def _serialize_tree(node: ast.AST, *, reads_docstrings: bool) -> Iterator[str]:
    """A tree as words, the same for every version of Python: what is empty is left out."""
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        if isinstance(node, _WITH_DOCSTRING) and name == "body" and not reads_docstrings:
            value = value[1:] if ast.get_docstring(node) is not None else value
        items = value if isinstance(value, list) else [value]
        items = [each for each in items if each is not None]
        if items:
            yield f"{name}("
            for each in items:
                if isinstance(each, ast.AST):
                    yield from _serialize_tree(each, reads_docstrings=reads_docstrings)
                else:
                    yield repr(each)
            yield ")"
