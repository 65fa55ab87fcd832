package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// documents reads YAML or JSON into its documents. A fault names its line, 0 if that
// is not known.
func documents(data []byte) (all []*yaml.Node, line int, err error) {
	if json.Valid(data) { // YAML does not know all escapes of JSON
		r := jsonReader{dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
		r.dec.UseNumber()
		return []*yaml.Node{r.value()}, 0, nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all, 0, nil
		}
		if err != nil {
			m := yamlError.FindStringSubmatch(err.Error())
			line, _ = strconv.Atoi(m[1])
			return nil, line, errors.New(m[2])
		}
		all = append(all, doc.Content...)
	}
}

var yamlError = regexp.MustCompile(`(?s)^(?:yaml: )?(?:line (\d+): )?(.*)`)

// jsonReader makes nodes of valid JSON, with their lines.
type jsonReader struct {
	dec  *json.Decoder
	data []byte
	seen int64 // bytes up to which lines were counted
	line int
}

func (r *jsonReader) token() (json.Token, int) {
	t, err := r.dec.Token()
	if err != nil {
		panic(fmt.Sprintf("BUG: valid JSON cannot be read: %v", err))
	}
	end := r.dec.InputOffset()
	r.line += bytes.Count(r.data[r.seen:end], []byte{'\n'})
	r.seen = end
	return t, r.line
}

func (r *jsonReader) value() *yaml.Node {
	t, line := r.token()
	switch v := t.(type) {
	case json.Delim:
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: line}
		if v == '{' {
			node.Kind, node.Tag = yaml.MappingNode, "!!map"
		}
		for r.dec.More() {
			node.Content = append(node.Content, r.value())
		}
		r.token() // its end
		return node
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: line}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: fmt.Sprint(v), Line: line}
	}
}
