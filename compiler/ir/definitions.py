"""What each column is, in columns of the sources: the same whatever it is called on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
import re

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, Named, ParameterText, Text, shown
from ssbt.compiler.ir.lambdas import without_names
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import UNKNOWN

# Strings, variables of lambdas and their fields, names with their dots, and what is left.
_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | @\d+(?:\.(?:`(?:[^`]|``)*`|[^\W\d]\w*))*
    | (?P<path>(?:`(?:[^`]|``)*`|[^\W\d]\w*)(?:\.(?:`(?:[^`]|``)*`|[^\W\d]\w*))*)(?P<call>\s*\()?
    | .""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")
_PLAIN = re.compile(r"[\w.`]+")
_SAME_COLUMNS = (
    *(s.Filter, s.Sort, s.Limit, s.Offset, s.Sample, s.Deduplicate, s.Watermark, s.Distinct),
    *(s.Alias, s.RenameColumns),
)
_LONGEST = 160
# The name of what stands for all columns of an open relation that are not known.
_REST = ""


# What names stand for: a name, or a qualifier and a name, all in lower case.
Names = Mapping[tuple[str, ...], Text]


class Limit(Struct, frozen=True):
    """How long a text may grow, and whether it is then left as it was written."""

    longest: int = _LONGEST
    whole: bool = False


class Definition(Struct, frozen=True):
    """A column of an operator and what it is."""

    column: Column
    text: Text


class Definitions:
    """The definitions of the columns of operators, each found once.

    Where one grows beyond `longest`, it is cut and told from others by a hash; `whole` ones, which
    people read, then say no more what the columns are of which they are made.
    """

    def __init__(self, longest: int = _LONGEST, *, whole: bool = False) -> None:
        self._limit = Limit(longest, whole)
        self._known: dict[int, tuple[Operator, tuple[Definition, ...]]] = {}

    def of(self, operator: Operator) -> tuple[Definition, ...]:
        """The columns that flow out of an operator, in their order."""
        waiting = [operator] if id(operator) not in self._known else []
        while waiting:
            each = waiting[-1]
            missing = [given for given in each.inputs if id(given) not in self._known]
            if missing:
                waiting += missing
                continue
            # The operator is kept with what was found, or its id could come again.
            self._known[id(waiting.pop())] = each, tuple(self._found(each))
        return self._known[id(operator)][1]

    def flowing_into(self, operator: Operator) -> tuple[Definition, ...]:
        """The columns that an operator's expressions can name."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        left, *others = (
            _qualified(self.of(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        )
        if isinstance(operator.step, s.Join):
            return (*left, *_apart(left, others[0]))
        return left

    def text(self, expression: Expression, operator: Operator) -> Text:
        """An expression of an operator's step, in columns of the sources."""
        return expanded(expression.text, _names(self.flowing_into(operator)), self._limit)

    def columns(self, names: Iterable[str], operator: Operator) -> list[Text]:
        """Columns that an operator's step names as Spark finds them, in columns of the sources."""
        known = {
            each.column.name.casefold(): each.text
            for given in reversed(operator.inputs)
            for each in reversed(self.of(given))
        }
        plain = (name.rpartition(".")[2].strip("`") for name in names)
        return [known.get(name.casefold(), (name,)) for name in plain]

    def _found(self, operator: Operator) -> Iterator[Definition]:
        step, columns = operator.step, operator.output.columns
        if isinstance(step, Source | Given):
            dataset = f"{step.name}." if isinstance(step, Given) else ""
            yield from (Definition(column, (f"{dataset}{column.name}",)) for column in columns)
            if operator.output.is_open and dataset:
                yield Definition(_column(_REST), (dataset,))
            return
        flowing = self.flowing_into(operator)
        given = tuple(each for each in flowing if each.column.name != _REST)
        if operator.output.is_open:
            alias = step.alias if isinstance(step, s.Alias) else ""
            rest = tuple(each for each in flowing if each.column.name == _REST)
            yield from _qualified(rest, alias)
        if isinstance(step, s.SetOperation):
            yield from _either(operator, given, self.of(operator.inputs[1]))
            return
        if isinstance(step, _SAME_COLUMNS) and len(given) == len(columns):
            pairs = zip(columns, given, strict=True)
            yield from (Definition(column, definition.text) for column, definition in pairs)
            return
        made, names = dict(_made(step, flowing, self._limit)), _names(flowing)
        for column in columns:
            text = made.get(column.name.casefold()) if column.qualifier is None else None
            yield Definition(column, text or _named(column, names) or _opaque(step, column))


def _qualified(given: tuple[Definition, ...], alias: str) -> tuple[Definition, ...]:
    """The same columns behind an alias, if it is one."""
    if not alias:
        return given
    return tuple(Definition(replace(each.column, qualifier=alias), each.text) for each in given)


def _either(
    operator: Operator, left: tuple[Definition, ...], right: tuple[Definition, ...]
) -> Iterator[Definition]:
    """The columns of a union, which are of one side or the other."""
    sides = (_names(left), _names(right))
    for column in operator.output.columns:
        texts = [text for side in sides if (text := _named(column, side)) is not None]
        one = dict.fromkeys(texts)
        both: Text = tuple(part for text in one for part in (*text, " or "))[:-1]
        yield Definition(column, both or (column.name,))


def _made(step: s.Step, given: tuple[Definition, ...], limit: Limit) -> Iterator[tuple[str, Text]]:
    """The columns that a step computes, by lower-case name."""
    match step:
        case s.Project():
            yield from _texts(step.columns, given, limit)
        case s.WithColumns():
            for group in step.groups:
                texts = dict(_texts(group, given, limit))
                yield from texts.items()
                known = {each.column.name.casefold() for each in given}
                given = tuple(
                    Definition(each.column, texts.get(each.column.name.casefold(), each.text))
                    for each in given
                ) + tuple(
                    Definition(_column(name), text)
                    for name, text in texts.items()
                    if name not in known
                )
        case s.Aggregate() | s.Pivot():
            yield from _texts((*step.keys, *step.aggregates), given, limit)
        case s.Explode():
            text = expanded(step.expression.text, _names(given), limit)
            for index, name in enumerate(step.names):
                place = f" {index}" if len(step.names) > 1 else ""
                yield name.casefold(), (f"{step.function}(", *text, f"){place}")
        case s.Unpivot():
            yield step.name.casefold(), (f"name of {', '.join(step.columns)}",)
            yield step.value.casefold(), (f"value of {', '.join(step.columns)}",)
        case s.Filter() | s.Alias() | s.DropColumns() | s.RenameColumns() | s.Join():
            pass
        case s.Distinct() | s.Deduplicate() | s.Watermark() | s.Sort() | s.Limit() | s.Offset():
            pass
        case s.SetOperation() | s.Sample() | s.UseTransform():
            pass
        case s.ApplyFunction() | s.SqlQuery() | s.Stateful():
            # Their columns are opaque.
            pass


def _texts(
    items: Iterable[Named], given: tuple[Definition, ...], limit: Limit
) -> Iterator[tuple[str, Text]]:
    names = _names(given)
    for item in items:
        text = expanded(item.expression.text, names, limit)
        several = len(item.names) > 1
        for name in item.names:
            yield name.casefold(), (*text, f" {name}") if several else text


def _column(name: str) -> Column:
    return Column(name, UNKNOWN, True)


def _apart(left: tuple[Definition, ...], right: tuple[Definition, ...]) -> Iterator[Definition]:
    """The columns of a join's right side; one that is as one on the left says where it is from."""
    taken = {each.text for each in left}
    for each in right:
        text: Text = ("right ", *each.text) if each.text in taken else each.text
        yield Definition(each.column, text)


def _named(column: Column, names: Names) -> Text | None:
    """What a column is that was there before, found by its whole name first."""
    name = column.name.casefold()
    return names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))


def _names(given: Iterable[Definition]) -> Names:
    """What each name stands for, alone and behind its qualifier; the first of two wins."""
    names: dict[tuple[str, ...], Text] = {}
    for each in given:
        name = each.column.name.casefold()
        names.setdefault((name,), each.text)
        names.setdefault(((each.column.qualifier or "").casefold(), name), each.text)
    return names


def _opaque(step: s.Step | Source, column: Column) -> Text:
    """A column made by what cannot be looked into."""
    return (f"{type(step).__name__} {column.name}",)


def expanded(text: Text, names: Names, limit: Limit) -> Text:
    """Spark SQL text with what its columns are in their place, as far as it may grow."""
    written = text
    parts: list[str | ParameterText] = []
    text = without_names(text)
    for index, part in enumerate(text):
        if isinstance(part, str):
            # A parameter beside the part may be an operand of an operator in it.
            before = "(" if index == 0 else ""
            after = ")" if index == len(text) - 1 else ""
            for found in _TOKEN.finditer(part):
                parts += _replaced(found, names, before, after)
        else:
            parts.append(part)
    return _shortened(tuple(parts), written, limit)


def _replaced(found: re.Match[str], names: Names, before: str, after: str) -> Text:
    if found["path"] is None:
        return (found[0],)
    if found["call"]:
        return (found[0].lower(),)
    path = tuple((a.replace("``", "`") or b).casefold() for a, b in _PART.findall(found["path"]))
    for length in (2, 1):
        definition = names.get(path[:length])
        if definition is not None and len(path) >= length:
            rest = "".join(f".{part}" for part in path[length:])
            if len(definition) == 1 and _PLAIN.fullmatch(str(definition[0])):
                return (f"{definition[0]}{rest}",)
            if not rest and _stands_alone(found, before, after):
                return definition
            return ("(", *definition, f"){rest}")
    dataset = names.get((path[0], _REST)) if len(path) > 1 else None
    if dataset is not None:
        return (*dataset, ".".join(a or b for a, b in _PART.findall(found["path"])[1:]))
    return (found[0],)


def _stands_alone(found: re.Match[str], before: str, after: str) -> bool:
    """Whether what stands there is a whole argument, so that it needs no parentheses."""
    ahead = (before + found.string[: found.start()]).rstrip()[-1:]
    behind = (found.string[found.end() :] + after).lstrip()[:1]
    return ahead in ("(", ",") and behind in (")", ",")


def _shortened(text: Text, written: Text, limit: Limit) -> Text:
    """Text of a bounded length; joined where it can be."""
    joined: list[str | ParameterText] = []
    for part in text:
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    whole = shown(tuple(joined))
    if len(whole) <= limit.longest:
        return tuple(joined)
    if limit.whole:
        return written
    # What is cut still differs where the whole would.
    cut = whole[: limit.longest // 2]
    return (f"{cut}… {sha256(whole.encode()).hexdigest()[:12]}",)
