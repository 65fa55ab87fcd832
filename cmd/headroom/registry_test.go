package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
)

// Those that call a module share it; it shares itself, since it rings, too.
func TestDependenciesAreSharedComponents(t *testing.T) {
	v := fleet.NewView([]fleet.Source{{Name: "git", Declared: []fleet.Declared{
		{ID: "Qzone", Fields: fleet.Fields{"dependencies": "Mail/db\nMail/smtp"}},
		{ID: "Qzone/own", Fields: fleet.Fields{"dependencies": "Mail/db"}},
	}}})
	f := func(id string, have []alarm.Component, want ...alarm.Component) {
		t.Helper()
		path, _ := fleet.ParseID(id)
		if got := withDependencies(have, v, path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	db, smtp, px := alarm.Component{Kind: "upstream", Name: "Mail/db"}, alarm.Component{Kind: "upstream", Name: "Mail/smtp"}, alarm.Component{Kind: "proxy", Name: "px"}
	f("Qzone/web", nil, db, smtp)
	f("Qzone/own", []alarm.Component{px, db}, px, db)
	f("Mail/db", nil, db)
	f("Mail/other", nil)
	f("", nil)
}

// No name of a runbook leads out of its directory.
func TestRunbooks(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"books/web/dead.md": "# Dead", "secret": "s3cret"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "books/link.md")); err != nil {
		t.Fatal(err)
	}
	b := factBook{runbooks: func() string { return filepath.Join(dir, "books") }}
	if text, err := b.Runbook("web/dead.md"); err != nil || text != "# Dead" {
		t.Errorf("%q, %v", text, err)
	}
	for _, name := range []string{"../secret", "/etc/passwd", "web/../../secret", "link.md", "web", "none.md", "", "."} {
		if text, err := b.Runbook(name); err == nil {
			t.Errorf("%q: %q", name, text)
		}
	}
	b.runbooks = func() string { return "" }
	if _, err := b.Runbook("web/dead.md"); err == nil || !strings.Contains(err.Error(), "registry.runbooks_dir is not set") {
		t.Error(err)
	}
}

const (
	cannedFact = `{"field":"owner","value":"ann\u001b[31m","source":"git","from":"Qzone","where":"m.yml:2","by":"li","commit":"","why":"","written_at":null}`
	cannedOver = `{"field":"owner","value":"bob","source":"cmdb","from":"Qzone","where":"","by":"","commit":"","why":"","written_at":null}`
	cannedOdd  = `{"id":"Qzone","field":"owner","values":[` + cannedFact + `,` + cannedOver + `]}`
	cannedNowt = `{"id":"Qzone","problem":"depends on \"x\", which is no node of the business tree"}`
	cannedOne  = `{"facts":{"id":"Qzone/web","owner":"ann"},"in_tree":true,"values":[` + cannedFact + `],"runbook":{"url":"","file":"web.md","text":"# Web\n\tdo it","problem":""},
		"callers":["Mail"],"conflicts":[` + cannedOdd + `],"faults":[` + cannedNowt + `]}`
)

func TestRegistryCommands(t *testing.T) {
	api, cl, out := poolServer(t)
	api.answers["GET registry"] = ok(`{"sources":[{"name":"git","kind":"yaml","state":"stale","nodes":3,"age_seconds":3600,"problem":"a.yml:2: owner: bad\nb.yml:1: bad"}],
		"nodes":[{"id":"Qzone","owner":"ann","dependencies":["a","b"],"in_tree":false,"conflicts":1,"own":true}],"more":true,"conflicts":1,"faults":2}`)
	api.answers["GET registry/conflicts"] = ok(`{"conflicts":[` + cannedOdd + `],"faults":[` + cannedNowt + `],"more":false}`)
	api.answers["GET registry/Qzone/web"] = ok(cannedOne)
	api.answers["PUT registry/Qzone/web"] = ok(cannedOne)
	f := func(args string, wants ...string) {
		t.Helper()
		out.Reset()
		app := kingpin.New("headroom", "").Terminate(nil)
		addRegistry(app)
		if _, err := app.Parse(append(strings.Fields(args), "--server", cl.server)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, args := range []string{"registry", "registry Qzone --json", "registry --conflicts", "registry show Qzone/web"} {
		f(args)
	}
	f("registry set Qzone/web owner=ann contacts=a,b --back level --why moved")
	if want := `{"fields":{"contacts":["a","b"],"level":null,"owner":"ann"},"who":"` + me() + `","why":"moved"}`; api.body != want {
		t.Errorf("sent %s", api.body)
	}
	c := registryCommand{client: cl, path: "Qzone/web", limit: 10}
	show := func(do func() error, wants ...string) {
		t.Helper()
		out.Reset()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		lacks(t, out.String(), wants...)
	}
	show(c.list, "stale", "1h ago", "a.yml:2: owner: bad (and 1 more)", "Qzone (no load) (1 conflict)", "a, b", "There are more", "1 conflict, 2 odd dependencies")
	show(c.show, "ann", "git, m.yml:2, by li, of Qzone", "called by", "owner, overruled", "cmdb", "# Web\n    do it")
	c.conflicts = true
	show(c.list, "counts", "bob", "which is no node")
}
