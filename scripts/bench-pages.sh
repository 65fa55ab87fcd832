#!/usr/bin/env bash
# Measures the warning table in a browser on a demo of 2,428 modules; see ui/web/e2e/bench.mjs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

store=$(mktemp -d)
address=127.0.0.1:${PORT:-7497}
bin/headroom demo --modules="${MODULES:-2428}" --days=1 --web.listen-address="$address" --storage.path="$store" 2>"$store/log" &
demo=$!
trap 'kill $demo; wait $demo || true; rm -rf "$store"' EXIT

echo "waiting for the table of ${MODULES:-2428} modules"
until curl -sf "http://$address/api/v1/warnings" | grep -q '"state":'; do
	kill -0 $demo 2>/dev/null || { cat "$store/log" >&2; exit 1; }
	sleep 2
done
sleep 20 # until it has learned: the table is not to be measured beside that
cd ui/web && BASE_URL=http://$address npm run --silent bench
