package backtest

import (
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// numpy returns a Python that has numpy.
func numpy(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import numpy").Run() == nil {
			return python
		}
	}
	t.Skip("needs python3 with numpy (Debian: python3-numpy)")
	return ""
}

// The rows of a backtest are those that a few lines of numpy give.
func TestNumpySaysTheSame(t *testing.T) {
	python, s := numpy(t), recorded(63, time.Minute, 11)
	for end := len(s.Times); s.Times[end-1] >= time.Date(2026, 3, 8, 16, 0, 0, 0, time.UTC).Unix(); end-- {
		s.Times, s.Values = s.Times[:end-1], s.Values[:end-1] // the last local day is whole
	}
	out, err := exec.Command(python, "testdata/twin.py", s.file(t), "8").Output()
	if err != nil {
		t.Fatalf("twin.py: %v", err)
	}
	deviation := byKey(rows(t, options(Deviation, "Asia/Shanghai"), s), 0)
	peaks := rows(t, options(Peak, "Asia/Shanghai"), s)
	growths := rows(t, options(Growth, "Asia/Shanghai"), s)[:32] // as of the 60th day
	compared := map[string]int{}
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		var got []string
		switch cells[0] {
		case "band":
			if got = deviation[cells[1]]; got == nil {
				continue // that minute was not measured
			}
			got = got[2:5]
		case "peak":
			got = peaks[len(peaks)-1][2:5]
		case "growth":
			got = byKey(growths, 1)[cells[1]][2:5]
		}
		compared[cells[0]]++
		for i, cell := range cells[2:] {
			if a, b := number(t, got[i]), number(t, cell); !(math.Abs(a-b) <= 1e-9*math.Abs(b)) {
				t.Errorf("%s of %s: %v, numpy has %v", cells[0], cells[1], got, cells[2:])
			}
		}
	}
	if compared["band"] < 130 || compared["peak"] != 1 || compared["growth"] != 3 {
		t.Errorf("compared %v", compared)
	}
}

func byKey(rows [][]string, column int) map[string][]string {
	m := map[string][]string{}
	for _, r := range rows {
		m[r[column]] = r
	}
	return m
}

func number(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
