"""The compiler's own folder in the user's cache."""

from __future__ import annotations

import os


def cache_folder() -> str:
    """Where what can be made again is kept; the folder need not exist."""
    # The specification of XDG says that a relative path is to be ignored.
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "ssbt")
