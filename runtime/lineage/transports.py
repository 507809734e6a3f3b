"""How events are sent: by HTTP or into a file, as OpenLineage's clients are told it.

That is by `OPENLINEAGE_URL`, or by `OPENLINEAGE__TRANSPORT__TYPE` and what the transport needs.
"""

from collections.abc import Callable, Mapping
import json
import logging
from pathlib import Path
from urllib.request import Request, urlopen

Send = Callable[[str], None]

_PREFIX = "OPENLINEAGE__TRANSPORT__"
_ENDPOINT = "api/v1/lineage"
_TIMEOUT = 5.0
_LOG = logging.getLogger("ssbt.runtime")


def create_transport(variables: Mapping[str, str]) -> Send | None:
    """How to send an event, which may raise; None where the environment asks for none."""
    if variables.get("OPENLINEAGE_DISABLED", "").lower() == "true":
        return None
    url = variables.get(f"{_PREFIX}URL") or variables.get("OPENLINEAGE_URL") or ""
    kind = variables.get(f"{_PREFIX}TYPE") or ("http" if url else "")
    path = variables.get(f"{_PREFIX}LOG_FILE_PATH")
    if kind == "http" and url.startswith(("http://", "https://")):
        endpoint = variables.get(f"{_PREFIX}ENDPOINT") or variables.get("OPENLINEAGE_ENDPOINT")
        return _http_sender(
            f"{url.rstrip('/')}/{(endpoint or _ENDPOINT).lstrip('/')}", _api_key(variables)
        )
    if kind == "file" and path:
        return _file_sender(Path(path))
    if kind:
        _LOG.warning("no lineage events: `%s` is not `http` with a URL or `file` with a path", kind)
    return None


def _api_key(variables: Mapping[str, str]) -> str:
    """The API key, from the JSON of the transport's `auth` or a variable of its own."""
    try:
        auth = json.loads(variables.get(f"{_PREFIX}AUTH") or "{}")
        key = auth.get("apiKey") or auth.get("api_key")
    except (ValueError, AttributeError):
        key = None
    return str(key or variables.get("OPENLINEAGE_API_KEY") or "")


def _http_sender(url: str, key: str) -> Send:
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"

    def send(event: str) -> None:
        request = Request(url, event.encode(), headers)
        with urlopen(request, timeout=_TIMEOUT) as answer:  # nosec B310
            answer.read()

    return send


def _file_sender(path: Path) -> Send:
    def send(event: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{event}\n")

    return send
