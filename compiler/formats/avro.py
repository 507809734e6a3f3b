"""Avro schemas: what the specification demands of one, and the columns that spark-avro makes of it.

Names, defaults, symbols and unions are checked as Avro's own parser does; the types are those of
spark-avro's `SchemaConverters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.formats.avro_defaults import find_default_problem
from ssbt.compiler.formats.avro_types import PRIMITIVES, logical_type
from ssbt.compiler.formats.json_text import JsonValue
from ssbt.compiler.patterns import lazy_pattern
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
_NAME = lazy_pattern(r"[^\W\d]\w*")
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
    text: JsonValue
    branches: tuple[AvroType, ...] = ()
    fields: tuple[tuple[str, AvroType], ...] = ()
    parts: tuple[AvroType, ...] = ()


def avro_columns(schema: JsonValue, referenced_schemas: Iterable[JsonValue] = ()) -> StructType:
    """The columns of a schema that is a record.

    Raises SchemaProblemError where it is no Avro schema, no record, or not for Spark.
    """
    record = avro_type(schema, referenced_schemas)
    if not isinstance(record.type, StructType) or record.kind != "record":
        raise schema.problem("this schema is no record, and only a record has columns")
    if not record.type.fields:
        raise schema.problem("this record has no fields")
    return record.type


def avro_type(schema: JsonValue, referenced_schemas: Iterable[JsonValue] = ()) -> AvroType:
    """The type that a schema declares, which may name the types of others.

    Raises SchemaProblemError.
    """
    return _AvroReader(_by_name(referenced_schemas)).type(schema, "")


def inline_avro_references(schema: JsonValue, referenced_schemas: Iterable[JsonValue]) -> object:
    """A valid schema as `json.loads` gives it, with each of the others where it is first named."""
    reader = _AvroReader(_by_name(referenced_schemas))
    reader.type(schema, "")
    return _to_plain(schema, reader.inlined)


class _AvroReader(Struct):
    """Walks over a schema; `named_types` are the named types so far, None while one is being read.

    `referenced_schemas` are schemas that have not been named yet, by full name, and `inlined` those
    that have, by the starts of the values that named them first: there they are declared.
    """

    referenced_schemas: dict[str, JsonValue] = field(default_factory=dict)
    inlined: dict[int, JsonValue] = field(default_factory=dict)
    named_types: dict[str, AvroType | None] = field(default_factory=dict)

    def type(self, node: JsonValue, space: str) -> AvroType:
        """The type at `node`; `space` is the namespace around it."""
        if isinstance(node.content, str):
            return self._resolve_reference(node, node, node.content, space)
        if isinstance(node.content, tuple):
            return self._read_union(node, space)
        kind = node.get("type")
        if kind is None:
            raise node.problem(
                "a schema is a name, an array of schemas, or an object with a `type`"
            )
        if not isinstance(kind.content, str):
            raise kind.problem("a `type` in an object is a name; what is nested stands by itself")
        match kind.content:
            case "record" | "error":
                return self._read_record(node, space)
            case "enum":
                return self._read_enum(node, space)
            case "fixed":
                return self._read_fixed(node, space)
            case "array":
                item = self.type(_require_member(node, "items"), space)
                array_type = ArrayType(item.type, item.nullable)
                return AvroType("array", "array", array_type, False, node, parts=(item,))
            case "map":
                value = self.type(_require_member(node, "values"), space)
                map_type = MapType(STRING, value.type, value.nullable)
                return AvroType("map", "map", map_type, False, node, parts=(value,))
            case _:
                pass
        if kind.content in PRIMITIVES:
            return AvroType(
                kind.content, kind.content, logical_type(node, kind.content), False, node
            )
        return self._resolve_reference(node, kind, kind.content, space)

    def _resolve_reference(
        self, node: JsonValue, name_node: JsonValue, name: str, space: str
    ) -> AvroType:
        """The type that `node` is alone by the name at `name_node`."""
        if name in PRIMITIVES:
            return AvroType(name, name, PRIMITIVES[name], False, node)
        full = name if "." in name or not space else f"{space}.{name}"
        if full not in self.named_types and full not in self.referenced_schemas and "." not in name:
            full = name
        if full in self.referenced_schemas:
            self.inlined[node.start] = self.referenced_schemas.pop(full)
            return self.type(self.inlined[node.start], "")
        if full not in self.named_types:
            near = did_you_mean(name, (*PRIMITIVES, *self.named_types))
            help_ = f"did you mean `{near}`?" if near else "a type is declared before it is used"
            instead = f'"{near}"' if near else ""
            raise name_node.problem(f"there is no type `{name}` here", help_, instead)
        named_type = self.named_types[full]
        if named_type is None:
            message = f"`{full}` contains itself, and Spark's rows cannot"
            raise name_node.problem(
                message, "leave the field out, or limit its depth in a schema of yours"
            )
        return named_type

    def _declare_name(self, node: JsonValue, space: str) -> tuple[str, str]:
        """Full name and namespace of a named type, which is new."""
        name_node = _require_member(node, "name")
        name = node.text("name")
        if name is None:
            raise name_node.problem("a name is a string")
        namespace = node.text("namespace")
        if "." in name:
            space, _, name = name.rpartition(".")
        elif namespace is not None:
            space = namespace
        parts = [*(space.split(".") if space else ()), name]
        if not all(_NAME.fullmatch(part) for part in parts):
            raise name_node.problem(f"`{'.'.join(parts)}` is no name of Avro's")
        full = ".".join(parts)
        existing = self.named_types.get(full)
        # The same declaration once more is no mistake to Avro's parser.
        is_same = existing is not None and existing.text.to_plain() == node.to_plain()
        if (full in self.named_types and not is_same) or (name in PRIMITIVES and not space):
            raise name_node.problem(f"there are two types called `{full}`")
        return full, space

    def _read_record(self, node: JsonValue, space: str) -> AvroType:
        full, space = self._declare_name(node, space)
        self.named_types[full] = None
        fields = _require_member(node, "fields")
        if not isinstance(fields.content, tuple):
            raise fields.problem("the fields of a record are an array")
        columns: list[tuple[str, AvroType]] = []
        names: set[str] = set()
        for each in fields.items:
            name_node, name = _require_member(each, "name"), each.text("name")
            if name is None or not _NAME.fullmatch(name):
                raise name_node.problem(f"`{name or name_node.content}` is no name of Avro's")
            if name.casefold() in names:
                raise name_node.problem(
                    f"the record has two fields called `{name}`; Spark's names have no case"
                )
            names.add(name.casefold())
            field_type = self.type(_require_member(each, "type"), space)
            default = each.get("default")
            if default is not None and (problem := find_default_problem(default, field_type)):
                raise problem
            columns.append((name, field_type))
        type_ = StructType(tuple(StructField(name, t.type, t.nullable) for name, t in columns))
        record = AvroType("record", full, type_, False, node, fields=tuple(columns))
        self.named_types[full] = record
        return record

    def _read_enum(self, node: JsonValue, space: str) -> AvroType:
        full, _ = self._declare_name(node, space)
        symbols = _require_member(node, "symbols")
        unique_symbols: set[object] = set()
        for each in symbols.items:
            if not isinstance(each.content, str) or not _NAME.fullmatch(each.content):
                raise each.problem("a symbol is a name of letters, digits and `_`")
            if each.content in unique_symbols:
                raise each.problem(f"the symbol `{each.content}` is here twice")
            unique_symbols.add(each.content)
        if not isinstance(symbols.content, tuple):
            raise symbols.problem("the symbols of an enum are an array")
        default = node.get("default")
        if default is not None and default.content not in unique_symbols:
            raise default.problem("the default is not one of the symbols")
        enum_type = AvroType("enum", full, STRING, False, node)
        self.named_types[full] = enum_type
        return enum_type

    def _read_fixed(self, node: JsonValue, space: str) -> AvroType:
        full, _ = self._declare_name(node, space)
        size = _require_member(node, "size")
        if (node.number("size") or -1) < 0 and size.content != 0:
            raise size.problem("the size of a fixed is a number of bytes")
        fixed_type = AvroType("fixed", full, logical_type(node, "fixed"), False, node)
        self.named_types[full] = fixed_type
        return fixed_type

    def _read_union(self, node: JsonValue, space: str) -> AvroType:
        branches = tuple(self.type(each, space) for each in node.items)
        names: set[str] = set()
        for branch_node, each in zip(node.items, branches, strict=True):
            if each.kind == "union":
                raise branch_node.problem("a union holds no other union")
            if each.name in names:
                raise branch_node.problem(f"the union has `{each.name}` twice")
            names.add(each.name)
        non_null = tuple(each for each in branches if each.kind != "null")
        nullable = len(non_null) < len(branches)
        type_ = _union_type(non_null)
        return AvroType("union", "union", type_, nullable, node, branches)


def _by_name(schemas: Iterable[JsonValue]) -> dict[str, JsonValue]:
    """Schemas of named types by their full names."""
    by_name = {}
    for each in schemas:
        name, space = each.text("name") or "", each.text("namespace")
        by_name[f"{space}.{name}" if space and "." not in name else name] = each
    return by_name


def _to_plain(node: JsonValue, inlined: Mapping[int, JsonValue]) -> object:
    """The value as `json.loads` gives it, with the schemas that are declared in it."""
    if isinstance(node.content, tuple):
        return [_to_plain(each, inlined) for each in node.content]
    if node.start in inlined:
        # It does not inherit the namespace of the place where it stands now.
        inner = JsonValue(
            {"namespace": JsonValue("", -1, -1), **inlined[node.start].members}, -1, -1
        )
        return _to_plain(inner, inlined)
    if isinstance(node.content, dict):
        return {name: _to_plain(each, inlined) for name, each in node.content.items()}
    return node.content


def _union_type(branches: tuple[AvroType, ...]) -> DataType:
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


def _require_member(node: JsonValue, name: str) -> JsonValue:
    member = node.get(name)
    if member is None:
        raise node.problem(f"`{name}` is missing here")
    return member
