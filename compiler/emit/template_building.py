"""Templates as a Python module: what Jinja makes of them, to be run without Jinja.

A distribution ships the module beside the templates. Each template is a function that
`template_runtime` runs; importing Jinja takes longer than rendering all templates of a pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
import zlib

from jinja2 import BaseLoader, BytecodeCache, DictLoader, Environment, StrictUndefined

from ssbt.compiler.patterns import lazy_pattern

OWN_FILTERS = ("column", "comment", "docstring", "literal", "top_comment")
FILTERS = (*OWN_FILTERS, "join", "map", "replace")
TESTS = ("none",)
_IMPORTED = lazy_pattern(r"environment\.get_template\('([^']*)'")
_ROOT = "def root(context, missing=missing, environment=environment):\n"
# Jinja looks each filter up where it is used, and says late that there is none.
_ESCAPED = "(Markup if context.eval_ctx.autoescape else identity)(concat("
_LOOK_UP = lazy_pattern(
    r"    try:\n        (t_\d+ = environment\.(filters|tests)\['(\w+)'\])\n"
    r"    except KeyError:\n        @internalcode\n        def t_\d+\(\*unused\):\n.*\n"
)


def create_environment(loader: BaseLoader, cache: BytecodeCache | None = None) -> Environment:
    """Jinja, set up for Python: what is not defined is an error."""
    # Autoescaping is for HTML; here everything goes through `literal`.
    return Environment(  # nosec B701
        loader=loader,
        bytecode_cache=cache,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def build_module(folder: Path) -> str:
    """The text of a module with all templates for Python below the folder."""
    paths = sorted(folder.rglob("*.py.j2"))
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths
    }
    environment = create_environment(DictLoader(texts))
    environment.filters |= dict.fromkeys(OWN_FILTERS, _refuse_constant)

    codes = {name: environment.compile(text, name, name, raw=True) for name, text in texts.items()}
    functions = [_build_function(f"root_{i}", code) for i, code in enumerate(codes.values())]
    entries = (f"        {name!r}: root_{i},\n" for i, name in enumerate(codes))
    checksums = (
        f"    {name!r}: {_checksums(_imported_names(name, codes), texts)},\n" for name in codes
    )
    return "".join(
        (
            '"""Made of the templates by `ssbt.compiler.emit.template_building`."""\n\n',
            "# By template: those that it is made of, each with the checksum of its text.\n",
            "CHECKSUMS = {\n",
            *checksums,
            "}\n\n\n",
            "def build_roots(environment, missing, LoopContext, Macro, Undefined):\n",
            *functions,
            "    return {\n",
            *entries,
            "    }\n",
        )
    )


def _refuse_constant(*_: object) -> str:
    """Stands in for a filter, which Jinja tries to apply to constants while it compiles."""
    raise NotImplementedError


def _imported_names(name: str, codes: dict[str, str]) -> list[str]:
    """The template and everything that it imports, and so on."""
    names = [name]
    for each in names:
        names += dict.fromkeys(n for n in _IMPORTED.findall(codes[each]) if n not in names)
    return names


def _checksums(names: Iterable[str], texts: dict[str, str]) -> dict[str, int]:
    return {name: zlib.crc32(texts[name].encode()) for name in names}


def _build_function(name: str, code: str) -> str:
    """The function of a template out of the module that Jinja makes of it."""
    _, _, rest = code.partition(_ROOT)
    body, end, _ = rest.partition("\nblocks = {}\n")
    assert end, "Jinja has changed what it makes of templates"
    for _, kind, called in _LOOK_UP.findall(body):
        assert called in (FILTERS if kind == "filters" else TESTS), f"unknown: {called}"
    body = _LOOK_UP.sub(r"    \1\n", body).replace(_ESCAPED, "(concat(")
    lines = (f"    {line}\n" if line else "\n" for line in body.splitlines())
    return f"    def {name}(context):\n{''.join(lines)}\n"
