"""The ends of pipelines with paths as a report gives them, or as they differ by folder."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ssbt.compiler.contracts.endpoints import Endpoint, EndpointColumn, Payload
from ssbt.compiler.source import Span


def with_display_paths(endpoint: Endpoint, display_path: Callable[[str], str]) -> Endpoint:
    """The end with paths of files as `display_path` gives them."""

    def move_span(span: Span) -> Span:
        return Span(display_path(span.path), span.start, span.end)

    def move_columns(each: Payload) -> tuple[EndpointColumn, ...] | None:
        if each.columns is None:
            return None
        return tuple(
            replace(column, span=move_span(column.span) if column.span else None)
            for column in each.columns
        )

    def move_payload(each: Payload) -> Payload:
        return replace(
            each,
            columns=move_columns(each),
            places=tuple((name, move_span(span)) for name, span in each.places),
            span=move_span(each.span) if each.span else None,
            named=tuple(replace(one, span=move_span(one.span)) for one in each.named),
        )

    return replace(
        endpoint,
        place=move_span(endpoint.place),
        value=move_payload(endpoint.value),
        key=move_payload(endpoint.key) if endpoint.key else None,
        partitions_span=move_span(endpoint.partitions_span) if endpoint.partitions_span else None,
    )


def with_home(endpoint: Endpoint, home: str) -> Endpoint:
    """The end with relative paths distinguished by the folder that they are relative to."""
    if endpoint.is_topic or not home:
        return endpoint

    def qualify(location: str) -> str:
        is_relative = not location.startswith(("/", "${")) and "://" not in location
        return f"{home.strip('/').replace('/', '|')}|./{location}" if is_relative else location

    return replace(
        endpoint,
        locations=tuple(
            (name, tuple(qualify(each) for each in places)) for name, places in endpoint.locations
        ),
        base=tuple((name, qualify(each)) for name, each in endpoint.base),
    )
