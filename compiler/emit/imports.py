"""What a script imports, from the names that its code uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re

from msgspec import Struct

from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.parameters import ParamsField
from ssbt.compiler.patterns import lazy_pattern

_TOKEN = lazy_pattern(
    r"""(?P<prefix>f?)(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | \#[^\n]* | (?P<name>[^\W\d]\w*)""",
    re.VERBOSE,
)
_RUNTIME_NAMES = {
    "Check",
    "Decoding",
    "FileOutput",
    "FunctionOutput",
    "TableOutput",
    "Months",
    "Secret",
    "SnapshotOutput",
    "WriterOutput",
    "checked",
    "create_table",
    "dead_letters",
    "decoded",
    "decoded_rows",
    "each_batch",
    "epoch_milliseconds",
    "event_id",
    "fit_columns",
    "fit_hudi_table",
    "insert_rows",
    "keep_history",
    "literal",
    "merge_rows",
    "merge_snapshot",
    "merge_values",
    "narrow_columns",
    "one_pass",
    "open_catalog",
    "read_changes",
    "refuse_other_rows",
    "retry_conflicts",
    "table_folder",
    "table_output",
    "table_writer",
    "widen_schema",
    "with_defaults",
}
_PLACEHOLDER = lazy_pattern(r"\{\{|\}\}|\{([^{}]*)\}")


class Import(Struct, frozen=True):
    """A module, or names of it, each perhaps with the name that it gets."""

    module: str
    names: tuple[str, ...] = ()


def collect_names(code: Iterable[str]) -> frozenset[str]:
    """The identifiers in code, not in its strings and comments; attributes count, too."""
    names: set[str] = set()
    for text in code:
        for match in _TOKEN.finditer(text):
            if match["name"]:
                names.add(match["name"])
            elif match["prefix"]:
                names |= collect_names(filter(None, _PLACEHOLDER.findall(match["text"])))
    return frozenset(names)


def import_groups(
    used: frozenset[str],
    fields: Iterable[ParamsField],
    names: ScriptNames,
    functions: Mapping[str, str],
) -> tuple[tuple[Import, ...], ...]:
    """The imports, in groups with a blank line between; no group is empty.

    `functions` are those that connections and formats need, with their modules.
    """
    # A user's ruff or isort counts the runtime among the packages, and what is beside the script
    # as the user's own.
    all_fields = tuple(fields)
    note_names = collect_names(field.type for field in all_fields)
    note_names |= {"Check"} if any(field.checks for field in all_fields) else set()
    groups = (
        _standard_imports(all_fields, used),
        (*_pyspark_imports(used), *_runtime_imports(used | note_names, functions)),
        _user_imports(used, names),
    )
    return tuple(group for group in groups if group)


def parameter_imports(
    fields: tuple[ParamsField, ...], used: frozenset[str]
) -> tuple[tuple[Import, ...], Import]:
    """What a script without datasets imports: of Python's own modules, and of the runtime."""
    notes = collect_names(field.type for field in fields)
    notes |= {"Check"} if any(field.checks for field in fields) else set()
    runtime = {"Job", "main", *({"Check", "Months", "Secret", "open_catalog"} & (used | notes))}
    return _standard_imports(fields, used), Import("ssbt.runtime", tuple(sorted(runtime)))


def _standard_imports(fields: tuple[ParamsField, ...], used: frozenset[str]) -> tuple[Import, ...]:
    types = " ".join(field.type for field in fields)
    has_factory = any(item.default and item.is_made_for_each for item in fields)
    has_notes = any(field.notes or field.checks for field in fields)
    needed = {
        Import("datetime as dt"): "dt." in types or "dt" in used,
        Import("dataclasses", ("dataclass", "field")): has_factory,
        Import("dataclasses", ("dataclass",)): bool(fields) and not has_factory,
        Import("decimal", ("Decimal",)): "Decimal" in types or "Decimal" in used,
        Import("typing", ("Annotated",)): has_notes,
    }
    return tuple(each for each, is_needed in needed.items() if is_needed)


def _pyspark_imports(used: frozenset[str]) -> tuple[Import, ...]:
    needed = {
        Import("pyspark.sql", ("DataFrame",)): True,
        Import("pyspark.sql", ("functions as F",)): "F" in used,
    }
    return tuple(each for each, is_needed in needed.items() if is_needed)


def _runtime_imports(used: frozenset[str], functions: Mapping[str, str]) -> Iterator[Import]:
    # Annotations and `run` have these.
    streams = {"Stream", "run_streams"} if {"Stream", "one_pass"} & used else set()
    streams |= {"Output"} if "one_pass" in used else set()
    modules = {"ssbt.runtime": {"Job", "main", *streams, *(_RUNTIME_NAMES & used)}}
    for name in functions.keys() & used:
        modules.setdefault(functions[name], set()).add(name)
    if "with_state" in used:
        # Of its own, because Spark 3.5 lacks what it imports.
        modules["ssbt.runtime.streams.processors"] = {"State", "with_state"} & used
    for module, names in sorted(modules.items()):
        yield Import(module, tuple(sorted(names)))


def _user_imports(used: frozenset[str], names: ScriptNames) -> tuple[Import, ...]:
    by_module: dict[str, list[str]] = {}
    for (module, function), name in sorted(names.functions.items()):
        if name in used:
            import_item = function if function == name else f"{function} as {name}"
            by_module.setdefault(module, []).append(import_item)
    return tuple(Import(module, tuple(by_module[module])) for module in by_module)
