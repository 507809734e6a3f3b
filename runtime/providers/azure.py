"""Azure Key Vault."""

from collections.abc import Mapping
from typing import Any

from ssbt.runtime.providers import require_text

_MAY_PASS = (408, 429)


def key_vault(name: str, options: Mapping[str, Any]) -> str:
    """The secret `secret`, or that called like the name with `-` for `_`, of the `vault`."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    secret_name = str(options.get("secret") or name.replace("_", "-"))
    limit = float(options["timeout"])
    try:
        client = SecretClient(str(options["vault"]), DefaultAzureCredential(), retry_total=0)
        version = options.get("version")
        bundle = client.get_secret(
            secret_name, version, connection_timeout=limit, read_timeout=limit
        )
    except ClientAuthenticationError as error:
        raise LookupError(f"{options['vault']}: {type(error).__name__}") from None
    except AzureError as error:
        # What was never answered has no status.
        status = getattr(error, "status_code", None) or 0
        is_refused = 400 <= status < 500 and status not in _MAY_PASS
        kind = LookupError if is_refused else ConnectionError
        answer = f", which answers {status}" if status else ""
        raise kind(f"{options['vault']}{answer}: {type(error).__name__}") from None
    return require_text(bundle.value or "", secret_name)
