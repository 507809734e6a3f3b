"""Texts and words as the values of options, parameters in them included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.parameters import (
    ConversionTarget,
    base_type,
    check_param,
    takes_param,
)
from ssbt.compiler.connectors.secrets import is_secret_name, secret_flow
from ssbt.compiler.connectors.specification import (
    Option,
    OptionPlacement,
    ValueKind,
    is_newer,
)
from ssbt.compiler.connectors.values import Text, Word
from ssbt.compiler.connectors.wording import join_alternatives, too_new, unfit_value
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_PARAM, UNKNOWN_CHOICE
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from ssbt.compiler.connectors.parameters import ConvertedScalar


# This many connectors help; more say nothing.
_MOST_CONNECTORS = 4
# Words of other libraries for the modes of writing.
_OTHER_CHOICES = {
    **dict.fromkeys(("replace", "truncate", "w"), "overwrite"),
    **dict.fromkeys(("fail", "error", "raise"), "errorifexists"),
    **dict.fromkeys(("insert", "add", "a"), "append"),
}


def convert_text(option: Option, value: Text, target: ConversionTarget) -> ConvertedScalar:
    """The text, if it has the form that the option asks for; with parameters, as it was written."""
    plain = value.plain
    if plain is None:
        return (yield from _convert_parameterized_text(option, value, target))
    if option.type.kind is ValueKind.CHAR:
        shortest = 1 if option.minimum is None else option.minimum
        if not shortest <= len(plain) <= 1:
            yield unfit_value(option, value.span, f"one character, not {len(plain)}")
            return None
    if option.pattern and not re.fullmatch(option.pattern, plain):
        yield unfit_value(option, value.span, option.pattern_text)
        return None
    return plain


def _convert_parameterized_text(
    option: Option, value: Text, target: ConversionTarget
) -> ConvertedScalar:
    if option.adds_column:
        yield Diagnostic(
            UNFIT_PARAM,
            f"`{option.name}` names a column, which must be known when compiling",
            Label(value.span, "depends on a parameter"),
        )
        return None
    param = value.sole_param
    if param is None:
        return value
    if takes_param(option.type.kind):
        return (yield from check_param(option, param, value, target))
    # A string needs no formatting on its way into an option; anything else becomes text.
    return param if base_type(target, param) == "string" else value


def convert_word(option: Option, value: Word | Text, target: ConversionTarget) -> ConvertedScalar:
    """What Spark calls the choice that a word names, or the text of an open option."""
    if isinstance(value, Text) and value.plain is None:
        return (yield from _convert_parameterized_text(option, value, target))
    text = (value.plain if isinstance(value, Text) else value.text) or ""
    choice = option.choice(text)
    if choice is None:
        # What is not built in is the name of a class, of which Spark loads any.
        if option.open and isinstance(value, Text) and "." in text:
            return text
        if is_secret_name(value, target):
            yield secret_flow(text, f"`{option.name}`", value.span)
        else:
            yield _unknown_choice(option, text, value)
        return None
    if is_newer(choice.since, target.spark):
        feature = f"`{option.name} = {choice.name}`"
        yield too_new(feature, choice.since, target.spark, value.span)
        return None
    return choice.spark


def _unknown_choice(option: Option, text: str, value: Word | Text) -> Diagnostic:
    names = [choice.name for choice in option.choices]
    near = _OTHER_CHOICES.get(text.casefold())
    near = near if near in names else did_you_mean(text, names)
    # One word may have other choices for batch than for streams.
    only = [mode.value for mode in option.modes] if len(option.modes) == 1 else []
    context = "".join(f" for a {mode}" for mode in only)
    help_ = [f"the choices are {join_alternatives(f'`{name}`' for name in names)}"]
    others = _find_connectors(option, text) if not near else []
    if 0 < len(others) <= _MOST_CONNECTORS:
        which = join_alternatives(f"`{name}`" for name in others)
        help_.append(f"sinks to {which} take `{option.name} = {text}`")
    return Diagnostic(
        UNKNOWN_CHOICE,
        f"`{option.name}` cannot be `{text}`{context}"
        + (f"; did you mean `{near}`?" if near else ""),
        Label(value.span),
        help=tuple(help_),
        fix=(Edit(value.span, near),) if near else (),
    )


def _find_connectors(option: Option, text: str) -> list[str]:
    """The connectors whose sinks can be written in a mode that this one does not have."""
    if option.place is not OptionPlacement.MODE:
        return []
    # Connectors are made of options, so that these cannot know them from the beginning.
    from ssbt.compiler.connectors.loading import connector_names, find_connector

    names = []
    for name in connector_names():
        connector = find_connector(name)
        options = connector.sink.options if connector is not None and connector.sink else ()
        if any(
            each.name == option.name and each.modes & option.modes and each.choice(text)
            for each in options
        ):
            names.append(name)
    return names
