"""Steps as PySpark, pandas and polars call them, by their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import SyntaxErrorContext
from ssbt.compiler.syntax.foreign.methods import convert_method
from ssbt.compiler.syntax.habits.brackets import split_arguments
from ssbt.compiler.syntax.habits.chains import convert_sort_key, fold_item

_STEP = lazy_pattern(r"\s*([^\W\d]\w*)\s*\(([\s\S]*)\)\s*$")
_QUOTED = lazy_pattern(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_KEYWORD = lazy_pattern(r"(\w+)\s*=(?!=)\s*([\s\S]+)")
_LIST = lazy_pattern(r"\[([\s\S]*)\]")
_DICTIONARY = lazy_pattern(r"\{([\s\S]*)\}")
_NAME = lazy_pattern(r"[^\W\d]\w*")
Converter = Callable[[Sequence[str], dict[str, str]], str | None]


def check_frame_step(context: SyntaxErrorContext) -> Diagnostic | None:
    """A step that is called as in a data frame, where it is known how it is written here."""
    match = _STEP.match(context.piece) if context.start == "step" else None
    if match is None:
        return None
    text = convert_call(match[1].casefold(), split_arguments(match[2]))
    at, length = match.start(1), len(context.piece[match.start(1) :].rstrip())
    if text is None or not ("|>" in text or context.is_fixed_by((at, length, text))):
        return None
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        "steps take names and expressions, without parentheses and quotes",
        f"write `|> {text}`",
        offset=at,
        length=length,
        fix=(at, length, text),
    )


def convert_call(name: str, arguments: Sequence[str]) -> str | None:
    """The step that a method of a data frame is; None where its arguments say more."""
    converter = _CONVERTERS.get(name)
    if converter is None:
        return None
    positional: list[str] = []
    named: dict[str, str] = {}
    for argument in arguments:
        if match := _KEYWORD.fullmatch(argument):
            named[match[1]] = match[2].strip()
        else:
            positional.append(argument)
    return converter(positional, named)


def _text_of(text: str) -> str | None:
    match = _QUOTED.fullmatch(text)
    return (match[1] or match[2] or "") if match else None


def _names_of(values: Sequence[str]) -> list[str] | None:
    """The names in quotes, one by one or in a list."""
    if len(values) == 1 and (match := _LIST.fullmatch(values[0])):
        values = split_arguments(match[1])
    names = [_text_of(value) for value in values]
    plain = [name for name in names if name is not None and _NAME.fullmatch(name)]
    return plain if plain and len(plain) == len(values) else None


def _pairs_of(values: Sequence[str]) -> list[tuple[str, str]] | None:
    """The names and values of a dictionary."""
    match = _DICTIONARY.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        return None
    pairs: list[tuple[str, str]] = []
    for item in split_arguments(match[1]):
        pair = re.fullmatch(r"('[^'\\]*'|\"[^\"\\]*\")\s*:\s*([\s\S]+)", item)
        name = _text_of(pair[1]) if pair else None
        if pair is None or name is None or not _NAME.fullmatch(name):
            return None
        pairs.append((name, pair[2].strip()))
    return pairs


def _only_value(names: dict[str, str], key: str) -> Sequence[str] | None:
    """The value of the only argument by name."""
    return (names[key],) if set(names) == {key} else None


def _convert_where(values: Sequence[str], named: dict[str, str]) -> str | None:
    text = _text_of(values[0]) if len(values) == 1 and not named else None
    return f"where {text}" if text else None


def _drop(values: Sequence[str], named: dict[str, str]) -> str | None:
    chosen = values if not named or named == {"axis": "1"} else _only_value(named, "columns")
    names = _names_of(chosen) if chosen else None
    return f"drop {', '.join(names)}" if names else None


def _rename(values: Sequence[str], named: dict[str, str]) -> str | None:
    pairs = _pairs_of(_only_value(named, "columns") or values)
    renamed = [(old, _text_of(new) or "") for old, new in pairs or ()]
    if not renamed or not all(_NAME.fullmatch(new) for _, new in renamed):
        return None
    return f"rename {', '.join(f'{old} as {new}' for old, new in renamed)}"


def _deduplicate(values: Sequence[str], named: dict[str, str]) -> str | None:
    if not values and not named:
        return "distinct"
    names = _names_of(_only_value(named, "subset") or values)
    return f"deduplicate by {', '.join(names)}" if names and len(values) < 2 else None


def _order(values: Sequence[str], named: dict[str, str]) -> str | None:
    descending = {"False": True, "True": False}.get(named.pop("ascending", "True"))
    chosen = values or (named.pop("by", ""),)
    if descending is None or named or ((match := _LIST.fullmatch(chosen[0])) and len(chosen) > 1):
        return None
    keys = [convert_sort_key(key) for key in (split_arguments(match[1]) if match else chosen)]
    if not all(keys):
        return None
    return f"order by {', '.join(f'{key} desc' if descending else f'{key}' for key in keys)}"


def _order_nulls_last(values: Sequence[str], named: dict[str, str]) -> str | None:
    """The order of pandas, in which what is missing comes last."""
    text = _order(values, named)
    if text is None:
        return None
    keys = (key if key.endswith(" desc") else f"{key} nulls last" for key in text.split(", "))
    return ", ".join(keys)


def _fill(values: Sequence[str], named: dict[str, str]) -> str | None:
    """Texts in place of nulls; among numbers, data frames mean NaN as well."""
    pairs = _pairs_of(values) if not named else None
    if not pairs or any(_text_of(value) is None for _, value in pairs):
        return None
    return f"set {', '.join(f'{name} = coalesce({name}, {value})' for name, value in pairs)}"


def _cast(values: Sequence[str], named: dict[str, str]) -> str | None:
    pairs = _pairs_of(values) if not named else None
    casts = [(name, convert_method(name, "cast", (value,))) for name, value in pairs or ()]
    if not casts or any(text is None for _, text in casts):
        return None
    return f"set {', '.join(f'{name} = {text}' for name, text in casts)}"


def _select(values: Sequence[str], named: dict[str, str]) -> str | None:
    if named or not any(_text_of(value) or "." in value for value in values):
        return None
    names = _names_of(values)
    if names:
        return f"select {', '.join(names)}"
    items = [_names_of((value,)) or [fold_item(value) or value] for value in values]
    return f"select {', '.join(item for each in items for item in each)}"


def _extend(values: Sequence[str], named: dict[str, str]) -> str | None:
    pairs = _pairs_of(values) if values else [*named.items()]
    if not pairs or (values and named) or any("lambda" in value for _, value in pairs):
        return None
    return f"extend {', '.join(f'{value} as {name}' for name, value in pairs)}"


def _sample(values: Sequence[str], named: dict[str, str]) -> str | None:
    if set(named) - {"fraction", "frac", "seed"} or len(values) > 1:
        return None
    share = named.get("fraction") or named.get("frac") or (values[0] if values else "")
    if not re.fullmatch(r"0?\.\d+", share):
        return None
    seed = f" seed {named['seed']}" if "seed" in named else ""
    return f"sample {float(share) * 100:g} percent{seed}"


def _as(values: Sequence[str], named: dict[str, str]) -> str | None:
    names = _names_of(values) if values and not named else None
    return f"as {names[0]}" if names and len(names) == 1 else None


def _top(direction: str) -> Converter:
    def convert(values: Sequence[str], named: dict[str, str]) -> str | None:
        names = _names_of(values[1:]) if len(values) == 2 and not named else None
        if not names or not values[0].isdigit():
            return None
        keys = ", ".join(f"{name}{direction}" for name in names)
        return f"order by {keys} |> limit {values[0]}"

    return convert


_CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(("query", "where", "filter"), _convert_where),
    "drop": _drop,
    "rename": _rename,
    **dict.fromkeys(("dropduplicates", "drop_duplicates", "unique"), _deduplicate),
    **dict.fromkeys(("orderby", "order_by", "sort", "sort_by"), _order),
    "sort_values": _order_nulls_last,
    "fillna": _fill,
    "astype": _cast,
    "select": _select,
    **dict.fromkeys(("withcolumns", "with_columns", "assign", "mutate"), _extend),
    "sample": _sample,
    "alias": _as,
    "nlargest": _top(" desc"),
    "nsmallest": _top(""),
}
