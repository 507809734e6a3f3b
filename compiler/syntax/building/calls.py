"""Calls of functions, and what stands behind them."""

from __future__ import annotations

from typing import Any

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.building.nodes import Children
from ssbt.compiler.syntax.building.types import TypeBuilder
from ssbt.compiler.syntax.engine import Lexeme


class CallBuilder(TypeBuilder):
    """Builds calls."""

    def _call(
        self, span: Span, name: str, arguments: Children, words: tuple[str, ...] = ()
    ) -> e.Expression:
        name_span = Span(span.path, span.start, span.start + len(name))
        items = tuple(a if isinstance(a, e.Argument) else e.Argument(a.span, a) for a in arguments)
        node = e.Call(span, e.Name(name_span, name), items, words=words)
        return self.checked(node, *(item.value for item in items))

    def call(self, span: Span, children: Children) -> e.Expression:
        names = [child for child in children if isinstance(child, e.Name)]
        text = ".".join(name.text for name in names)
        name = e.Name(names[0].span.to(names[-1].span), text)
        listed = next((child for child in children if isinstance(child, _Arguments)), None)
        clauses = [child for child in children if isinstance(child, _Clause)]
        return self._finished(span, name, listed or _Arguments(), clauses)

    def _finished(
        self, span: Span, name: e.Name, listed: _Arguments, clauses: list[_Clause]
    ) -> e.Expression:
        """A call in the ordinary form, with the clauses behind it."""
        given: dict[str, Any] = {"nulls": listed.nulls} if listed.nulls else {}
        for clause in clauses:
            if clause.name in given:
                words = "over" if clause.name == "window" else clause.name.replace("_", " ")
                self.report(codes.DUPLICATE_CLAUSE, clause.span, f"a call says `{words}` once")
            given[clause.name] = clause.value
        node = e.Call(span, name, listed.items, listed.distinct, **given)
        keys = [*node.within_group, *(node.window.order if node.window else ())]
        inside: Children = [*(item.value for item in listed.items), *(key.value for key in keys)]
        inside += [node.filter, *(node.window.partition if node.window else ())]
        return self.checked(node, *inside)

    def arguments(self, span: Span, children: Children) -> _Arguments:
        quantifier, *rest, nulls = children
        listed = _Arguments()
        listed.distinct = str(quantifier or "").lower() == "distinct"
        listed.nulls = _nulls(nulls) if nulls is not None else None
        listed.items = tuple(rest)
        return listed

    def argument(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[0], None, children[2])

    def argument_named(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[1], children[0])

    def argument_lambda(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[0])

    def lambda_(self, span: Span, children: Children) -> e.Expression:
        *parameters, body = (child for child in children if not isinstance(child, Lexeme))
        return self.checked(e.Lambda(span, tuple(parameters), body), body)

    def call_extract(self, span: Span, children: Children) -> e.Expression:
        name, field, _, value = children
        unit = e.ColumnName(field.span, (field,))
        return self._call(span, str(name), [unit, value], ("", "from"))

    def call_trim(self, span: Span, children: Children) -> e.Expression:
        name, side, characters, _, value, *_ = children
        word = str(side).lower() if side else ""
        if characters is None:
            return self._call(span, str(name), [value], (f"{word} from".strip(),))
        return self._call(span, str(name), [characters, value], (word, "from"))

    def call_substring(self, span: Span, children: Children) -> e.Expression:
        name, *rest = (child for child in children if not _is_word(child))
        found = [child for child in rest if child is not None]
        return self._call(span, str(name), found, ("", "from", "for")[: len(found)])

    def call_position(self, span: Span, children: Children) -> e.Expression:
        name, part, _, whole = children
        return self._call(span, str(name), [part, whole], ("", "in"))

    def call_position_plain(self, span: Span, children: Children) -> e.Expression:
        call = self.call_trim_plain(span, children)
        only = call.arguments[0].value if isinstance(call, e.Call) and call.arguments else None
        if not isinstance(call, e.Call) or len(call.arguments) != 1:
            return call
        if not isinstance(only, e.InList) or only.negated:
            return call
        # `position(a in (b))` reads like a list of one value, and `(b, c)` is a struct here.
        first, *more = only.items
        whole = e.Tuple(first.span.to(only.items[-1].span), only.items) if more else first
        return self._call(span, call.name.text, [only.operand, whole], ("", "in"))

    def call_overlay(self, span: Span, children: Children) -> e.Expression:
        name, *rest = (child for child in children if not _is_word(child))
        found = [child for child in rest if child is not None]
        return self._call(span, str(name), found, ("", "placing", "from", "for")[: len(found)])

    def call_trim_plain(self, span: Span, children: Children) -> e.Expression:
        keyword, listed, *clauses = children
        name = e.Name(self.token_span(keyword), str(keyword))
        return self._finished(span, name, listed, [c for c in clauses if c is not None])

    call_substring_plain = call_trim_plain

    call_extract_plain = call_trim_plain

    call_overlay_plain = call_trim_plain

    def clause_within_group(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "within_group", _sort_keys(children))

    def clause_filter(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "filter", children[2])

    def clause_nulls(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "nulls", _nulls(children[0]))

    def clause_over(self, span: Span, children: Children) -> _Clause:
        plain = (Lexeme, e.SortKey, e.Frame, type(None))
        partition = tuple(child for child in children if not isinstance(child, plain))
        frame = next((child for child in children if isinstance(child, e.Frame)), None)
        window = e.Window(span, partition, _sort_keys(children), frame)
        return _Clause(span, "window", window)

    def sort_key(self, span: Span, children: Children) -> e.SortKey:
        value, direction, nulls = children
        return e.SortKey(
            span,
            value,
            direction is not None and direction.type == "DESC",
            None if nulls is None else str(nulls).lower().split()[1],
        )

    def frame(self, span: Span, children: Children) -> e.Frame:
        bounds = [child for child in children if isinstance(child, e.FrameBound)]
        end = bounds[1] if len(bounds) > 1 else None
        return e.Frame(span, str(children[0]).lower(), bounds[0], end)

    frame_between = frame

    def frame_bound_words(self, span: Span, children: Children) -> e.FrameBound:
        return e.FrameBound(span, " ".join(str(children[0]).lower().split()), None)

    def frame_bound_offset(self, span: Span, children: Children) -> e.FrameBound:
        return e.FrameBound(span, str(children[1]).lower(), children[0])


class _Arguments:
    """What stands between the parentheses of a call."""

    items: tuple[e.Argument, ...] = ()
    distinct: bool = False
    nulls: str | None = None


class _Clause:
    """What may stand behind a call."""

    def __init__(self, span: Span, name: str, value: object) -> None:
        self.span, self.name, self.value = span, name, value


def _nulls(words: Lexeme) -> str:
    return str(words).lower().split()[0]


def _sort_keys(children: Children) -> tuple[e.SortKey, ...]:
    return tuple(child for child in children if isinstance(child, e.SortKey))


def _is_word(child: object) -> bool:
    """A keyword between the arguments of a call, not the call's own name, which comes first."""
    return isinstance(child, Lexeme) and child.type in ("FROM", "FOR", "PLACING")
