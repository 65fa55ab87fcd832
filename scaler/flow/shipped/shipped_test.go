package shipped_test

import (
	"io/fs"
	"testing"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/nodetools"
	"headroom/scaler/flow/shipped"
	"headroom/scaler/flow/tool"
)

// catalog has all tools that come with the program.
func catalog() *tool.Catalog {
	return tool.NewCatalog(append(builtin.New(builtin.Options{}), nodetools.Tools(nil, nil)...)...)
}

func TestShippedFlowsAreGood(t *testing.T) {
	files, err := fs.ReadDir(shipped.Flows(), ".")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d flows, %v", len(files), err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(shipped.Flows(), file.Name())
		if err != nil {
			t.Fatal(err)
		}
		p, err := document.Load(text, file.Name(), catalog())
		if err != nil {
			t.Error(err)
			continue
		}
		f := p.Flow()
		if f.Name+".yaml" != file.Name() || f.Title == "" || f.Description == "" {
			t.Errorf("%s: its name is %q, its title %q", file.Name(), f.Name, f.Title)
		}
		titled(t, f.Name, f.Steps)
	}
}

// titled looks that each step that people see has a title: those with a tool, but for the
// only step of a for-each.
func titled(t *testing.T, flow string, steps []document.Step) {
	for _, s := range steps {
		if s.Title == "" && len(steps) > 1 {
			t.Errorf("%s: step %s has no title", flow, s.ID)
		}
		titled(t, flow, s.Steps)
	}
}

func BenchmarkCompile(b *testing.B) {
	text, err := fs.ReadFile(shipped.Flows(), "expand-module.yaml")
	if err != nil {
		b.Fatal(err)
	}
	tools := catalog()
	for b.Loop() {
		if _, err := document.Load(text, "", tools); err != nil {
			b.Fatal(err)
		}
	}
}
