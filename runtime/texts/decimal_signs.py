"""Signs in decimals that Spark drops: which ones depends on the locale."""

from collections.abc import Mapping

from pyspark.sql.types import StructType

# `en-CH` takes points in decimals alone, and drops this sign; `en-US` drops commas, and not this.
SIGN, _SIGNED, _UNSIGNED = "\N{RIGHT SINGLE QUOTATION MARK}", "en-CH", "en-US"


def unsigned_options(type: StructType, options: Mapping[str, str]) -> dict[str, str] | None:
    """The options with which a decimal cannot have the sign that those given drop, if any."""
    has_decimals = "decimal(" in type.simpleString()
    is_signed = options.get("locale") == _SIGNED and has_decimals
    return {**options, "locale": _UNSIGNED} if is_signed else None
