package yamlfile

import (
	"errors"
	"testing"
)

type sample struct {
	Name  string   `yaml:"name"`
	Size  Bytes    `yaml:"size"`
	Parts []part   `yaml:"parts"`
	Words []string `yaml:"words"`
}

type part struct {
	Count int `yaml:"count"`
}

func TestWhatAFileDoesNotNameStays(t *testing.T) {
	for _, in := range []string{"", "# nothing\n", "name:\n"} {
		s := sample{Name: "as before"}
		if lines, faults := Decode([]byte(in), "f", &s); lines == nil || len(faults) > 0 || s.Name != "as before" {
			t.Errorf("%q: %v, %+v", in, faults, s)
		}
	}
}

func TestEveryFaultHasItsLine(t *testing.T) {
	s := sample{}
	lines, faults := Decode([]byte("name: a\nsize: big\nparts:\n- count: 1.5\n- cuont: 1\nwords: [a]\n"), "f", &s)
	faults = faults.Join(Faults{{Key: "parts[1].count", Problem: "want 1 or more"}, {Key: "size", Problem: "hidden by the first"}})
	faults.Place("f", lines)
	var err error = faults
	want := `f:2: size: want a size such as 64MiB, found "big"
f:4: parts[0].count: want a whole number, found "1.5"
f:5: parts[1].cuont: unknown key; known here: count
f:5: parts[1].count: want 1 or more`
	if err.Error() != want || !errors.As(err, &faults) {
		t.Errorf("got\n%v\nwant\n%v", err, want)
	}
}

func TestAFieldWithoutANameIsNoKey(t *testing.T) {
	var s struct {
		Name   string `yaml:"name"`
		Hidden string `yaml:"-"`
		line   int
	}
	_, faults := Decode([]byte("\"\": 1\n\"-\": a\n"), "f", &s)
	want := "1: unknown key; known here: name\n2: -: unknown key; known here: name"
	if faults.Error() != want || s.Hidden != "" || s.line != 0 {
		t.Errorf("%v %+v; want %s", faults, s, want)
	}
}

func TestAFileThatCannotBeReadHasNoLines(t *testing.T) {
	lines, faults := Decode([]byte("a: ["), "f", &sample{})
	if lines != nil || len(faults) != 1 || faults[0].File != "f" || faults[0].Line != 1 {
		t.Errorf("%v %v", lines, faults)
	}
}
