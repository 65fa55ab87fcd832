package inventory

import (
	"bytes"
	"strings"
	"testing"
)

func FuzzDpkg(f *testing.F) {
	f.Add([]byte(database))
	f.Add([]byte("Package:a\nVersion:"))
	f.Add([]byte("Package: a\n\n\nPackage:\n" + strings.Repeat("x", longest+5) + "\nPackage: b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		if err := parseDpkg(bytes.NewReader(text), func(name, arch, status, version string) {
			if n++; name == "" || strings.ContainsAny(name+arch+status+version, "\n") {
				t.Errorf("%q %q %q %q", name, arch, status, version)
			}
			if has := installed(status, version); has != "" && !strings.HasPrefix(has, version) {
				t.Errorf("%q of %q %q", has, status, version)
			}
		}); err != nil {
			t.Error(err)
		}
		if most := bytes.Count(text, []byte("Package:")); n > most {
			t.Errorf("%d packages of %d", n, most)
		}
		parseRPM(text, func(name, arch, version string) {
			if name == "" || arch == "" || version == "" {
				t.Error("an empty word")
			}
		})
	})
}

func TestALongLineHidesNothing(t *testing.T) {
	text := "Package: a\nDepends: " + strings.Repeat("Package: x", longest) + "\nVersion: 2\nStatus: install ok installed\n\n"
	if err := parseDpkg(strings.NewReader(text), func(name, _, _, version string) {
		if name != "a" || version != "2" {
			t.Errorf("%s %s", name, version)
		}
	}); err != nil {
		t.Error(err)
	}
}

func FuzzProc(f *testing.F) {
	f.Add([]byte("nginx: master process /usr/sbin/nginx\x00-g\x00"))
	f.Add([]byte("ID=debian\nVERSION_ID=\"12\"\nMemTotal:  1 kB\nmodel name\t: A  B\n"))
	f.Add([]byte("socket:[77]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if word := firstWord(text); bytes.ContainsAny(word, "\x00 /") {
			t.Errorf("%q", word)
		}
		socketInode(string(text))
		osName(bytes.NewReader(text))
		cpuModel(bytes.NewReader(text))
		memTotal(bytes.NewReader(text))
	})
}

func TestNamesInCommandLines(t *testing.T) {
	for line, want := range map[string]string{
		"/usr/sbin/nginx\x00-g\x00daemon off;\x00": "nginx",
		"nginx: worker process":                    "nginx",
		"-bash\x00":                                "bash",
		"sleep\x0060\x00":                          "sleep",
		"":                                         "",
		"/":                                        "",
	} {
		if got := string(firstWord([]byte(line))); got != want {
			t.Errorf("%q: %q; want %q", line, got, want)
		}
	}
}
