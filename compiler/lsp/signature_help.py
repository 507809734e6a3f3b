"""The call, or the step, that a place is in: its form, and which part of it is being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.hover import declaration_page
from ssbt.compiler.lsp.signatures import function_page, parameter_label, parameter_page
from ssbt.compiler.lsp.step_forms import STEP_FORMS
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.tokens import Token, tokenize
from ssbt.compiler.types import functions
from ssbt.compiler.types.functions import Function
from ssbt.grammar.words import DECLARATION_WORDS

# How much of the text before the place is looked at, in characters.
_MAX_LOOKBACK = 20_000
_HEADS = frozenset(DECLARATION_WORDS)
_NAMED = lazy_pattern(r"\s*([^\W\d]\w*)\s*=>")


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """A parameter or clause: the stretch of the label that shows it, and what is known of it."""

    start: int
    end: int
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """`active` is the index of the part being written, None where it is not one of them.

    `is_call` is false for the form of a step.
    """

    label: str
    documentation: str
    parts: tuple[SignaturePart, ...]
    active: int | None
    is_call: bool = True


@dataclass(frozen=True, slots=True)
class _OpenCall:
    """A bracket that is open at the place: the name before it, and what is before that."""

    name: str
    begin: int
    commas: int = 0
    last: int = 0
    follows_pipe: bool = False


def find_signature_help(analysis: Analysis, path: str, offset: int) -> SignatureHelp | None:
    """The innermost call around an offset of the file at `path` that is known, or else the step."""
    source = analysis.sources.get(path)
    if source is None:
        return None
    floor = max(encoding.body_bounds(source)[0], offset - _MAX_LOOKBACK)
    text = source.text[floor:offset]
    visible = list(_visible_tokens(text))
    if visible and visible[-1].kind == "comment":
        return None
    for call in reversed(_find_open_calls(text, visible)):
        signature = _call_signature(analysis, text, call)
        if signature is not None:
            return signature
    return _step_signature(text, visible)


def _visible_tokens(text: str) -> Iterator[Token]:
    """The tokens that count, up to a string that is being written."""
    all_tokens = [each for each in tokenize(text) if each.kind != "newline"]
    unfinished = next(
        (
            i
            for i, each in enumerate(all_tokens)
            if each.kind == "open_string" and _is_on_last_line(text, each)
        ),
        len(all_tokens),
    )
    cut = all_tokens[:unfinished]
    last = cut[-1:]
    yield from (each for each in cut if each.kind != "comment")
    yield from (each for each in last if each.kind == "comment" and "\n" not in text[each.end :])


def _is_on_last_line(text: str, token: Token) -> bool:
    return "\n" not in text[token.start :]


def _find_open_calls(text: str, visible: list[Token]) -> list[_OpenCall]:
    """The brackets that are open at the end of the text, the outermost first."""
    open_calls: list[_OpenCall] = []
    for index, token in enumerate(visible):
        word = text[token.start : token.end]
        begins = token.kind == "word" and token.is_first and word.lower() in _HEADS
        if token.kind == "pipe" or (begins and text[token.start - 1 : token.start] in ("", "\n")):
            open_calls = []
        elif token.kind == "open":
            previous = visible[index - 1] if index else None
            is_named = word == "(" and previous is not None and previous.kind in ("word", "name")
            name = text[previous.start : previous.end] if previous is not None and is_named else ""
            follows_pipe = index > 1 and visible[index - 2].kind == "pipe"
            open_calls.append(
                _OpenCall(name.strip("`"), token.end, last=token.end, follows_pipe=follows_pipe)
            )
        elif token.kind == "close" and open_calls:
            open_calls.pop()
        elif token.kind == "separator" and open_calls:
            top = open_calls.pop()
            open_calls.append(
                _OpenCall(top.name, top.begin, top.commas + 1, token.end, top.follows_pipe)
            )
    return open_calls


def _call_signature(analysis: Analysis, text: str, call: _OpenCall) -> SignatureHelp | None:
    node = analysis.by_name.get(("transform", call.name.casefold())) if call.name else None
    if isinstance(node, d.Transform):
        # The dataset so far is the first argument of a step.
        return _transform_signature(analysis, node, call.commas + call.follows_pipe)
    function = functions.find_function(call.name) if call.name else None
    if function is None or not function.name.isidentifier():
        return None
    argument_match = _NAMED.match(text, call.last)
    return _function_signature(function, call.commas, argument_match[1] if argument_match else "")


def _function_signature(function: Function, index: int, argument_name: str) -> SignatureHelp:
    label = f"{function.name}("
    parts = []
    for number, parameter in enumerate(function.parameters):
        label += ", " if number else ""
        start = len(label)
        label += parameter_label(parameter)
        parts.append(SignaturePart(start, len(label), parameter_page(parameter)))
    active: int | None = None
    names = [each.name.casefold() for each in function.parameters]
    if argument_name.casefold() in names:
        active = names.index(argument_name.casefold())
    elif (parameter_at := function.parameter(index)) is not None:
        active = function.parameters.index(parameter_at)
    return SignatureHelp(f"{label})", function_page(function), tuple(parts), active)


def _transform_signature(analysis: Analysis, node: d.Transform, index: int) -> SignatureHelp:
    label = f"{node.name.text}("
    parts = []
    for number, parameter in enumerate(node.parameters):
        label += ", " if number else ""
        start = len(label)
        label += f"{parameter.name.text}: {parameter.schema.text}"
        schema = analysis.by_name.get(("schema", parameter.schema.text.casefold()))
        page = declaration_page(analysis, schema) if schema is not None else ""
        parts.append(SignaturePart(start, len(label), page))
    active = index if index < len(parts) else None
    return SignatureHelp(f"{label})", analysis.doc_comment(node.span), tuple(parts), active)


def _step_signature(text: str, visible: list[Token]) -> SignatureHelp | None:
    """The step that the text ends in; its active clause is the last whose word is there."""
    pipe_index = next((i for i in reversed(range(len(visible))) if visible[i].kind == "pipe"), None)
    if pipe_index is None:
        return None
    step_tokens = visible[pipe_index + 1 :]
    if any(each.is_first and text[each.start - 1 : each.start] == "\n" for each in step_tokens):
        return None
    depth, words = 0, []
    for token in step_tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and token.kind == "word":
            words.append(text[token.start : token.end].lower())
    step_text = f"{' '.join(words)} "
    forms = [each for each in STEP_FORMS if step_text.startswith(f"{each.word} ")]
    if not forms:
        return None
    form = max(forms, key=lambda each: len(each.word))
    parts, label = [], ""
    for number, clause in enumerate(form.clauses):
        label += " " if number else ""
        parts.append(SignaturePart(len(label), len(label) + len(clause.form), clause.doc))
        label += clause.form
    last = 0
    for number, clause in enumerate(form.clauses):
        if number and f" {clause.word} " in f" {step_text}":
            last = number
    return SignatureHelp(label, form.doc, tuple(parts), last, is_call=False)
