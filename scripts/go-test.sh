#!/usr/bin/env bash
# Runs `go test -v` with the given arguments and prints a line a package, the
# whole output of a package that failed, and the totals. In CI nothing may be
# skipped: everything that a test needs can be had there.
set -euo pipefail

fresh=()
if [ -n "${CI:-}" ]; then fresh=(-count=1); fi

go test -v -timeout 20m "${fresh[@]}" "$@" 2>&1 | awk -v ci="${CI:-}" '
	{ lines[n++] = $0 }
	/^ *--- PASS/ { passed++ }
	/^ *--- FAIL/ { failed++ }
	/^ *--- SKIP/ { skipped++; why[skipped] = $0 }
	/^(ok|\?|FAIL)[ \t]+[^ ]/ {
		if ($1 == "FAIL") { bad = 1; for (i = 0; i < n; i++) print lines[i] }
		else if (/no test files/) quiet++
		else print
		fflush(); n = 0
	}
	END {
		for (i = 0; i < n; i++) if (lines[i] != "FAIL") print lines[i]
		for (i = 1; i <= skipped; i++) print "skipped:" why[i]
		if (ci && skipped) { print "in CI no test may be skipped"; bad = 1 }
		printf "%d passed, %d failed, %d skipped\n", passed, failed + (bad && !failed), skipped
		exit bad
	}'
