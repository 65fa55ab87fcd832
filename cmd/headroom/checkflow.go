package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/internal/config"
	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/external"
	"headroom/scaler/flow/nodetools"
	"headroom/scaler/flow/tool"
)

// addCheckFlow adds "check flow FILE...".
func addCheckFlow(check *kingpin.CmdClause) {
	var files []string
	var toolsDir string
	cmd := check.Command("flow", "Report every fault of flows, with its line. Exits 1 if there is one.")
	cmd.Arg("file", "Documents of flows.").Required().StringsVar(&files)
	cmd.Flag("tools-dir", "Directory with tools of your own, as flows.tools_dir. Each is asked to describe itself.").StringVar(&toolsDir)
	cmd.Action(func(*kingpin.ParseContext) error { return checkFlows(files, toolsDir) })
}

func checkFlows(files []string, toolsDir string) error {
	tools, err := describedTools(toolsDir)
	if err != nil {
		return err
	}
	faults, steps, err := flowFaults(files, tools)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		if toolsDir == "" && strings.Contains(faults.Error(), "there is no tool ") {
			fmt.Fprintln(os.Stderr, "note: tools of your own are looked for in --tools-dir")
		}
		return complainOf(faults)
	}
	fmt.Printf("good: flows: %d, steps: %d\n", len(files), steps)
	return nil
}

// flowFaults are all faults of some documents; steps are those of the good ones.
func flowFaults(files []string, tools *tool.Catalog) (faults config.Faults, steps int, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, 0, err
		}
		p, err := document.Load(text, file, tools)
		if err == nil {
			steps += countSteps(p.Flow().Steps)
			continue
		}
		var more config.Faults
		if !errors.As(err, &more) {
			return nil, 0, err
		}
		faults = append(faults, more...)
	}
	return faults, steps, nil
}

// configuredFlows reports the faults of the flows that a configuration names.
func configuredFlows(cfg config.Config, configFile string) error {
	if cfg.Flows.Dir == "" {
		return nil
	}
	tools, err := describedTools(beside(configFile, cfg.Flows.ToolsDir))
	if err != nil {
		return fmt.Errorf("flows.tools_dir: %w", err)
	}
	dir := beside(configFile, cfg.Flows.Dir)
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("flows.dir: %w", err)
	}
	var files []string
	for _, pattern := range []string{"*.yml", "*.yaml"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern)) // of a pattern that is good
		files = append(files, found...)
	}
	faults, _, err := flowFaults(files, tools)
	if err == nil && len(faults) > 0 {
		return faults
	}
	return err
}

// describedTools has the tools that come with the program, to be looked at but not to be
// called, and a user's own.
func describedTools(dir string) (*tool.Catalog, error) {
	all := shippedTools()
	if dir == "" {
		return tool.NewCatalog(all...), nil
	}
	own, refused, err := external.Load(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	all, twice := external.Join(all, own, builtin.IsHook)
	for _, r := range append(refused, twice...) {
		fmt.Fprintf(os.Stderr, "warning: %s is no tool: %s\n", r.File, r.Why)
	}
	return tool.NewCatalog(all...), nil
}

// shippedTools are those that come with the program.
func shippedTools() []tool.Tool {
	return append(builtin.New(builtin.Options{}), nodetools.Tools(nil, nil)...)
}

func countSteps(steps []document.Step) (n int) {
	for i := range steps {
		n += 1 + countSteps(steps[i].Steps)
		for j := range steps[i].Branches {
			n += countSteps(steps[i].Branches[j].Steps)
		}
	}
	return n
}
