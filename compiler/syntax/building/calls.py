"""Calls of functions, and what follows them."""

from __future__ import annotations

from typing import Any

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.building.nodes import Children
from ssbt.compiler.syntax.building.types import TypeBuilder
from ssbt.compiler.syntax.lexer import Lexeme


class CallBuilder(TypeBuilder):
    """Builds calls."""

    def _build_keyword_call(
        self, span: Span, name: str, arguments: Children, keywords: tuple[str, ...] = ()
    ) -> e.Expression:
        name_span = Span(span.path, span.start, span.start + len(name))
        items = tuple(a if isinstance(a, e.Argument) else e.Argument(a.span, a) for a in arguments)
        node = e.Call(span, Name(name_span, name), items, keywords=keywords)
        return self.limit_depth(node, *(item.value for item in items))

    def call(self, span: Span, children: Children) -> e.Expression:
        names = [child for child in children if isinstance(child, Name)]
        text = ".".join(name.text for name in names)
        name = Name(names[0].span.to(names[-1].span), text)
        argument_list = next(
            (child for child in children if isinstance(child, _ArgumentList)), None
        )
        clauses = [child for child in children if isinstance(child, _Clause)]
        return self._build_call(span, name, argument_list or _ArgumentList(), clauses)

    def _build_call(
        self, span: Span, name: Name, argument_list: _ArgumentList, clauses: list[_Clause]
    ) -> e.Expression:
        """A call in the ordinary form, with the clauses after it."""
        clause_values: dict[str, Any] = (
            {"nulls": argument_list.nulls} if argument_list.nulls else {}
        )
        for clause in clauses:
            if clause.name in clause_values:
                clause_name = "over" if clause.name == "window" else clause.name.replace("_", " ")
                self.report(
                    codes.DUPLICATE_CLAUSE, clause.span, f"a call says `{clause_name}` once"
                )
            clause_values[clause.name] = clause.value
        node = e.Call(span, name, argument_list.items, argument_list.distinct, **clause_values)
        keys = [*node.within_group, *(node.window.order if node.window else ())]
        operands: Children = [
            *(item.value for item in argument_list.items),
            *(key.value for key in keys),
        ]
        operands += [node.filter, *(node.window.partition if node.window else ())]
        return self.limit_depth(node, *operands)

    def arguments(self, span: Span, children: Children) -> _ArgumentList:
        quantifier, *items, nulls = children
        argument_list = _ArgumentList()
        argument_list.distinct = str(quantifier or "").lower() == "distinct"
        argument_list.nulls = _null_treatment(nulls) if nulls is not None else None
        argument_list.items = tuple(items)
        return argument_list

    def argument(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[0], None, children[2])

    def argument_named(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[1], children[0])

    def argument_lambda(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[0])

    def lambda_(self, span: Span, children: Children) -> e.Expression:
        *parameters, body = (child for child in children if not isinstance(child, Lexeme))
        return self.limit_depth(e.Lambda(span, tuple(parameters), body), body)

    def call_extract(self, span: Span, children: Children) -> e.Expression:
        name, field, _, value = children
        unit = e.ColumnName(field.span, (field,))
        return self._build_keyword_call(span, str(name), [unit, value], ("", "from"))

    def call_trim(self, span: Span, children: Children) -> e.Expression:
        name, side, characters, _, value, *_ = children
        keyword = str(side).lower() if side else ""
        if characters is None:
            return self._build_keyword_call(span, str(name), [value], (f"{keyword} from".strip(),))
        return self._build_keyword_call(span, str(name), [characters, value], (keyword, "from"))

    def call_substring(self, span: Span, children: Children) -> e.Expression:
        name, *operands = (child for child in children if not _is_keyword(child))
        arguments = [child for child in operands if child is not None]
        return self._build_keyword_call(
            span, str(name), arguments, ("", "from", "for")[: len(arguments)]
        )

    def call_position(self, span: Span, children: Children) -> e.Expression:
        name, part, _, whole = children
        return self._build_keyword_call(span, str(name), [part, whole], ("", "in"))

    def call_position_plain(self, span: Span, children: Children) -> e.Expression:
        call = self.call_trim_plain(span, children)
        argument = call.arguments[0].value if isinstance(call, e.Call) and call.arguments else None
        if not isinstance(call, e.Call) or len(call.arguments) != 1:
            return call
        if not isinstance(argument, e.InList) or argument.negated:
            return call
        # `position(a in (b))` reads like a list of one value, and `(b, c)` is a struct here.
        first, *others = argument.items
        whole = e.Tuple(first.span.to(argument.items[-1].span), argument.items) if others else first
        return self._build_keyword_call(span, call.name.text, [argument.operand, whole], ("", "in"))

    def call_overlay(self, span: Span, children: Children) -> e.Expression:
        name, *operands = (child for child in children if not _is_keyword(child))
        arguments = [child for child in operands if child is not None]
        return self._build_keyword_call(
            span, str(name), arguments, ("", "placing", "from", "for")[: len(arguments)]
        )

    def call_trim_plain(self, span: Span, children: Children) -> e.Expression:
        keyword, argument_list, *clauses = children
        name = Name(self.token_span(keyword), str(keyword))
        return self._build_call(span, name, argument_list, [c for c in clauses if c is not None])

    call_substring_plain = call_trim_plain

    call_extract_plain = call_trim_plain

    call_overlay_plain = call_trim_plain

    def clause_within_group(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "within_group", _sort_keys(children))

    def clause_filter(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "filter", children[2])

    def clause_nulls(self, span: Span, children: Children) -> _Clause:
        return _Clause(span, "nulls", _null_treatment(children[0]))

    def clause_over(self, span: Span, children: Children) -> _Clause:
        non_expressions = (Lexeme, e.SortKey, e.Frame, type(None))
        partition = tuple(child for child in children if not isinstance(child, non_expressions))
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


class _ArgumentList:
    """What is between the parentheses of a call."""

    items: tuple[e.Argument, ...] = ()
    distinct: bool = False
    nulls: str | None = None


class _Clause:
    """What may follow a call."""

    def __init__(self, span: Span, name: str, value: object) -> None:
        self.span, self.name, self.value = span, name, value


def _null_treatment(phrase: Lexeme) -> str:
    return str(phrase).lower().split()[0]


def _sort_keys(children: Children) -> tuple[e.SortKey, ...]:
    return tuple(child for child in children if isinstance(child, e.SortKey))


def _is_keyword(child: object) -> bool:
    """A keyword between the arguments of a call, not the call's own name, which comes first."""
    return isinstance(child, Lexeme) and child.type in ("FROM", "FOR", "PLACING")
