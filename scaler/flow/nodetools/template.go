package nodetools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"text/template"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

const maxTemplate = 256 << 10 // bytes of a template, and of what is made of it

func writeTemplate(d Dispatcher, f Files) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskTemplate,
		description: tool.Description{
			Name: "write-template", Title: "Write configuration", Source: "built in", Repeatable: true,
			Doc: "Makes a text of a Go template (text/template) and values, and writes it to a file of a node, at once, if it is another. " +
				"A value that the template needs and that is missing is an error. .node is the node's name unless there is a value of that name. Templates of declarations can be used too: .Node, .Module and .Values are as there. The node's tasks.files have to allow it.",
			Inputs: []tool.Parameter{
				node(),
				param("template", document.String, "path of the template below the server's directory of files"),
				param("text", document.String, "or the template itself"),
				param("values", document.MapType, "what the template refers to, as {{.name}} or {{.Values.name}}"),
				param("module", document.Module, "what the template refers to as {{.Module}}"),
				required(param("target", document.String, "absolute path of the file on the node")),
				param("owner", document.String, "empty: root"),
				param("group", document.String, "empty: the owner's"),
				byDefault(param("mode", document.String, "as 0644"), "0644"),
			},
			Outputs: []tool.Parameter{
				param("changed", document.Bool, "it was another before"),
				param("sha256", document.String, "of what was written"),
			},
		},
		spec: func(_ context.Context, in inputs) (any, error) { return templateSpec(f, in) },
		plan: func(in inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.TemplateSpec)
			return fmt.Sprintf("writes %d bytes to %s unless they are there", len(s.Text), s.Target), tool.Outputs{"changed": true, "sha256": ""}
		},
	}
}

func templateSpec(f Files, in inputs) (s wire.TemplateSpec, err error) {
	s = wire.TemplateSpec{Target: in.text("target"), Owner: in.text("owner"), Group: in.text("group"), Mode: in.text("mode")}
	if err := in.needs("target"); err != nil {
		return s, err
	}
	text, name := in.text("text"), in.text("template")
	if (text == "") == (name == "") {
		return s, errors.New("want either template or text")
	}
	if name != "" {
		read, err := f.Read(name, maxTemplate)
		if err != nil {
			return s, fmt.Errorf("template: %w", err)
		}
		text = string(read)
	}
	given, _ := in["values"].(map[string]any)
	values := map[string]any{"node": in.text("node"), "Node": in.text("node"), "Module": in.text("module"), "Values": given}
	maps.Copy(values, given)
	s.Text, err = render(text, values)
	return s, err
}

// render makes a text of a template.
func render(text string, values map[string]any) (string, error) {
	t, err := template.New("template").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out bounded
	err = t.Execute(&out, values)
	return out.String(), err
}

// bounded is a buffer that takes only so much.
type bounded struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxTemplate {
		return 0, fmt.Errorf("want a text of at most %d bytes", maxTemplate)
	}
	return b.Buffer.Write(p)
}
