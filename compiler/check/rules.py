"""The rules of this folder, found and run: each module with a `check` is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.resources import files

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.pipeline import Pipeline

Rule = Callable[[Pipeline], Iterator[Diagnostic]]


def load_rules() -> tuple[Rule, ...]:
    """The checks, in the order of their modules' names."""
    names = sorted(
        entry.name.removesuffix(".py")
        for entry in files(__package__).iterdir()
        if entry.name.endswith(".py") and entry.name not in ("__init__.py", "rules.py")
    )
    modules = [import_module(f"{__package__}.{name}") for name in names]
    return tuple(module.check for module in modules if hasattr(module, "check"))


def run_rules(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """What the rules find in a resolved pipeline."""
    for check in load_rules():
        yield from check(pipeline)
