"""All kinds of mistake that there are, found where they are declared."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.model import Code
from ssbt.compiler.diagnostics.suggestions import near_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

# Named, not imported: the checks stand above this package and import from it.
CODE_PACKAGES = (
    "ssbt.compiler.diagnostics.codes",
    "ssbt.compiler.check",
    "ssbt.compiler.resolve.traps",
)
PREFIX = "SSBT"


class DuplicateCodeError(Exception):
    """Two codes have one number: a mistake of ours."""


@cache
def list_codes() -> tuple[Code, ...]:
    """Every declared code, by number. The first call imports all modules that may declare one."""
    return register_codes(iterate_declared())


def find_code(number: str) -> Code | None:
    """The code of that number, written in any case, with or without `SSBT` and leading zeros."""
    return _by_number().get(_normalize_number(number))


def near_numbers(number: str) -> tuple[str, ...]:
    """The numbers of codes that a mistyped one may have meant, the nearest first."""
    return near_matches(_normalize_number(number), _by_number())


def iterate_declared() -> Iterator[tuple[str, Code]]:
    """Each module-level constant that holds a code, as `module.NAME`, and the code."""
    for home in CODE_PACKAGES:
        for module in _import_modules(home):
            for name, value in vars(module).items():
                if isinstance(value, Code):
                    yield f"{module.__name__}.{name}", value


def register_codes(constants: Iterable[tuple[str, Code]]) -> tuple[Code, ...]:
    """The codes, by number. One object may have several names, a number has but one object."""
    by_number: dict[str, tuple[str, Code]] = {}
    for name, value in constants:
        first, existing = by_number.setdefault(value.number, (name, value))
        if existing is not value:
            raise DuplicateCodeError(f"{value.number} is declared as {first} and as {name}")
    return tuple(by_number[number][1] for number in sorted(by_number))


@cache
def _by_number() -> dict[str, Code]:
    return {code.number: code for code in list_codes()}


def _import_modules(package: str) -> Iterator[ModuleType]:
    home = import_module(package)
    for module in sorted(iter_modules(home.__path__), key=lambda module: module.name):
        name = f"{package}.{module.name}"
        if module.ispkg:
            yield from _import_modules(name)
        else:
            yield import_module(name)


def _normalize_number(number: str) -> str:
    bare = number.strip().upper().removeprefix(PREFIX)
    return f"{PREFIX}{bare:0>4}"
