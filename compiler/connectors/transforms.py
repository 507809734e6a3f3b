"""Functions of columns by which tables are partitioned: `"days(placed_at)"`, `"bucket(16, id)"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Generator

    from ssbt.compiler.connectors.specification import Option

_TRANSFORM = lazy_pattern(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*\(\s*(?:(?P<width>\d+)\s*,\s*)?"
    r"(?P<column>`[^`]+`|[^\s`(),](?:[^`(),]*[^\s`(),])?)\s*\)\s*"
)
_WITH_WIDTH = {"bucket": "how many buckets there are", "truncate": "how many characters count"}
_WAY_OUT = 'in quotes, such as `[country, "days(placed_at)"]`'
_LARGEST = 2**31 - 1
# As Spark and other writers call them.
_OTHER_NAMES = {"year": "years", "month": "months", "day": "days", "hour": "hours", "date": "days"}


def is_transform(value: Text) -> bool:
    """Whether a text has the form of a function of a column."""
    return value.plain is not None and "(" in value.plain and value.plain.rstrip().endswith(")")


def convert_transform(
    option: Option, value: Text
) -> Generator[Diagnostic, None, ColumnName | None]:
    """The column that the text names, with the function of it."""
    match = _TRANSFORM.fullmatch(value.plain or "")
    name = match["name"].casefold() if match is not None else ""
    name = _OTHER_NAMES.get(name, name)
    if match is None or name not in option.transforms:
        choices = join_alternatives(f"`{_example(each)}`" for each in option.transforms)
        message = f"`{option.name}` takes a column, or {choices}"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span), help=(_WAY_OUT,))
        return None
    column, width = match["column"].strip("`"), match["width"]
    if (width is not None) != (name in _WITH_WIDTH):
        message = f"`{name}` takes a column" + (
            f" and, before it, {_WITH_WIDTH[name]}" if name in _WITH_WIDTH else " and nothing else"
        )
        help_ = (f'write `"{_example(name, column)}"`',)
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span), help=help_)
        return None
    if width is not None and not 1 <= int(width[:10]) <= _LARGEST:
        message = f"`{name}` takes a number from 1 to {_LARGEST}"
        help_ = (f'write `"{_example(name, column)}"`',)
        yield Diagnostic(UNFIT_VALUE, message, Label(value.span), help=help_)
        return None
    return ColumnName(column, value.span, transform=name, width=int(width) if width else None)


def _example(name: str, column: str = "COLUMN") -> str:
    return f"{name}({'16, ' if name in _WITH_WIDTH else ''}{column})"
