package inventory

import (
	"bufio"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

// machine remembers what does not change while it is up.
type machine struct{ cpu string }

// look tells what the machine is built to.
func (m *machine) look(clockOffset *float64) *wire.Environment {
	if m.cpu == "" {
		m.cpu = fromFile("/proc/cpuinfo", cpuModel)
	}
	return &wire.Environment{
		Kernel: kernel(), OS: fromFile("/etc/os-release", osName), CPU: m.cpu, Cores: runtime.NumCPU(),
		Memory: memory(), ClockOffset: clockOffset,
	}
}

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// fromFile is what parse finds in a file; empty if there is none.
func fromFile(path string, parse func(io.Reader) string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	return parse(f)
}

// osName reads the system's name and version from an os-release file, as "debian 12".
func osName(r io.Reader) string {
	var id, version string
	for lines := bufio.NewScanner(r); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch key {
		case "ID":
			id = unquote(value)
		case "VERSION_ID":
			version = unquote(value)
		}
	}
	return strings.TrimSpace(id + " " + version)
}

func unquote(s string) string {
	return strings.Trim(strings.TrimSpace(s), `"'`)
}

// cpuModel reads the name of the first core's type: of x86 its model, of others what
// they have.
func cpuModel(r io.Reader) string {
	other := ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.Join(strings.Fields(value), " ")
		switch strings.TrimSpace(key) {
		case "model name":
			return value
		case "cpu", "CPU part", "Hardware":
			if other == "" && value != "" {
				other = value
			}
		}
	}
	return other
}

const memoryStep = 64 << 20 // kernels of one version reserve a little more or less

// memory is what the machine has, in bytes, to the next multiple of memoryStep.
func memory() int64 {
	kib, err := strconv.ParseInt(fromFile("/proc/meminfo", memTotal), 10, 64)
	if err != nil {
		return 0
	}
	return (kib<<10 + memoryStep/2) / memoryStep * memoryStep
}

// memTotal reads the KiB that the kernel has.
func memTotal(r io.Reader) string {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
			return strings.TrimSuffix(strings.TrimSpace(value), " kB")
		}
	}
	return ""
}
