"""Jinja, set up for Python: what is not defined is an error, and literals are a filter."""

from __future__ import annotations

from functools import cache
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.loading import read_template, registry_of
from ssbt.compiler.connectors.toml_cache import built_in_folder
from ssbt.compiler.emit.docstrings import emit_comment
from ssbt.compiler.emit.expressions import quote_reference
from ssbt.compiler.emit.literals import python_literal

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment, Template

    from ssbt.compiler.connectors.specification import Connector


def script_template() -> Template:
    """The template of a whole script."""
    return _environment().get_template("script.py.j2")


def render_template(template: str, /, **values: object) -> str:
    """The code that `templates/TEMPLATE.py.j2` yields; its layout does not matter."""
    return _environment().get_template(f"{template}.py.j2").render(values).strip()


def connector_template(connector: Connector, file: str) -> Template:
    """A template of a connector or format: `read`, `write`, `decode` and so on."""
    if connector.package:
        return _environment().from_string(read_template(connector, file))
    folder = registry_of(connector).folder
    return _environment().get_template(f"{folder}/{connector.name}/{file}.py.j2")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    # Autoescaping is for HTML; here everything goes through `literal`.
    environment = Environment(  # nosec B701
        loader=FunctionLoader(_template_text),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_bytecode_cache(),
        autoescape=False,
    )
    environment.filters["literal"] = python_literal
    environment.filters["column"] = lambda name: f"F.col({python_literal(quote_reference(name))})"
    environment.filters["top_comment"] = lambda text: "\n".join(emit_comment(text))
    environment.filters["comment"] = lambda text: "\n".join(emit_comment(text, depth=2))
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
