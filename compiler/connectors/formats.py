"""What is in the key or the value of a record, as a `format.toml` says it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.options import read_options
from ssbt.compiler.connectors.reading import load_table, read_packages, read_role
from ssbt.compiler.connectors.specification import Connector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.connectors.toml_table import TomlTable

SPECIFICATION = "format.toml"


class Decoding(Struct, frozen=True):
    """How bytes become columns: the fields of a schema, or else one column of `type`.

    Bytes are malformed if they become null. Where Spark tells it in another way, `malformed` is a
    STRING column that joins the schema and is not null for them; or a template `marker` gives the
    name of a field that is null for them. `problem` says what is wrong. `fills_defaults` is as of a
    source.
    """

    needs_schema: bool
    type: str
    malformed: str
    problem: str
    fills_defaults: bool = False


class Format(Connector, frozen=True):
    """A format: as a connector, with decoding in place of the source and encoding of the sink.

    `accepted_types` are the types of the one column that it writes; if it is empty, a record of
    columns is written. `imports` are the modules of names that its templates use. `language` is
    that of the schemas that it needs: `avro`, or empty for columns that are declared in any way.
    """

    decoding: Decoding | None = None
    accepted_types: tuple[str, ...] = ()
    imports: tuple[tuple[str, str], ...] = ()
    language: str = ""

    @property
    def page(self) -> str:
        """Where its options are described."""
        return f"docs/formats/{self.name}.md"


def read_format(name: str, folder: str, package: str) -> Format:
    """The format in `folder`, whose `format.toml` must call itself `name`."""
    table = load_table(os.path.join(folder, SPECIFICATION))
    if table.required_text("name") != name:
        raise table.error("name", f"the format is installed as `{name}`")
    options = table.table("options")
    shared_options = tuple(read_options(options)) if options else ()
    decode, encode = table.table("decode"), table.table("encode")
    decoding = _read_decoding(decode) if decode else None
    accepted_types = (encode.texts("takes") or ()) if encode else ()
    modes = ("batch", "stream")
    result = Format(
        name=name,
        title=table.required_text("title"),
        summary=table.required_text("summary"),
        doc=table.text("doc").strip(),
        spark_format=name,
        package=package,
        source=read_role(decode, (), shared_options, modes=modes),
        sink=read_role(encode, (), shared_options, modes=modes),
        packages=tuple(read_packages(table.table("packages"))),
        decoding=decoding,
        accepted_types=accepted_types,
        imports=tuple(_read_imports(table.table("imports"))),
        language=table.text("language"),
    )
    table.close()
    return result


def _read_decoding(table: TomlTable) -> Decoding:
    schema, type_ = table.text("schema"), table.text("type")
    if (schema == "required") == bool(type_):
        raise table.error("", 'needs either `schema = "required"` or a `type`')
    return Decoding(
        bool(schema),
        type_,
        table.text("malformed"),
        table.required_text("problem"),
        table.value("fills_defaults", bool, False),
    )


def _read_imports(table: TomlTable | None) -> Iterator[tuple[str, str]]:
    for name, module in table.take_items() if table else ():
        yield name, str(module)
