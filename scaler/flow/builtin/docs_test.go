package builtin_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/nodetools"
	"headroom/scaler/flow/tool"
)

var update = flag.Bool("update", false, "write the tools' part of the documentation anew")

const docs = "../../../docs/flow-tools.md"

func TestDocumentation(t *testing.T) {
	documented(t, "tools", builtin.New(builtin.Options{}))
	documented(t, "tools of nodes", nodetools.Tools(nil, nil))
}

// documented compares a part of the page with the tools that it is about.
func documented(t *testing.T, part string, tools []tool.Tool) {
	t.Helper()
	docsFrom, docsTo := "<!-- "+part+" -->\n", "<!-- end of "+part+" -->\n"
	text, err := os.ReadFile(docs)
	must(t, err)
	before, rest, found := strings.Cut(string(text), docsFrom)
	have, after, ended := strings.Cut(rest, docsTo)
	if !found || !ended {
		t.Fatalf("%s has no part for the %s", docs, part)
	}
	var want strings.Builder
	for _, d := range tool.NewCatalog(tools...).Descriptions() {
		describe(&want, d)
	}
	if *update {
		must(t, os.WriteFile(docs, []byte(before+docsFrom+want.String()+docsTo+after), 0o644))
	} else if have != want.String() {
		t.Error("the page differs from the tools' descriptions: run this test with -update")
	}
}

func describe(b *strings.Builder, d tool.Description) {
	fmt.Fprintf(b, "\n### `%s`\n\n%s. %s\n\n", d.Name, d.Title, d.Doc)
	if len(d.Inputs)+len(d.Outputs) == 0 {
		return
	}
	b.WriteString("| | type | default | meaning |\n|---|---|---|---|\n")
	for _, p := range d.Inputs {
		parameter(b, "`"+p.Name+"`", p)
	}
	for _, p := range d.Outputs {
		parameter(b, "→ `"+p.Name+"`", p)
	}
}

func parameter(b *strings.Builder, name string, p tool.Parameter) {
	def := ""
	if p.Default != nil {
		text, _ := json.Marshal(p.Default)
		def = "`" + string(text) + "`"
	}
	if p.Required {
		def = "must be given"
	}
	doc := p.Doc
	if len(p.Values) > 0 {
		doc += fmt.Sprintf(" One of %s.", strings.Trim(fmt.Sprint(p.Values), "[]"))
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, p.Type, def, strings.ReplaceAll(doc, "|", "\\|"))
}
