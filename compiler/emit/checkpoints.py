"""Where streams keep their place, and what that depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.ir.checkpoint_folders import checkpoint_folder
from ssbt.compiler.ir.expressions import ParameterText
from ssbt.compiler.ir.expressions import Text as IrText
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.passes import compute_pass_fingerprint
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.passes import Pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink

# Between the meanings of parts, and in the place of one; the runtime takes them apart.
_BETWEEN, _NONE = " ", "-"
# What is left of a line for an item that stands three levels deep, before its comma.
_ITEM_WIDTH = 75


class Dependencies(Struct, frozen=True):
    """What may not change while the checkpoint is kept, one readable text for each part.

    `meanings` has the same in canonical form, in the same order: a word for each part, a dash for
    one that has none. It is None where no part has one.
    """

    texts: tuple[Text, ...]
    meanings: Text | None


def sink_dependencies(pipeline: Pipeline, sink: Sink, root: Operator) -> Dependencies:
    """What the checkpoint of a stream's sink depends on."""
    return _describe_parts(compute_fingerprint(pipeline, sink, root))


def pass_dependencies(pipeline: Pipeline, pass_: Pass) -> Dependencies:
    """The same of a stream with several sinks."""
    return _describe_parts(compute_pass_fingerprint(pipeline, pass_))


def _describe_parts(every: Iterable[FingerprintPart]) -> Dependencies:
    # One cluster has several addresses, and each environment its own.
    parts = [part for part in every if part.kind is not PartKind.SERVERS]
    texts = tuple(_text(part, (f"{part.kind.value}: ", *part.text)) for part in parts)
    if not any(part.meaning for part in parts):
        return Dependencies(texts, None)
    words: list[str | ParameterText] = []
    for part in parts:
        words += [_BETWEEN] if words else []
        words += part.meaning or (_NONE,)
    return Dependencies(texts, _text(parts[0], tuple(words)))


def _text(part: FingerprintPart, pieces: IrText) -> Text:
    joined: list[str | ParamUse] = []
    for each in pieces:
        if isinstance(each, ParameterText):
            joined.append(ParamUse(each.name, part.span))
        elif joined and isinstance(joined[-1], str):
            joined[-1] += each
        else:
            joined.append(each)
    return Text(tuple(joined), part.span)


def checkpoint_values(
    root: Text | None, stream: str, describe: Callable[[], Dependencies], code: SettingCode
) -> dict[str, object]:
    """What `macros/checkpoints.py.j2` places; `root` is the pipeline's folder, if it has one."""
    if root is None:
        return {"checkpoint": None}
    depends = describe()
    return {
        "checkpoint": code.value(checkpoint_folder(root, stream)),
        "depends_on": [_build_item(code.value(each)) for each in depends.texts],
        "meanings": code.value(depends.meanings) if depends.meanings is not None else None,
    }


def _build_item(value: object) -> dict[str, object]:
    """A string in a tuple; parentheses tell pieces of a long one from items without a comma."""
    return {"value": value, "is_long": len(python_literal(value)) > _ITEM_WIDTH}
