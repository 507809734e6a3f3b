"""Values of secrets for `ssbtc`, which has no providers of its own: a process apart.

It reads the references of secrets by name, as JSON, and writes their values in the same way, or
`{"problem": …}` where one has none.
"""

import json
import sys

from ssbt.runtime.providers.secrets import SecretError, Secrets


def main() -> None:
    """Answer on standard output what is asked on standard input."""
    references = json.load(sys.stdin)
    secrets = Secrets(references)
    try:
        answer: object = {"values": {name: secrets.value(name) for name in references}}
    except SecretError as error:
        answer = {"problem": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
