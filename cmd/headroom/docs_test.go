package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/simfleet"
)

var runnable = regexp.MustCompile("(?s)\n```sh test\n(.*?)```")

// The documentation's blocks marked "sh test" are run in the order of the page
// against a server that starts empty, as a reader would run them.
func TestDocumentedCommandsWork(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if blocks := runnable.FindAllStringSubmatch(string(text), -1); len(blocks) > 0 {
			t.Run(filepath.Base(page), func(t *testing.T) {
				t.Parallel()
				runBlocks(t, blocks)
			})
		}
	}
}

func runBlocks(t *testing.T, blocks [][]string) {
	server := startServer(t)
	dir := readersFolder(t)
	for i, block := range blocks {
		if i == 1 {
			waitForTable(t, server)
		}
		script := strings.ReplaceAll(block[1], "http://127.0.0.1:7480", server)
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HEADROOM_SERVER="+server)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), `"status":"error"`) {
			t.Fatalf("%v in\n%s\noutput:\n%s", err, script, out)
		}
		t.Logf("%s\n%s", script, out)
	}
}

// readersFolder is a folder with bin/headroom, as after "make build".
func readersFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(filepath.Join(dir, "bin/headroom"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// waitForTable returns when the server shows a row: at the close of the minute
// in which the first sample came.
func waitForTable(t *testing.T, server string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		var table struct{ Data []any }
		resp, err := http.Get(server + "/api/v1/warnings")
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(resp.Body).Decode(&table)
		_ = resp.Body.Close()
		if err == nil && len(table.Data) > 0 {
			return
		}
	}
	t.Fatal("no row in the table two minutes after the first sample")
}

var demosNode = regexp.MustCompile(`of the demo of make run: NODE=(\S+)`)

// The node that the README names for the demo is in its fleet, whatever the size.
func TestTheDemoHasTheReadmesNode(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := demosNode.FindSubmatch(text)
	if named == nil {
		t.Fatal("the README names no node of the demo")
	}
	for _, modules := range []int{60, 240, 2428} { // as the README and the demo's help say
		fleet := simfleet.New(simfleet.Options{Modules: modules, Seed: 1, Location: time.UTC, Now: time.Now()})
		if !slices.ContainsFunc(fleet.Modules, func(m *simfleet.Module) bool { return m.Path[0] == string(named[1]) }) {
			t.Errorf("a demo of %d modules has no %s", modules, named[1])
		}
	}
}
