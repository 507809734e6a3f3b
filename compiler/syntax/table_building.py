"""Lark's automaton as the plain data of `tables`; the only module that imports Lark."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
import re
from re import _constants as op
from re import _parser
import string
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

from ssbt.compiler.patterns import lazy_pattern

Picks = tuple[int, ...]
_WORD = lazy_pattern(r"[a-z_]+")
# Lark nests the two flags in either order.
_LAYOUT = lazy_pattern(r"\)\(\?(?:x:\(\?i|i:\(\?x):(.*)\)\)\Z", re.DOTALL)


def build_tables(grammar: str, starts: Iterable[str]) -> tuple[Any, ...]:
    """The fields of `Tables` for a grammar."""
    parser = Lark(grammar, parser="lalr", start=list(starts), maybe_placeholders=True)
    table: Any = parser.parser.parser._parse_table
    ordered_rules = sorted(parser.rules, key=_rule_order)
    numbers = {rule: number for number, rule in enumerate(ordered_rules)}
    actions = []
    state_numbers = _number_states(table)
    for state in state_numbers:
        row = {}
        for symbol, (action, argument) in sorted(table.states[state].items()):
            is_shift = action is Shift
            row[symbol] = state_numbers[argument] if is_shift else ~numbers[argument]
        actions.append(row)
    for state in table.end_states.values():
        # Any state will do: the end of the text is where `engine` stops.
        actions[state_numbers[state]]["$END"] = 0
    starts_to_states = {start: state_numbers[table.start_states[start]] for start in starts}
    rules = [_convert_rule(rule) for rule in ordered_rules]
    words, signs = _collect_terminals(parser)
    silent = frozenset(s.name for r in parser.rules for s in r.expansion if _is_silent(s))
    return actions, starts_to_states, rules, words, signs, silent


def _rule_order(rule: Rule) -> tuple[str, int, list[str], str]:
    return rule.origin.name, rule.order, [symbol.name for symbol in rule.expansion], str(rule.alias)


def _number_states(table: Any) -> dict[int, int]:
    """A number for each state, by the way to it; Lark's own differ from one run to the next."""
    reached = dict.fromkeys(state for _, state in sorted(table.start_states.items()))
    waiting = deque(reached)
    while waiting:
        for _, (action, target) in sorted(table.states[waiting.popleft()].items()):
            if action is Shift and target not in reached:
                reached[target] = None
                waiting.append(target)
    # Where a text ends, no way leads on.
    reached.update(dict.fromkeys(sorted(table.states.keys() - reached.keys())))
    return {state: number for number, state in enumerate(reached)}


def _is_silent(symbol: Any) -> bool:
    return bool(symbol.is_term and symbol.filter_out)


def _convert_rule(rule: Rule) -> tuple[str, int, str, Picks]:
    """See `Tables`. The picks are those of Lark's `maybe_create_child_filter`."""
    origin = str(rule.origin.name)
    gaps = [0] * (len(rule.expansion) + 1)
    if rule.options.empty_indices:
        flags = "".join("1" if empty else "0" for empty in rule.options.empty_indices)
        gaps = [len(ones) for ones in flags.split("0")]
    picks: list[int] = []
    for index, symbol in enumerate(rule.expansion):
        picks += [-1] * gaps[index]
        if not _is_silent(symbol):
            is_list = not symbol.is_term and symbol.name.startswith("_")
            picks.append(-2 - index if is_list else index)
    picks += [-1] * gaps[-1]
    method = str(rule.alias or origin)
    if rule.options.expand1 and not rule.alias:
        assert len(picks) == 1, f"{rule} passes on one child"
        assert picks[0] >= 0, f"{rule} passes on one child"
        method = ""
    return origin, len(rule.expansion), method, tuple(picks)


def _collect_terminals(parser: Lark) -> tuple[dict[str, Any], dict[str, Any]]:
    """The terminals by their first word or character, in the order in which Lark tries them."""
    words: dict[str, list[tuple[str, str | None]]] = {}
    signs: dict[str, list[tuple[str, str]]] = {}
    ignored = set(parser.ignore_tokens)
    for terminal in sorted(parser.terminals, key=_terminal_order):
        if terminal.name in (*ignored, "NAME"):
            continue
        pattern = _join_parts(terminal.pattern.to_regexp())
        for first in sorted(_find_beginnings(terminal)):
            if first[0].isalpha():
                plain = pattern.lower() in (f"(?i:{first}(?!\\w))", first)
                words.setdefault(first, []).append((terminal.name, None if plain else pattern))
            else:
                signs.setdefault(first, []).append((terminal.name, pattern))
    frozen = {key: tuple(value) for key, value in words.items()}
    return frozen, {key: tuple(value) for key, value in signs.items()}


def _join_parts(pattern: str) -> str:
    """A pattern that Lark put together from several terminals as one written in one piece; of its
    parts only the last may be laid out over several lines."""
    if layout := _LAYOUT.search(pattern):
        text = re.sub(r"\n +", "", layout.group(1)).replace("\\#", "#")
        pattern = f"{pattern[: layout.start()]}{text})"
    return pattern.replace(")(?i:", "")


def _terminal_order(terminal: TerminalDef) -> tuple[int, int, int, str]:
    pattern = terminal.pattern
    return -terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name


def _find_beginnings(terminal: TerminalDef) -> set[str]:
    """The words, in lower case, or single characters that a terminal can begin with."""
    if isinstance(terminal.pattern, PatternStr):
        return {terminal.pattern.value[0]}
    texts = [
        text.lower() for text, _ in _iterate_beginnings(_parser.parse(terminal.pattern.to_regexp()))
    ]
    assert all(texts), f"{terminal.name} can begin with anything"
    words = [_WORD.match(text) for text in texts]
    return {word.group() if word else text[0] for word, text in zip(words, texts, strict=True)}


def _iterate_beginnings(parts: Any) -> Iterator[tuple[str, bool]]:
    """The words or single characters that a parsed pattern can begin with, each with whether the
    pattern may go on with more of the same word."""
    heads: set[tuple[str, bool]] = {("", True)}
    for part in parts:
        ends = {head for head in heads if not head[1]}
        for text, _ in heads - ends:
            ends |= {(text + suffix, open_) for suffix, open_ in _iterate_alternatives(part)}
        heads = ends
    yield from heads


def _iterate_alternatives(part: Any) -> Iterator[tuple[str, bool]]:
    """How a text can go on with one part of a pattern."""
    opcode, argument = part
    if opcode in (op.ASSERT, op.ASSERT_NOT, op.AT):
        yield "", True
    elif opcode is op.SUBPATTERN:
        yield from _iterate_beginnings(argument[3])
    elif opcode is op.BRANCH:
        for branch in argument[1]:
            yield from _iterate_beginnings(branch)
    elif opcode in (op.MAX_REPEAT, op.MIN_REPEAT):
        if argument[0] == 0:
            yield "", True
        yield from _iterate_beginnings(argument[2])
    else:
        for char in _list_characters(part):
            # A word goes on up to the first other character.
            yield char, char.isalpha() or char == "_"


def _list_characters(part: Any) -> list[str]:
    """The ASCII characters that a single-character part stands for."""
    opcode, argument = part
    if opcode is op.LITERAL:
        return [chr(argument)]
    if opcode is op.IN:
        return [char for item in argument for char in _list_characters(item)]
    if opcode is op.RANGE:
        return [chr(point) for point in range(argument[0], argument[1] + 1)]
    if opcode is op.CATEGORY and argument is op.CATEGORY_DIGIT:
        return list(string.digits)
    if opcode is op.CATEGORY and argument is op.CATEGORY_SPACE:
        return [" "]
    return ["\0"]
