"""Names that nobody declared, and those that were meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown_name_message(kind: str, name: str, known_names: Iterable[str], source: str) -> str:
    """The message for a name that nobody declared."""
    spellings = {each.casefold(): each for each in known_names}
    # A file has sections, `params.day`, which an argument has not.
    spellings_tried = (name.strip().casefold(), name.strip().rpartition(".")[2].casefold())
    near = [
        candidate
        for word in spellings_tried
        for candidate in get_close_matches(word, list(spellings), n=1)
    ]
    way_out = f"; did you mean `{spellings[near[0]]}`?" if near else ""
    return f"unknown {kind} `{name}` ({source}){way_out}"
