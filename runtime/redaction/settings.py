"""Settings of Spark that hold credentials, and what Spark must not show of them."""

from collections.abc import Mapping
import re

from ssbt.runtime.providers.secrets import Secret, Secrets

_REDACTION = "spark.redaction.regex"
# Its default.
_HIDDEN = "(?i)secret|password|token|access[.]?key"


def with_values(settings: Mapping[str, str | Secret], secrets: Secrets) -> dict[str, str]:
    """The settings with the values of secrets; raises SecretError.

    Where Spark would not hide all of those by itself, in its UI, in `SET` and in the event log, a
    setting more lets it.
    """
    values = {
        key: secrets.value(value.name) if isinstance(value, Secret) else value
        for key, value in settings.items()
    }
    names = [key for key, value in settings.items() if isinstance(value, Secret)]
    exposed = [re.escape(name) for name in names if not re.search(_HIDDEN, name)]
    return {**({_REDACTION: "|".join((_HIDDEN, *exposed))} if exposed else {}), **values}
