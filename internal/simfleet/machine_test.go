package simfleet

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"headroom/storage"
)

// spin works until this process has used so much more CPU time, however busy the
// machine is otherwise.
func spin(t *testing.T, d time.Duration) {
	t.Helper()
	for start := cpuTime(t); cpuTime(t) < start+d; {
	}
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func TestMachineReportsThisProcess(t *testing.T) {
	m, err := NewMachine(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Sample(time.Now(), func(r []storage.Series) error {
		if find(r, busyMetric, "process", strconv.Itoa(os.Getpid())) != nil {
			t.Error("this process counts although it has just begun")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m.settled = -2 * time.Second // the kernel's time of the start is off by up to a second
	rows := func() (got []storage.Series) {
		t.Helper()
		if err := m.Sample(time.Now(), func(r []storage.Series) error { got = r; return nil }); err != nil {
			t.Fatal(err)
		}
		return got
	}
	pid := strconv.Itoa(os.Getpid())
	first := find(rows(), busyMetric, "process", pid)
	if first == nil {
		t.Fatal("the first sample has no counter of this process")
	}
	spin(t, 100*time.Millisecond)
	second := rows()
	command := storage.Value(first.Labels, "module")

	load := find(second, loadMetric, "module", command)
	if load == nil || load.Samples[0].Value <= 0 || load.Samples[0].Value > 100 {
		t.Errorf("load of %s: %v, want above 0", command, load)
	}
	all := find(second, loadMetric, "module", "all")
	if all == nil || all.Samples[0].Value <= 0 || all.Samples[0].Value > 100 {
		t.Errorf("load of the machine: %v, want above 0", all)
	}
	after := find(second, busyMetric, "process", pid)
	if after.Samples[0].Value <= first.Samples[0].Value {
		t.Errorf("busy seconds went from %v to %v", first.Samples, after.Samples)
	}
	if storage.Value(after.Labels, "business") != ThisMachine || storage.Value(after.Labels, "node") == "" {
		t.Errorf("labels %v", after.Labels)
	}
}

// A command of some minutes, as a build or a script's pause, would stay in the table as
// a silent module.
func TestOnlyWhatStaysIsAModule(t *testing.T) {
	const boot, hz = 1_800_000_000, 100
	now := time.Unix(boot+3600, 0)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("stat", fmt.Sprintf("cpu  100 0 100 1000 0 0 0 0 0 0\nbtime %d\n", boot))
	for pid, age := range map[int]time.Duration{1: time.Hour, 2: 11 * time.Minute, 3: 9 * time.Minute, 4: 10 * time.Second} {
		started := (3600 - int(age.Seconds())) * hz
		write(fmt.Sprint(pid, "/stat"), fmt.Sprintf("%d (command%d) S 1 1 1 0 -1 0 0 0 0 0 5 5 0 0 20 0 1 0 %d 1000 100 "+strings.Repeat("0 ", 28)+"\n", pid, pid, started))
	}
	fs, err := procfs.NewFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMachine(Options{})
	if err != nil {
		t.Fatal(err)
	}
	m.fs = fs
	if err := m.Sample(now, func(rows []storage.Series) error {
		for pid, want := range map[string]bool{"1": true, "2": true, "3": false, "4": false} {
			if got := find(rows, busyMetric, "module", "command"+pid) != nil; got != want {
				t.Errorf("process %s counts: %v, want %v", pid, got, want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func find(rows []storage.Series, metric, label, value string) *storage.Series {
	for i, r := range rows {
		if storage.Value(r.Labels, storage.MetricName) == metric && storage.Value(r.Labels, label) == value {
			return &rows[i]
		}
	}
	return nil
}
