"""Calls in canonical form, and the rows among which Spark computes them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.ir.canonical import functions
from ssbt.compiler.ir.canonical.calls import counting_names, counts_rows, is_one_row, joined_parts
from ssbt.compiler.ir.canonical.failing import can_fail
from ssbt.compiler.ir.canonical.scopes import Scope
from ssbt.compiler.ir.canonical.values import Pool, Value
from ssbt.compiler.ir.terms import CALL, CallForm, Term
from ssbt.compiler.types.datatypes import STRING

_PAIR = 2


class CallCanonicalizer:
    """Makes values of calls.

    `order_counts` is set once an order of rows decides about a value, `computes_among_rows` once
    one looks at other rows, or is drawn.
    """

    def __init__(self, pool: Pool, scope: Scope) -> None:
        self._pool, self._scope = pool, scope
        self.order_counts = False
        self.computes_among_rows = False

    def value(self, form: CallForm, term: Term, operands: Sequence[Value]) -> Value:
        """The value of a call of this form, of the type of a term."""
        name = functions.canonical_name(form.name)
        kind = functions.kind_of(form.name)
        canonical = replace(form, name=name, names=counting_names(name, form.names))
        if name == "substring":
            canonical = replace(canonical, words=())
        if name == "concat" and term.type == STRING:
            operands = [part for each in operands for part in joined_parts(each)]
            canonical = replace(canonical, arguments=len(operands))
        if name in ("lag", "lead") and is_one_row(operands[1:2]) and form.arguments == _PAIR:
            canonical, operands = (
                replace(canonical, arguments=1),
                [operands[0], *operands[_PAIR:]],
            )
        if name == "count" and counts_rows(form, operands):
            canonical, operands = (
                replace(canonical, arguments=0, names=()),
                operands[form.arguments :],
            )
        drawn = functions.is_drawn(form.name)
        collects = kind in functions.COLLECTING or form.window is not None
        place = self._place(name, form, operands) if collects or drawn else None
        if name in ("grouping", "grouping_id") or name in functions.MULTIPLYING:
            place = self._scope.rows
        return self._pool.make(
            CALL,
            operands,
            (canonical, self._site(canonical, operands)) if drawn else canonical,
            term.type,
            nullable=term.nullable,
            fails=can_fail(name, operands, canonical, term.type, is_call=True),
            drawn=drawn,
            place=place,
        )

    def _place(self, name: str, form: CallForm, operands: Sequence[Value]) -> Value:
        """The rows that a value is computed among."""
        if form.window is not None or functions.is_drawn(form.name):
            self.computes_among_rows = True
        orderless = functions.is_orderless(name, [each.type for each in operands])
        frame = form.window.frame if form.window is not None else None
        if orderless and (frame is None or frame.unit != "rows"):
            return self._scope.rows
        self.order_counts = True
        return self._scope.ordered_rows

    def _site(self, form: object, operands: Sequence[Value]) -> int:
        """Which of the like draws among these rows this one is."""
        among = self._scope.ordered_rows.number
        key = (among, form, tuple(each.number for each in operands))
        self._scope.sites[key] = self._scope.sites.get(key, -1) + 1
        return self._scope.sites[key]
