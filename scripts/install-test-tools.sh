#!/usr/bin/env bash
# Installs the Debian packages that the tests need, without starting their
# services. Packages that are there are left alone.
#
#   scripts/install-test-tools.sh [PACKAGE...]     default: all of them
set -euo pipefail

packages=(
	gcc libc6-dev # the race detector
	git curl iproute2
	shellcheck
	prometheus prometheus-node-exporter prometheus-process-exporter prometheus-alertmanager
	collectd-core # a sender of Graphite lines
	haproxy nginx-light # the proxies that workers serve behind
	chromium fonts-dejavu-core fonts-wqy-microhei # opens the pages, Chinese ones too
	poppler-utils
	qpdf libreoffice-calc-nogui # read the PDF and the workbook of the report
	python3 python3-numpy # the classic formulas once more
)
if [ $# -gt 0 ]; then packages=("$@"); fi

missing=()
for package in "${packages[@]}"; do
	status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
	[ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# Debian starts a service when its package is installed, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
	as_root chmod +x $policy
	trap 'as_root rm -f $policy' EXIT
fi

echo "installing ${missing[*]}"
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
