package consistency

import (
	"math/rand/v2"
	"os/exec"
	"testing"
)

func sign(n int) int { return min(1, max(-1, n)) }

func TestVersions(t *testing.T) {
	ordered := []string{
		"0", "1.0~beta1", "1.0~beta1-2", "1.0", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1.0a", "1.0+b", "1.0.1", "1.2", "1.10", "2", "1:0.1", "1:1", "2:0~",
	}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := sign(compareVersions(a, b)); got != sign(i-j) {
				t.Errorf("%s to %s: %d; want %d", a, b, got, sign(i-j))
			}
		}
	}
}

// dpkg itself is the twin.
func TestVersionsAsDpkgOrdersThem(t *testing.T) {
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("there is no dpkg here")
	}
	r := rand.New(rand.NewPCG(7, 7))
	random := func() string {
		v := string("0123456789"[r.IntN(10)])
		if r.IntN(4) == 0 {
			v = v + ":" + v
		}
		for range r.IntN(6) {
			v += string("0019.+~-aAz"[r.IntN(11)])
		}
		return v + "1"
	}
	for range 100 {
		a, b := random(), random()
		want := 0
		if exec.Command("dpkg", "--compare-versions", a, "lt", b).Run() == nil {
			want = -1
		} else if exec.Command("dpkg", "--compare-versions", a, "gt", b).Run() == nil {
			want = 1
		}
		if got := sign(compareVersions(a, b)); got != want {
			t.Errorf("%s to %s: %d; dpkg says %d", a, b, got, want)
		}
	}
}

func FuzzVersions(f *testing.F) {
	f.Add("1:2~a-3", "1.0")
	f.Fuzz(func(t *testing.T, a, b string) {
		if sign(compareVersions(a, b)) != -sign(compareVersions(b, a)) || compareVersions(a, a) != 0 {
			t.Errorf("%q and %q", a, b)
		}
	})
}
