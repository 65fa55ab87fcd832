#!/bin/sh
# Builds the programs that tests and benches compare with or talk to, from the
# Go module proxy, into ${HEADROOM_PEERS:-.cache/peers of the repository}.
# What is there in the right version already is left alone.
#
#   scripts/peers.sh            all of them
#   scripts/peers.sh vmagent    some of them
set -eu

vm_version=v1.150.0
prometheus_version=v0.316.0 # the module's name for Prometheus 3.16
amtool_version=v0.34.2

root=$(cd "$(dirname "$0")/.." && pwd)
peers=${HEADROOM_PEERS:-$root/.cache/peers}

say() { echo "peers: $*" >&2; }

# victoriametrics builds one of its programs; these install as they are.
victoriametrics() {
	GOFLAGS='' GOBIN=$peers go install "github.com/VictoriaMetrics/VictoriaMetrics/app/$1@$vm_version"
}

amtool() {
	GOFLAGS='' GOBIN=$peers go install "github.com/prometheus/alertmanager/cmd/amtool@$amtool_version"
}

# prometheus cannot be installed by "go install": a dependency that only its
# service discovery needs is not to be had. A module round it, built without
# the service discoveries, works; it lacks the web page and has the whole API.
prometheus() {
	work=$(mktemp -d)
	cat >"$work/go.mod" <<-'MOD'
		module example.org/peers/prometheus

		go 1.26.8
	MOD
	cat >"$work/tools.go" <<-'GO'
		//go:build tools

		package tools

		import _ "github.com/prometheus/prometheus/cmd/prometheus"
	GO
	status=0
	(
		cd "$work" &&
		export GOFLAGS=-mod=mod &&
		go get "github.com/prometheus/prometheus@$prometheus_version" &&
		go build -tags remove_all_sd,enable_http_sd,enable_dns_sd -ldflags '-s -w' \
			-o "$peers/prometheus" github.com/prometheus/prometheus/cmd/prometheus
	) || status=$?
	rm -rf "$work"
	return $status
}

# peer builds a program unless its stamp says that this version is there.
peer() {
	name=$1
	case $name in
	victoria-metrics | vmagent | vmalert) version=$vm_version build=victoriametrics ;;
	prometheus) version=$prometheus_version build=prometheus ;;
	amtool) version=$amtool_version build=amtool ;;
	*)
		say "no such peer: $name"
		exit 2
		;;
	esac
	if [ -x "$peers/$name" ] && [ "$(cat "$peers/$name.version" 2>/dev/null)" = "$version" ]; then
		say "$name $version is there"
		return
	fi
	say "building $name $version (a minute or two)"
	"$build" "$name" || {
		say "building $name $version failed"
		exit 1
	}
	echo "$version" >"$peers/$name.version"
}

mkdir -p "$peers"
exec 9>"$peers/.lock"
flock 9 # two builds of the same peer at once would only cost twice
[ $# -gt 0 ] || set -- victoria-metrics vmagent vmalert prometheus amtool
for name; do peer "$name"; done
say "in $peers"
