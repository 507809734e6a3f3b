"""Avro schemas: what the specification demands of one, and the columns that spark-avro makes of it.

Names, defaults, symbols and unions are checked as Avro's own parser does; the types are those of
spark-avro's `SchemaConverters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import re

from msgspec import Struct, field

from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.formats.avro_defaults import default_problem
from ssbt.compiler.formats.avro_types import PRIMITIVES, logical_type
from ssbt.compiler.formats.json_text import Value
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    LONG,
    STRING,
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
)

# Avro's own parser takes letters of any script, which the specification does not promise.
_NAME = re.compile(r"[^\W\d]\w*")
_WIDER = {frozenset(("int", "long")): LONG, frozenset(("float", "double")): DOUBLE}


class AvroType(Struct, frozen=True):
    """A type of Avro as Spark sees it: `name` is Avro's word, or the full name of a named type.

    `text` is the schema at that place; `branches` are those of a union, and `parts` what an array
    or a map holds.
    """

    kind: str
    name: str
    type: DataType
    nullable: bool
    text: Value
    branches: tuple[AvroType, ...] = ()
    fields: tuple[tuple[str, AvroType], ...] = ()
    parts: tuple[AvroType, ...] = ()


def avro_columns(schema: Value, others: Iterable[Value] = ()) -> StructType:
    """The columns of a schema that is a record.

    Raises SchemaProblemError where it is no Avro schema, no record, or not for Spark.
    """
    found = avro_type(schema, others)
    if not isinstance(found.type, StructType) or found.kind != "record":
        raise schema.problem("this schema is no record, and only a record has columns")
    if not found.type.fields:
        raise schema.problem("this record has no fields")
    return found.type


def avro_type(schema: Value, others: Iterable[Value] = ()) -> AvroType:
    """The type that a schema declares, which may name the types of others.

    Raises SchemaProblemError.
    """
    return _Reader(_by_name(others)).type(schema, "")


def whole_avro(schema: Value, others: Iterable[Value]) -> object:
    """A valid schema as `json.loads` gives it, with each of the others where it is first named."""
    reader = _Reader(_by_name(others))
    reader.type(schema, "")
    return _plain(schema, reader.placed)


class _Reader(Struct):
    """Walks over a schema; `named` are the named types so far, None while one is being read.

    `others` are schemas that have not been named yet, by full name, and `placed` those that have,
    by the starts of the values that named them first: there they are declared.
    """

    others: dict[str, Value] = field(default_factory=dict)
    placed: dict[int, Value] = field(default_factory=dict)
    named: dict[str, AvroType | None] = field(default_factory=dict)

    def type(self, node: Value, space: str) -> AvroType:
        """The type at `node`; `space` is the namespace around it."""
        if isinstance(node.content, str):
            return self._reference(node, node, node.content, space)
        if isinstance(node.content, tuple):
            return self._union(node, space)
        kind = node.get("type")
        if kind is None:
            raise node.problem(
                "a schema is a name, an array of schemas, or an object with a `type`"
            )
        if not isinstance(kind.content, str):
            raise kind.problem("a `type` in an object is a name; what is nested stands by itself")
        match kind.content:
            case "record" | "error":
                return self._record(node, space)
            case "enum":
                return self._enum(node, space)
            case "fixed":
                return self._fixed(node, space)
            case "array":
                item = self.type(_needed(node, "items"), space)
                listed = ArrayType(item.type, item.nullable)
                return AvroType("array", "array", listed, False, node, parts=(item,))
            case "map":
                value = self.type(_needed(node, "values"), space)
                made = MapType(STRING, value.type, value.nullable)
                return AvroType("map", "map", made, False, node, parts=(value,))
        if kind.content in PRIMITIVES:
            return AvroType(
                kind.content, kind.content, logical_type(node, kind.content), False, node
            )
        return self._reference(node, kind, kind.content, space)

    def _reference(self, node: Value, place: Value, name: str, space: str) -> AvroType:
        """The type that `node` is alone by the name at `place`."""
        if name in PRIMITIVES:
            return AvroType(name, name, PRIMITIVES[name], False, node)
        full = name if "." in name or not space else f"{space}.{name}"
        if full not in self.named and full not in self.others and "." not in name:
            full = name
        if full in self.others:
            self.placed[node.start] = self.others.pop(full)
            return self.type(self.placed[node.start], "")
        if full not in self.named:
            near = did_you_mean(name, (*PRIMITIVES, *self.named))
            help_ = f"did you mean `{near}`?" if near else "a type is declared before it is used"
            instead = f'"{near}"' if near else ""
            raise place.problem(f"there is no type `{name}` here", help_, instead)
        found = self.named[full]
        if found is None:
            message = f"`{full}` contains itself, and Spark's rows cannot"
            raise place.problem(
                message, "leave the field out, or limit its depth in a schema of yours"
            )
        return found

    def _declared(self, node: Value, space: str) -> tuple[str, str]:
        """Full name and namespace of a named type, which is new."""
        place = _needed(node, "name")
        name = node.text("name")
        if name is None:
            raise place.problem("a name is a string")
        given = node.text("namespace")
        if "." in name:
            space, _, name = name.rpartition(".")
        elif given is not None:
            space = given
        parts = [*(space.split(".") if space else ()), name]
        if not all(_NAME.fullmatch(part) for part in parts):
            raise place.problem(f"`{'.'.join(parts)}` is no name of Avro's")
        full = ".".join(parts)
        known = self.named.get(full)
        # The same declaration once more is no mistake to Avro's parser.
        is_same = known is not None and known.text.plain() == node.plain()
        if (full in self.named and not is_same) or (name in PRIMITIVES and not space):
            raise place.problem(f"there are two types called `{full}`")
        return full, space

    def _record(self, node: Value, space: str) -> AvroType:
        full, space = self._declared(node, space)
        self.named[full] = None
        fields = _needed(node, "fields")
        if not isinstance(fields.content, tuple):
            raise fields.problem("the fields of a record are an array")
        columns: list[tuple[str, AvroType]] = []
        seen: set[str] = set()
        for each in fields.items:
            place, name = _needed(each, "name"), each.text("name")
            if name is None or not _NAME.fullmatch(name):
                raise place.problem(f"`{name or place.content}` is no name of Avro's")
            if name.casefold() in seen:
                raise place.problem(
                    f"the record has two fields called `{name}`; Spark's names have no case"
                )
            seen.add(name.casefold())
            found = self.type(_needed(each, "type"), space)
            default = each.get("default")
            if default is not None and (problem := default_problem(default, found)):
                raise problem
            columns.append((name, found))
        type_ = StructType(tuple(StructField(name, t.type, t.nullable) for name, t in columns))
        made = AvroType("record", full, type_, False, node, fields=tuple(columns))
        self.named[full] = made
        return made

    def _enum(self, node: Value, space: str) -> AvroType:
        full, _ = self._declared(node, space)
        symbols = _needed(node, "symbols")
        seen: set[object] = set()
        for each in symbols.items:
            if not isinstance(each.content, str) or not _NAME.fullmatch(each.content):
                raise each.problem("a symbol is a name of letters, digits and `_`")
            if each.content in seen:
                raise each.problem(f"the symbol `{each.content}` is here twice")
            seen.add(each.content)
        if not isinstance(symbols.content, tuple):
            raise symbols.problem("the symbols of an enum are an array")
        default = node.get("default")
        if default is not None and default.content not in seen:
            raise default.problem("the default is none of the symbols")
        made = AvroType("enum", full, STRING, False, node)
        self.named[full] = made
        return made

    def _fixed(self, node: Value, space: str) -> AvroType:
        full, _ = self._declared(node, space)
        size = _needed(node, "size")
        if (node.number("size") or -1) < 0 and size.content != 0:
            raise size.problem("the size of a fixed is a number of bytes")
        made = AvroType("fixed", full, logical_type(node, "fixed"), False, node)
        self.named[full] = made
        return made

    def _union(self, node: Value, space: str) -> AvroType:
        branches = tuple(self.type(each, space) for each in node.items)
        seen: set[str] = set()
        for place, each in zip(node.items, branches, strict=True):
            if each.kind == "union":
                raise place.problem("a union holds no other union")
            if each.name in seen:
                raise place.problem(f"the union has `{each.name}` twice")
            seen.add(each.name)
        rest = tuple(each for each in branches if each.kind != "null")
        nullable = len(rest) < len(branches)
        type_ = _united(rest)
        return AvroType("union", "union", type_, nullable, node, branches)


def _by_name(schemas: Iterable[Value]) -> dict[str, Value]:
    """Schemas of named types by their full names."""
    found = {}
    for each in schemas:
        name, space = each.text("name") or "", each.text("namespace")
        found[f"{space}.{name}" if space and "." not in name else name] = each
    return found


def _plain(node: Value, placed: Mapping[int, Value]) -> object:
    """The value as `json.loads` gives it, with the schemas that are declared in it."""
    if isinstance(node.content, tuple):
        return [_plain(each, placed) for each in node.content]
    if node.start in placed:
        # It does not inherit the namespace of the place where it stands now.
        inner = Value({"namespace": Value("", -1, -1), **placed[node.start].members}, -1, -1)
        return _plain(inner, placed)
    if isinstance(node.content, dict):
        return {name: _plain(each, placed) for name, each in node.content.items()}
    return node.content


def _united(branches: tuple[AvroType, ...]) -> DataType:
    """Spark's type for a value of one of these, none of which is null."""
    if len(branches) == 1:
        return branches[0].type
    wider = _WIDER.get(frozenset(each.kind for each in branches))
    if len(branches) == 2 and wider is not None:
        return wider
    members = (
        StructField(f"member{index}", each.type, True) for index, each in enumerate(branches)
    )
    return StructType(tuple(members))


def _needed(node: Value, name: str) -> Value:
    found = node.get(name)
    if found is None:
        raise node.problem(f"`{name}` is missing here")
    return found
