"""Values with the names before them, in files that need not be right.

What is shown of a file is shown because something in it is wrong: this reads no grammar, but signs
and brackets, and takes too much for a value rather than too little.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import count_common_end, count_common_start
from ssbt.grammar.words import DECLARATION_WORDS

_LONG = r'"""(?s:.*?)(?:"""|\Z)'
_TEXT = r'"(?:[^"\\\r\n]|\\.)*+"?'
_SINGLE = r"'(?:[^'\\\r\n]|\\.)*+'"
_REST = (
    r"(?P<open>[{\[(])|(?P<close>[}\])])|(?P<word>(?:\|>|[!<>=]=|[=-]>)|(?:\$\{[^}\r\n]*\}?"
    r"|[^\s\"'{}\[\](),:=+!<>]|[+!<>](?!=))+|')|(?P<sign>\+?=|:)|(?P<end>,|\r?\n|\r)"
)
# Python's `==` is written for `=`.
_OF_PIPELINES = lazy_pattern(rf"(?P<text>{_LONG}|{_TEXT}|{_SINGLE})|(?P<same>==)|{_REST}")
_OF_CONFIGURATIONS = lazy_pattern(rf"(?P<text>{_LONG}|{_TEXT})|{_REST}")
_LONGEST_NAME, _MAX_RUNS, _MAX_DEPTH = 300, 8, 1_000
_STEP = "|>"


class NamedValue(Struct, frozen=True):
    """The text of a file from `start` to `end` as the value of `name`, with dots if it is nested.

    `word` is what is before the name, and `sign` what between the two, which may be missing.
    """

    name: str
    start: int
    end: int
    word: str = ""
    sign: str = ""


class _Run(Struct):
    """A value that is being read: it ends where its entry does."""

    name: str
    word: str
    sign: str
    start: int = -1
    end: int = -1


class _Block(Struct):
    """What is in brackets: a list if its entries have no names, and then it has one."""

    name: str = ""
    is_list: bool = False
    is_map: bool = False
    in_steps: bool = False
    # The tokens of the entry that are no value, and the values; there are two after a lost comma.
    keys: list[str] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    entries: int = 0
    last_end: int = -1


class _Rest(Struct, frozen=True):
    """A place behind which all depends on what is there, and on whether a step went before."""

    offset: int
    in_steps: bool


class _Reading(Struct, frozen=True):
    """The values of a pipeline's text, in the order in which they end, and its places of rest."""

    text: str
    values: tuple[NamedValue, ...]
    rests: tuple[_Rest, ...]


# Of an editor, the file that is being typed.
_last_readings: deque[_Reading] = deque(maxlen=1)


def find_values(text: str, *, is_pipeline: bool) -> Iterable[NamedValue]:
    """All that may be a value and has a name, in a pipeline or in a configuration.

    Of a pipeline that has changed in one place, only what is around that place is read again.
    """
    if not is_pipeline:
        return _Reader(text, is_pipeline=False).read()
    last = next(iter(tuple(_last_readings)), None)
    if last is None or last.text != text:
        last = _read_again(text, last or _Reading("", (), ()))
        _last_readings.append(last)
    return last.values


def _read_again(text: str, last: _Reading) -> _Reading:
    """A pipeline, after another version of it."""
    common = count_common_start(text, last.text)
    unchanged_end = len(text) - count_common_end(text[common:], last.text[common:])
    distance = len(text) - len(last.text)
    # What is read may depend on the character that follows it.
    kept_rests = last.rests[: bisect_left(last.rests, common, key=lambda rest: rest.offset)]
    reader = _Reader(text, is_pipeline=True, rest=kept_rests[-1] if kept_rests else None)
    known_rests = {rest.offset + distance: rest.in_steps for rest in last.rests}
    reader.known_rests = {at: known_rests[at] for at in known_rests if at >= unchanged_end}
    read_values = tuple(reader.read())
    values = (*_select_values(last.values, 0, reader.begin, 0), *read_values)
    rests = (*kept_rests, *reader.rests)
    if reader.end is not None:
        begin = reader.end - distance
        values += _select_values(last.values, begin, len(last.text), distance)
        later = last.rests[bisect_right(last.rests, begin, key=lambda rest: rest.offset) :]
        rests += tuple(_Rest(rest.offset + distance, rest.in_steps) for rest in later)
    return _Reading(text, values, rests)


def _select_values(
    values: Sequence[NamedValue], begin: int, end: int, distance: int
) -> tuple[NamedValue, ...]:
    """The values between two places of rest, this many characters further on."""
    if distance == 0:
        return tuple(each for each in values if begin <= each.start < end)
    return tuple(
        NamedValue(each.name, each.start + distance, each.end + distance, each.word, each.sign)
        for each in values
        if begin <= each.start < end
    )


class _Reader:
    """Keeps the brackets that are open.

    It begins at a place of rest, collects those that it comes by, and ends at one of `known_rests`.
    """

    def __init__(self, text: str, is_pipeline: bool, rest: _Rest | None = None) -> None:
        self._text, self._is_pipeline = text, is_pipeline
        self._blocks = [_Block(in_steps=rest is not None and rest.in_steps)]
        self._ended: list[_Run] = []
        self._too_deep = 0
        self.begin = rest.offset if rest is not None else 0
        self.end: int | None = None
        self.rests: list[_Rest] = []
        self.known_rests: Mapping[int, bool] = {}

    def read(self) -> Iterator[NamedValue]:
        """The values, each when its entry ends."""
        pattern = _OF_PIPELINES if self._is_pipeline else _OF_CONFIGURATIONS
        for match in pattern.finditer(self._text, self.begin):
            kind = match.lastgroup
            if kind == "open":
                yield from self._open(match.group(), match.start())
            elif kind == "close":
                yield from self._end_entry()
                if self._too_deep:
                    self._too_deep -= 1
                elif len(self._blocks) > 1:
                    self._blocks.pop()
            elif kind == "end":
                yield from self._pass_end(match.group())
                # What a quote begins depends on all of its line.
                if match.group().endswith("\n") and self._is_at_rest():
                    rest = _Rest(match.end(), self._blocks[0].in_steps)
                    self.rests.append(rest)
                    if self.known_rests.get(rest.offset) is rest.in_steps:
                        self.end = rest.offset
                        return
            elif kind in ("sign", "same"):
                self._pass_sign(match.group())
            else:
                self._pass_token(match.group(), match.start(), match.end(), kind == "text")
        while self._blocks:
            yield from self._end_entry()
            self._blocks.pop()

    def _is_at_rest(self) -> bool:
        """Whether nothing is open, and an entry begins."""
        block = self._blocks[-1]
        is_open = len(self._blocks) > 1 or self._too_deep or block.runs or block.keys
        return not is_open and not self._ended

    def _open(self, bracket: str, start: int) -> Iterator[NamedValue]:
        if len(self._blocks) > _MAX_DEPTH:
            self._too_deep += 1
            return
        block = self._blocks[-1]
        name, head = self._name_of_block(block), block.keys[-1].lower() if block.keys else ""
        if self._is_pipeline and bracket == "{" and not block.runs:
            name = ""
        is_map = self._is_pipeline and bracket == "(" and self._text.endswith("map", 0, start)
        in_steps = block.in_steps and bracket != "{"
        if not (self._is_pipeline and bracket == "(" and not block.runs and head):
            yield from self._end_entry()
        is_list = bracket != "{" and not is_map
        self._blocks.append(_Block(name, is_list, is_map, in_steps))
        self._begin_list_entry(self._blocks[-1])

    def _name_of_block(self, block: _Block) -> str:
        if block.runs:
            return block.runs[-1].name
        return _join(block.name, _key(block.keys))

    def _pass_end(self, sign: str) -> Iterator[NamedValue]:
        block = self._blocks[-1]
        # A value may stand in the line below its name.
        is_open = any(run.start < 0 and run.sign for run in block.runs) and not block.is_list
        if block.is_map and sign == ",":
            block.entries += 1
            if block.entries % 2:
                name = _join(block.name, _unquote(block.keys[-1])) if block.keys else block.name
                block.runs = [_Run(name, "", ",")]
                return
        if not (is_open and sign != ","):
            yield from self._end_entry()

    def _pass_sign(self, sign: str) -> None:
        block = self._blocks[-1]
        if block.is_list or block.in_steps:
            return
        last = block.runs[-1] if block.runs else None
        if last is not None and last.sign == ":" and self._is_pipeline and sign != ":":
            # `param NAME: TYPE = VALUE`
            block.runs[-1] = _Run(last.name, last.word, sign)
        elif block.keys:
            keys = block.keys if not self._is_pipeline else block.keys[-1:]
            word = block.keys[-2] if len(block.keys) > 1 else ""
            name = _join(block.name, _key(keys))
            block.runs.append(_Run(name, word, sign))
            if len(block.runs) > _MAX_RUNS:
                self._ended.append(block.runs.pop(0))
        block.keys = []

    def _pass_token(self, token: str, start: int, end: int, is_text: bool) -> None:
        block = self._blocks[-1]
        if self._is_pipeline and not is_text:
            if token == _STEP:
                block.in_steps = True
            elif not block.keys and not block.runs and token.lower() in DECLARATION_WORDS:
                block.in_steps = False
        if block.in_steps:
            return
        if is_text and not block.runs and block.keys and start > block.last_end:
            # The sign between a name and its value is missing.
            word = block.keys[-2] if len(block.keys) > 1 else ""
            block.runs.append(_Run(_join(block.name, _key(block.keys[-1:])), word, ""))
        for run in block.runs:
            run.start, run.end = (start if run.start < 0 else run.start), end
        if block.runs:
            # It may be a name, where the comma before it is missing.
            block.keys = [token]
        else:
            block.keys.append(token)
        block.last_end = end

    def _end_entry(self) -> Iterator[NamedValue]:
        block = self._blocks[-1]
        for run in (*self._ended, *block.runs):
            if run.start >= 0:
                yield NamedValue(run.name, run.start, run.end, run.word.lower(), run.sign)
        block.runs, block.keys, self._ended = [], [], []
        self._begin_list_entry(block)

    def _begin_list_entry(self, block: _Block) -> None:
        if block.is_list and block.name:
            block.runs = [_Run(block.name, "", "=")]


def _key(tokens: list[str]) -> str:
    """The name that tokens make: `a.` and `"b.c"` are `a.b.c`."""
    return "".join(map(_unquote, tokens))


def _unquote(token: str) -> str:
    return token.strip("\"'")


def _join(first: str, second: str) -> str:
    return f"{first[:_LONGEST_NAME]}.{second}" if first and second else first or second
