"""Expressions that cover Spark SQL's expression syntax, by group.

Columns: i int, n bigint, d decimal, x double, s and t strings, b boolean, day date, ts timestamp,
arr an array of ints, m a map, st a struct of a and b, v a variant.
"""

LITERALS = r'''
1
0
2147483648
-5
+5
- -5
1L
10l
7S
7s
1Y
3.14
.5
2.
1e3
1E-3
.5e+2
1.5D
1.5d
2.5F
2f
1.50BD
10BD
1e2BD
123456789012345678901234567890
null
NULL
true
FALSE
x'1F'
X'abcd'
x''
x'ABC'
'text'
"text"
''
""
'it\'s'
"it's"
'it''s'
"say ""x"""
'a' 'b'
'a' "b" 'c'
'a
b'
'tab\there'
'new\nline'
'null \0 there'
'carriage\r'
'back\\slash'
'\b\Z'
'\101\102'
'\u00e9\u4e2d'
'\U0001F600'
'100\%'
'a\_b'
'\d\w'
'\'
r'\d+\n'
R"raw \t"
r''
'ünïcödé 😀'
'${not a param'
'semi;colon -- no comment /* nor this */'
date '2026-01-31'
DATE'2026-01-31'
date "2026-01-31"
timestamp '2026-01-31 12:30:00'
timestamp '2026-01-31T12:30:00.123456Z'
timestamp '2026-01-31 12:30:00 Europe/Berlin'
timestamp_ntz '2026-01-31 12:30:00'
timestamp_ltz '2026-01-31 12:30:00'
time '12:30:00'
time '12:30:00.123456'
'''

INTERVALS = r"""
interval 1 day
interval 2 days
interval 1 year 2 months
interval 1 year 2 months 3 days 4 hours 5 minutes 6 seconds
interval 1 week
interval 3 quarters
interval 10 milliseconds
interval 10 microseconds
interval -3 hours
interval - 3 hours
interval +3 hours
interval 1 day -2 hours
interval 1.5 seconds
interval '1' day
interval '-1' day
interval -'1' day
interval '1-2' year to month
interval -'1-2' year to month
interval '1 2' day to hour
interval '1 2:03' day to minute
interval '1 2:03:04' day to second
interval '1 2:03:04.567' day to second
interval '2:03' hour to minute
interval '2:03:04' hour to second
interval '3:04' minute to second
interval '1 day'
interval '1 day 2 hours'
interval 'interval 3 days'
INTERVAL '10' MINUTES
interval (1 + 1) day
interval i day
interval 1 day + interval 2 hours
ts + interval 1 day
ts - interval '1' hour
interval '1' day * 2
-interval '1' day
interval '5' month
interval '5' year
interval '5' second
"""

OPERATORS = r"""
i + 1
i - 1
i * 2
i / 2
i % 2
i div 2
-i
+i
~i
- i
-(-i)
i & 3
i | 3
i ^ 3
i << 2
i >> 2
i >>> 2
i + 2 * 3 - 4 / 5 % 6
(i + 2) * 3
i * -2
i - -2
i + +2
1 - 2 - 3
8 / 4 / 2
i & 1 | 2 ^ 3 & 4
i | i & i ^ i << 1 + 2
i << 1 << 2
1 + 2 << 3
1 << 2 + 3
s || t
s || t || 'x'
s || i + 1
'a' || 1 + 2
1 + 2 || 'a'
not b
!b
not not b
! ! b
not b and b
not b or b
b and b or b and b
b or b and b or b
not i = 1
not i > 1 and b
i = 1
i == 1
i <> 1
i != 1
i < 1
i <= 1
i > 1
i >= 1
i <=> null
i = 1 = b
i < 2 = b
i = 1 and s = 'x' or not b
i + 1 > n * 2 and x / 2 <= d
i | 1 = 2
i & 1 = 1
~i & 3
-i * 2
-i::string
- 1::bigint
i is null
i is not null
i + 1 is null
b is true
b is not true
b is false
b is not false
b is unknown
b is not unknown
i = 1 is true
i is distinct from n
i is not distinct from n
i + 1 is distinct from n + 1
i between 1 and 10
i not between 1 and 10
i between n and n + 1 and b
i + 1 between 2 * 3 and 10 or b
not i between 1 and 2
i in (1)
i in (1, 2, 3)
i not in (1, 2)
s in ('a', "b")
i + 1 in (n, n + 1)
not i in (1, 2)
(i, s) in ((1, 'a'), (2, 'b'))
i in (1, 2) and s not in ('x') or b
s like 'a%'
s not like 'a%'
s like 'a!%' escape '!'
s like 'a\\%' escape '\\'
s not like '%' escape '/'
s ilike 'A%'
s not ilike 'A%'
s ilike 'a!%' escape '!'
s rlike '^a.*$'
s regexp '[a-z]+'
s not rlike 'x'
s not regexp r'\d'
s like any ('a%', 'b%')
s like all ('a%', '%b')
s like some ('a%')
s not like any ('a%', 'b%')
s not like all ('a%')
s ilike any ('A%', 'b%')
s ilike all ('A%')
s not ilike some ('A%')
s like t || '%'
s || 'x' like t
s = 'a' or s like 'b' and i > 1
"""

CONDITIONALS = r"""
case when b then 1 end
case when b then 1 else 2 end
case when i = 1 then 'one' when i = 2 then 'two' else 'many' end
case i when 1 then 'one' when 2 then 'two' else 'many' end
case i + 1 when 2 then 'x' end
case s when 'a' then case when b then 1 else 2 end else 3 end
case when b then 1 end + 1
case when i in (1, 2) and s like 'a%' or not b then i between 1 and 2 else b end
CASE WHEN b THEN 1 ELSE 2 END
if(b, 1, 2)
coalesce(i, n, 0)
nvl(i, 0)
nullif(i, 0)
iff(b, 1, 2)
"""

CASTS = r"""
cast(i as string)
CAST(i AS STRING)
try_cast(s as int)
i::string
s::int + 1
i::string::int
'1'::int
null::int
(i + 1)::double
cast(s as decimal(10, 2))
cast(s as decimal(10,2))
cast(s as decimal)
cast(s as dec(5))
cast(s as numeric(5, 1))
cast(s as tinyint)
cast(s as byte)
cast(s as smallint)
cast(s as short)
cast(s as int)
cast(s as integer)
cast(s as bigint)
cast(s as long)
cast(s as float)
cast(s as real)
cast(s as double)
cast(s as boolean)
cast(s as binary)
cast(s as date)
cast(s as timestamp)
cast(s as timestamp_ntz)
cast(s as timestamp_ltz)
cast(s as char(3))
cast(s as character(3))
cast(s as varchar(3))
cast(s as string collate UTF8_LCASE)
cast(s as interval day)
cast(s as interval day to second)
cast(s as interval year to month)
cast(s as interval hour to minute)
cast(arr as array<string>)
cast(m as map<string, bigint>)
cast(st as struct<a: bigint, b: string>)
cast(st as struct<a bigint, b string>)
cast(st as struct<a: bigint comment 'it\'s', b: string not null>)
cast(null as array<array<int>>)
cast(null as array<map<string,array<struct<a:int>>>>)
cast(null as struct<>)
cast(null as void)
cast(null as variant)
cast(null as struct<`a b`: int>)
cast(s as time)
cast(s as time(3))
cast(s as timestamp without time zone)
"""

PARTS = r"""
st.a
st.b
syn.i
syn.st.a
arr[0]
arr[i + 1]
arr[0] + arr[1]
m['key']
m[s || 'x']
st['a']
array(st, st)[0].a
array(array(1, 2), array(3))[0][1]
map('a', st)['a'].b
named_struct('x', st).x.a
struct(1 as one, 2 as two).one
(st).a
(i, s).col1
`i`
`syn`.`i`
syn.`st`.a
element_at(arr, 1)
v:a
v:a.b
v:a[0]
v:['a']
v:a.b[0].c
v:`odd name`
v:a::int
v:a.b::string
upper(v:a::string)
"""

CALLS = r"""
upper(s)
UPPER(s)
concat(s, t, 'x')
current_date
current_date()
current_timestamp
current_timestamp()
current_user
localtimestamp
current_time
now()
rand(42)
round(x, 2)
date_add(day, 1)
dateadd(day, 1, ts)
date_add(month, 1, ts)
datediff(day, day, day)
datediff(hour, ts, ts)
date_diff(day, day)
timestampadd(month, 1, ts)
timestampdiff(second, ts, ts)
extract(year from day)
extract(MONTH FROM ts)
extract(second from ts)
extract(dayofweek from day)
extract(week from day)
extract(hour from interval '5' hour)
trim(s)
trim(both from s)
trim(leading from s)
trim(trailing from s)
trim('x' from s)
trim(both 'x' from s)
trim(leading 'x' from s)
trim(trailing 'x' || 'y' from s || t)
btrim(s)
substring(s, 1)
substring(s, 1, 2)
substring(s from 2)
substring(s from 2 for 3)
substr(s from i + 1 for n)
substr(s, 2, 3)
position('a' in s)
position('a' || 'b' in s || t)
position('a', s)
position('a', s, 2)
overlay(s placing 'x' from 2)
overlay(s placing 'x' from 2 for 1)
overlay(s, 'x', 2)
left(s, 2)
right(s, 2)
replace(s, 'a', 'b')
array(1, 2, 3)
array()
map('a', 1, 'b', 2)
struct(1, 2)
struct(i, s as name)
struct(i as one, s as two)
named_struct('a', 1)
mask(s, upperChar => 'Q')
mask(s, lowerChar => 'q', upperChar => 'Q')
mask(str => s)
transform(arr, x -> x + 1)
transform(arr, (x, i) -> x + i)
transform(arr, (`x`) -> x * 2)
filter(arr, x -> x > 1 and x < 10)
exists(arr, x -> x is null)
forall(arr, x -> x > 0)
aggregate(arr, 0, (acc, x) -> acc + x)
aggregate(arr, 0, (acc, x) -> acc + x, acc -> acc * 10)
reduce(arr, 0, (acc, x) -> acc + x)
zip_with(arr, arr, (x, y) -> x * y)
map_filter(m, (k, v) -> v > 1)
transform_values(m, (k, v) -> v || k)
array_sort(arr, (l, r) -> case when l < r then -1 when l > r then 1 else 0 end)
transform(arr, x -> transform(arr, y -> x + y))
ceil(x)
ceil(x, 1)
floor(x)
char(65)
date('2026-01-31')
timestamp('2026-01-31')
string(i)
int(s)
decimal(1)
typeof(i)
from_json(s, 'a int')
to_timestamp(s, 'yyyy-MM-dd')
year(day)
hash(i, s)
inline(array(st))
explode(arr)
stack(2, 1, 2)
window(ts, '1 hour')
session_window(ts, '5 minutes')
like(s, 'a%')
rlike(s, 'a')
if(i > 1, 'a', 'b')
try_add(i, 1)
unix_timestamp()
s collate UTF8_LCASE
s collate UNICODE_CI = t
collate(s, 'UTF8_LCASE')
s || t collate UTF8_LCASE
collation(s)
"""

AGGREGATES = r"""
count(*)
count(1)
count(i, s)
count(distinct i)
count(distinct i, s)
count(DISTINCT syn.i)
count(syn.*)
sum(i)
sum(distinct i)
sum(all i)
avg(i) + 1
min(i)
first(i)
first(i, true)
first(i) ignore nulls
first(i ignore nulls)
last(i ignore nulls)
any_value(i)
any_value(i ignore nulls)
first_value(i) respect nulls
count(*) filter (where b)
sum(i) filter (where i > 1 and b)
count(distinct i) filter (where b)
collect_list(s)
array_agg(distinct s)
max_by(i, n)
percentile_cont(0.5) within group (order by i)
percentile_disc(0.5) within group (order by i desc)
percentile_cont(0.5) within group (order by i) filter (where b)
mode() within group (order by i)
listagg(s)
listagg(s, ',')
listagg(s, ',') within group (order by s desc)
string_agg(distinct s, ',') within group (order by s)
approx_percentile(i, array(0.5, 0.9), 100)
every(b)
some(b)
any(b)
grouping(i)
grouping_id()
"""

WINDOWS = r"""
row_number() over (order by i)
rank() over (partition by s order by i desc)
dense_rank() over (partition by s, t order by i asc nulls last, n desc nulls first)
sum(i) over ()
sum(i) over (partition by s)
sum(i) over (order by i)
sum(i) over (distribute by s sort by i)
sum(i) over (partition by s order by i rows unbounded preceding)
sum(i) over (partition by s order by i rows current row)
sum(i) over (order by i rows 2 preceding)
sum(i) over (order by i rows between unbounded preceding and current row)
sum(i) over (order by i rows between unbounded preceding and unbounded following)
sum(i) over (order by i rows between current row and unbounded following)
sum(i) over (order by i rows between 1 preceding and 1 following)
sum(i) over (order by i rows between 3 preceding and 1 preceding)
sum(i) over (order by i rows between 1 following and 3 following)
sum(i) over (order by i range between 1 preceding and 1 following)
sum(i) over (order by ts range between interval 1 day preceding and current row)
sum(i) over (order by ts range between interval '1' hour preceding and interval '1' hour following)
sum(i) over (order by i range unbounded preceding)
sum(i) over (order by x range between 1.5 preceding and 2 * 3 following)
lag(i) over (order by n)
lag(i, 1, 0) over (order by n)
lead(i, 2) ignore nulls over (order by n)
lag(i) respect nulls over (order by n)
first_value(i) ignore nulls over (order by n)
first_value(i ignore nulls) over (order by n)
nth_value(i, 2) over (order by n)
ntile(4) over (order by i)
count(*) filter (where b) over (partition by s)
count(distinct i) over (partition by s)
sum(sum(i)) over (order by max(n))
i - lag(i) over (order by n) as change
"""

STARS = r"""
*
syn.*
* except (i)
* except (i, st.a)
syn.* except (i)
struct(*)
array(st.*)
count(*)
to_json(struct(* except (v)))
"""

GROUPS = {
    "literals": LITERALS,
    "intervals": INTERVALS,
    "operators": OPERATORS,
    "conditionals": CONDITIONALS,
    "casts": CASTS,
    "parts": PARTS,
    "calls": CALLS,
    "aggregates": AGGREGATES,
    "windows": WINDOWS,
}
