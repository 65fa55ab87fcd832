package external

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/tool"
)

// The example of the documentation is a tool that works.
func TestDocumentedTool(t *testing.T) {
	page, err := os.ReadFile("../../../docs/flow-tools.md")
	must(t, err)
	block := regexp.MustCompile("(?s)\n```sh tool (\\S+)\n(.*?)```").FindStringSubmatch(string(page))
	if block == nil {
		t.Fatal("the page has no example")
	}
	dir, names := folder(t), filepath.Join(t.TempDir(), "names")
	put(t, dir, block[1], strings.ReplaceAll(block[2], "/srv/names", names), 0o755)
	own, refused, err := Load(t.Context(), dir)
	must(t, err)
	all, more := Join(builtin.New(builtin.Options{}), own, builtin.IsHook)
	if len(refused)+len(more) > 0 {
		t.Fatalf("refused %v %v", refused, more)
	}
	one := tool.NewCatalog(all...).Find("join-name-service").(checked)

	c := aCall()
	c.Inputs = map[string]any{"module": "shop/web", "node": "n1"}
	if _, err := one.Run(t.Context(), c); !tool.IsFinal(err) || !strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("error %v", err)
	}
	must(t, os.Mkdir(names, 0o755))
	text, _, err := one.Plan(t.Context(), c)
	must(t, err)
	if text != "would add n1 to "+names+"/shop.web" {
		t.Errorf("plan %q", text)
	}
	if f, err := one.Check(t.Context(), c); err != nil || f.State != tool.NotDone {
		t.Errorf("before: %+v %v", f, err)
	}
	for range 2 {
		out, err := one.Run(t.Context(), c)
		must(t, err)
		if out["nodes"] != int64(1) {
			t.Errorf("outputs %v", out)
		}
	}
	if f, err := one.Check(t.Context(), c); err != nil || f.State != tool.Done || f.Outputs["nodes"] != int64(1) {
		t.Errorf("after: %+v %v", f, err)
	}
}
