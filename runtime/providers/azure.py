"""Azure Key Vault."""

from collections.abc import Mapping
from typing import Any


def key_vault(name: str, options: Mapping[str, Any]) -> str:
    """The secret `secret`, or that called like the name with `-` for `_`, of the `vault`."""
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ResourceNotFoundError,
    )
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    wanted = str(options.get("secret") or name.replace("_", "-"))
    limit = float(options["timeout"])
    try:
        client = SecretClient(str(options["vault"]), DefaultAzureCredential(), retry_total=0)
        version = options.get("version")
        found = client.get_secret(wanted, version, connection_timeout=limit, read_timeout=limit)
    except (ClientAuthenticationError, ResourceNotFoundError) as error:
        raise LookupError(f"{options['vault']}: {type(error).__name__}") from None
    except HttpResponseError as error:
        raise ConnectionError(f"{options['vault']}: {type(error).__name__}") from None
    return str(found.value or "")
