"""Events of OpenLineage as a job runs, to where the environment says; they never fail the job."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
import logging
import os
from pathlib import Path
import sys
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from ssbt.runtime.lineage.places import resolve_location, with_places
from ssbt.runtime.lineage.transports import create_transport
from ssbt.runtime.providers.secrets import redact

_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = "ErrorMessageRunFacet"
_ERROR = f"https://openlineage.io/spec/facets/1-0-1/{_FACET}.json#/$defs/{_FACET}"
_INTERVAL_SECONDS = 60.0
_LOG = logging.getLogger("ssbt.runtime")


class RunEvents:
    """The events of one run: START, RUNNING once a minute, then COMPLETE, FAIL or ABORT."""

    def __init__(self, name: str, script: str, values: Mapping[str, object]) -> None:
        self._send = create_transport(os.environ)
        self._run = str(uuid4())
        self._failure: str | None = None
        self._ended = Event()
        self._base: dict[str, Any] = {}
        if self._send is not None:
            self._base = _base_event(name, script, values)

    def begin(self) -> None:
        """Tell that the run begins, and from then on that it goes on."""
        if self._send is not None:
            self._send_event("START")
            Thread(target=self._repeat_running, daemon=True).start()

    def running(self) -> None:
        """Tell that Spark is there."""
        self._send_event("RUNNING")

    def failed(self, message: str) -> None:
        """Note why the run has failed."""
        self._failure = message

    def end(self) -> None:
        """Tell how the run has ended; called where an exception on its way means a signal."""
        self._ended.set()
        if self._failure is not None:
            self._send_event("FAIL", _error_facet(self._base.get("producer", ""), self._failure))
        else:
            self._send_event("ABORT" if sys.exc_info()[0] is not None else "COMPLETE")

    def _repeat_running(self) -> None:
        while not self._ended.wait(_INTERVAL_SECONDS):
            self._send_event("RUNNING")

    def _send_event(self, event_type: str, facets: Mapping[str, Any] | None = None) -> None:
        if self._send is None:
            return
        event = {
            "eventType": event_type,
            "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "schemaURL": _SPEC,
            "run": {"runId": self._run, "facets": dict(facets or {})},
            **self._base,
        }
        try:
            self._send(redact(json.dumps(event)))
        except Exception as error:
            _LOG.warning("no lineage event `%s`: %s", event_type, error)


def _error_facet(producer: str, message: str) -> dict[str, Any]:
    facet = {"message": message, "programmingLanguage": "PYTHON"}
    return {"errorMessage": {"_producer": producer, "_schemaURL": _ERROR, **facet}}


def _base_event(name: str, script: str, values: Mapping[str, object]) -> dict[str, Any]:
    """What all events of the run have, from the manifest beside the script where there is one."""
    namespace = os.environ.get("OPENLINEAGE_NAMESPACE") or "default"
    job: dict[str, Any] = {"namespace": namespace, "name": name, "facets": {}}
    try:
        manifest = json.loads(Path(script).with_suffix(".json").read_text("utf-8"))
        lineage = manifest["lineage"]
        places = {key: resolve_location(each, values) for key, each in lineage["places"].items()}
        job["facets"] = lineage["job"]
        return {
            "producer": lineage["producer"],
            "job": job,
            "inputs": with_places(lineage["inputs"], places),
            "outputs": with_places(lineage["outputs"], places),
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        _LOG.debug("lineage events name no datasets, there is no manifest: %s", error)
        return {"producer": "urn:ssbt", "job": job}
