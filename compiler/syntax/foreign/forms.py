"""A call of another dialect as Spark SQL, by the tables of this package.

A parameter of a table stands for any argument; some names say what it must be, as `_FITS` has it.
Anything else on the left, such as `1` or `'day'`, must be written so, with or without quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.foreign import sql_forms, text_forms, value_forms
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types.datatypes import type_names
from ssbt.compiler.types.foreign_datetime_patterns import translate_pattern
from ssbt.compiler.types.unit_names import meant_unit

_TABLES = (
    *(text_forms.TEXTS, text_forms.AGGREGATES, sql_forms.TIMES, sql_forms.NUMBERS),
    *(value_forms.COLLECTIONS, value_forms.CONDITIONS, value_forms.LIBRARIES),
)
_LINE = lazy_pattern(r"([\w.]+)\((.*?)\) ([=~]) (.+)")
_WORD = r"(?<![\w.']){}(?![\w(])"
_LAMBDA = lazy_pattern(r"(\w+)(?:, (\w+)\))? ->")
_NAME = lazy_pattern(r"[a-z]\w*")
_PLAIN = lazy_pattern(r"[\w ,:;/@#=-]+")
# A week begins on a Monday in Spark, and on a Sunday elsewhere.
_UNITS = ("year", "quarter", "month", "day", "hour", "minute", "second")
_FIELD = lazy_pattern("%(.)")
# The fields that MySQL and Presto have as C does; their `%M` is a month.
_SAME_EVERYWHERE = "YymdHTjbap"
_OTHER_TYPES = ("text", "datetime", "datetime2", "nvarchar", "number", "numeric", "bit", "char")
# Between these an operand is alone, however loose it is.
_BEFORE = ("(", ",", "[", "where", "when", "then")
_BEHIND = (")", ",", "]", "then", "end")
_LOOSE = (e.Unary, e.Binary, e.Between, e.InList, e.Like, e.Is, e.IsDistinctFrom, e.Lambda)
_CONSTANTS = (e.StringLiteral, e.NumberLiteral)


class Form(Struct, frozen=True):
    """A line of the tables."""

    name: str
    parameters: tuple[str, ...]
    is_same: bool
    template: str

    @property
    def is_renaming(self) -> bool:
        """Whether nothing but the name changes."""
        is_changed = any(each == "unit" or "strftime" in each for each in self.parameters)
        plain = f"{self.new_name}({', '.join(self.parameters)})"
        return not is_changed and self.new_name.isidentifier() and self.template == plain

    @property
    def new_name(self) -> str:
        """The name of the function that the template calls, if it is one call."""
        return self.template.partition("(")[0]

    @property
    def left(self) -> str:
        """The call as the other dialect writes it."""
        return f"{self.name}({', '.join(self.parameters)})"


def find_forms(name: str) -> tuple[Form, ...]:
    """What is known of a function of another dialect."""
    return _forms_by_name().get(name.casefold(), ())


def all_forms() -> Iterator[Form]:
    """Every line of the tables."""
    for forms in _forms_by_name().values():
        yield from forms


def convert_call(form: Form, node: e.Call) -> str | None:
    """The call as the form has it; None where its arguments are others."""
    values = [argument.value for argument in node.arguments]
    if any(argument.name or argument.alias for argument in node.arguments):
        return None
    if len(values) != len(form.parameters) or node.keywords:
        return None
    if not all(map(_fits, form.parameters, values)):
        return None
    texts = [ssbt_text(value) for value in values]
    names = {word for match in _LAMBDA.finditer(form.template) for word in match.groups() if word}
    if any(re.search(rf"\b{name}\b", text) for name in names for text in texts):
        return None
    return _fill(form, values, texts)


@cache
def _forms_by_name() -> dict[str, tuple[Form, ...]]:
    forms: dict[str, tuple[Form, ...]] = {}
    for line in "".join(_TABLES).split("\n"):
        match = _LINE.fullmatch(line)
        if match is None:
            assert not line, line
            continue
        name, parameters, sign, template = match.groups()
        form = Form(name, tuple(filter(None, parameters.split(", "))), sign == "=", template)
        forms[name] = (*forms.get(name, ()), form)
    return forms


def _fits(parameter: str, value: e.Expression) -> bool:
    if isinstance(value, e.Star):
        return False
    if not _NAME.fullmatch(parameter):
        return _word_of(value) == parameter.strip("'").casefold()
    fits = _FITS.get(parameter.rstrip("_2"), _is_value)
    return fits(value)


def _word_of(value: e.Expression) -> str:
    """A word or a number, with or without quotes."""
    if isinstance(value, e.StringLiteral):
        return value.value.casefold()
    if isinstance(value, e.ColumnName) and len(value.parts) > 1:
        return ""
    # BigQuery's `week(monday)` has the form of a call.
    is_word = isinstance(value, e.ColumnName | e.NumberLiteral | e.Call)
    return ssbt_text(value).casefold() if is_word else ""


def _unit_of(value: e.Expression) -> str:
    """A unit of time, whatever it is called there."""
    return meant_unit(_word_of(value)) or ""


def _is_plain(value: e.Expression) -> bool:
    """A text that means the same as a regular expression."""
    return isinstance(value, e.StringLiteral) and _PLAIN.fullmatch(value.value) is not None


def _is_type(value: e.Expression) -> bool:
    word = value.name.text.casefold() if isinstance(value, e.Call) else _word_of(value)
    return not isinstance(value, e.StringLiteral) and word in (*type_names(), *_OTHER_TYPES)


def _is_interval(value: e.Expression) -> bool:
    is_typed = isinstance(value, e.TypedLiteral) and value.kind == "interval"
    return is_typed or isinstance(value, e.IntervalLiteral)


def _is_value(value: e.Expression) -> bool:
    return not isinstance(value, e.Lambda) and not _is_interval(value)


_FITS: dict[str, Callable[[e.Expression], bool]] = {
    "condition": lambda value: _is_value(value) and not isinstance(value, _CONSTANTS),
    "function": lambda value: isinstance(value, e.Lambda),
    "interval": _is_interval,
    "literal": lambda value: isinstance(value, e.StringLiteral),
    "plain": _is_plain,
    "type": _is_type,
    "strftime": lambda value: _translate(value) is not None,
    "plain_strftime": lambda value: _translate(value, _SAME_EVERYWHERE) is not None,
    "unit": lambda value: _unit_of(value) in _UNITS,
}


def _translate(value: e.Expression, fields: str = "") -> str | None:
    """The pattern of C, with no other than these fields, as Spark has it."""
    if not isinstance(value, e.StringLiteral) or "%" not in value.value:
        return None
    translation = translate_pattern(value.value)
    if fields and set(_FIELD.findall(value.value)) - set(fields):
        return None
    if translation is None or "%" in translation.pattern:
        return None
    return quote_string(translation.pattern)


def _fill(form: Form, values: list[e.Expression], texts: list[str]) -> str:
    """The template with the arguments in the places of its parameters."""
    replacements: dict[str, str] = {}
    loose: set[str] = set()
    for parameter, value, text in zip(form.parameters, values, texts, strict=True):
        replacements[parameter] = text
        if parameter == "unit":
            replacements[parameter] = _unit_of(value)
        elif parameter.endswith("strftime"):
            replacements[parameter] = _translate(value) or text
        if isinstance(value, _LOOSE):
            loose.add(parameter)

    def replace(match: re.Match[str]) -> str:
        before, behind = form.template[: match.start()].rstrip(), form.template[match.end() :]
        text = replacements[match[1]]
        is_alone = before.endswith(_BEFORE) and behind.lstrip().startswith(_BEHIND)
        return f"({text})" if match[1] in loose and not is_alone else text

    if not replacements:
        return form.template
    names = "|".join(map(re.escape, sorted(replacements, key=len, reverse=True)))
    text = form.template.replace("'unit'", f"'{replacements.get('unit', '').upper()}'")
    if text != form.template:
        return _fill(Form(form.name, form.parameters, form.is_same, text), values, texts)
    return re.sub(_WORD.format(f"({names})"), replace, form.template)
