package shipped_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/shipped"
	"headroom/scaler/flow/tool"
)

// onNodes are the tools that act on nodes, as the flows use them.
func onNodes() []tool.Tool {
	parameters := func(names string) (all []tool.Parameter) {
		for name := range strings.FieldsSeq(names) {
			name, kind, _ := strings.Cut(name, ":")
			all = append(all, tool.Parameter{Name: name, Type: kind})
		}
		return append(all, tool.Parameter{Name: "node", Type: "node", Required: true})
	}
	return []tool.Tool{
		described{Name: "node-command", Inputs: parameters("command:list user:string")},
		described{Name: "install-package", Inputs: parameters("name:string version:string file:string format:string absent:bool")},
		described{Name: "sync-files", Inputs: parameters("source:string target:string owner:string group:string mode:string")},
		described{Name: "write-template", Inputs: parameters("template:string text:string target:string values:map owner:string group:string mode:string")},
		described{Name: "scan-processes", Inputs: parameters("names:list")},
		described{Name: "scan-ports", Inputs: parameters("ports:list")},
		described{Name: "test-tcp", Inputs: parameters("address:string")},
		described{Name: "test-http", Inputs: parameters("url:string")},
		described{Name: "node-scan", Inputs: parameters("")},
	}
}

// described is a tool that is nothing but its description.
type described tool.Description

func (d described) Describe() tool.Description { return tool.Description(d) }

func (described) Run(context.Context, *tool.Call) (tool.Outputs, error) {
	return nil, errors.New("it only has a description")
}

// catalog has all tools that come with the program.
func catalog() *tool.Catalog {
	return tool.NewCatalog(append(builtin.New(builtin.Options{}), onNodes()...)...)
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
