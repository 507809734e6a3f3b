"""The rules of this folder, found and run: each module with a `check` is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
import os

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.pipeline import Pipeline

Rule = Callable[[Pipeline], Iterator[Diagnostic]]


@cache
def load_rules() -> tuple[Rule, ...]:
    """The checks, in the order of their modules' names."""
    names = sorted(
        name.removesuffix(".py")
        for name in os.listdir(os.path.dirname(__file__))
        if name.endswith(".py") and name not in ("__init__.py", "rules.py")
    )
    modules = [import_module(f"{__package__}.{name}") for name in names]
    return tuple(module.check for module in modules if hasattr(module, "check"))


def run_rules(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """What the rules find in a resolved pipeline."""
    for check in load_rules():
        yield from check(pipeline)
