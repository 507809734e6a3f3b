"""Where each stream of a pipeline keeps its place."""

from __future__ import annotations

from urllib.parse import quote

from ssbt.compiler.connectors.values import Text


def checkpoint_folder(root: Text, sink: str) -> Text:
    """A stream's own folder below the pipeline's; its name is the sink's, whose case means nothing.

    Nothing else of the pipeline is in it, so that no change to the source moves a checkpoint.
    """
    *first, last = root.parts
    # As in URLs, but with another sign: paths of object stores are decoded on their way.
    quoted = quote(sink.casefold(), safe="").replace("~", "%7E").replace(".", "%2E")
    name = quoted.replace("%", "~")
    if isinstance(last, str):
        return Text((*first, f"{last.rstrip('/')}/{name}"), root.span)
    return Text((*root.parts, f"/{name}"), root.span)
