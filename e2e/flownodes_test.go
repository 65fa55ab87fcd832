package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const nodeFlow = `
name: prepare
title: A command, files and configuration
inputs:
- {name: node, type: node, required: true}
- {name: dir, type: string, required: true}
steps:
- id: command
  tool: node-command
  with:
    node: "${inputs.node}"
    command: [/bin/sh, -c, "echo x >>${inputs.dir}/effects; while [ ! -e ${inputs.dir}/go ]; do sleep 0.05; done; echo ended"]
    user: root
- id: files
  tool: sync-files
  with: {node: "${inputs.node}", source: app, target: "${inputs.dir}/app"}
- id: configuration
  tool: write-template
  with:
    node: "${inputs.node}"
    text: "{{.node}}: {{.said}}"
    values: {said: "${steps.command.outputs.stdout}"}
    target: "${inputs.dir}/conf"
`

// runOf is a run of a flow as the API shows it.
type runOf struct {
	ID, State, Reason string
	Steps             []struct {
		Path, State, Reason string
		Attempts            []struct {
			Resumed     int
			Note, Error string
		}
	}
}

func (w *Web) run(method, path, body string) (r runOf) {
	_, text := w.Do(w.Request(method, path, body))
	var answer struct{ Data runOf }
	_ = json.Unmarshal([]byte(text), &answer) // it may be down
	return answer.Data
}

// Server and node are killed and stopped while a step of a flow runs on the node. The
// step has its effect once, and the run comes to its end.
func TestAStepOnANodeSurvivesServerAndDaemon(t *testing.T) {
	t.Parallel()
	dir, work := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"flows/prepare.yml": nodeFlow, "files/app/a": "one", "headroom.yml": "flows: {dir: flows, files_dir: files}\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := StartServer(t, "--config.file="+dir+"/headroom.yml", "--storage.path="+t.TempDir(), fmt.Sprintf("--web.listen-address=127.0.0.1:%d", freePorts(t, 1)[0]))
	n := NewNode(t, "tasks: {enabled: true, commands: [/bin/sh], users: [root], files: ["+work+"]}\n")
	n.args[1] = "--server.url=" + s.URL
	n.Start()
	Eventually(t, nodeWithin, "the node joins", func() bool {
		_, text := s.Do(s.Request("GET", "/api/v1/nodes/"+n.name, ""))
		return strings.Contains(text, `"ready"`)
	})

	r := s.run("POST", "/api/v1/flows/prepare/runs", fmt.Sprintf(`{"inputs":{"node":%q,"dir":%q},"who":"alice","why":"a test"}`, n.name, work))
	if r.ID == "" {
		_, text := s.Do(s.Request("GET", "/api/v1/flows/prepare", ""))
		t.Fatalf("the run was not started: %s", text)
	}
	effects := func() string { text, _ := os.ReadFile(work + "/effects"); return string(text) }
	Eventually(t, time.Minute, "the command has begun", func() bool { return effects() != "" })
	s.Kill()
	s = s.Restart()
	n.Kill()
	n.Start()
	s.Stop()
	s = s.Restart()
	time.Sleep(time.Second) // in which the command could be stopped, or begun again
	if err := os.WriteFile(work+"/go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	Eventually(t, 2*time.Minute, "the run is done", func() bool {
		r = s.run("GET", "/api/v1/runs/"+r.ID, "")
		return r.State == "done" || r.State == "waiting" || r.State == "failed"
	})
	if r.State != "done" || effects() != "x\n" {
		t.Errorf("%+v, effects %q", r, effects())
	}
	conf, _ := os.ReadFile(work + "/conf")
	if file, _ := os.ReadFile(work + "/app/a"); string(conf) != n.name+": ended\n" || string(file) != "one" {
		t.Errorf("%q, %q", conf, file)
	}
	if len(r.Steps) == 0 || len(r.Steps[0].Attempts) != 1 || r.Steps[0].Attempts[0].Resumed == 0 {
		t.Errorf("%+v", r.Steps)
	}
}
