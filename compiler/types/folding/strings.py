"""Functions of text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
import hashlib
import zlib

from ssbt.compiler.types.datatypes import DataType, StringType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.model import Failure, Outcome, Value

_MAXIMUM_LENGTH = 10_000


def _content_function(function: Callable[..., object]) -> Evaluate:
    """The function of plain contents; None is an answer that is not known."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        del ansi
        if any(
            isinstance(each.type, StringType) and each.type != StringType() for each in arguments
        ):
            return None
        answer = function(*(argument.value for argument in arguments))
        return answer if answer is None or isinstance(answer, Failure) else Value(result, answer)

    return evaluate


def _upper(text: str) -> str | None:
    return text.upper() if text.isascii() else None


def _lower(text: str) -> str | None:
    return text.lower() if text.isascii() else None


def _substring(text: str | bytes, start: int, length: int = 1 << 40) -> str | bytes:
    """From 1, or from the end where negative; 0 is 1."""
    first = start - 1 if start > 0 else len(text) + start if start < 0 else 0
    end = first + length
    return text[max(first, 0) : max(end, 0)] if length > 0 else text[:0]


def _take_left(text: str | bytes, length: int) -> str | bytes:
    return text[: max(length, 0)]


def _right(text: str, length: int) -> str:
    return text[-length:] if length > 0 else ""


def _repeat(text: str, count: int) -> str | None:
    return text * max(count, 0) if len(text) * count <= _MAXIMUM_LENGTH else None


def _pad(
    text: str | bytes, length: int, pad: str | bytes | None, on_left: bool
) -> str | bytes | None:
    if pad is None:
        pad = " " if isinstance(text, str) else b"\0"
    if abs(length) > _MAXIMUM_LENGTH or isinstance(text, bytes) or isinstance(pad, bytes):
        return None
    length = max(length, 0)
    if length <= len(text) or not pad:
        return text[:length]
    padding = (pad * length)[: length - len(text)]
    return padding + text if on_left else text + padding


def _lpad(text: str | bytes, length: int, pad: str | bytes | None = None) -> str | bytes | None:
    return _pad(text, length, pad, on_left=True)


def _rpad(text: str | bytes, length: int, pad: str | bytes | None = None) -> str | bytes | None:
    return _pad(text, length, pad, on_left=False)


def _instr(text: str, part: str) -> int:
    return text.find(part) + 1


def _locate(part: str, text: str, start: int = 1) -> int:
    if not part:
        return int(start > 0)
    return text.find(part, start - 1) + 1 if start > 0 else 0


def _replace(text: str, search: str, replacement: str = "") -> str:
    return text.replace(search, replacement) if search else text


def _translate(text: str, letters: str, replacements: str) -> str:
    table: dict[int, str | None] = {}
    for index, letter in enumerate(letters):
        table.setdefault(ord(letter), replacements[index] if index < len(replacements) else None)
    return text.translate(table)


def _substring_index(text: str, separator: str, count: int) -> str | None:
    if abs(count) > _MAXIMUM_LENGTH:
        # Java's numbers overflow here.
        return None
    if not separator or not count:
        return ""
    parts = text.split(separator)
    chosen = parts[:count] if count > 0 else parts[count:]
    # Separators that overlap are counted differently from behind.
    return separator.join(chosen)


def _split_part(text: str, separator: str, number: int) -> str | Failure | None:
    if number == 0:
        return Failure("parts are counted from 1, or from -1 at the end, and there is no part 0")
    if not separator or abs(number) > _MAXIMUM_LENGTH:
        return None
    parts = text.split(separator)
    if number < 0:
        number += len(parts) + 1
    return parts[number - 1] if 0 < number <= len(parts) else ""


def _char(code: int) -> str:
    return "" if code < 0 else chr(code % 256)


def _ascii(text: str) -> int:
    return ord(text[0]) if text else 0


def _find_in_set(text: str, list_text: str) -> int:
    items = list_text.split(",")
    return items.index(text) + 1 if "," not in text and text in items else 0


def _sha2(content: bytes, bits: int) -> str | None:
    sizes = {0: "sha256", 224: "sha224", 256: "sha256", 384: "sha384", 512: "sha512"}
    return hashlib.new(sizes[bits], content).hexdigest() if bits in sizes else None


def _octets(content: str | bytes) -> int:
    return len(content.encode() if isinstance(content, str) else content)


def _hex(content: str | bytes | int) -> str:
    if isinstance(content, int):
        return f"{content % (1 << 64):X}"
    return (content.encode() if isinstance(content, str) else content).hex().upper()


def _concat(*parts: str) -> str | None:
    return "".join(parts) if all(isinstance(part, str) for part in parts) else None


def _length(content: str | bytes) -> int:
    return len(content)


FUNCTIONS: Mapping[str, Evaluate] = {
    "ascii": _content_function(_ascii),
    "base64": _content_function(lambda content: base64.b64encode(content).decode()),
    "bit_length": _content_function(lambda content: 8 * _octets(content)),
    "btrim": _content_function(lambda text, blanks=" ": text.strip(blanks) if blanks else text),
    "char": _content_function(_char),
    "char_length": _content_function(_length),
    "character_length": _content_function(_length),
    "chr": _content_function(_char),
    "concat": _content_function(_concat),
    "contains": _content_function(lambda text, part: part in text),
    "crc32": _content_function(zlib.crc32),
    "endswith": _content_function(lambda text, part: text.endswith(part)),
    "find_in_set": _content_function(_find_in_set),
    "hex": _content_function(_hex),
    "instr": _content_function(_instr),
    "lcase": _content_function(_lower),
    "left": _content_function(_take_left),
    "len": _content_function(_length),
    "length": _content_function(_length),
    "locate": _content_function(_locate),
    "lower": _content_function(_lower),
    "lpad": _content_function(_lpad),
    "ltrim": _content_function(lambda text, blanks=" ": text.lstrip(blanks) if blanks else text),
    "md5": _content_function(
        lambda content: hashlib.md5(content, usedforsecurity=False).hexdigest()
    ),
    "octet_length": _content_function(_octets),
    "position": _content_function(_locate),
    "repeat": _content_function(_repeat),
    "replace": _content_function(_replace),
    "right": _content_function(_right),
    "rpad": _content_function(_rpad),
    "rtrim": _content_function(lambda text, blanks=" ": text.rstrip(blanks) if blanks else text),
    "sha": _content_function(
        lambda content: hashlib.sha1(content, usedforsecurity=False).hexdigest()
    ),
    "sha1": _content_function(
        lambda content: hashlib.sha1(content, usedforsecurity=False).hexdigest()
    ),
    "sha2": _content_function(_sha2),
    "space": _content_function(lambda count: _repeat(" ", count)),
    "split_part": _content_function(_split_part),
    "startswith": _content_function(lambda text, part: text.startswith(part)),
    "substr": _content_function(_substring),
    "substring": _content_function(_substring),
    "substring_index": _content_function(_substring_index),
    "translate": _content_function(_translate),
    "trim": _content_function(lambda text, blanks=" ": text.strip(blanks) if blanks else text),
    "ucase": _content_function(_upper),
    "upper": _content_function(_upper),
}
