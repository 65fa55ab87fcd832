package wire

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
)

// A change over what was found before, put on it, is what is found now: but for what is
// gone, which is told as not there.
func TestAChangeLeadsToWhatIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		before, now := some(r), some(r)
		got := with(before, now.Since(before))
		for name := range before.Packages {
			if _, there := now.Packages[name]; !there {
				now.Packages[name] = ""
			}
		}
		for path := range before.Files {
			if _, there := now.Files[path]; !there {
				now.Files[path] = FoundFile{Missing: true}
			}
		}
		for name := range before.Processes {
			if _, there := now.Processes[name]; !there {
				now.Processes[name] = 0
			}
		}
		for port := range before.Ports {
			if _, there := now.Ports[port]; !there {
				now.Ports[port] = ""
			}
		}
		if !reflect.DeepEqual(got, now) {
			t.Fatalf("got %+v\nwant %+v", got, now)
		}
	}
}

// with is f after a change.
func with(f, c *Found) *Found {
	all := *f
	all.Sum, all.Environment = c.Sum, cmp.Or(c.Environment, f.Environment)
	all.Packages, all.Files, all.Processes, all.Ports = maps.Clone(f.Packages), maps.Clone(f.Files), maps.Clone(f.Processes), maps.Clone(f.Ports)
	maps.Copy(all.Packages, c.Packages)
	maps.Copy(all.Files, c.Files)
	maps.Copy(all.Processes, c.Processes)
	maps.Copy(all.Ports, c.Ports)
	return &all
}

func some(r *rand.Rand) *Found {
	f := &Found{
		Sum: strconv.Itoa(r.IntN(9)), Packages: map[string]string{}, Files: map[string]FoundFile{}, Processes: map[string]int{}, Ports: map[int]string{},
	}
	name := func() string { return strconv.Itoa(r.IntN(5)) }
	for range r.IntN(4) {
		f.Packages[name()] = name()
		f.Files[name()] = FoundFile{Mode: name(), Missing: r.IntN(4) == 0}
		f.Processes[name()] = r.IntN(3)
		f.Ports[r.IntN(5)] = name()
	}
	offset := float64(r.IntN(2))
	f.Environment = &Environment{Kernel: name(), ClockOffset: &offset}
	return f
}

func TestNothingChangedIsNothingTold(t *testing.T) {
	f := some(rand.New(rand.NewPCG(3, 4)))
	c := f.Since(f)
	if n := len(c.Packages) + len(c.Files) + len(c.Processes) + len(c.Ports); n > 0 || c.Environment != nil {
		t.Errorf("%+v", c)
	}
}
