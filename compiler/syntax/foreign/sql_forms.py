"""Functions of other databases, each beside the same in Spark SQL.

`=` is the same for every value; `~` comes near, and is shown without being a fix: other digits,
other weeks, another type. Where several databases mean different things by a name, it is `~`.
What arguments must be is said by their names: see `forms`.
"""

TIMES = r"""
adddate(day, number) = date_add(day, number)
adddate(day, interval) = day + interval
date_add(day, interval) = day + interval
date_sub(day, interval) = day - interval
date_diff(end, start, 'day') = datediff(end, start)
datetime_add(time, interval) = time + interval
datetime_sub(time, interval) = time - interval
date_diff(end, start, unit) ~ timestampdiff(unit, start, end)
date_diff(end, start, 'week') ~ timestampdiff(week, start, end)
datetime_diff(end, start, unit) ~ timestampdiff(unit, start, end)
timestamp_add(time, interval) = time + interval
timestamp_sub(time, interval) = time - interval
timestamp_diff(end, start, unit) = timestampdiff(unit, start, end)
subdate(day, number) = date_sub(day, number)
subdate(day, interval) = day - interval
timeadd(unit, number, time) = timestampadd(unit, number, time)
datetime_trunc(time, unit) = date_trunc('unit', time)
timestamp_trunc(time, unit) = date_trunc('unit', time)
datetrunc(unit, time) = date_trunc('unit', time)
timestamp_trunc(time, 'week') ~ date_trunc('WEEK', time)
datetime_trunc(time, 'week') ~ date_trunc('WEEK', time)
datetrunc('week', time) ~ date_trunc('WEEK', time)
trunc_date(day, unit) = trunc(day, 'unit')
convert_tz(time, source, target) = convert_timezone(source, target, time)
at_timezone(time, zone) ~ from_utc_timestamp(time, zone)
curtime() = current_time()
current_datetime() = localtimestamp()
get_current_timestamp() = current_timestamp()
transaction_timestamp() = current_timestamp()
statement_timestamp() = current_timestamp()
clock_timestamp() = current_timestamp()
sysutcdatetime() = current_timestamp()
sysdatetimeoffset() = current_timestamp()
systimestamp() = current_timestamp()
utc_timestamp() = current_timestamp()
unixepoch() = unix_timestamp()
sessiontimezone() = current_timezone()
datevalue(text) = to_date(text)
day_of_month(day) = dayofmonth(day)
day_of_year(day) = dayofyear(day)
doy(day) = dayofyear(day)
ordinal_day(day) = dayofyear(day)
day_of_week(day) ~ extract(dayofweek_iso from day)
dow(day) ~ dayofweek(day)
isodow(day) = extract(dayofweek_iso from day)
dayofweekiso(day) = extract(dayofweek_iso from day)
dayofweek_iso(day) = extract(dayofweek_iso from day)
month_of_year(day) = month(day)
week(day) ~ weekofyear(day)
week_of_year(day) = weekofyear(day)
weekiso(day) = weekofyear(day)
week_iso(day) = weekofyear(day)
isoweek(day) = weekofyear(day)
isoweeknum(day) = weekofyear(day)
weeknum(day) ~ weekofyear(day)
weeknumber(day) ~ weekofyear(day)
yearweek(day) ~ extract(yearofweek from day) * 100 + weekofyear(day)
isoyear(day) = extract(yearofweek from day)
year_of_week(day) = extract(yearofweek from day)
yearofweek(day) = extract(yearofweek from day)
yearofweekiso(day) = extract(yearofweek from day)
yow(day) = extract(yearofweek from day)
day_name(day) = date_format(day, 'EEEE')
month_name(day) = date_format(day, 'MMMM')
edate(day, number) = add_months(day, number)
eomonth(day) = last_day(day)
eomonth(day, number) = last_day(add_months(day, number))
end_of_month(day) = last_day(day)
last_day_of_month(day) = last_day(day)
month_end(day) = last_day(day)
month_start(day) = trunc(day, 'MONTH')
months_diff(end, start) ~ months_between(end, start)
monthsbetween(end, start) = months_between(end, start)
previous_day(day, weekday) = next_day(date_sub(day, 8), weekday)
date_from_parts(year, month, day) = make_date(year, month, day)
datefromparts(year, month, day) = make_date(year, month, day)
makedate(year, number) = date_add(make_date(year, 1, 1), number - 1)
maketime(hour, minute, second) = make_time(hour, minute, second)
time_from_parts(hour, minute, second) = make_time(hour, minute, second)
timefromparts(hour, minute, second) = make_time(hour, minute, second)
timestamp_from_parts(y, mo, d, h, mi, s) = make_timestamp(y, mo, d, h, mi, s)
timestampfromparts(y, mo, d, h, mi, s) = make_timestamp(y, mo, d, h, mi, s)
timestamp_ntz_from_parts(y, mo, d, h, mi, s) = make_timestamp_ntz(y, mo, d, h, mi, s)
from_iso8601_date(text) = to_date(text)
from_iso8601_timestamp(text) = to_timestamp(text)
to_timestamp_tz(text) = to_timestamp(text)
to_timestamp_tz(text, pattern) = to_timestamp(text, pattern)
format_datetime(time, literal) ~ date_format(time, literal)
format_timestamp(strftime, time) = date_format(time, strftime)
format_datetime(strftime, time) = date_format(time, strftime)
strftime(time, strftime) = date_format(time, strftime)
strftime(strftime, time) = date_format(time, strftime)
parse_date(strftime, text) = to_date(text, strftime)
parse_timestamp(strftime, text) = to_timestamp(text, strftime)
parse_datetime(strftime, text) = to_timestamp(text, strftime)
strptime(text, strftime) = to_timestamp(text, strftime)
date_parse(text, plain_strftime) = to_timestamp(text, plain_strftime)
str_to_date(text, plain_strftime) = to_date(text, plain_strftime)
format_timestamp(literal, time) ~ date_format(time, 'yyyy-MM-dd HH:mm:ss')
time_format(time, literal) ~ date_format(time, 'HH:mm:ss')
date_parse(text, literal) ~ to_timestamp(text, 'yyyy-MM-dd HH:mm:ss')
parse_datetime(literal, text) ~ to_timestamp(text, 'yyyy-MM-dd HH:mm:ss')
parse_timestamp(literal, text) ~ to_timestamp(text, 'yyyy-MM-dd HH:mm:ss')
str_to_date(text, literal) ~ to_date(text, 'yyyy-MM-dd')
string_to_date(text, literal) ~ to_date(text, 'yyyy-MM-dd')
str_to_time(text, literal) ~ to_timestamp(text, 'yyyy-MM-dd HH:mm:ss')
epoch(time) ~ unix_seconds(time)
epoch_ms(time) = unix_millis(time)
epoch_us(time) = unix_micros(time)
to_epoch(time) ~ unix_seconds(time)
to_unixtime(time) ~ unix_millis(time) / 1000.0
unixtime(time) ~ unix_seconds(time)
from_epoch(number) ~ timestamp_seconds(number)
epoch_to_timestamp(number) ~ timestamp_seconds(number)
from_unix_time(number) ~ timestamp_seconds(number)
from_unixtime_ms(number) = timestamp_millis(number)
millisecond(time) ~ unix_millis(time) % 1000
age(end, start) ~ months_between(end, start)
"""
NUMBERS = r"""
atn2(y, x) = atan2(y, x)
average(number) = avg(number)
bitand(first, second) = first & second
bitor(first, second) = first | second
bitxor(first, second) = first ^ second
bitnot(number) = ~number
bitwise_and(first, second) = first & second
bitwise_or(first, second) = first | second
bitwise_xor(first, second) = first ^ second
bitwise_not(number) = ~number
bitwise_left_shift(number, places) = shiftleft(number, places)
bitwise_right_shift(number, places) ~ shiftright(number, places)
bitshiftleft(number, places) = shiftleft(number, places)
bitshiftright(number, places) = shiftright(number, places)
left_shift(number, places) = shiftleft(number, places)
right_shift(number, places) = shiftright(number, places)
booland(first, second) = first and second
boolor(first, second) = first or second
boolnot(condition) = not condition
div0(first, second) = if(second = 0, 0, first / second)
div0null(first, second) = if(coalesce(second, 0) = 0, 0, first / second)
divide(first, second) ~ first / second
float64(value) = double(value)
int64(value) ~ bigint(value)
ieee_divide(first, second) ~ try_divide(first, second)
infinity() = double('Infinity')
nan() = double('NaN')
is_nan(number) = isnan(number)
is_infinite(number) = abs(number) = double('Infinity')
is_inf(number) = abs(number) = double('Infinity')
is_finite(number) = abs(number) < double('Infinity')
minus(first, second) = first - second
multiply(first, second) = first * second
quotient(first, second) = first div second
randbetween(low, high) ~ uniform(low, high)
random_number() ~ rand()
rounddown(number, digits) ~ floor(number, digits)
roundup(number, digits) ~ ceil(number, digits)
round_half_even(number, digits) = bround(number, digits)
safe_add(first, second) = try_add(first, second)
safe_divide(first, second) = try_divide(first, second)
safe_multiply(first, second) = try_multiply(first, second)
safe_subtract(first, second) = try_subtract(first, second)
square(number) ~ number * number
truncate(number) ~ floor(number)
truncate(number, digits) ~ floor(number, digits)
truncatenumber(number, digits) ~ floor(number, digits)
xor(first, second) ~ first != second
"""
