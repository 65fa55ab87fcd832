package consistency

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var hierarchy = []string{"business", "module"}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// files writes files below a new directory.
func files(t testing.TB, all map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range all {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

const webDeclared = `
modules:
  - module: shop/web
    nodes: [n9, "extra-*"]
    node_labels: ['role="web"']
    packages:
      - {name: nginx, version: ">=1.22"}
      - {name: telnet, version: absent}
    packages_extra: ["shop-*"]
    files:
      - {path: /etc/shop/web.conf, owner: root, mode: 640, source: web.conf}
      - path: /etc/shop/node.conf
        template: node.tmpl
        values: {zone: blue}
      - {path: /etc/shop/old.conf, absent: true}
    processes: [{name: nginx}, {name: web, max: 4}]
    ports: [{port: 80, process: nginx}]
`

func webFiles() map[string]string {
	return map[string]string{
		"web.yml":         webDeclared,
		"files/web.conf":  "listen 80;\n",
		"files/node.tmpl": "node={{.Node}} module={{.Module}} rack={{.Labels.rack}} zone={{.Values.zone}}\n",
		".git/config.yml": "not: ours\n",
		"README":          "text",
		"files/odd.yml":   "not: ours\n",
	}
}

func read(t *testing.T, all map[string]string) ([]*Declaration, error) {
	dir := files(t, all)
	d, err := Read(dir, filepath.Join(dir, "files"), hierarchy)
	if err != nil {
		err = &short{strings.ReplaceAll(err.Error(), dir+"/", "")}
	}
	return d, err
}

type short struct{ text string }

func (s *short) Error() string { return s.text }

func TestDeclarationsAreRead(t *testing.T) {
	all, err := read(t, webFiles())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	d := all[0]
	if d.Packages[0].Version != ">= 1.22" || d.Files[0].Mode != "0640" || d.Files[0].sum == "" || d.Processes[0].Min != 1 || d.Processes[1].Min != 0 || d.lines["files[1]"] != 12 {
		t.Errorf("%+v %v", d, d.lines)
	}
	text, err := d.Files[1].text("shop/web", Place{"n1", map[string]string{"rack": "r7"}})
	if err != nil || text != "node=n1 module=shop/web rack=r7 zone=blue\n" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := d.Files[1].text("shop/web", Place{"n1", nil}); err == nil {
		t.Error("a label that the node does not have is an empty text")
	}
}

func TestEveryFaultOfDeclarationsIsNamed(t *testing.T) {
	_, err := read(t, map[string]string{
		"a.yml": `modules:
  - module: shop
    nodes: ["["]
    node_labels: ["x"]
    packages:
      - {name: "no name", version: "< 3"}
      - {name: a}
      - {name: a}
    packages_extra: ["*", "plain"]
    files:
      - {path: etc/x, mode: "0999"}
      - {path: /a, sha256: abc, source: ../up}
      - {path: /b, template: none.tmpl}
      - {path: /c, absent: true, owner: root}
      - {path: /d, values: {a: b}}
    processes: [{name: a/b, min: 3, max: 2}]
    ports: [{port: 70000}]
    pots: []
`,
		"b.yml": "modules: [{module: shop/web}, {module: shop/web}]\n",
		"c.yml": "modules: [",
	})
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, want := range []string{
		`a.yml:2: modules[0].module: want a module's id`,
		`a.yml:3: modules[0].nodes:`,
		`a.yml:4: modules[0].node_labels:`,
		`a.yml:6: modules[0].packages[0].name:`,
		`a.yml:6: modules[0].packages[0].version:`,
		`a.yml:8: modules[0].packages[2].name: want each once, found "a" a second time`,
		`found "*"`, `found "plain"`,
		`a.yml:11: modules[0].files[0].path: want an absolute path`,
		`a.yml:11: modules[0].files[0].mode:`,
		`a.yml:12: modules[0].files[1].sha256:`,
		`a.yml:12: modules[0].files[1].path: want one of sha256, source and template, found 2`,
		`a.yml:12: modules[0].files[1].source: want a path below`,
		`a.yml:13: modules[0].files[2].template: want a template`,
		`a.yml:14: modules[0].files[3].absent:`,
		`a.yml:15: modules[0].files[4].values:`,
		`a.yml:16: modules[0].processes[0].name:`,
		`a.yml:16: modules[0].processes[0].min:`,
		`a.yml:17: modules[0].ports[0].port:`,
		`a.yml:18: modules[0].pots: unknown key`,
		`b.yml:1: modules[1].module: want each module once, found "shop/web", which is declared in b.yml:1 too`,
		`c.yml:1`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}
