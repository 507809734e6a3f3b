"""Grammar rules to AST nodes, without recursion: depth is a user's mistake, not a crash.

Each method is named after its rule. It gets the rule's span and its children: nodes,
lexemes, and None for what was left out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.source import Span
from ssbt.compiler.syntax import strings
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.building_expressions import ExpressionBuilder
from ssbt.compiler.syntax.engine import Lexeme

Children = list[Any]


def words(children: Children, kind: type[Any]) -> tuple[Any, ...]:
    """The children that are nodes of this kind."""
    return tuple(child for child in children if isinstance(child, kind))


def token(children: Children, *types: str) -> Lexeme | None:
    """The first child that is a token of one of these types."""
    for child in children:
        if isinstance(child, Lexeme) and child.type in types:
            return child
    return None


class Builder(ExpressionBuilder):
    """Builds the AST of one piece of a file."""

    # ---- declarations

    def file(self, span: Span, children: Children) -> tuple[d.Declaration, ...]:
        return tuple(children)

    def pipeline(self, span: Span, children: Children) -> d.Pipeline:
        _, name, block = children
        return d.Pipeline(span, name, block.entries)

    def import_(self, span: Span, children: Children) -> d.Import:
        return d.Import(span, children[1])

    def param(self, span: Span, children: Children) -> d.Param:
        _, name, type_, default, _, check, block = children
        entries = block.entries if block else ()
        return d.Param(span, name, type_, default, check, entries)

    def secret(self, span: Span, children: Children) -> d.Secret:
        return d.Secret(span, children[1])

    def connection(self, span: Span, children: Children) -> d.Connection:
        _, name, kind, block = children
        return d.Connection(span, name, kind, block.entries)

    def schema(self, span: Span, children: Children) -> d.Schema:
        columns = self.separated(words(children, d.SchemaColumn))
        return d.Schema(span, children[1], columns, None)

    def schema_from(self, span: Span, children: Children) -> d.Schema:
        _, name, _, place, block = children
        end = block.span if block else place.span
        entries = block.entries if block else ()
        return d.Schema(span, name, (), d.SchemaOrigin(place.span.to(end), place, entries))

    schema_from_file = schema_from

    def schema_column(self, span: Span, children: Children) -> d.SchemaColumn:
        name, type_, *clauses = children
        given: dict[str, Any] = {}
        tags: list[e.Name] = []
        for place, clause, value in clauses:
            if clause == "tag":
                tags.append(value)
            elif clause in given:
                self.report(codes.DUPLICATE_CLAUSE, place, f"a column says `{clause}` once")
            else:
                given[clause] = value
        return d.SchemaColumn(
            span,
            name,
            type_,
            "not null" in given,
            given.get("default"),
            given.get("comment"),
            tuple(tags),
        )

    def clause_not_null(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "not null", True

    def clause_default(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "default", children[1]

    def clause_comment(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "comment", children[1].value

    def clause_tag(self, span: Span, children: Children) -> tuple[Span, str, Any]:
        return span, "tag", children[0]

    def source(self, span: Span, children: Children) -> d.SourceRead:
        stream, _, name, _, connector, block = children
        return d.SourceRead(span, name, stream is not None, connector, block.entries)

    def let(self, span: Span, children: Children) -> d.Let:
        return d.Let(span, children[1], children[2])

    def transform_(self, span: Span, children: Children) -> d.Transform:
        _, name, *parameters, query = children
        return d.Transform(span, name, tuple(parameters), query)

    def transform_parameter(self, span: Span, children: Children) -> d.TransformParameter:
        return d.TransformParameter(span, *children)

    def expect(self, span: Span, children: Children) -> d.Expect:
        rules = self.separated(words(children, d.ExpectRule))
        return d.Expect(span, children[1], rules)

    def expect_rule(self, span: Span, children: Children) -> d.ExpectRule:
        name, condition, _, action = children
        return d.ExpectRule(span, name, condition, action)

    def sink(self, span: Span, children: Children) -> d.SinkWrite:
        _, dataset, part, _, connector, _, name, block = children
        return d.SinkWrite(span, dataset, part, connector, name, block.entries)

    def test(self, span: Span, children: Children) -> d.Test:
        return d.Test(span, children[1], tuple(children[2:]))

    def _rows(self, span: Span, children: Children, after: int | None) -> d.Rows:
        clause = token(children, "GIVEN", "THEN")
        dataset, *columns = words(children, e.Name)
        return d.Rows(
            span,
            str(clause).lower(),
            after,
            dataset,
            tuple(columns),
            words(children, d.Row),
            next(iter(words(children, v.TextValue)), None),
        )

    def clause_rows(self, span: Span, children: Children) -> d.Rows:
        return self._rows(span, children, None)

    clause_file = clause_rows

    def clause_after(self, span: Span, children: Children) -> d.Rows:
        return self._rows(span, children, self.whole_number(children[2]))

    clause_after_file = clause_after

    def clause_clock(self, span: Span, children: Children) -> d.Clock:
        return d.Clock(span, children[2])

    def clause_fails(self, span: Span, children: Children) -> d.Fails:
        return d.Fails(span, children[-1])

    def row(self, span: Span, children: Children) -> d.Row:
        return d.Row(span, tuple(children))

    # ---- blocks

    def block(self, span: Span, children: Children) -> v.BlockValue:
        entries = self.separated(words(children, v.Entry))
        return self._blocked(v.BlockValue(span, None, entries))

    def _blocked(self, node: v.BlockValue) -> v.BlockValue:
        """The block, as deep as the deepest of its entries, which had room."""
        self.has_room(node, 0, *node.entries)
        return node

    def separated(self, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        """The entries of a block, each on a line of its own or behind a comma."""
        for one, other in pairwise(entries):
            between = self.piece[one.span.end - self.offset : other.span.start - self.offset]
            if not any(char in between for char in "\r\n,"):
                place = Span(self.path, other.name.span.start, other.name.span.end)
                message = "entries on one line take a comma between them"
                comma = Edit(Span(self.path, one.span.end, one.span.end), ",")
                help_ = ("add a comma, or begin a new line",)
                label = Label(place)
                self.findings.append(
                    Diagnostic(codes.MISSING_SEPARATOR, message, label, (), help_, (comma,))
                )
        return entries

    def entry(self, span: Span, children: Children) -> v.Entry:
        (name, quoted), value = children
        node = v.Entry(span, name, value, quoted)
        if self.has_room(node, 1, value):
            return node
        return v.Entry(span, name, v.BrokenValue(span), quoted)

    entry_block = entry

    def entry_name(self, span: Span, children: Children) -> tuple[e.Name, bool]:
        return e.Name(span, ".".join(name.text for name in children)), False

    def entry_name_quoted(self, span: Span, children: Children) -> tuple[e.Name, bool]:
        text = self._parts(children[0], str(children[0])[1:-1])
        if any(not isinstance(part, str) for part in text):
            self.report(codes.UNEXPECTED_TOKEN, span, "a name cannot hold a parameter")
        return e.Name(span, "".join(p for p in text if isinstance(p, str))), True

    def text(self, span: Span, children: Children) -> v.TextValue:
        parts = self._parts(children[0], str(children[0])[1:-1])
        return v.TextValue(span, parts)

    def text_lines(self, span: Span, children: Children) -> v.TextValue:
        parts = self._parts(children[0], str(children[0])[3:-3], quotes=3)
        return v.TextValue(span, parts, multiline=True)

    def _parts(
        self, literal: Lexeme, body: str, quotes: int = 1
    ) -> tuple[str | e.ParameterUse, ...]:
        """The pieces of a block's string: text, and the parameters in it."""
        if quotes == 1:
            body = strings.undoubled(body, '"')
        place = self.token_span(literal)
        self.idle_escapes(literals.BAD_ESCAPE, body, place, quotes)
        base = place.start + quotes
        parts: list[str | e.ParameterUse] = []
        text, last = "", 0
        for match in strings.PARAMETER.finditer(body):
            text += self.unescaped(_lines(body[last : match.start()]), base + last)
            last = match.end()
            if match.group() == "$${":
                text += "${"
                continue
            span = Span(self.path, base + match.start(), base + match.end())
            if text:
                parts.append(text)
            name = match.group(1) or match.group(2).replace("``", "`")
            parts.append(e.ParameterUse(span, e.Name(span, name)))
            text = ""
        text += self.unescaped(_lines(body[last:]), base + last)
        if text or not parts:
            parts.append(text)
        return tuple(parts)

    def value_number(self, span: Span, children: Children) -> v.NumberValue:
        return v.NumberValue(span, "".join(children))

    def value_true(self, span: Span, children: Children) -> v.BooleanValue:
        return v.BooleanValue(span, True)

    def value_false(self, span: Span, children: Children) -> v.BooleanValue:
        return v.BooleanValue(span, False)

    def quantity(self, span: Span, children: Children) -> v.QuantityValue:
        text = str(children[0])
        amount = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return v.QuantityValue(span, amount.strip(), text[len(amount) :].lower())

    def value_every(self, span: Span, children: Children) -> v.EveryValue:
        return v.EveryValue(span, " ".join(str(children[0]).lower().split()), children[1])

    def value_phrase(self, span: Span, children: Children) -> v.WordValue:
        return v.WordValue(span, " ".join(str(children[0]).lower().split()))

    def value_word(self, span: Span, children: Children) -> v.WordValue:
        return v.WordValue(span, children[0].text)

    def value_list(self, span: Span, children: Children) -> v.ListValue:
        items = tuple(child for child in children if child is not None)
        return self.checked(v.ListValue(span, items), *items)

    def value_block(self, span: Span, children: Children) -> v.BlockValue:
        block: v.BlockValue = children[0]
        return block

    def value_kind(self, span: Span, children: Children) -> v.BlockValue:
        kind, block = children
        return self._blocked(v.BlockValue(span, kind, block.entries))

    # ---- queries

    def query(self, span: Span, children: Children) -> s.Query:
        _, base, *steps = children
        return s.Query(span, base, tuple(steps))

    def pipe_step(self, span: Span, children: Children) -> s.Step:
        step: s.Step = children[0]
        return step

    def dataset_use(self, span: Span, children: Children) -> s.DatasetUse:
        arguments = words(children, s.DatasetUse)
        name, *alias = words(children, e.Name)
        use = s.DatasetUse(span, name, arguments or None, alias[0] if alias else None)
        if self.has_room(use, 1, *arguments):
            return use
        return s.DatasetUse(span, name, None, use.alias)

    def step_where(self, span: Span, children: Children) -> s.Where:
        return s.Where(span, children[1])

    def step_select(self, span: Span, children: Children) -> s.Select:
        return s.Select(span, children[2], children[1] is not None)

    def step_extend(self, span: Span, children: Children) -> s.Extend:
        return s.Extend(span, children[1])

    def step_set(self, span: Span, children: Children) -> s.SetColumns:
        return s.SetColumns(span, tuple(children[1:]))

    def step_drop(self, span: Span, children: Children) -> s.Drop:
        return s.Drop(span, children[1])

    def step_rename(self, span: Span, children: Children) -> s.Rename:
        return s.Rename(span, tuple(children[1:]))

    def step_as(self, span: Span, children: Children) -> s.As:
        return s.As(span, children[1])

    def step_join(self, span: Span, children: Children) -> s.Join | s.BrokenStep:
        keyword, right, condition = children
        spelled = " ".join(str(keyword).lower().split())
        words_ = spelled.removesuffix("join").split()
        if "natural" in words_:
            self.report(
                codes.UNEXPECTED_TOKEN,
                self.token_span(keyword),
                "`natural join` is not in the language: a new column of the same name would "
                "change the join in silence",
                "name the columns with `using (…)`",
            )
            return s.BrokenStep(span)
        kinds = [w for w in ("semi", "anti", "left", "right", "full", "cross") if w in words_]
        on, using = condition or (None, ())
        return s.Join(span, kinds[0] if kinds else "inner", right, on, using)

    def join_on(self, span: Span, children: Children) -> tuple[e.Expression, tuple[e.Name, ...]]:
        return children[1], ()

    def join_using(self, span: Span, children: Children) -> tuple[None, tuple[e.Name, ...]]:
        return None, words(children, e.Name)

    def step_aggregate(self, span: Span, children: Children) -> s.Aggregate:
        _, items, _, grouping = children
        return s.Aggregate(span, items or (), grouping)

    def grouping_items(self, span: Span, children: Children) -> s.Grouping:
        keys = children[0]
        first = keys[0].value
        form = first.name.text.lower() if isinstance(first, e.Call) else ""
        if len(keys) == 1 and form in ("rollup", "cube"):
            plain = e.Call(first.span, first.name, first.arguments)
            if first == plain and not any(argument.name for argument in first.arguments):
                names = [(a.alias,) if a.alias else () for a in first.arguments]
                given = zip(first.arguments, names, strict=True)
                items = tuple(s.Item(a.span, a.value, names) for a, names in given)
                return s.Grouping(span, form, items)
        return s.Grouping(span, "", keys)

    def grouping_sets(self, span: Span, children: Children) -> s.Grouping:
        sets = tuple(children[1:])
        keys = {_spelling(key): s.Item(key.span, key, ()) for members in sets for key in members}
        return s.Grouping(span, "grouping sets", tuple(keys.values()), sets)

    def grouping_set(self, span: Span, children: Children) -> tuple[e.Expression, ...]:
        value = children[0] if children else None
        if isinstance(value, e.Tuple):
            return value.items
        if isinstance(value, e.Parenthesised):
            return (value.operand,)
        return () if value is None else (value,)

    def step_distinct(self, span: Span, children: Children) -> s.Distinct:
        return s.Distinct(span)

    def step_order_by(self, span: Span, children: Children) -> s.OrderBy:
        keyword = children[0]
        if keyword.lower().startswith("sort"):
            place = self.token_span(keyword)
            self.report(
                codes.SORT_BY,
                place,
                "`sort by` would sort each partition for itself, and not the dataset",
                "write `order by`",
                fix=Edit(Span(self.path, place.start, place.start + len("sort")), "order"),
            )
        return s.OrderBy(span, tuple(children[1:]))

    def step_limit(self, span: Span, children: Children) -> s.Limit:
        return s.Limit(span, children[1])

    def step_offset(self, span: Span, children: Children) -> s.Offset:
        return s.Offset(span, children[1])

    def count(self, span: Span, children: Children) -> int | e.ParameterUse:
        value = children[0]
        return self.whole_number(value) if isinstance(value, Lexeme) else value

    def step_set_operation(self, span: Span, children: Children) -> s.SetOperation:
        spelled = str(children[0]).lower().split()
        operator = "except" if spelled[0] == "minus" else spelled[0]
        return s.SetOperation(span, operator, "all" in spelled, children[1])

    def step_pivot(self, span: Span, children: Children) -> s.Pivot:
        aggregates, *keys = [child for child in children if isinstance(child, tuple)]
        return s.Pivot(
            span,
            aggregates,
            next(child for child in children if isinstance(child, e.ColumnName)),
            words(children, s.PivotValue),
            keys[0] if keys else None,
        )

    def pivot_value(self, span: Span, children: Children) -> s.PivotValue:
        return s.PivotValue(span, children[0], children[2])

    def step_unpivot(self, span: Span, children: Children) -> s.Unpivot:
        value, name = words(children, e.Name)
        items = next(child for child in children if isinstance(child, tuple))
        return s.Unpivot(span, value, name, items, children[1] is not None)

    def step_sample(self, span: Span, children: Children) -> s.Sample:
        percent, seed = str(children[1]), children[5]
        return s.Sample(
            span,
            percent,
            children[3] is not None,
            None if seed is None else self.whole_number(seed),
        )

    def step_explode(self, span: Span, children: Children) -> s.Explode:
        _, outer, value, _, names, *_, position = children
        return s.Explode(span, value, outer is not None, names, position)

    def step_transform(self, span: Span, children: Children) -> s.UseTransform:
        return s.UseTransform(span, children[0], words(children, s.DatasetUse))

    def step_apply(self, span: Span, children: Children) -> s.Apply:
        return s.Apply(span, children[1], children[3])

    def step_sql(self, span: Span, children: Children) -> s.Sql:
        return s.Sql(span, children[1], children[3])

    def step_watermark(self, span: Span, children: Children) -> s.Watermark:
        return s.Watermark(span, children[1], children[3])

    def step_deduplicate(self, span: Span, children: Children) -> s.Deduplicate:
        columns = next((child for child in children if isinstance(child, tuple)), ())
        within = token(children, "WITHIN_WATERMARK") is not None
        return s.Deduplicate(span, columns, within)

    def step_stateful(self, span: Span, children: Children) -> s.Stateful:
        _, target, _, keys, _, schema, block = children
        entries = block.entries if block else ()
        return s.Stateful(span, target, keys, schema, entries)

    def items(self, span: Span, children: Children) -> tuple[s.Item, ...]:
        return words(children, s.Item)

    def item(self, span: Span, children: Children) -> s.Item:
        return s.Item(span, children[0], children[2] or ())

    def names(self, span: Span, children: Children) -> tuple[e.Name, ...]:
        return tuple(children)

    def assignment(self, span: Span, children: Children) -> s.Assignment:
        return s.Assignment(span, children[0], children[1])

    def columns(self, span: Span, children: Children) -> tuple[e.ColumnName, ...]:
        return tuple(children)

    def renaming(self, span: Span, children: Children) -> s.Renaming:
        return s.Renaming(span, children[0], children[2])

    def whole_number(self, literal: Lexeme) -> int:
        """The value of a whole number; 0, with a finding, for any other."""
        if literal.isdecimal() and len(literal) < 20:
            return int(literal)
        self.report(
            literals.BAD_NUMBER, self.token_span(literal), f"`{literal}` is no whole number"
        )
        return 0


def _lines(text: str) -> str:
    """The text with each line end as a line feed: a file means the same however it is saved."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _spelling(node: e.Expression) -> str:
    """What tells two grouping keys apart, wherever they stand."""
    if isinstance(node, e.ColumnName):
        return ".".join(part.text.lower() for part in node.parts)
    return f"{node.span.start}"
