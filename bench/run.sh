#!/bin/sh
# Measures bin/headroom beside victoria-metrics and Prometheus, on the same data
# in the same run, and prints one table. Flags are those of bench/loadgen:
#
#   bench/run.sh                            everything, about a quarter of an hour
#   bench/run.sh --quick                    small sizes, a few minutes: does it work?
#   bench/run.sh --only=ingest --series=2000000
set -eu
cd "$(dirname "$0")/.."

scripts/peers.sh victoria-metrics prometheus
mkdir -p bench/out
go build -tags nomsgpack -o bench/out/loadgen ./bench/loadgen
exec bench/out/loadgen "$@"
