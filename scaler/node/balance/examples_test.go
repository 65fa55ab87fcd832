package balance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const deploy = "../../../deploy/"

func TestExamplesOfHAProxyAreValid(t *testing.T) {
	files, err := filepath.Glob(deploy + "haproxy/*.cfg")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %q, %v", files, err)
	}
	for _, file := range files {
		if output, err := exec.Command(need(t, "haproxy"), "-c", "-f", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", file, err, output)
		}
	}
}

func TestExampleOfNginxIsValid(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, []byte(text(t, deploy+"nginx/nginx.conf")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "headroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	n := &nginx{p: Proxy{Module: "shop/web"}}
	for _, targets := range [][]target{nil, {testTarget(9001), testTarget(9002)}} {
		if err := os.WriteFile(filepath.Join(dir, "headroom/shop.conf"), n.render(targets), 0o644); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command(need(t, "nginx"), "-t", "-e", dir+"/error.log", "-g", "pid "+dir+"/pid;", "-c", config).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, output)
		}
	}
}

// What the examples and the documentation say about our own configuration must hold.
func TestConfigurationsInCommentsAndDocsAreValid(t *testing.T) {
	seen := 0
	f := func(block string) {
		t.Helper()
		var file struct {
			Balance struct {
				Agent   AgentConfig `yaml:"agent"`
				Proxies Config      `yaml:"proxies"`
			} `yaml:"balance"`
		}
		decoder := yaml.NewDecoder(strings.NewReader(block))
		decoder.KnownFields(true)
		if err := decoder.Decode(&file); err != nil {
			t.Errorf("%v:\n%s", err, block)
		}
		for _, err := range []error{file.Balance.Agent.Check("balance.agent"), file.Balance.Proxies.Check("balance.proxies")} {
			if err != nil {
				t.Errorf("%v:\n%s", err, block)
			}
		}
		seen++
	}
	for _, file := range []string{"haproxy/slots.cfg", "haproxy/agent-check.cfg", "nginx/nginx.conf"} {
		var block strings.Builder
		for line := range strings.Lines(text(t, deploy+file)) {
			if inner, ok := strings.CutPrefix(line, "#   "); ok {
				block.WriteString(inner)
			}
		}
		f(block.String())
	}
	for _, part := range strings.Split(text(t, "../../../docs/balancing.md"), "```yaml\nbalance:")[1:] {
		block, _, _ := strings.Cut(part, "```")
		f("balance:" + block)
	}
	if seen < 6 {
		t.Errorf("found %d configurations", seen)
	}
}
