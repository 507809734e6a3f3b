"""The way out for a call of another dialect: in words, and as a fix where there is one way."""

from __future__ import annotations

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.foreign.advice import ADVICE, WITHOUT_COUNTERPART
from ssbt.compiler.syntax.foreign.forms import Form, convert_call, find_forms
from ssbt.compiler.syntax.foreign.methods import is_atom
from ssbt.compiler.syntax.foreign.renamed import RENAMED
from ssbt.compiler.syntax.names import function_name

_UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
Suggestion = tuple[str, tuple[Edit, ...]]


def suggest_form(node: e.Call, name: str, *, is_operand: bool) -> Suggestion | None:
    """How Spark writes what `name` is elsewhere; nothing where nothing is known of it.

    `is_operand` tells that an operator beside the call would take a part of what takes its place.
    """
    forms = find_forms(name)
    suggestion = suggest_match(node, forms, is_operand=is_operand)
    if suggestion is not None:
        return suggestion
    word = name.casefold()
    if word == "safe_cast" and len(node.arguments) == 1 and node.arguments[0].alias:
        return "write `try_cast(VALUE as TYPE)`", (Edit(node.name.span, "try_cast"),)
    if word.rpartition(".")[2] == "timedelta" and (text := _interval(node)):
        return f"a length of time is written `{text}`", (Edit(node.span, text),)
    if word in RENAMED:
        return suggest_name(node, RENAMED[word])
    if word in ADVICE:
        return ADVICE[word], ()
    if forms:
        return _describe(forms), ()
    if word in WITHOUT_COUNTERPART:
        return "Spark has no such function; one of your own is used with `apply`", ()
    return None


def suggest_match(node: e.Call, forms: tuple[Form, ...], *, is_operand: bool) -> Suggestion | None:
    """The call by the first of these forms that takes its arguments."""
    has_clauses = bool(node.nulls or node.within_group or node.filter or node.window)
    for form in forms:
        text = convert_call(form, node)
        if text is None:
            continue
        if not form.is_same:
            return f"near to it is `{text}`", ()
        if form.is_renaming:
            return suggest_name(node, form.new_name)
        if node.distinct:
            name, _, arguments = text.partition("(")
            has_clauses = has_clauses or not name.isidentifier()
            text = f"{name}(distinct {arguments}"
        help_ = f"write `{text}`"
        if is_operand and not is_atom(text):
            text = f"({text})"
        return help_, () if has_clauses else (Edit(node.span, text),)
    return None


def suggest_name(node: e.Call, replacement: str) -> Suggestion:
    """The call with another name."""
    edit = Edit(node.name.span, function_name(replacement))
    return f"did you mean `{replacement}`?", (edit,)


def _interval(node: e.Call) -> str | None:
    """`timedelta(days=7)`, whose argument is a comparison for the grammar."""
    match [argument.value for argument in node.arguments]:
        case [
            e.Binary(
                operator="=", left=e.ColumnName(parts=(unit,)), right=e.NumberLiteral(text=number)
            )
        ] if unit.text in _UNITS and number.isdigit():
            return f"interval {number} {unit.text}"
    return None


def _describe(forms: tuple[Form, ...]) -> str:
    """What is known of a function whose arguments are others."""
    texts = [f"`{form.left}` is written `{form.template}`" for form in forms]
    if any("plain" in form.parameters for form in forms):
        texts[1:] = ["which takes a regular expression"]
    return ", ".join(texts[:2])
