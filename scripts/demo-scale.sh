#!/usr/bin/env bash
# Shows scaling with real processes: a service that answers 50 requests a second and
# process, HAProxy before it, the node daemon, the server, and traffic that doubles.
# Needs root, for control groups. Ctrl-C takes everything away.
#
#   RATES=40,80,40 EACH=5m PORT=7480 PROXY=18080 scripts/demo-scale.sh
set -euo pipefail
cd "$(dirname "$0")/.."

rates=${RATES:-40,80} each=${EACH:-6m} port=${PORT:-7480} proxy=${PROXY:-18080}
once=()
if [ -n "${ONCE:-}" ]; then once=(--once); fi

if [ "$(id -u)" != 0 ]; then # only from here on: what is built stays the user's own, with his PATH
	exec sudo --preserve-env=RATES,EACH,PORT,PROXY,ONCE "$PWD/scripts/demo-scale.sh"
fi
for p in "$port" $((port + 1)) $((port + 2)) "$proxy"; do
	if (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; then
		echo "port $p is taken; choose others, as in: make demo-scale PORT=7580 PROXY=18180" >&2
		exit 1
	fi
done
command -v haproxy >/dev/null || scripts/install-test-tools.sh haproxy

dir=$(mktemp -d /tmp/headroom-demo-scale.XXXXXX)
chmod 755 "$dir"
cp bin/demoscale "$dir/"
pids=()
stop() {
	trap - EXIT INT TERM
	# The node daemon first: it drains and stops the workers while HAProxy still answers.
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		kill "${pids[$i]}" 2>/dev/null || true
		wait "${pids[$i]}" 2>/dev/null || true
	done
	rm -rf "$dir" "/run/headroom-node.headroom-demo-scale-$port.lock"
}
trap stop EXIT
trap 'exit 130' INT TERM

for file in headroom.yml node.yml haproxy.cfg; do
	sed -e "s|@BIN@|$dir|g; s|@DIR@|$dir|g; s|@PORT@|$port|g; s|@PROXY@|$proxy|g; s|@AGENT@|$((port + 2))|g" "deploy/demo-scale/$file" >"$dir/$file"
done

# until_answers URL: waits for it, half a minute at most.
until_answers() {
	for _ in $(seq 150); do
		if curl -fsS -o /dev/null "$1" 2>/dev/null; then return; fi
		sleep 0.2
	done
	echo "nothing answers at $1; the logs:" >&2
	tail -n 20 "$dir"/*.log >&2
	exit 1
}

bin/headroom serve --config.file="$dir/headroom.yml" --storage.path="$dir/data" --web.listen-address="127.0.0.1:$port" >"$dir/server.log" 2>&1 &
pids+=($!)
until_answers "http://127.0.0.1:$port/-/healthy"
touch "$dir/haproxy.state"
haproxy -W -db -f "$dir/haproxy.cfg" >"$dir/haproxy.log" 2>&1 &
pids+=($!)
bin/headroom-node serve --config.file="$dir/node.yml" --state.path="$dir/node" --web.listen-address="127.0.0.1:$((port + 1))" --stop-workers >"$dir/node.log" 2>&1 &
pids+=($!)
echo "the page:   http://127.0.0.1:$port/pool"
echo "the traffic: $rates requests a second in turn, $each each, through HAProxy on port $proxy; a worker can do 50"
echo "the logs:   $dir/*.log"
until_answers "http://127.0.0.1:$proxy/"
bin/demoscale load --url "http://127.0.0.1:$proxy/" --rates "$rates" --each "$each" "${once[@]}" &
load=$!
pids+=("$load")
wait -n "${pids[@]}" || true
if kill -0 "$load" 2>/dev/null; then
	echo "a part of the demo has ended; the logs:" >&2
	tail -n 20 "$dir"/*.log >&2
	exit 1
fi
wait "$load"
