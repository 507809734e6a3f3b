"""Sources and diagnostics that the tests of all renderers share, as the fixture `case`."""

from __future__ import annotations

import pytest

from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.source import Source, Span

NO_COLUMN = Code("SSBT0203", "A column that does not exist", "Why.", "", "")
MISMATCH = Code("SSBT0401", "Types that do not go together", "Why.", "", "")
UNUSED = Code("SSBT0220", "Declared and not used", "Why.", "", "", Severity.WARNING)

ORDERS = Source(
    "orders.ssbt",
    """\
pipeline orders {
}
source orders from csv {
  path = "data/orders.csv"
  schema = Order
}
let paid =
  from orders
  |> where amout > 0 and cuntry = 'DE'
  |> left join customers on paid.customer_id = customers.id and paid.country = customers.country
  |> aggregate sum(amount) as revenue,
     count(*) as orders
     group by country
""",
)
SHARED = Source(
    "shared/schemas.ssbt",
    "# 日本\nschema Order {\n\tamount: decimal(12,2)\n"
    "\t`金額 👩\u200d👩\u200d👧 e\u0301`: string # \x1b[31m\n}\n",
)

Case = tuple[list[Diagnostic], list[Source]]


def span(source: Source, text: str, nth: int = 0) -> Span:
    """The place of the `nth` occurrence of a text."""
    start = -1
    for _ in range(nth + 1):
        start = source.text.index(text, start + 1)
    return Span(source.path, start, start + len(text))


def at(source: Source, text: str, label: str = "", nth: int = 0) -> Label:
    """A label at the `nth` occurrence of a text."""
    return Label(span(source, text, nth), label)


def _misspelt() -> Case:
    result = Diagnostic(
        NO_COLUMN,
        "no column `amout` in `orders`",
        at(ORDERS, "amout", "not a column of `orders`"),
        (at(ORDERS, "source orders", "`orders` is read here"),),
        ("did you mean `amount`?",),
        (Edit(span(ORDERS, "amout"), "amount"),),
    )
    return [result], [ORDERS]


def _one_line() -> Case:
    rows = Diagnostic(
        MISMATCH,
        "`=` compares a string with a number, which Spark would convert row by row",
        at(ORDERS, "=", nth=4),
        (
            at(ORDERS, "paid.customer_id", "string, from the file"),
            at(ORDERS, "customers.id", "bigint"),
            at(ORDERS, "left join", "in this join"),
        ),
        (
            "convert one side: `cast(paid.customer_id as bigint)`; rows for which that fails stop "
            "the job, `try_cast` makes them null",
            "declare `customer_id` as `bigint`",
        ),
    )
    return [rows], [ORDERS]


def _several_lines() -> Case:
    text = ORDERS.text
    step = Span(ORDERS.path, text.index("|> agg"), len(text) - 1)
    block = Span(ORDERS.path, text.index("orders from csv"), text.index("let"))
    result = Diagnostic(
        MISMATCH,
        "the whole step",
        Label(step, "this step"),
        (at(ORDERS, "count(*)", "here"), Label(block, "reads this")),
    )
    whole = Diagnostic(UNUSED, "everything", Label(Span(ORDERS.path, 0, len(text)), "all of it"))
    return [result, whole], [ORDERS]


def _nested() -> Case:
    result = Diagnostic(
        MISMATCH,
        "inside and at once",
        at(ORDERS, "amout", "this one"),
        (
            at(ORDERS, "amout > 0 and cuntry = 'DE'", "the condition"),
            at(ORDERS, "amout > 0", "a part of it"),
            at(ORDERS, "amout", "the same place"),
        ),
    )
    return [result], [ORDERS]


def _other_file() -> Case:
    result = Diagnostic(
        NO_COLUMN,
        "no column `cuntry`",
        at(ORDERS, "cuntry", "not a column"),
        (
            at(SHARED, "Order", "declared here"),
            at(SHARED, "👩\u200d👩\u200d👧", "wide"),
            at(SHARED, "e\u0301", "accent"),
            at(SHARED, "string", "after them"),
            at(SHARED, "\x1b", "escape"),
            Label(Span("lost.ssbt", 3, 4), "in a file that is gone"),
        ),
        fix=(Edit(span(SHARED, "\t", 1), "  `x`: int\n\t"),),
    )
    return [result], [ORDERS, SHARED]


def _ends() -> Case:
    empty, source = Source("empty.ssbt", ""), Source("end.ssbt", "let a\r\nlet b\rlet c")
    end = len(source.text)
    return [
        Diagnostic(UNUSED, "nothing at all", Label(Span("empty.ssbt", 0, 0), "expected more")),
        Diagnostic(UNUSED, "at the end", Label(Span("end.ssbt", end, end), "expected `=`")),
        Diagnostic(UNUSED, "the line end itself", Label(Span("end.ssbt", 5, 7), "here")),
        Diagnostic(UNUSED, "in the middle of CRLF", Label(Span("end.ssbt", 6, 6), "here")),
        Diagnostic(UNUSED, "beyond", Label(Span("end.ssbt", 10**6, 10**7), "somewhere else")),
        Diagnostic(UNUSED, "more than the line", Label(Span("end.ssbt", 11, 16), "and on")),
    ], [empty, source]


def _long_line() -> Case:
    text = f"let a = from b |> where {'x1 and ' * 40}oops{' and y2' * 40}\n"
    source = Source("long.ssbt", text)
    here = at(source, "oops", "this is it")
    return [
        Diagnostic(
            NO_COLUMN, "one", here, (), ("write `ok`",), (Edit(span(source, "oops"), "ok"),)
        ),
        Diagnostic(NO_COLUMN, "far apart", here, (at(source, "let", "in this dataset"),)),
        Diagnostic(NO_COLUMN, "longer than the line", at(source, text[20:-40], "all of this")),
    ], [source]


def _hostile() -> Case:
    source = Source(
        "evil\x1b[2J.ssbt", "let a = '\u202e\x00\x07\x7f\x9b\ud800\u2028' # \u200b\xad x\n"
    )
    message = "no `\x1b[31mred\r\n\u202e` here"
    result = Diagnostic(NO_COLUMN, message, at(source, "x", "\x1b]0;title\x07"), (), ("\x00\x1b",))
    return [result], [source]


def _unreadable() -> Case:
    span = Span("gone.ssbt", 0, 0)
    return [
        Diagnostic(NO_COLUMN, "cannot read `gone.ssbt`: there is no such file", Label(span)),
        Diagnostic(NO_COLUMN, "once more", Label(span, "what to say of it"), (), ("check it",)),
    ], []


def _fixes() -> Case:
    text = ORDERS.text
    line = text.index("  schema = Order")
    return [
        Diagnostic(
            UNUSED,
            "a line too many",
            at(ORDERS, "schema"),
            fix=(Edit(Span(ORDERS.path, line, text.index("}", line)), ""),),
        ),
        Diagnostic(
            UNUSED,
            "two places",
            at(ORDERS, "paid"),
            help=("rename it",),
            fix=(Edit(span(ORDERS, "paid"), "p"), Edit(span(ORDERS, "paid", 1), "p")),
        ),
        Diagnostic(
            UNUSED,
            "a great deal more",
            at(ORDERS, "{"),
            fix=(Edit(span(ORDERS, "{\n"), "{\n" + "  # new\n" * 10),),
        ),
    ], [ORDERS]


CASES: dict[str, Case] = {
    "misspelt": _misspelt(),
    "one line": _one_line(),
    "several lines": _several_lines(),
    "nested": _nested(),
    "other file": _other_file(),
    "ends": _ends(),
    "long line": _long_line(),
    "hostile": _hostile(),
    "unreadable": _unreadable(),
    "fixes": _fixes(),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """Diagnostics and the sources that they speak of."""
    return CASES[request.param]
