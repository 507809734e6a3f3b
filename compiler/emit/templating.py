"""The templates: those that the distribution has as Python, the others through Jinja.

A template that is not the one that was made to Python, as while it is being worked on, goes
through Jinja, and so do those of other packages.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
import zlib

from ssbt.compiler.connectors.loading import read_template, registry_of
from ssbt.compiler.connectors.toml_cache import built_in_folder
from ssbt.compiler.emit.docstrings import emit_comment, emit_docstring
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.references import quote_reference

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment

    from ssbt.compiler.connectors.specification import Connector
    from ssbt.compiler.emit.template_runtime import CompiledTemplate, TemplateEnvironment


class Template(Protocol):
    """A template, however it is run."""

    def render(self, values: Any, /) -> str:
        """The text that it gives for values by name."""


def render_template(template: str, /, **values: object) -> str:
    """The code that `templates/TEMPLATE.py.j2` yields; its layout does not matter."""
    return render_file(template, **values).strip()


def render_file(template: str, /, **values: object) -> str:
    """The same where it is all of a file."""
    return _find_template(f"{template}.py.j2").render(values)


def connector_template(connector: Connector, file: str) -> Template:
    """A template of a connector or format: `read`, `write`, `decode` and so on."""
    if connector.package:
        return _jinja().from_string(read_template(connector, file))
    folder = registry_of(connector).folder
    return _find_template(f"{folder}/{connector.name}/{file}.py.j2")


@cache
def _find_template(name: str) -> Template:
    return _find_compiled(name) or _jinja().get_template(name)


def _find_compiled(name: str) -> CompiledTemplate | None:
    """The template as Python; None where it, or one that it imports, has changed since."""
    environment, all_checksums = _compiled_templates()
    checksums = all_checksums.get(name)
    if environment is None or checksums is None:
        return None
    is_current = all(_checksum(each) == checksum for each, checksum in checksums.items())
    return environment.get_template(name) if is_current else None


@cache
def _compiled_templates() -> tuple[TemplateEnvironment | None, dict[str, dict[str, int]]]:
    from ssbt.compiler.emit.template_runtime import TemplateEnvironment

    try:
        module = import_module("ssbt.templates.compiled")
    except ModuleNotFoundError:
        return None, {}
    return TemplateEnvironment(module.build_roots, **_filters()), module.CHECKSUMS


@cache
def _checksum(name: str) -> int | None:
    text = _template_text(name)
    return None if text is None else zlib.crc32(text.encode())


def _filters() -> dict[str, Any]:
    """What templates may do with a value besides placing it."""
    return {
        "literal": python_literal,
        "docstring": lambda text, after: emit_docstring(text, trailing_lines=["", *after]),
        "column": lambda name: render_template("expressions/column", column=quote_reference(name)),
        "top_comment": lambda text: "\n".join(emit_comment(text)),
        "comment": lambda text: "\n".join(emit_comment(text, depth=2)),
    }


@cache
def _jinja() -> Environment:
    from jinja2 import FunctionLoader

    from ssbt.compiler.emit.template_building import create_environment

    environment = create_environment(FunctionLoader(_template_text), _bytecode_cache())
    environment.filters |= _filters()
    return environment


def _template_text(name: str) -> str | None:
    try:
        with open(os.path.join(built_in_folder(""), *name.split("/")), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _bytecode_cache() -> BytecodeCache | None:
    """Compiled templates in the user's cache folder; none where that cannot be written."""
    from jinja2 import FileSystemBytecodeCache

    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(base).expanduser() / "ssbt" / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None
