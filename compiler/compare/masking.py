"""Differences without the credentials in what they quote, as all other reports are."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change
from ssbt.compiler.compare.pipelines import PipelineDifference
from ssbt.compiler.compare.stream_differences import Reason
from ssbt.compiler.compare.verdicts import SinkVerdict
from ssbt.compiler.credentials.names import is_credential_parameter
from ssbt.compiler.credentials.texts import HIDDEN, without_credentials
from ssbt.compiler.patterns import lazy_pattern

_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_TEXT = lazy_pattern(_STRING)
# `password = 'x'`, `'x' as password`, and lists: what is compared with a name, or gets one.
_COMPARED = lazy_pattern(
    rf"(?P<name>[\w.`]+)(?P<sign>\s*(?:=|==|!=|<>|<=>|\blike|\bilike|\brlike|\bin\s*\(|:=)\s*)"
    rf"(?P<values>(?:{_STRING})(?:\s*,\s*(?:{_STRING}))*)"
)
_NAMED = lazy_pattern(rf"(?P<value>{_STRING})(?P<sign>\s+as\s+)(?P<name>[\w`]+)")
_REVERSED = lazy_pattern(rf"(?P<value>{_STRING})(?P<sign>\s*(?:=|!=|<>|<=>)\s*)(?P<name>[\w.`]+)")
_MASKED = f"'{HIDDEN}'"


def mask_difference(difference: PipelineDifference) -> PipelineDifference:
    """The difference with stars for credentials, by their form and by the names beside them."""
    return replace(
        difference,
        changes=tuple(map(_mask_change, difference.changes)),
        streams=tuple(map(_mask_stream, difference.streams)),
        shared=tuple(map(_mask_change, difference.shared)),
    )


def _mask_change(change: Change) -> Change:
    message, why = mask_quoted(change.message, change.name), mask_quoted(change.why, change.name)
    if (message, why) == (change.message, change.why):
        return change
    return replace(change, message=message, why=why)


def _mask_stream(stream: SinkVerdict) -> SinkVerdict:
    return replace(stream, reasons=tuple(map(_mask_reason, stream.reasons)))


def _mask_reason(reason: Reason) -> Reason:
    message, explanation = mask_quoted(reason.message), mask_quoted(reason.explanation)
    return replace(reason, message=message, explanation=explanation)


def mask_quoted(text: str, name: str = "") -> str:
    """A text that quotes expressions; `name` is that of the thing whose values they are."""
    if "'" not in text and '"' not in text:
        return without_credentials(text)
    last = _last_word(name)
    hidden = _TEXT.sub(lambda match: _mask_value(last, match.group()), text) if last else text
    hidden = _COMPARED.sub(_mask_values, hidden)
    for pattern in (_NAMED, _REVERSED):
        hidden = pattern.sub(_mask_one, hidden)
    return without_credentials(hidden)


def _mask_values(match: re.Match[str]) -> str:
    name = _last_word(match["name"])
    values = _TEXT.sub(lambda value: _mask_value(name, value.group()), match["values"])
    return f"{match['name']}{match['sign']}{values}"


def _mask_one(match: re.Match[str]) -> str:
    value = _mask_value(_last_word(match["name"]), match["value"])
    return match.group().replace(match["value"], value, 1)


def _mask_value(name: str, literal: str) -> str:
    return _MASKED if is_credential_parameter(name, literal[1:-1]) else literal


def _last_word(name: str) -> str:
    return name.rpartition(".")[2].strip("`")
