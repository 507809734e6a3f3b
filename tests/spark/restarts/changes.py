"""Changes of what is before state: steps, sources, settings, the user's Python.

The kind: whatever decides which rows, with which values, come to the state.
"""

from __future__ import annotations

from dataclasses import dataclass

Replacements = tuple[tuple[str, str], ...]

LOOKUP = "|> as e |> join places on e.k = places.name"
BOTH = "|> select e.k as k, places.room as j, e.v as v, e.at as at, places.size as m"
SPLIT = "|> explode split(t, ',') as word |> set k = word"
SELECT = "|> select explode(split(t, ',')) as k, j, v, at"
DAY = "|> set k = cast(date(at) as string)"
LATER = "|> set k = cast(z as string)"
DATED = "|> set k = cast(d as string)"
WIDE = "|> select k, j, at, v, w"
UNPIVOT = f"{WIDE} |> unpivot value for kind in (v, w) |> rename value as v"
ZONE = ', spark { "spark.sql.session.timeZone" = "%s" }'


@dataclass(frozen=True)
class Change:
    """Two versions of what is before state; the pairs are put into the head.

    `harmless` where nothing that comes to the state differs, so that anything but "safe" would be
    a false alarm.
    """

    name: str
    old: str = ""
    new: str = ""
    old_head: Replacements = ()
    new_head: Replacements = ()
    source: str = "events"
    python: tuple[str, str] = ("", "")
    harmless: bool = False


PASSED = "def passed(rows):\n    return rows.where('v > 0')\n"
HELPED = "from limits import LEAST\n\ndef passed(rows):\n    return rows.where(f'v > {LEAST}')\n"
APPLY = '|> apply "passing.py:passed" returns Event'
SQL = '|> sql "select * from {input} where v > %s" returns Event'

CHANGES = [
    Change("another filter", "|> where v > 0", "|> where v > 2"),
    Change("a filter more", "", "|> where v > 2"),
    Change("a filter less", "|> where v > 2", ""),
    Change(
        "a filter before another expression",
        *("|> where v > 2 |> set v = v * 2", "|> set v = v * 2 |> where v > 2"),
    ),
    Change(
        "a default of a parameter",
        old="|> where v > ${least}",
        new="|> where v > ${least}",
        new_head=(("least: int = 0", "least: int = 2"),),
    ),
    Change("another value", "", "|> set v = v * 100"),
    Change(
        "another value of another name",
        "|> extend v * 2 as x |> drop v |> rename x as v",
        "|> extend v * 3 as x |> drop v |> rename x as v",
    ),
    Change("another key", "", "|> set k = upper(k)"),
    Change("another split", SPLIT, SPLIT.replace("','", "'[|]'")),
    Change("explode outer", SPLIT, SPLIT.replace("explode", "explode outer")),
    Change("an explode more", "", "|> explode split(t, ',') as word"),
    Change(
        "another explode of no used column",
        "|> explode split(t, ',') as word",
        "|> explode split(t, '[|]') as word",
    ),
    Change("another generator in select", SELECT, SELECT.replace("','", "'[|]'")),
    Change("an outer generator in select", SELECT, SELECT.replace("explode", "explode_outer")),
    Change("unpivot with nulls", UNPIVOT, UNPIVOT.replace("unpivot", "unpivot include nulls")),
    Change(
        "unpivot of another column",
        UNPIVOT,
        UNPIVOT.replace("WIDE", "")
        .replace("(v, w)", "(v, w2)")
        .replace("j, at, v, w", "j, at, v, w + 1 as w2"),
    ),
    Change("unpivot of another value", UNPIVOT, f"|> set v = v * 2 {UNPIVOT}"),
    Change("another side of a union", "|> union all moved", "|> union all swapped"),
    Change(
        "a filter on the other side of a union",
        "|> where v > 2 |> union all moved",
        "|> union all large",
    ),
    Change("a union more", "|> union all moved", "|> union all moved |> union all moved"),
    Change(
        "another kind of lookup",
        f"{LOOKUP} {BOTH}",
        f"{LOOKUP} {BOTH}".replace("|> join", "|> left join"),
    ),
    Change("another condition of a lookup", f"{LOOKUP} {BOTH}", f"{LOOKUP} and e.v > 2 {BOTH}"),
    Change(
        "another column of a lookup",
        f"{LOOKUP} {BOTH} |> set k = j",
        f"{LOOKUP} {BOTH} |> set k = cast(m as string)",
    ),
    Change(
        "another table to look up",
        f"{LOOKUP} {BOTH} |> set k = j",
        f"{LOOKUP} {BOTH} |> set k = j",
        new_head=(("/rooms", "/other rooms"),),
    ),
    Change(
        "a filter of the static side",
        f"{LOOKUP} {BOTH}",
        f"{LOOKUP} {BOTH}",
        new_head=(("STATIC", "|> where room = 'north'"),),
    ),
    Change(
        "another value of the static side",
        f"{LOOKUP} {BOTH} |> set k = j",
        f"{LOOKUP} {BOTH} |> set k = j",
        new_head=(("STATIC", "|> set room = upper(room)"),),
    ),
    Change(
        "the static side once each",
        f"{LOOKUP} {BOTH}",
        f"{LOOKUP} {BOTH}",
        new_head=(("STATIC", "|> distinct"),),
    ),
    Change(
        "the first of the static side",
        f"{LOOKUP} {BOTH}",
        f"{LOOKUP} {BOTH}",
        old_head=(("STATIC", "|> order by name |> limit 1"),),
        new_head=(("STATIC", "|> order by name desc |> limit 1"),),
    ),
    Change(
        "an aggregate of the static side",
        f"{LOOKUP} {BOTH} |> set k = j",
        f"{LOOKUP} {BOTH} |> set k = j",
        old_head=(
            (
                "STATIC",
                "|> aggregate min(room) as room, max(size) as size by name".replace(
                    " by ", " group by "
                ),
            ),
        ),
        new_head=(("STATIC", "|> aggregate max(room) as room, max(size) as size group by name"),),
    ),
    Change(
        "a window function of the static side",
        f"{LOOKUP} {BOTH} |> set k = cast(m as string)",
        f"{LOOKUP} {BOTH} |> set k = cast(m as string)",
        old_head=(
            (
                "STATIC",
                "|> where size > 1 |> extend cast(row_number() over"
                " (partition by name order by room) as int) as p |> drop size"
                " |> rename p as size",
            ),
        ),
        new_head=(
            (
                "STATIC",
                "|> extend cast(row_number() over"
                " (partition by name order by room) as int) as p |> where size > 1"
                " |> drop size |> rename p as size",
            ),
        ),
    ),
    Change(
        "an option of the static side",
        f"{LOOKUP} {BOTH} |> set k = coalesce(j, k)",
        f"{LOOKUP} {BOTH} |> set k = coalesce(j, k)",
        new_head=((" ROOMS", ', null_value = "north"'),),
    ),
    Change(
        "the zone of the session",
        DAY,
        DAY,
        old_head=(("SETTINGS", ZONE % "UTC"),),
        new_head=(("SETTINGS", ZONE % "Asia/Tokyo"),),
    ),
    Change(
        "the zone of a source", LATER, LATER, new_head=((" OPTIONS", ', time_zone = "Asia/Tokyo"'),)
    ),
    Change(
        "the pattern of dates",
        DATED,
        DATED,
        old_head=((" OPTIONS", ', date_format = "dd/MM/yyyy"'),),
        new_head=((" OPTIONS", ', date_format = "MM/dd/yyyy"'),),
    ),
    Change(
        "a default of a column",
        "|> set v = m",
        "|> set v = m",
        new_head=(("m: int default 1", "m: int default 7"),),
    ),
    Change(
        "a column of another type",
        "|> set k = cast(v as string)",
        "|> set k = cast(v as string)",
        new_head=(("  v: int\n", "  v: double\n"),),
    ),
    Change("text for null", "", "", new_head=((" LINES", ', null_value = "a"'),), source="lines"),
    Change("comments", "", "", new_head=((" LINES", ', comment = "b"'),), source="lines"),
    Change(
        "columns in another order",
        "",
        "",
        source="lines",
        new_head=(("Narrow { k: string, j: string", "Narrow { j: string, k: string"),),
    ),
    Change(
        "another separator",
        "",
        "",
        source="lines",
        old_head=((" LINES", ', sep = ","'),),
        new_head=((" LINES", ', sep = ",", quote = "b"'),),
    ),
    Change(
        "decimals",
        "|> set k = cast(cast(v as decimal(38,18)) * cast(1.23 as decimal(38,18)) as string)",
        "|> set k = cast(cast(v as decimal(38,18)) * cast(1.23 as decimal(38,18)) as string)",
        new_head=(
            ("SETTINGS", ', spark { "spark.sql.decimalOperations.allowPrecisionLoss" = "false" }'),
        ),
    ),
    Change("another function", APPLY, APPLY, python=(PASSED, PASSED.replace("> 0", "> 2"))),
    Change("what a function imports", APPLY, APPLY, python=(HELPED, HELPED)),
    Change("another query", SQL % 0, SQL % 2),
    Change(
        "a sample of the static side",
        f"{LOOKUP} {BOTH}",
        f"{LOOKUP} {BOTH}",
        old_head=(("STATIC", "|> sample 50 percent seed 1"),),
        new_head=(("STATIC", "|> sample 50 percent seed 4"),),
    ),
    # What makes no difference.
    Change("a column renamed", "", "|> rename v as x |> rename x as v", harmless=True),
    Change("a column more that nothing uses", "", "|> extend w + 1 as x |> drop x", harmless=True),
    Change(
        "filters in another order",
        "|> where v > 0 |> where w > 0",
        "|> where w > 0 |> where v > 0",
        harmless=True,
    ),
    Change(
        "a column that the source has besides",
        "",
        "",
        harmless=True,
        new_head=(("  m: int default 1\n", "  m: int default 1\n  extra: string\n"),),
    ),
    Change(
        "a default of an unused column",
        "",
        "",
        harmless=True,
        new_head=(("m: int default 1", "m: int default 7"),),
    ),
    Change("a rate", "", "", new_head=((" OPTIONS", ", max_cached_files = 7"),), harmless=True),
    Change(
        "a setting of speed",
        "",
        "",
        harmless=True,
        new_head=(("SETTINGS", ', spark { "spark.sql.adaptive.enabled" = "false" }'),),
    ),
    Change("an alias", "", "|> as other", harmless=True),
    Change(
        "a default that is given",
        "",
        "",
        harmless=True,
        new_head=((" OPTIONS", ", multi_line = false"),),
    ),
    Change(
        "comments of a function",
        APPLY,
        APPLY,
        harmless=True,
        python=(PASSED, f'"""Rows."""\n# Those that count.\n{PASSED}'),
    ),
    Change(
        "a let",
        "|> set v = v * 2",
        "|> extend v * 2 as x |> drop v |> rename x as v",
    ),
]
