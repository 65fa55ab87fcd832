package document

import (
	"fmt"

	"headroom/internal/yamlfile"
	"headroom/scaler/flow/tool"
)

// MaxBytes is how large a document may be.
const MaxBytes = 256 << 10

// Parse reads a document without looking at what it means. The error is
// [yamlfile.Faults]: everything that cannot be read, as file:line. The file's name is
// only for messages.
func Parse(data []byte, file string) (*Flow, error) {
	f, _, faults := parse(data, file)
	if len(faults) > 0 {
		return nil, faults
	}
	return f, nil
}

// Load reads and checks a document, and makes a program of it. The error is
// [yamlfile.Faults], as of [Parse] and [Compile] together.
func Load(data []byte, file string, tools Tools) (*Program, error) {
	f, lines, faults := parse(data, file)
	if lines == nil {
		return nil, faults
	}
	p, more := compileFlow(f, tools)
	if faults = faults.Join(more); len(faults) > 0 {
		faults.Place(file, lines)
		return nil, faults
	}
	return p, nil
}

// Tools are the tools that steps can call; [tool.Catalog] has them.
type Tools interface {
	// Describe returns what a tool takes and gives, false if there is none of the name.
	Describe(name string) (tool.Description, bool)
}

// Compile checks a flow against the tools, and makes a program of it. The error is
// [yamlfile.Faults]: everything that is wrong, each with its place and value.
func Compile(f *Flow, tools Tools) (*Program, error) {
	p, faults := compileFlow(f, tools)
	if len(faults) > 0 {
		return nil, faults
	}
	return p, nil
}

// parse returns no lines if the document cannot be read at all.
func parse(data []byte, file string) (*Flow, map[string]int, yamlfile.Faults) {
	if len(data) > MaxBytes {
		return nil, nil, yamlfile.Faults{{File: file, Problem: fmt.Sprintf("want at most %d bytes, found %d", MaxBytes, len(data))}}
	}
	f := &Flow{OnFailure: Wait}
	lines, faults := yamlfile.Decode(data, file, f)
	if lines != nil {
		faults.Place(file, lines)
	}
	return f, lines, faults
}
