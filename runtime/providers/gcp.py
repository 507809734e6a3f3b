"""Google Cloud's Secret Manager."""

from collections.abc import Mapping
from typing import Any

_MAY_PASS = (408, 409, 429)


def secret_manager(name: str, options: Mapping[str, Any]) -> str:
    """The `version`, or the latest, of `secret`, or that called like it, in `project`."""
    from google.api_core.exceptions import ClientError, GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.secretmanager import SecretManagerServiceClient

    version_path = f"{options.get('secret') or name}/versions/{options.get('version') or 'latest'}"
    path = f"projects/{options['project']}/secrets/{version_path}"
    try:
        client = SecretManagerServiceClient()
        limit = float(options["timeout"])
        response = client.access_secret_version(name=path, timeout=limit, retry=None)
    except GoogleAuthError as error:
        kind = ConnectionError if error.retryable else LookupError
        raise kind(f"{path}: {type(error).__name__}") from None
    except GoogleAPICallError as error:
        is_refused = isinstance(error, ClientError) and error.code not in _MAY_PASS
        kind = LookupError if is_refused else ConnectionError
        raise kind(f"{path}: {type(error).__name__}") from None
    try:
        return bytes(response.payload.data).decode("utf-8")
    except UnicodeDecodeError:
        # Its own text has the bytes in it.
        raise LookupError(f"{path} is not UTF-8") from None
