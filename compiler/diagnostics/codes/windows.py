"""Mistakes in windows over rows and over time."""

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code

MISPLACED_WINDOW = Code(
    "SSBT0405",
    "A window function in the wrong place",
    """\
Spark computes window functions after it has chosen the rows, so you can use them in `select`,
`extend`, `set` and `order by`. To filter by one, add it as a column first.
""",
    wrong=example(steps="|> where row_number() over (order by id) = 1"),
    right=example(steps="|> extend row_number() over (order by id) as n\n|> where n = 1"),
    way_out="leave out `over (…)`, or take an aggregate or a window function",
)
BAD_WINDOW = Code(
    "SSBT0418",
    "A window that the function cannot have",
    """\
Functions such as `row_number` and `lag` need an order, and some have a fixed frame. A frame must
begin before it ends, and a `range` frame goes by the values of one key in `order by`.
""",
    wrong=example(steps="|> extend row_number() over (partition by status) as n"),
    right=example(steps="|> extend row_number() over (partition by status order by id) as n"),
    way_out="leave out the clause that does not go with it",
)
TIME_WINDOWS = Code(
    "SSBT0419",
    "A time window in a place that cannot take it",
    """\
Spark puts each row into its time `window` in a separate step, which adds a column, and several rows
where windows overlap. `select`, `extend`, `set`, `aggregate` and `pivot` take one such window; two
would produce every pair of windows. `where`, `order by` and joins take none.
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> aggregate count(*) as n\n"
        "   group by window(placed_on, '1 day') as day, window(placed_on, '2 days') as days",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> where placed_on is not null\n"
        "|> extend window(placed_on, '2 days') as days\n"
        "|> aggregate count(*) as n group by window(placed_on, '1 day') as day, days",
    ),
    way_out="add the window as a column in an `extend` or `aggregate` step before this one",
)
NO_TIME_WINDOW = Code(
    "SSBT0420",
    "The time of something that is not a window",
    """\
`window_time`, and a `window` over another one, take a column made by `window` or `session_window`,
under whatever name. Spark marks that column. A struct of two times made in another way, or a window
that went through another function, has no such mark, and Spark's analyser refuses it.
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend struct(placed_on as start, placed_on as end) as day\n"
        "|> extend window_time(day) as last",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> where placed_on is not null\n"
        "|> extend window(placed_on, '1 day') as day\n"
        "|> extend window_time(day) as last",
    ),
)
