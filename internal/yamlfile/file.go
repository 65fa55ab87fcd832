// Package yamlfile reads configuration files: one YAML document over the defaults of
// a structure, in which an unknown key is an error with its line.
//
// It reports everything that is wrong with a file, each fault by its key and line,
// also those that the structure's own checks find later.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Decode reads data over the structure that into points to: what the file does not
// name stays as it is. It returns the line of each key that the file has, and the
// faults that were found so far, which [Faults.Place] still has to give their lines.
// Without lines the file cannot be read at all, and the faults are placed. The file's
// name is only for messages.
func Decode(data []byte, file string, into any) (lines map[string]int, faults Faults) {
	root, err := document(data)
	if err != nil {
		faults = Faults{syntaxFault(err)}
		faults.Place(file, nil)
		return nil, faults
	}
	d := decoder{lines: map[string]int{}}
	if root != nil {
		d.value(root, reflect.ValueOf(into).Elem(), "")
	}
	if d.nodes > maxNodes {
		return nil, Faults{{File: file, Problem: fmt.Sprintf("the file is too large: it stands for more than %d values", maxNodes)}}
	}
	return d.lines, d.faults
}

// document returns the one document of a file, nil if the file is empty.
func document(data []byte) (*yaml.Node, error) {
	var first, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&second); err == nil {
		return nil, fmt.Errorf("line %d: want one document, found a second", second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return first.Content[0], nil
}

var yamlError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)`)

func syntaxFault(err error) Fault {
	m := yamlError.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(m[1])
	return Fault{Line: line, Problem: m[2]}
}
