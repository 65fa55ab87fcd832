package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/consistency"
	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

// twoNodes is a fleet.
type twoNodes struct{}

func (twoNodes) Hosts() []consistency.Host {
	return []consistency.Host{{Name: "n1", Seen: minute, Modules: []string{"shop/web"}}, {Name: "n2", Seen: minute, Modules: []string{"shop/web"}}}
}
func (twoNodes) Seen() map[string][]string { return nil }
func (twoNodes) Redeclare([]string)        {}

func newConsistent(t *testing.T) (*Server, *consistency.Consistency) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	must(os.Mkdir(filepath.Join(dir, "declared"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "declared", "web.yml"), []byte(`modules:
  - module: shop/web
    packages: [{name: nginx, version: "1.24"}]
    files: [{path: /etc/web.conf, mode: "0644"}]
`), 0o600))
	cfg, err := config.Parse([]byte("hierarchy: [business, module]\nconsistency: {dir: declared, environment: [{kernel: [6.1.*]}]}\n"), "test.yml")
	must(err)
	settings, err := consistency.SettingsOf(cfg, dir)
	must(err)
	db, err := state.Open(filepath.Join(dir, "state.db"))
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	c, err := consistency.New(t.Context(), consistency.Options{DB: db, Fleet: twoNodes{}, Now: func() time.Time { return minute }})
	must(err)
	c.Configure(settings)
	c.Found("n1", &wire.Found{
		Sum: "1", Packages: map[string]string{"nginx": "1.22"}, Files: map[string]wire.FoundFile{"/etc/web.conf": {Mode: "0600", Owner: "root"}},
		Environment: &wire.Environment{Kernel: "5.10.0", OS: "debian 11", CPU: "Xeon", Cores: 8, Memory: 8 << 30},
	})
	must(c.Settle(t.Context()))
	o, _ := options(t)
	o.Consistency = c
	return New(o), c
}

func orderOf(t *testing.T, s *Server, module, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/consistency/"+module, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return ask(t, s, r)
}

func TestConsistencyIsShown(t *testing.T) {
	s, _ := newConsistent(t)
	var total struct{ Data consistency.Total }
	w := get(t, s, "/api/v1/consistency?path=shop")
	if err := json.Unmarshal(w.Body.Bytes(), &total); err != nil || w.Code != 200 || total.Data.List[0].Text != "1 of 2 inconsistent, 1 unknown" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get(t, s, "/api/v1/consistency?path=other"); !strings.Contains(w.Body.String(), `"modules":0`) {
		t.Errorf("%s", w.Body)
	}
	var one struct{ Data consistency.Detail }
	w = get(t, s, "/api/v1/consistency/shop%2Fweb?node=n1")
	if err := json.Unmarshal(w.Body.Bytes(), &one); err != nil || w.Code != 200 || len(one.Data.List) != 1 || len(one.Data.List[0].Items) != 2 || one.Data.List[0].Closed == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get(t, s, "/api/v1/environment"); !strings.Contains(w.Body.String(), `"node":"n1","property":"kernel","found":"5.10.0","allowed":"6.1.*"`) || !strings.Contains(w.Body.String(), `"environment":null`) {
		t.Errorf("%s", w.Body)
	}
	for target, code := range map[string]int{
		"/api/v1/consistency/shop%2Fnone": 404, "/api/v1/consistency/shop%2Fweb?node=n9": 404, "/api/v1/consistency?path=a%2F%2Fb": 400, "/api/v1/environment?path=a%2F%2Fb": 400,
	} {
		if w := get(t, s, target); w.Code != code {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

func TestConsistencyIsOrdered(t *testing.T) {
	s, c := newConsistent(t)
	f := func(body string, code int, want string) {
		t.Helper()
		if w := orderOf(t, s, "shop%2Fweb", body); w.Code != code || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s; want %d with %s", body, w.Code, w.Body, code, want)
		}
	}
	until := minute.Add(time.Hour).Format(time.RFC3339)
	f(fmt.Sprintf(`{"action":"ignore","node":"n1","item":"file:/etc/web.conf","until":%q,"why":"a test","who":"ann"}`, until), 200, `"state":"ignored"`)
	f(`{"action":"adopt","node":"n1","item":"package:nginx","why":"it is what we run","who":"ann"}`, 200, `"patch":" packages:\n-   - name: nginx`)
	if d, err := c.Module("shop/web", ""); err != nil || d.Inconsistent != 0 {
		t.Errorf("%+v %v", d, err)
	}
	f(`{"action":"unadopt","item":"package:nginx","why":"no","who":"ann"}`, 200, `"overrides":[]`)
	f(`{"action":"unignore","node":"n1","item":"file:/etc/web.conf","why":"no"}`, 200, `"inconsistent":1`)
	f(`{"action":"repair","why":"no"}`, 409, "runs no flows")
	f(`{"action":"ignore","item":"package:nginx"}`, 400, "want why")
	f(`{"action":"ignore","item":"nginx","why":"x"}`, 400, "want an item as package:nginx")
	f(`{"action":"ignore","item":"package:none","why":"x"}`, 404, "no such item")
	f(`{"action":"burn","item":"package:nginx","why":"x"}`, 400, "want action as")
	f(`{"action":"ignore","thing":1}`, 400, "unknown field")
	if w := orderOf(t, s, "shop%2Fnone", `{"action":"repair","why":"x"}`); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
