"""HashiCorp Vault, and OpenBao, over HTTP: the key-value engine of both versions."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import ssl
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from ssbt.runtime.providers import require_text


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A token is sent to the address that was given, and to no other."""


def secret(name: str, options: Mapping[str, Any]) -> str:
    """The field `field`, or `value`, or the only one, at `path` (`secret/data/shop`) of `url`.

    The token is in `token_file` or the variable VAULT_TOKEN; or `role` logs in with the Kubernetes
    account's token, `jwt_file`, at the authentication mounted at `mount`.
    """
    path = quote(str(options["path"]).strip("/"))
    data = _request("GET", path, options, token=_find_token(options))["data"]
    # Version 2 of the engine wraps the fields once more, beside what it says about them.
    fields = data["data"] if set(data) == {"data", "metadata"} else data
    field = str(options.get("field") or ("value" if "value" in fields else ""))
    if not field and len(fields) == 1:
        field = next(iter(fields))
    if fields is None or field not in fields:
        names = ", ".join(sorted(fields or ()))
        raise LookupError(f"{options['path']} has no field `{field or name}`, but {names}")
    return require_text(fields[field], f"{options['path']}: the field `{field}`")


def _find_token(options: Mapping[str, Any]) -> str:
    if options.get("role"):
        token = _read_file(options.get("jwt_file") or _SERVICE_ACCOUNT)
        login = f"auth/{options.get('mount') or 'kubernetes'}/login"
        body = {"role": options["role"], "jwt": token}
        return str(_request("POST", login, options, body=body)["auth"]["client_token"])
    if options.get("token_file"):
        return _read_file(options["token_file"])
    if "VAULT_TOKEN" not in os.environ:
        raise LookupError("there is no token: give `token_file`, `role` or VAULT_TOKEN")
    return os.environ["VAULT_TOKEN"]


_SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token"


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise LookupError(f"{path}: {error.strerror}") from None


def _request(
    method: str,
    path: str,
    options: Mapping[str, Any],
    *,
    token: str = "",
    body: Mapping[str, Any] | None = None,
) -> Any:
    url = str(options["url"]).rstrip("/")
    if urlsplit(url).scheme not in ("http", "https"):
        raise LookupError("its `url` begins with http:// or https://")
    data = json.dumps(body).encode() if body is not None else None
    request = Request(f"{url}/v1/{path}", data, method=method)
    headers = {"X-Vault-Token": token, "X-Vault-Namespace": str(options.get("namespace") or "")}
    headers["X-Vault-Request"] = "true"
    for header, value in headers.items():
        if value:
            request.add_header(header, value)
    context = ssl.create_default_context(cafile=os.environ.get("VAULT_CACERT"))
    try:
        opener = build_opener(_NoRedirects, HTTPSHandler(context=context))
        with opener.open(request, timeout=float(options["timeout"])) as response:
            return json.load(response)
    except HTTPError as error:
        if error.code == 429 or error.code >= 500:
            raise ConnectionError(f"{url} answers {error.code}") from None
        raise LookupError(f"{url} answers {error.code} for {path}") from None
    except URLError as error:
        raise ConnectionError(f"{url} cannot be reached: {error.reason}") from None
