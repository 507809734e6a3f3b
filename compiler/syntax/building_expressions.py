"""The grammar's rules for expressions and types to AST nodes; see `building`."""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span
from ssbt.compiler.syntax import strings
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.engine import Lexeme

Children = list[Any]
N = TypeVar("N", bound=e.Node)

# Spark's parser gives up between 200 and 300 calls inside each other (measured on 4.1.1); chains
# of `and` and `or` it takes by the thousand, so a link of one counts as a tenth of a level.
MAXIMUM_DEPTH = 200
_CHAINS = ("and", "or")
_CANONICAL = {"==": "=", "<>": "!=", "!>": "<=", "!<": ">=", "!": "not"}


class ExpressionBuilder:
    """Builds expressions and types of a piece of text, which stands at `offset` in the file called
    `path`; collects findings."""

    def __init__(self, path: str, offset: int, piece: str) -> None:
        self.path, self.offset, self.piece = path, offset, piece
        self.findings: list[Diagnostic] = []
        self.depths: dict[int, tuple[float, object]] = {}

    # ---- places and findings

    def token_span(self, literal: Lexeme) -> Span:
        start = (literal.start_pos or 0) + self.offset
        return Span(self.path, start, start + len(literal))

    def report(
        self, code: Code, span: Span, message: str, *help_: str, fix: Edit | None = None
    ) -> None:
        edits = () if fix is None else (fix,)
        self.findings.append(Diagnostic(code, message, Label(span), (), tuple(help_), edits))

    def checked(self, node: N, *children: object) -> N:
        """The node, unless it is nested too deeply: then a broken one in its place."""
        step = 0.1 if isinstance(node, e.Binary) and node.operator in _CHAINS else 1.0
        if self.has_room(node, step, *children):
            return node
        # Behind the finding every rule takes one in the place of any node.
        return cast(N, e.BrokenExpression(node.span))

    def has_room(self, node: e.Node, step: float, *children: object) -> bool:
        """Whether a node, so much deeper than its children, is not nested too deeply."""
        below = [self.depths[id(c)][0] for c in children if id(c) in self.depths]
        depth = step + max(below, default=0.0)
        if depth <= MAXIMUM_DEPTH:
            # The node is kept beside its depth so that its id is not given to another.
            self.depths[id(node)] = (depth, node)
            return True
        span = node.span
        if not any(f.code is codes.NESTED_TOO_DEEPLY for f in self.findings):
            start = Span(span.path, span.start, min(span.end, span.start + 1))
            message = f"this is nested more than {MAXIMUM_DEPTH} levels deep"
            help_ = "give parts of it names with `extend` or `let`"
            self.report(codes.NESTED_TOO_DEEPLY, start, message, help_)
        return False

    def unescaped(self, body: str, base: int) -> str:
        """What the body of a literal means; `base` is its offset in the file."""
        try:
            return strings.unescaped(body)
        except strings.BadEscapeError as error:
            start = base + error.offset
            span = Span(self.path, start, start + len(error.text))
            self.report(literals.BAD_ESCAPE, span, f"`{error.text}` is no character")
            return body

    def idle_escapes(self, code: Code, body: str, literal: Span, quotes: int) -> None:
        """Report the escapes that mean nothing."""
        for offset, text in strings.idle_escapes(body):
            start = literal.start + quotes + offset
            span = Span(self.path, start, start + len(text))
            message = f"`{text}` means `{text[1:]}` here: the backslash is lost"
            help_ = f"write `\\{text}`, or a raw string `r'…'` in an expression"
            self.report(code, span, message, help_)

    # ---- names and literals

    def name(self, span: Span, children: Children) -> e.Name:
        text = str(children[0])
        if text.startswith("`"):
            text = text[1:-1].replace("``", "`")
        return e.Name(span, text)

    def column(self, span: Span, children: Children) -> e.ColumnName:
        return e.ColumnName(span, tuple(children))

    def parameter_use(self, span: Span, children: Children) -> e.ParameterUse:
        text = str(children[0])[2:-1].strip()
        if text.startswith("`"):
            text = text[1:-1].replace("``", "`")
        return e.ParameterUse(span, e.Name(span, text))

    def number(self, span: Span, children: Children) -> e.NumberLiteral:
        return e.NumberLiteral(span, str(children[0]))

    def string(self, span: Span, children: Children) -> str:
        literal = children[0]
        if literal.type == "RAW_STRING":
            return str(literal)[2:-1]
        body = str(literal)[1:-1]
        self.idle_escapes(literals.IDLE_ESCAPE, body, self.token_span(literal), 1)
        body = strings.undoubled(body, literal[0])
        return self.unescaped(body, literal.start_pos + 1 + self.offset)

    def sql_string(self, span: Span, children: Children) -> e.StringLiteral:
        value = "".join(children)
        match = strings.PARAMETER.search(value)
        if match and match.group() != "$${":
            self._parameter_in_text(span, value, match.group())
        return e.StringLiteral(span, value)

    def _parameter_in_text(self, span: Span, value: str, name: str) -> None:
        """A parameter inside of quotes: drop them where it is all that is in them."""
        message = f"`{name}` inside a string of an expression is plain text"
        code, fix = literals.PARAMETER_IN_EXPRESSION_STRING, None
        if value == name:
            help_, fix = f"leave out the quotes: `{name}`", Edit(span, name)
        else:
            before, _, behind = value.partition(name)
            shown = [f"'{part}'" for part in (before, behind)] if value.isprintable() else []
            if any(sign in value for sign in "\\'") or strings.PARAMETER.search(behind):
                shown = []
            first, last = shown or ("'…'", "'…'")
            pieces = [piece for piece in (first, name, last) if piece != "''"]
            help_ = f"join the pieces: `concat({', '.join(pieces)})`"
        self.report(code, span, message, help_, fix=fix)

    def null(self, span: Span, children: Children) -> e.NullLiteral:
        return e.NullLiteral(span)

    def true(self, span: Span, children: Children) -> e.BooleanLiteral:
        return e.BooleanLiteral(span, True)

    def false(self, span: Span, children: Children) -> e.BooleanLiteral:
        return e.BooleanLiteral(span, False)

    def hex(self, span: Span, children: Children) -> e.TypedLiteral:
        digits = str(children[0])[1:].strip()[1:-1]
        if any(c not in "0123456789abcdefABCDEF" for c in digits):
            self.report(literals.BAD_TIME_LITERAL, span, f"`{digits}` is not hexadecimal")
            digits = ""
        return e.TypedLiteral(span, "x", digits.upper())

    def typed_literal(self, span: Span, children: Children) -> e.TypedLiteral:
        return e.TypedLiteral(span, str(children[0]).lower(), children[1])

    def interval(self, span: Span, children: Children) -> e.IntervalLiteral:
        return e.IntervalLiteral(span, tuple(children[1:]))

    def interval_part(self, span: Span, children: Children) -> tuple[e.Expression, str]:
        sign, value, unit = children
        kind = e.NumberLiteral if isinstance(value, Lexeme) else e.StringLiteral
        if not _INTERVAL_VALUE.fullmatch(value):
            message = f"`{value}` is no number of {unit.text}"
            self.report(literals.BAD_TIME_LITERAL, span, message)
        return kind(span, _signed(sign, value)), self._unit(unit)

    def interval_text(self, span: Span, children: Children) -> e.TypedLiteral:
        return e.TypedLiteral(span, "interval", children[1])

    def interval_range(self, span: Span, children: Children) -> e.TypedLiteral:
        _, sign, value, first, _, last = children
        units = (self._unit(first), self._unit(last))
        return e.TypedLiteral(span, "interval", _signed(sign, value), units)

    def _unit(self, name: e.Name) -> str:
        unit = name.text.lower()
        if unit.removesuffix("s") not in _UNITS:
            known = ", ".join(sorted(_UNITS))
            message = f"`{name.text}` is no unit of time"
            self.report(literals.BAD_TIME_LITERAL, name.span, message, f"the units are {known}")
        return unit

    # ---- operators

    def binary(self, span: Span, children: Children) -> e.Expression:
        left, operator, right = children
        text = str(operator).lower()
        node = e.Binary(span, _CANONICAL.get(text, text), left, right)
        return self.checked(node, left, right)

    def equals(self, span: Span, children: Children) -> e.Expression:
        left, right = children
        return self.checked(e.Binary(span, "=", left, right), left, right)

    def unary(self, span: Span, children: Children) -> e.Expression:
        operator, operand = children
        text = str(operator).lower()
        node = e.Unary(span, _CANONICAL.get(text, text), operand)
        return self.checked(node, operand)

    def between(self, span: Span, children: Children) -> e.Expression:
        operand, negated, _, low, _, high = children
        node = e.Between(span, operand, low, high, negated is not None)
        return self.checked(node, operand, low, high)

    def in_list(self, span: Span, children: Children) -> e.Expression:
        operand, negated, word, *items = children
        said = " ".join(str(word).lower().split())
        node = e.InList(span, operand, tuple(items), negated is not None, said)
        return self.checked(node, *items, operand)

    def like(self, span: Span, children: Children) -> e.Expression:
        operand, negated, operator, pattern, _, escape = children
        node = e.Like(span, operand, _like(operator), None, (pattern,), escape, negated is not None)
        return self.checked(node, operand, pattern)

    def like_many(self, span: Span, children: Children) -> e.Expression:
        operand, negated, operator, quantifier, *patterns = children
        word = str(quantifier).lower()
        node = e.Like(
            span,
            operand,
            _like(operator),
            "any" if word == "some" else word,
            tuple(patterns),
            None,
            negated is not None,
        )
        return self.checked(node, operand, *patterns)

    def is_(self, span: Span, children: Children) -> e.Expression:
        operand, _, negated, what = children
        node = e.Is(span, operand, str(what).lower(), negated is not None)
        return self.checked(node, operand)

    def is_distinct_from(self, span: Span, children: Children) -> e.Expression:
        left, _, negated, _, right = children
        node = e.IsDistinctFrom(span, left, right, negated is not None)
        return self.checked(node, left, right)

    # ---- primaries

    def star(self, span: Span, children: Children) -> e.Star:
        return e.Star(span, (), children[1] or ())

    def star_of(self, span: Span, children: Children) -> e.Star:
        names = tuple(child for child in children if isinstance(child, e.Name))
        return e.Star(span, names, children[-1] or ())

    def except_columns(self, span: Span, children: Children) -> tuple[e.ColumnName, ...]:
        return tuple(children[1:])

    def parenthesised(self, span: Span, children: Children) -> e.Expression:
        return self.checked(e.Parenthesised(span, children[0]), children[0])

    def tuple_(self, span: Span, children: Children) -> e.Expression:
        return self.checked(e.Tuple(span, tuple(children)), *children)

    def case(self, span: Span, children: Children) -> e.Expression:
        operand = children[1]
        branches = tuple(child for child in children if isinstance(child, tuple))
        otherwise = children[-2]
        node = e.Case(span, operand, branches, otherwise)
        parts = [part for branch in branches for part in branch]
        return self.checked(node, operand, otherwise, *parts)

    def when(self, span: Span, children: Children) -> tuple[e.Expression, e.Expression]:
        return children[1], children[3]

    def cast(self, span: Span, children: Children) -> e.Expression:
        form, operand, _, type_ = children
        return self.checked(e.Cast(span, operand, type_, str(form).lower()), operand)

    def cast_postfix(self, span: Span, children: Children) -> e.Expression:
        operand, type_ = children
        return self.checked(e.Cast(span, operand, type_, "::"), operand)

    def subscript(self, span: Span, children: Children) -> e.Expression:
        return self.checked(e.Subscript(span, *children), *children)

    def field(self, span: Span, children: Children) -> e.Expression:
        return self.checked(e.Field(span, *children), children[0])

    def collate(self, span: Span, children: Children) -> e.Expression:
        operand, _, *names = children
        collation = ".".join(name.text for name in names)
        return self.checked(e.Collate(span, operand, collation), operand)

    def variant_path(self, span: Span, children: Children) -> e.Expression:
        operand, name = children
        node = e.VariantPath(span, operand, name)
        return self.checked(node, operand)

    def variant_index(self, span: Span, children: Children) -> e.Expression:
        operand, index = children
        if isinstance(index, e.StringLiteral):
            node = e.VariantPath(span, operand, e.Name(index.span, index.value))
            return self.checked(node, operand)
        at = Span(span.path, operand.span.end, operand.span.end)
        root = self.checked(e.VariantPath(at, operand, e.Name(at, "")), operand)
        return self.checked(e.Subscript(span, root, index), root, index)

    # ---- calls

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

    # ---- types

    def type_name(self, span: Span, children: Children) -> e.TypeName:
        return e.TypeName(span, children[0].text.lower())

    def type_collated(self, span: Span, children: Children) -> e.TypeName:
        name, _, collation = children
        return e.TypeName(span, name.text.lower(), collation=collation.text)

    def type_numbers(self, span: Span, children: Children) -> e.TypeName:
        name, *numbers = children
        values = tuple(self._type_number(number) for number in numbers)
        return e.TypeName(span, name.text.lower(), numbers=values)

    def _type_number(self, literal: Lexeme) -> int:
        if literal.isdecimal() and len(literal) < 10:
            return int(literal)
        message = f"`{literal}` is no parameter of a type: it takes a whole number"
        self.report(literals.BAD_TYPE, self.token_span(literal), message)
        return 0

    def type_zoneless(self, span: Span, children: Children) -> e.TypeName:
        keyword, number, _ = children
        if keyword.lower().startswith("timestamp"):
            return e.TypeName(span, "timestamp_ntz")
        return e.TypeName(span, "time", () if number is None else (self._type_number(number),))

    def type_generic(self, span: Span, children: Children) -> e.Expression | e.TypeName:
        name, *inner = children
        fields = tuple(child for child in inner if isinstance(child, e.TypeField))
        types = tuple(child for child in inner if isinstance(child, e.TypeName))
        parts = [*types, *(field.type for field in fields)]
        node = e.TypeName(span, str(name).lower(), arguments=types, fields=fields)
        return self.checked(node, *parts)

    def type_argument(self, span: Span, children: Children) -> Any:
        return children[0]

    def type_field(self, span: Span, children: Children) -> e.TypeField:
        name, type_, not_null, _, comment = children
        return e.TypeField(span, name, type_, not_null is not None, comment)

    def type_interval(self, span: Span, children: Children) -> e.TypeName:
        units = tuple(child.text.lower() for child in children[1:] if isinstance(child, e.Name))
        return e.TypeName(span, "interval", units=units)


class _Arguments:
    """What stands between the parentheses of a call."""

    items: tuple[e.Argument, ...] = ()
    distinct: bool = False
    nulls: str | None = None


class _Clause:
    """What may stand behind a call."""

    def __init__(self, span: Span, name: str, value: object) -> None:
        self.span, self.name, self.value = span, name, value


_UNITS = frozenset(
    (
        *("year", "month", "week", "day", "hour", "minute", "second"),
        *("millisecond", "microsecond"),
    )
)
_INTERVAL_VALUE = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*")


def _signed(sign: str | None, value: str) -> str:
    """The value of an interval with the sign that stands before it."""
    if sign != "-":
        return value
    return value[1:] if value.startswith("-") else f"-{value.removeprefix('+')}"


def _like(operator: Lexeme) -> str:
    text = str(operator).lower()
    return "rlike" if text == "regexp" else text


def _nulls(words: Lexeme) -> str:
    return str(words).lower().split()[0]


def _sort_keys(children: Children) -> tuple[e.SortKey, ...]:
    return tuple(child for child in children if isinstance(child, e.SortKey))


def _is_word(child: object) -> bool:
    """A keyword between the arguments of a call, not the call's own name, which comes first."""
    return isinstance(child, Lexeme) and child.type in ("FROM", "FOR", "PLACING")
