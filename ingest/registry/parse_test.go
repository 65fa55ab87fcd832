package registry

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"headroom/storage/fleet"
)

var levels = []string{"business", "product", "module"}

// lines shows what was declared, a line for each fact.
func lines(all []fleet.Declared) (out []string) {
	for _, d := range all {
		names := make([]string, 0, len(d.Fields))
		for name := range d.Fields {
			names = append(names, name)
		}
		fleet.SortFields(names)
		for _, name := range names {
			out = append(out, fmt.Sprintf("%s %s=%s", d.ID, name, strings.ReplaceAll(d.Fields[name], "\n", "|")))
		}
	}
	return out
}

func parse(how func(*collector, string, []byte), text string, rename map[string]string) ([]fleet.Declared, error) {
	c := newCollector(levels, rename)
	how(c, "f", []byte(text))
	return c.result()
}

func wants(t *testing.T, how func(*collector, string, []byte), text string, rename map[string]string, want ...string) {
	t.Helper()
	got, err := parse(how, text, rename)
	if err != nil || !slices.Equal(lines(got), want) {
		t.Errorf("%q\n%q, %v\nwant %q", text, lines(got), err, want)
	}
}

func refuses(t *testing.T, how func(*collector, string, []byte), text string, want ...string) {
	t.Helper()
	_, err := parse(how, text, nil)
	if err == nil {
		t.Errorf("%q: no fault", text)
		return
	}
	got := strings.Split(err.Error(), "\n")
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		ok = strings.HasPrefix(got[i], want[i])
	}
	if !ok {
		t.Errorf("%q:\n%s\nwant\n%s", text, err, strings.Join(want, "\n"))
	}
}

func TestYAML(t *testing.T) {
	f := (*collector).yaml
	wants(t, f, "", nil)
	wants(t, f, "# nothing\n", nil)
	wants(t, f, "id: Qzone\nowner: qz\n", nil, "Qzone owner=qz")
	wants(t, f, `
modules:
- id: Qzone/WNS/web
  owner: web team
  level: 1
  runbook: web.md
  dependencies: [Mail/SMTP/db, Qzone/WNS/db]
  contacts: one@x
  limits: {max_workers: 40}
  labels:
    tier: front
  notes: ~
---
- {id: 微信, owner: wx}
`, nil,
		"Qzone/WNS/web owner=web team", "Qzone/WNS/web level=1", "Qzone/WNS/web runbook=web.md",
		"Qzone/WNS/web dependencies=Mail/SMTP/db|Qzone/WNS/db", "Qzone/WNS/web contacts=one@x",
		"Qzone/WNS/web labels.tier=front", "Qzone/WNS/web limits.max_workers=40", "微信 owner=wx")
	wants(t, f, `{"modules":[{"id":"a","owner":"\u5f20 \/"}]}`, nil, "a owner=张 /")
	wants(t, f, "- id: a\n  owner: x\n- id: a\n  owner: x\n  level: 2\n", nil, "a owner=x", "a level=2")
	wants(t, f, "name: a\nteam: x\n", map[string]string{"name": "id", "team": "owner"}, "a owner=x")

	refuses(t, f, "a: [", "f:1: did not find")
	refuses(t, f, "- 1\n- id: a\n  colour: red\n  owner: [x]\n- id: a/b/c/d\n- id: a//b\n- owner: x\n", `f:1: want the facts of a node as keys with values, id among them; found "1"`,
		"f:3: colour: there is no such fact", "f:4: owner: want a text, found a list", `f:5: id: "a/b/c/d" has 4 names; the hierarchy has 3 levels`,
		`f:6: id: path "a//b"`, "f:7: id: want the id of a node of the business tree, as business/product/module; found none")
	refuses(t, f, "- id: a\n  owner: x\n- id: a\n  owner: y\n", `f:3: owner: a has "y" here and "x" at f:1`)
	refuses(t, f, "id: a\nid: b\n", "f:2: id: is given twice")
	refuses(t, f, "a: &a x\nid: *a\n", "f:1: a: there is no such fact", "f:1: id: want the id", "f:2: id: want a text, found an alias")
	refuses(t, f, "id: a\nlimits: 3\n", `f:2: limits: want names with values, found "3"`)
	refuses(t, f, "id: a\ndependencies: [b//c]\n", `f:1: dependencies: path "b//c"`)
	refuses(t, f, "modules: {a: b}\n", "f:1: modules: want a list of facts, found keys with values")
}

func TestCSV(t *testing.T) {
	f := (*collector).csv
	wants(t, f, "", nil)
	wants(t, f, "\ufeffid,owner,dependencies\r\nQzone/WNS/web,\"a, b\",x; y;\r\n\r\nQzone,,\r\n", nil, "Qzone/WNS/web owner=a, b", "Qzone/WNS/web dependencies=x|y")
	wants(t, f, "business,product,module,team,limits.cpu\nQzone,a/b,web,x,3\nQzone,,,y,\n", map[string]string{"team": "owner"},
		"Qzone owner=y", "Qzone/a%2Fb/web owner=x", "Qzone/a%2Fb/web limits.cpu=3")

	refuses(t, f, "id,colour,owner,owner\n", "f:1: colour: there is no such fact; name one by the source's map", "f:1: owner: is given twice")
	refuses(t, f, "owner\nx\n", "f:1: want a column id, or one for each of business, product, module")
	refuses(t, f, "id,owner\na\nb,x,y\n", "f:2: has 1 columns; the first line has 2", "f:3: has 3 columns")
	refuses(t, f, "business,product,module,owner\nQzone,,web,x\n", "f:2: module is given, but product above it is not")
	refuses(t, f, "id,owner\na,\"x\n", "f:2: extraneous or missing \" in quoted-field")
}

func TestTargets(t *testing.T) {
	f := (*collector).targets
	wants(t, f, `[{"targets":["a:1"],"labels":{"business":"Qzone","product":"WNS","module":"web","owner":"x","job":"y","__meta_tags":"t"}},{"targets":["b:1"]}]`,
		map[string]string{"__meta_tags": "labels.tags"}, "Qzone/WNS/web owner=x", "Qzone/WNS/web labels.tags=t")
	wants(t, f, "[]", nil)
	refuses(t, f, "{}", "f:1: want a list of groups of targets, found keys with values")
	refuses(t, f, "- targets: [a]\n", "f:1: no group has the labels of the business tree (business, product, module)")
	refuses(t, f, "- 3\n- labels: []\n", "f:1: want targets and labels", "f:2: labels: want names with values, found a list")
}

// Whatever is read, it is facts that can be kept or faults; never a panic.
func FuzzParsers(f *testing.F) {
	for _, seed := range []string{
		"", "id: a\nowner: x\n", "modules:\n- id: a\n  limits: {a: b}\n", "id,owner\na,x\n", "business,product,module\na,b,c\n",
		`[{"targets":["a"],"labels":{"business":"x"}}]`, "a: &a [*a]\n", "- &x {id: *x}\n", "? [a]\n: b\n", "\"\\ud83d\"\n", "--- !!binary x\n", "id: !!null a\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, how := range []func(*collector, string, []byte){(*collector).yaml, (*collector).csv, (*collector).targets} {
			c := newCollector(levels, map[string]string{"n": "id", "t": "contacts"})
			how(c, "f", data)
			all, err := c.result()
			if err != nil && len(all) > 0 || len(c.faults) > maxFaults+1 {
				t.Fatalf("%d facts, %v", len(all), err)
			}
			for _, d := range all {
				if p, err := fleet.ParseID(d.ID); err != nil || p.ID() != d.ID || len(p) > len(levels) {
					t.Fatalf("id %q", d.ID)
				}
				for name, value := range d.Fields {
					if err := fleet.CheckField(name, value); err != nil || value == "" {
						t.Fatalf("%s %q: %v", name, value, err)
					}
				}
			}
		}
	})
}
