"""Python identifiers for the names of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable
import keyword
import re
import unicodedata

from ssbt.compiler.emit.characters import is_mark, is_visible

ANNOTATIONS = frozenset(
    (
        *("Annotated", "Check", "Decimal", "bool", "bytes", "dict", "dt", "field", "float", "int"),
        *("str", "tuple"),
    )
)
"""The names that annotations and defaults use."""

RESERVED = ANNOTATIONS | {"DataFrame", "F", "Job", "Params", "checked", "dataclass", "job"}
RESERVED |= {"literal", "main", "params", "run", "ssbt"}
RESERVED |= {"Decoding", "Secret", "State", "Stream", "dead_letters", "decoded", "run_streams"}
RESERVED |= {"FileOutput", "FunctionOutput", "Output", "WriterOutput", "decoded_rows"}
RESERVED |= {
    "TableOutput",
    "create_table",
    "each_batch",
    "event_id",
    "fit_columns",
    "insert_rows",
    "keep_history",
    "merge_batch",
    "merge_rows",
    "merge_snapshot",
    "merge_values",
    "one_pass",
    "retry_conflicts",
    "table_folder",
    "table_output",
    "table_writer",
    "with_state",
}
"""All names that a script imports, defines or uses by itself."""


def identifier(name: str) -> str:
    """An identifier that reads like `name`; two names may give the same one.

    It neither begins nor ends with two underscores, to which Python gives a meaning of its own.
    """
    # Python compares identifiers in this form, in which some letters are one.
    normal = unicodedata.ucd_3_2_0.normalize("NFKC", name)
    candidate = "".join(char if _is_word_character(char) else "_" for char in normal)
    candidate = re.sub("_+", "_", candidate).strip("_") if candidate != normal else candidate
    candidate = re.sub(r"^_+(?=_)|(?<=_)_+$", "", candidate)
    if not candidate.strip("_"):
        return "dataset"
    if not candidate.isidentifier():
        candidate = f"_{candidate}"
    # Soft keywords such as `match` are fine as names.
    return f"{candidate}_" if keyword.iskeyword(candidate) else candidate


def constant_name(name: str) -> str:
    """An identifier in capitals: `OrderLine` gives `ORDER_LINE`."""
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", identifier(name))
    return separated.upper() if separated.upper().isidentifier() else separated


def _is_word_character(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char == "_"
    return is_visible(char) and not is_mark(char) and f"_{char}".isidentifier()


class Namespace:
    """A namespace, in which every name is given once."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._used = set(reserved)

    def claim(self, preferred: str) -> str:
        """`wanted`, or `wanted_2` and so on where it is taken; taken from now on."""
        name, number = preferred, 2
        while name in self._used:
            name, number = f"{preferred}_{number}", number + 1
        self._used.add(name)
        return name
