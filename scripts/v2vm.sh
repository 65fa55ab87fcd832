#!/usr/bin/env bash
# Runs a static test binary as root in a small virtual machine whose kernel has
# nothing but cgroup v2, and exits as the binary does.
#
#   CGO_ENABLED=0 go test -c -o /tmp/t ./scaler/node/isolate
#   scripts/v2vm.sh /tmp/t -test.v
#
# Kernel, QEMU and busybox are Debian's packages, unpacked into a cache
# (.cache/v2vm, or V2VM_CACHE) and not installed. Exits with 77 if they cannot be
# had. The machine is emulated, slowly, so it runs wherever a process does; it
# ends with the binary, or after V2VM_TIMEOUT seconds (default 900).
set -euo pipefail

cache=${V2VM_CACHE:-$(cd "$(dirname "$0")/.." && pwd)/.cache/v2vm}
binary=$(readlink -f "$1")
shift

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# packages prints the kernel's package and all that QEMU and busybox need; what
# the machine has already is named too, since it is unpacked all the same.
packages() {
	apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-[0-9]/ { print $2; exit }'
	apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances qemu-system-x86 busybox-static |
		grep -E '^[a-z0-9]' | grep -vE ':i386$' | sort -u
}

download() {
	apt-get download -q -o APT::Sandbox::User=root "$@" >/dev/null 2>>"$cache/apt.log"
}

fetch() {
	mkdir -p "$cache/debs"
	cd "$cache/debs"
	[ -n "$(apt-cache policy qemu-system-x86)" ] || as_root apt-get update -qq
	[ -n "$(apt-cache policy linux-image-cloud-amd64)" ] || as_root apt-get update -qq
	local names name
	names=$(packages)
	# All in one call, which is ten times as fast; one by one if a name cannot be had.
	# shellcheck disable=SC2086 # names are words
	download $names || for name in $names; do
		download "$name" || echo "not to be had: $name" >>"$cache/apt.log"
	done
	for name in *.deb; do dpkg -x "$name" "$cache/root"; done
	cd "$cache"
	rm -rf debs
	[ -x root/usr/bin/qemu-system-x86_64 ] && [ -x root/bin/busybox ] && ls root/boot/vmlinuz-*-cloud-amd64 >/dev/null
}

if [ ! -e "$cache/ok" ]; then
	if ! (fetch); then
		echo "v2vm: the packages of the virtual machine cannot be had:" >&2
		tail -n 5 "$cache/apt.log" >&2 || true
		exit 77
	fi
	touch "$cache/ok"
fi

root=$cache/root
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree"/{bin,proc,sys,dev,tmp,etc,run}
cp "$root/bin/busybox" "$tree/bin/"
cp "$binary" "$tree/test"
echo "root:x:0:0:root:/:/bin/sh" >"$tree/etc/passwd"
echo "root:x:0:" >"$tree/etc/group"
cat >"$tree/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp HEADROOM_V2VM=1
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
ip link set lo up
mount -t cgroup2 none /sys/fs/cgroup
cd /tmp; /test $*; echo "V2VM-RC=\$?"; poweroff -f
INIT
chmod 755 "$tree" "$tree/test" "$tree/init"
(cd "$tree" && find . | "$root/bin/busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd"

libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
kernel=$(ls "$root"/boot/vmlinuz-*-cloud-amd64)
LD_LIBRARY_PATH=$libraries timeout "${V2VM_TIMEOUT:-900}" "$root/usr/bin/qemu-system-x86_64" \
	-L "$root/usr/share/qemu" -L "$root/usr/share/seabios" \
	-accel tcg,thread=multi -cpu max -m 1024 -smp 2 -display none -nic none -no-reboot \
	-serial "file:$work/out" -kernel "$kernel" -initrd "$work/initrd" \
	-append "console=ttyS0 quiet panic=-1" </dev/null 2>"$work/qemu.err" || cat "$work/qemu.err" >&2
tr -d '\r' <"$work/out" | grep -v '^V2VM-RC' || true
exit "$(tr -d '\r' <"$work/out" | sed -n 's/^V2VM-RC=//p' | grep . || echo 99)"
