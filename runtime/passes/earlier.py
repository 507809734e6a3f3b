"""Checkpoints of a layout that earlier compilers had: a stream for each sink of a source."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from ssbt.runtime.checkpoints.damage import last_batch
from ssbt.runtime.files.stores import Files


def earlier_layout(files: Files, folder: str, sinks: Sequence[str]) -> Iterator[str]:
    """Why a stream of several sinks must not begin again: its sinks have come somewhere before."""
    root = folder.rpartition("/")[0]
    offsets_by_sink = {}
    for sink in sinks:
        sink_folder = f"{root}/{_folder_name(sink)}"
        last = last_batch(files, sink_folder)
        if last >= 0:
            lines = files.content(f"{sink_folder}/offsets/{last}").decode().splitlines()
            offsets_by_sink[sink] = " ".join(lines[2:])
    if offsets_by_sink:
        listing = "".join(
            f"\n- `{sink}` came to {offset}" for sink, offset in offsets_by_sink.items()
        )
        yield (
            "it does not exist yet, but its sinks have checkpoints of an earlier compiler, which"
            " read the source once for each of them; the stream would begin at `starting_offsets`,"
            f" as if nothing had been written{listing}\n"
            "With the earlier script, let all come to the same place (`trigger = available now`),"
            " and let `starting_offsets` say that place. Where they differ, say the lowest: records"
            " from there on come again, and none is left out. Folders of files need --keep-output"
        )


def _folder_name(sink: str) -> str:
    """The name of a stream's folder, as the compiler makes it."""
    quoted = quote(sink.casefold(), safe="").replace("~", "%7E").replace(".", "%2E")
    return quoted.replace("%", "~")
