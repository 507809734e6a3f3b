#!/usr/bin/env bash
# Run a command with a Kafka broker of its own, whose address is in KAFKA_BROKERS; without a command,
# run the broker until Ctrl-C.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/tools/setup.sh"
exec "$root/tools/java.sh" "$root/.venv/bin/python" "$root/tests/brokers.py" "$@"
