package main

import "github.com/alecthomas/kingpin/v2"

// addCheck adds the command whose subcommands look whether something is right.
func addCheck(app *kingpin.Application) *kingpin.CmdClause {
	return app.Command("check", "Look whether a configuration or a module is all right.")
}
