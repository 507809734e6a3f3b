"""Slips with times, decimals and groups, by kinds: what is reported, and what is meant."""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.types.zones import SHORT_ZONES
from tests.memory_files import read_files

HEAD = """pipeline shop {{
  time_zone = "{zone}"
}}

schema Order {{
  id:         bigint
  customer:   bigint
  qty:        int
  amount:     decimal(12,2)
  x:          double
  ok:         boolean
  s:          string
  d:          date
  start_date: date
  end_date:   date
  at:         timestamp
  start_at:   timestamp
  end_at:     timestamp
  ntz:        timestamp_ntz
  sent_ms:    bigint
  ts_micros:  bigint
}}

schema Customer {{
  id:    bigint
  since: date
  email: string
}}

source orders from parquet {{
  path   = "data/orders"
  schema = Order
}}

source others from parquet {{
  path   = "data/others"
  schema = Order
}}

source customers from parquet {{
  path   = "data/customers"
  schema = Customer
}}

let result =
  from orders
  |> where at is not null and ntz is not null
"""
TAIL = """
sink result to parquet {
  path = "out/result"
  mode = overwrite
}
"""

# Days as they are written, and whether `at <=` one of them is a slip, and `at >`.
DAYS = {
    "'2026-01-31'": (True, True),
    "date '2026-01-31'": (True, True),
    "timestamp '2026-01-31'": (True, True),
    "to_date('2026-01-31')": (True, True),
    "to_timestamp('2026-01-31')": (True, True),
    "cast('2026-01-31' as date)": (True, True),
    "'2026-01-31'::timestamp": (True, True),
    "to_date('31.01.2026', 'dd.MM.yyyy')": (True, True),
    "${until}": (True, True),
    "make_date(2026, 1, 31)": (True, True),
    "last_day(d)": (True, False),
    "end_date": (True, False),
    "add_months(d, 1)": (True, False),
    "trunc(d, 'month')": (True, False),
    "d + interval 30 days": (True, False),
    "date_sub(current_date(), 1)": (True, False),
    "if(ok, d, end_date)": (True, False),
    "'2026-01-31 23:59:59'": (True, False),
    "timestamp '2026-01-31T23:59'": (True, False),
    "cast('2026-01-31 23:59:59' as timestamp)": (True, False),
    "current_date()": (False, False),
    "date_add(d, 1)": (False, False),
    "d + interval 1 day": (False, False),
    "'2026-01-31 23:59:59.999'": (False, False),
    "'2026-01-31 00:00:00'": (False, False),
    "'2026-01-31 12:00:00'": (False, False),
    "timestamp '2026-02-01 00:00:00'": (False, False),
    "date_trunc('day', start_at)": (False, False),
    "end_at": (False, False),
}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("time", ["at", "ntz", "date_trunc('second', at)"])
def test_days_beside_times(day: str, time: str):
    last, after = DAYS[day]
    param = "param until: date = date '2026-01-31'\n"
    for text, expected in {
        f"{time} <= {day}": last,
        f"{day} >= {time}": last,
        f"{time} between '2026-01-01' and {day}": last,
        f"not {time} > {day}": after,
        f"{day} < {time}": after,
        f"{time} < {day}": False,
        f"to_date({time}) <= to_date({day})": False,
    }.items():
        reported = codes(f"extend {text} as y |> select y", param=param)
        assert reported == ({"SSBT0451"} if expected else set()), text


REPORTED = {
    "SSBT0481": (
        *("cast(x as decimal)", "cast(s as dec)", "try_cast(s as numeric)", "s::decimal"),
        *("decimal(x)", "decimal(s)", "array(cast(amount as decimal))", "decimal(amount) + 1"),
        *("cast(array(s) as array<decimal>)", "cast(struct(s) as struct<a: decimal>)"),
    ),
    "SSBT0483": (
        *("dayofweek(d) in (6, 7)", "dayofweek(d) >= 6", "dayofweek(d) > 5", "5 < dayofweek(d)"),
        *("dayofweek(d) < 6", "dayofweek(d) between 1 and 5", "weekday(d) in (0, 6)"),
        *("weekday(d) between 1 and 5", "extract(dow from d) in (6, 7)", "weekday(d) in (6, 0)"),
        *("extract(dow_iso from d) in (1, 7)", "dayofweek(d) not in (6, 7)", "6 <= dayofweek(at)"),
        *("if(dayofweek(d) in (6, 7), 1, 0) = 1", "dayofweek(d) <= 5", "dayofweek(d) in (7, 6)"),
    ),
    "SSBT0484": (
        *("from_utc_timestamp(at, 'EST')", "to_utc_timestamp(at, 'BST')"),
        *("convert_timezone('IST', 'UTC', ntz)", "convert_timezone('UTC', 'CST', ntz)"),
        *("make_timestamp(2026, 1, 1, 0, 0, 0, 'PST')", "convert_timezone('AST', ntz)"),
        *("make_timestamp(d, time '10:00', 'IST')", "at > '2026-01-31 10:00:00 EST'"),
        *("try_make_timestamp_ltz(d, time '10:00', 'IST')", "timestamp '2026-01-31 10:00:00 CST'"),
        *("make_timestamp_ltz(2026, 1, 1, 0, 0, 0, 'BST')", "at = '2026-01-31T10:00:00.5CST'"),
        *("cast('2026-01-31 10:00:00 MST' as timestamp)", "to_timestamp('2026-01-31 1:00:00 HST')"),
        "at between '2026-01-31 10:00:00' and '2026-02-01 10:00:00 AST'",
    ),
    "SSBT0497": (
        *("timestamp_ntz '2026-01-31 10:00:00 EST'", "ntz > '2026-01-31T10:00:00Z'"),
        *("cast('2026-01-31 10:00:00+01:00' as timestamp_ntz)", "ntz = '2026-01-31 10:00-05:00'"),
        *(
            "to_timestamp_ntz('2026-01-31 1:00:00 Europe/Berlin')",
            "ntz in ('2026-1-3 1:0:0 UTC+3')",
        ),
        "ntz between '2026-01-31 10:00:00' and '2026-02-01 10:00:00.5 GMT'",
    ),
    "SSBT0451": (
        *("at <= end_date", "at between start_date and end_date", "end_date >= at"),
        *("ntz <= end_date", "not at > '2026'", "d = '2026'", "d <= '2026-03'", "d in ('2026-01')"),
        *("at between '2026-01' and '2026-03'", "d = date '2026-03'", "at = '2026'"),
    ),
    "SSBT0450": (
        *("first_value(s) over (partition by qty)", "last_value(s) over (partition by qty)"),
        *("first(s) over ()", "last(s) over (partition by qty)"),
        "array_join(collect_list(s) over (partition by qty), ',')",
        "concat_ws(',', collect_set(s) over (partition by qty order by id))",
        "collect_list(s) over (partition by qty)[0]",
        *(
            "sum(qty) over (rows between 1 preceding and current row)",
            "avg(x) over (rows 2 preceding)",
        ),
        "count(*) over (partition by s rows between current row and 1 following)",
        "max(x) over (partition by s rows between unbounded preceding and current row)",
    ),
    "SSBT0488": (
        *("translate(s, 'EUR', '')", "translate(s, 'foo', 'bar')", "translate(s, ' EUR', '')"),
        "translate(s, 'http', 'ftp')",
    ),
    "SSBT0458": (
        *("timestampdiff(day, end_at, start_at)", "datediff(hour, end_at, start_at)"),
        *("start_at - end_at", "start_date - end_date", "timediff(minute, end_at, start_at)"),
        "unix_timestamp(start_at) - unix_timestamp(end_at)",
        "cast(start_at as bigint) - cast(end_at as bigint)",
        "(unix_seconds(start_at) - unix_seconds(end_at)) / 3600",
    ),
    "SSBT0447": ("nullif('', s)", "nullif(0, qty)", "nullif('n/a', trim(s))"),
    "SSBT0495": ("date_trunc('mm', at)", "year(date_trunc('mm', d))"),
    "SSBT0496": (
        *("from_unixtime(sent_ms)", "timestamp_seconds(sent_ms)", "cast(sent_ms as timestamp)"),
        *("timestamp_millis(ts_micros)", "sent_ms::timestamp", "timestamp_seconds(1773132300000)"),
        *("from_unixtime(ts_micros, 'yyyy')", "timestamp(sent_ms)"),
    ),
    "SSBT0441": ("row_number() over (partition by 's' order by id)",),
    "SSBT0435": ("not in ('a')", "in ('a', 'b')", "ok and not in (1, 2)"),
}

INTENDED = (
    *("cast(id as decimal)", "cast(ok as decimal)", "cast(x as decimal(10,0))", "decimal(id)"),
    *("cast(s as decimal(10))", "decimal('7')", "cast(null as decimal)"),
    *("dayofweek(d) in (1, 7)", "dayofweek(d) between 2 and 6", "weekday(d) >= 5"),
    *("weekday(d) < 5", "weekday(d) in (5, 6)", "extract(dow_iso from d) in (6, 7)"),
    *("dayofweek(d) in (2, 4)", "dayofweek(d) = 6", "weekday(d) between 0 and 4", "weekday(d) > 2"),
    # As many numbers as memory does not hold.
    *("id between 1 and 9000000000000000000", "dayofweek(d) between -2147483648 and 2147483647"),
    *("from_utc_timestamp(at, 'Europe/London')", "from_utc_timestamp(at, 'CET')"),
    *("to_utc_timestamp(at, '-05:00')", "to_utc_timestamp(at, 'JST')", "convert_timezone(s, ntz)"),
    *("at < end_date", "to_date(at) <= end_date", "d <= end_date", "at >= start_date"),
    *("d >= '2026-03'", "at < '2026'", "s = '2026'", "d != '2026'", "at <= current_date()"),
    *("first_value(s) over (partition by qty order by id)", "any_value(s) over ()"),
    *("array_join(array_sort(collect_set(s) over ()), ',')", "collect_list(s) over ()"),
    "array_join(collect_list(s) over (partition by qty order by id), ',')",
    "sum(qty) over (rows between unbounded preceding and unbounded following)",
    "sum(qty) over (order by id rows between 1 preceding and current row)",
    *(
        "at > '2026-01-31 10:00:00 UTC'",
        "s = '2026-01-31 10:00:00 EST'",
        "at > '2026-01-31 10:00:00Z'",
    ),
    *("ntz > '2026-01-31 10:00:00'", "timestamp_ntz '2026-01-31T10:00:00.123'"),
    *("ntz = '2026-01-31 10:00'", "cast(at as timestamp_ntz) = ntz", "timestamp_ntz '2026-01-31'"),
    *("translate(s, '-+ ()', '')", "translate(s, 'abc', 'xyz')", "translate(s, 'äöü', 'aou')"),
    *("translate(s, '0123456789', '')", "translate(s, '€', '')", "translate(s, '.,', ',.')"),
    *("timestampdiff(day, start_at, end_at)", "end_at - start_at", "start_at - at", "qty - id"),
    *("nullif(s, '')", "nullif(qty, 0)", "nullif(s, s || 'x')"),
    *("in(s, 'a')", "in('a', s, s || 'x')", "s not in ('a')"),
    *("date_trunc('MM', at)", "date_trunc('minute', at)", "trunc(d, 'mm')"),
    *("timestamp_millis(sent_ms)", "timestamp_micros(ts_micros)", "timestamp_seconds(id)"),
    *("timestamp_seconds(sent_ms / 1000)", "timestamp_seconds(1773132300)", "sent_ms::decimal"),
    "row_number() over (partition by 'all' order by id)",
)

STEPS = {
    "aggregate sum(distinct amount) as y group by qty": "SSBT0494",
    "aggregate avg(distinct x) as y group by qty": "SSBT0494",
    "aggregate try_sum(distinct amount) as y": "SSBT0494",
    "aggregate count(distinct amount) as y group by qty": None,
    "aggregate max(distinct amount) as y group by qty": None,
    "aggregate concat_ws(',', collect_set(s)) as y": "SSBT0450",
    "aggregate array_agg(s)[0] as y": "SSBT0450",
    "aggregate collect_set(s)[0] as y": "SSBT0450",
    "aggregate concat_ws(',', sort_array(collect_set(s))) as y": None,
    "aggregate listagg(distinct s, ',') as y": "SSBT0450",
    "aggregate listagg(distinct s, ',') within group (order by s) as y": None,
    "aggregate collect_list(s) as ys |> extend ys[0] as y": "SSBT0450",
    "aggregate collect_set(s) as ys |> extend element_at(ys, -1) as y": "SSBT0450",
    "aggregate array_agg(s) as y |> rename y as z |> select array_join(z, ',') as y": "SSBT0450",
    "aggregate collect_list(s) as ys group by qty |> extend filter(ys, e -> e > 'a') as zs"
    " |> select get(zs, 0) as y": "SSBT0450",
    "aggregate collect_list(s) as ys |> set ys = array_sort(ys) |> extend ys[0] as y": None,
    "aggregate collect_list(s) as ys |> select size(ys) as n, array_max(ys) as y": None,
    "aggregate count(*) as n group by 's' as y": "SSBT0441",
    "aggregate count(*) as n group by 'all' as y": None,
    "anti join customers as c on orders.customer != c.id": "SSBT0514",
    "semi join customers as c on orders.customer <> c.id": "SSBT0514",
    "left join customers as c on orders.customer != c.id |> select qty": "SSBT0514",
    "join customers as c on not (orders.customer = c.id) |> select qty": "SSBT0514",
    "join customers as c on orders.customer != c.id and qty > 5 |> select qty": "SSBT0514",
    "join others as o on orders.id != o.id |> select orders.id": None,
    "join others as o on orders.id != o.id and orders.s = o.s |> select orders.id": None,
    "join others as o on orders.id < o.id |> select orders.id": None,
    "left join customers as c on orders.customer = c.id and s != c.email |> select qty": None,
    "join customers as c on at <= c.since |> select qty": "SSBT0451",
}


def codes(steps: str, zone: str = "UTC", param: str = "") -> set[str]:
    text = f"{HEAD.format(zone=zone)}  |> {steps}\n{TAIL}{param}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert not any(each.severity.name == "ERROR" for each in findings), findings
    return {each.code.number for each in findings} - {"SSBT0209"}


@pytest.mark.parametrize(
    ("code", "expression"), [(code, each) for code, all_ in REPORTED.items() for each in all_]
)
def test_a_slip_is_reported(code: str, expression: str):
    assert codes(f"extend {expression} as y |> select typeof(y) as y") == {code}


@pytest.mark.parametrize("expression", INTENDED)
def test_what_is_meant_is_left_alone(expression: str):
    assert codes(f"extend {expression} as y |> select typeof(y) as y") == set()


@pytest.mark.parametrize("step", STEPS)
def test_steps(step: str):
    expected = STEPS[step]
    assert codes(step) == ({expected} if expected else set())


# A window, and whether it begins where the days of Berlin, and where weeks do not.
WINDOWS = {
    "at, '1 day'": (True, False),
    "at, '24 hours'": (True, False),
    "at, '3 days', '1 day'": (True, False),
    "at, '24 hours', '1 hour'": (False, False),
    "at, '1 day', '1 day', '22 hours'": (False, False),
    "at, '12 hours'": (False, False),
    "at, '1 week'": (True, True),
    "at, '7 days'": (True, True),
    "at, '14 days', '1 week'": (True, True),
    "at, '1 week', '1 week', '4 days'": (False, False),
    "ntz, '1 day'": (False, False),
    "ntz, '1 week'": (True, True),
}


@pytest.mark.parametrize("arguments", WINDOWS)
@pytest.mark.parametrize(
    ("zone", "place"),
    [("Europe/Berlin", 0), ("Asia/Tokyo", 0), ("+05:30", 0), ("UTC", 1), ("GMT", 1), ("+00:00", 1)],
)
def test_windows_of_days_and_weeks(arguments: str, zone: str, place: int):
    reported = codes(f"aggregate count(*) as n group by window({arguments}) as w", zone)
    assert ("SSBT0482" in reported) is WINDOWS[arguments][place]


@pytest.mark.parametrize("type_", ["decimal", "dec", "numeric", "array<decimal>"])
@pytest.mark.parametrize("place", ["schema", "param"])
def test_declarations(type_: str, place: str):
    column = f"n: {type_}" if place == "schema" else "n: int"
    param = f"param p: {type_}\n" if place == "param" else ""
    text = (
        f"pipeline p {{ }}\nschema R {{ {column} }}\n{param}"
        'source r from parquet { path = "in", schema = R }\nsink r to noop { }\n'
    )
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert [each.code.number for each in findings if each.code.number == "SSBT0481"] == ["SSBT0481"]


@pytest.mark.parametrize("zone", [*SHORT_ZONES, "UTC", "CET", "JST", "Europe/Berlin"])
def test_zones_of_sessions_and_files(zone: str):
    text = (
        f'pipeline p {{ time_zone = "{zone}" }}\nschema R {{ at: timestamp }}\n'
        f'source r from csv {{ path = "in", schema = R, time_zone = "{zone}" }}\n'
        "sink r to noop { }\n"
    )
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    count = len([each for each in findings if each.code.number == "SSBT0484"])
    assert count == (2 if zone in SHORT_ZONES else 0)


# Steps before a sink, and whether they leave an order that the sink could keep.
ORDERED = {
    "order by id": True,
    "order by id |> select id": True,
    "order by id |> where qty > 1 |> drop s": True,
    "order by id |> distinct": False,
    "where qty > 1": False,
    "order by id |> limit 3": False,
}


@pytest.mark.parametrize("steps", ORDERED)
@pytest.mark.parametrize(
    ("options", "deals"),
    [("repartition = 4", True), ("coalesce = 1", False), ("max_records_per_file = 9", False)],
)
def test_an_order_before_a_sink(steps: str, options: str, deals: bool):
    tail = TAIL.replace("  mode", f"  {options}\n  mode")
    text = f"{HEAD.format(zone='UTC')}  |> {steps}\n{tail}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert ("SSBT0448" in {each.code.number for each in findings}) is (deals and ORDERED[steps])


# Steps before a sink with folders of `d`, and whether their order is gone.
FOLDERED = {
    "order by id": True,
    "order by d, id": False,
    "order by d desc |> where qty > 1": False,
    "order by d, id |> limit 3": False,
    "order by id |> limit 3": False,
    "order by id, d": True,
    "order by d, id |> set d = date_add(d, 1)": True,
    "order by end_date, id |> drop d |> rename end_date as d": False,
    "order by end_date, id |> select id, end_date as d": False,
    "where qty > 1": False,
}


@pytest.mark.parametrize("steps", FOLDERED)
def test_an_order_before_folders(steps: str):
    tail = TAIL.replace("  mode = overwrite", "  partition_by = d\n  mode = append")
    text = f"{HEAD.format(zone='UTC')}  |> {steps}\n{tail}"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert ("SSBT0448" in {each.code.number for each in findings}) is FOLDERED[steps]


@pytest.mark.parametrize("option", ['quote = ""', 'escape = ""', 'quote = "\'"', 'escape = "^"'])
@pytest.mark.parametrize("role", ["source", "sink"])
def test_characters_that_a_csv_sink_needs(option: str, role: str):
    options = {role: f", {option}"}
    text = (
        "pipeline p { }\nschema R { s: string, t: string }\n"
        f'source r from csv {{ path = "in", schema = R{options.get("source", "")} }}\n'
        f'sink r to csv {{ path = "out", mode = overwrite{options.get("sink", "")} }}\n'
    )
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    is_refused = role == "sink" and option.endswith('""')
    assert [each.code.number for each in findings] == (["SSBT0309"] if is_refused else [])
