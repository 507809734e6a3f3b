#!/usr/bin/env bash
# Run the example with a Kafka broker of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/kafka.sh bash -c \
    '.venv/bin/ssbtc run examples/customer_changes/pipeline.ssbt --set brokers="$KAFKA_BROKERS"'
