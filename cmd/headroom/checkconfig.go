package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"headroom/alerting/notify"
	"headroom/internal/config"
)

// addCheckConfig adds "check config FILE".
func addCheckConfig(check *kingpin.CmdClause) {
	var file string
	cmd := check.Command("config", "Report every fault of a configuration file and of the rule files, Alertmanager's file, declarations and flows that it names, with its line. Exits 1 if there is one.")
	cmd.Arg("file", "The configuration file.").Required().StringVar(&file)
	cmd.Action(func(*kingpin.ParseContext) error { return checkConfig(file) })
}

func checkConfig(file string) error {
	cfg, err := config.Load(file)
	if err == nil {
		_, err = ruleFiles(cfg, file)
	}
	if err == nil {
		_, err = notify.Load(cfg.Alerting, file)
	}
	if err == nil {
		_, err = consistencyOf(cfg, file)
	}
	if err == nil {
		err = configuredFlows(cfg, file)
	}
	var faults config.Faults
	if errors.As(err, &faults) {
		fmt.Fprintln(os.Stderr, faults)
		return fmt.Errorf("%s: faults: %d", file, len(faults))
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s is good\n", file)
	return nil
}
