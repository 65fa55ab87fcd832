package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/prometheus/common/version"

	"headroom/scaler/node/settings"
)

// command is one of the program's: its flags, and what it does.
type command struct {
	name, does string
	argument   string // that it needs; empty: none
	add        func(*flag.FlagSet, *options)
	run        func(o *options, out io.Writer) error
}

// commands are all of them; the first one is what runs without a name.
var commands = []command{
	{"serve", "Run what the server wants here; what runs without a command.", "", addDaemon,
		func(o *options, _ io.Writer) error { return o.run() }},
	{"run", "Run what a file says, without a server; the file is followed when it changes.", "", addFile,
		func(o *options, _ io.Writer) error { return o.runFile() }},
	{"status", "Show the workers of the daemon that runs on this machine.", "", addListen,
		func(o *options, out io.Writer) error { return status(o.listenAddress, out, time.Now()) }},
	{"check config", "Report every fault of a configuration file, with its line. Exits 1 if there is one.", "FILE", addNothing,
		func(o *options, out io.Writer) error { return checkConfig(o.argument, out) }},
}

func addNothing(*flag.FlagSet, *options) {}

// parse finds the command and reads its flags. It returns what is to be done.
func parse(args []string, out io.Writer) (func() error, error) {
	if len(args) > 0 && (args[0] == "--version" || args[0] == "-V") {
		// version.Print is by text/template too.
		return func() error {
			_, err := fmt.Fprintln(out, "headroom-node", version.Info(), version.BuildContext())
			return err
		}, nil
	}
	cmd, rest := commands[0], args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		var ok bool
		if cmd, rest, ok = find(args); !ok {
			return nil, fmt.Errorf("unknown command %q", args[0])
		}
	}
	o := &options{}
	flags := newFlags(cmd, o)
	if err := flags.Parse(rest); err != nil {
		return nil, err
	}
	switch left := flags.Args(); {
	case cmd.argument == "" && len(left) > 0:
		return nil, fmt.Errorf("%s: unexpected argument %q", cmd.name, left[0])
	case cmd.argument != "" && len(left) != 1:
		return nil, fmt.Errorf("%s: want one %s, found %d", cmd.name, cmd.argument, len(left))
	case cmd.argument != "":
		o.argument = left[0]
	}
	return func() error { return cmd.run(o, out) }, nil
}

func newFlags(cmd command, o *options) *flag.FlagSet {
	flags := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // start says what is wrong
	cmd.add(flags, o)
	return flags
}

// find looks up the command that args begin with.
func find(args []string) (cmd command, rest []string, ok bool) {
	if args[0] == "help" {
		return commands[0], []string{"--help"}, true
	}
	for _, cmd := range commands {
		words := strings.Fields(cmd.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == cmd.name {
			return cmd, args[len(words):], true
		}
	}
	return command{}, nil, false
}

// help prints all commands with their flags.
func help(out io.Writer) {
	fmt.Fprintln(out, "usage: headroom-node [COMMAND] [FLAGS]")
	fmt.Fprintln(out, "\nRuns on this machine the workers that Headroom's server wants here, within the\nmachine's own limits. See docs/node.md.")
	for _, cmd := range commands {
		fmt.Fprintf(out, "\n%s\n    %s\n", strings.TrimSpace(cmd.name+" "+cmd.argument), cmd.does)
		newFlags(cmd, &options{}).VisitAll(func(f *flag.Flag) {
			fmt.Fprintf(out, "      --%-22s %s%s\n", f.Name, f.Usage, byDefault(f))
		})
	}
	fmt.Fprintln(out, "\nOr --version (-V), --help (-h).")
}

func byDefault(f *flag.Flag) string {
	if f.DefValue == "" || f.DefValue == "false" {
		return ""
	}
	return " Default: " + f.DefValue + "."
}

// checkConfig reports what is wrong with a configuration file.
func checkConfig(file string, out io.Writer) error {
	if _, err := settings.Load(file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return fmt.Errorf("%s cannot be used", file)
	}
	_, err := fmt.Fprintf(out, "%s is good\n", file)
	return err
}
