package config

import (
	"strings"
	"testing"
)

func TestConsistency(t *testing.T) {
	c, err := Parse([]byte(`
consistency:
  dir: declared
  environment:
    - {kernel: ["6.1.*"], cores: [8, 16], memory: [64GiB, 120GiB-128GiB], clock_offset: 200ms}
`), "test.yml")
	if err != nil || !c.Consistency.Block || c.Consistency.Environment[0].Cores[1] != 16 {
		t.Fatalf("%+v %v", c.Consistency, err)
	}
	_, err = Parse([]byte(`
consistency:
  files_dir: files
  environment:
    - {}
    - {path: a//b, nodes: ["x"], kernel: ["["], os: [""], cores: [0], memory: [1XB, 2GiB-1GiB], clock_offset: 1us}
`), "test.yml")
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, want := range []string{
		"test.yml:3: consistency.files_dir: want dir as well",
		"test.yml:5: consistency.environment[0].kernel: want at least one of",
		"environment[1].path:", "environment[1].nodes:", "environment[1].kernel:", "environment[1].os:", "environment[1].cores:",
		`environment[1].memory: want sizes or ranges such as 64GiB or 60GiB-64GiB, found "1XB"`, `found "2GiB-1GiB"`, "environment[1].clock_offset:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q in\n%v", want, err)
		}
	}
}

func TestMemoryOfMachines(t *testing.T) {
	f := func(text string, low, high int64) {
		t.Helper()
		if r, err := ParseMemory(text); err != nil || r != (MemoryRange{low, high}) {
			t.Errorf("%s: %+v %v", text, r, err)
		}
	}
	f("100", 93, 100)
	f("60GiB-64GiB", 60<<30, 64<<30)
}
