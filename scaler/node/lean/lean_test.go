package lean

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

const smaps = `00400000-00a5a000 r-xp 00000000 fe:00 11710974                           /usr/bin/headroom-node
Size:               6504 kB
Rss:                4096 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me sd
00a5a000-0112e000 r--p 0065a000 fe:00 11710974                           /usr/bin/headroom-node
Rss:                 100 kB
Anonymous:             4 kB
0112e000-0113e000 rw-p 0065a000 fe:00 11710974                           /usr/bin/headroom-node
Rss:                  10 kB
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Rss:                1000 kB
7f00-7f10 r-xp 00000000 fe:00 1 /usr/lib/libc.so.6
Rss:                  10 kB
Anonymous:             0 kB
`

func TestParse(t *testing.T) {
	all := parse([]byte(smaps))
	if len(all) != 5 {
		t.Fatalf("%d mappings: %+v", len(all), all)
	}
	want := mapping{start: 0x400000, end: 0xa5a000, rights: "r-xp", path: "/usr/bin/headroom-node", resident: 4 << 20}
	if !reflect.DeepEqual(all[0], want) {
		t.Errorf("%+v", all[0])
	}
	var clean []int
	for i, m := range all {
		if m.clean("/usr/bin/headroom-node") {
			clean = append(clean, i)
		}
	}
	if !reflect.DeepEqual(clean, []int{0}) {
		t.Errorf("clean are %v; what was written or is another's has to stay", clean)
	}
	untold := strings.ReplaceAll(smaps, "Anonymous:", "Unknown:")
	for _, m := range parse([]byte(untold)) {
		if m.clean("/usr/bin/headroom-node") {
			t.Errorf("%+v is clean though nobody says so", m)
		}
	}
}

// The program runs on, and its file takes less of the memory.
func TestTrim(t *testing.T) {
	before := residentOfProgram(t)
	freed, err := Trim()
	if err != nil {
		t.Fatal(err)
	}
	after := residentOfProgram(t)
	t.Logf("%d KiB of the program's file were resident, %d KiB were given back, %d KiB are resident now", before>>10, freed>>10, after>>10)
	if freed == 0 || after >= before {
		t.Error("nothing was given back")
	}
}

func residentOfProgram(t *testing.T) (sum int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	program, _ := os.Readlink("/proc/self/exe")
	for _, m := range parse(text) {
		if m.path == program {
			sum += m.resident
		}
	}
	return sum
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(smaps))
	f.Add([]byte("1-2 r-xp 0 0 0 x\nRss: 99999999999999999999 kB\n-\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { parse(b) })
}
