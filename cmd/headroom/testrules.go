package main

import (
	"context"
	"fmt"
	"os"

	"github.com/alecthomas/kingpin/v2"
	"github.com/grafana/regexp"

	"headroom/alerting/rules/ruletest"
)

// addTest adds "test rules FILE...".
func addTest(app *kingpin.Application) {
	var files []string
	var run string
	var only *regexp.Regexp
	cmd := app.Command("test", "Test what you have written.").Command("rules", "Run unit tests of rules, in promtool's form. Exits 1 if one fails.")
	cmd.Flag("run", "Only tests whose names match this regular expression.").StringVar(&run)
	cmd.Arg("file", "Test files.").Required().StringsVar(&files)
	cmd.Validate(func(*kingpin.CmdClause) (err error) {
		if run == "" {
			return nil
		}
		if only, err = regexp.Compile(run); err != nil {
			return fmt.Errorf("--run: %w", err)
		}
		return nil
	})
	cmd.Action(func(*kingpin.ParseContext) error {
		return ruletest.Run(context.Background(), os.Stdout, only, files...)
	})
}
