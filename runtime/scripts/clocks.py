"""The time that a test sets, in the place of the machine's."""

import re

from ssbt.runtime.values.literals import literal

# Quoted parts of SQL are passed over. The names without parentheses are those that Spark takes for
# the functions wherever no column is named so.
_NOW = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`]|``)*`"""
    r"|(?<![\w.])(?P<name>current_timestamp|localtimestamp|current_date|now|curdate|unix_timestamp)"
    r"(?:\s*\(\s*\)|(?<!now)(?<!curdate)(?<!unix_timestamp)(?![\w(.]|\s*\())",
    re.IGNORECASE | re.DOTALL,
)


def instant(time: str) -> str:
    """The SQL of a moment, in the time zone of the session where it names none."""
    return f"CAST({literal(time, 'STRING')} AS TIMESTAMP_LTZ)"


def replace_time(sql: str, time: str) -> str:
    """SQL text in which the functions that ask for the time get another."""
    moment = instant(time)
    values = {
        "localtimestamp": f"CAST({moment} AS TIMESTAMP_NTZ)",
        "current_date": f"CAST({moment} AS DATE)",
        "curdate": f"CAST({moment} AS DATE)",
        "unix_timestamp": f"unix_seconds({moment})",
    }

    def replace_call(match: re.Match[str]) -> str:
        name = match["name"]
        return match[0] if name is None else values.get(name.lower(), moment)

    return _NOW.sub(replace_call, sql)
