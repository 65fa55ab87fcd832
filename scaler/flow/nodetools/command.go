package nodetools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

func command(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskCommand,
		description: tool.Description{
			Name: "node-command", Title: "Command on a node", Source: "built in",
			Doc: "Runs a program on a node, without a shell, at most once: it goes on while the node daemon or the server are away. " +
				"The node's tasks.commands and tasks.users have to allow it. At the step's timeout it gets SIGTERM with its process group, 5 s later SIGKILL. It fails if the exit code is neither 0 nor one of accept.",
			Inputs: []tool.Parameter{
				node(),
				required(param("command", document.ListType, "the program, by its absolute path, and its arguments")),
				param("env", document.MapType, "environment, besides a PATH"),
				param("dir", document.String, "directory to run in; empty: /"),
				param("user", document.String, "name or number; empty: nobody"),
				param("group", document.String, "empty: the user's own"),
				secret(param("stdin", document.String, "what it reads: the way for secrets, which the list of processes must not show")),
				param("accept", document.ListType, "exit codes besides 0 that are no failure"),
			},
			Outputs: []tool.Parameter{
				param("exit_code", document.Int, "of the program"),
				param("stdout", document.String, "the first 32 KiB of its output"),
				param("truncated", document.Bool, "there was more"),
			},
		},
		spec: func(_ context.Context, in inputs) (any, error) { return commandSpec(in) },
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.CommandSpec)
			user := s.User
			if user == "" {
				user = "nobody"
			}
			return fmt.Sprintf("runs %s as %s", strings.Join(s.Command, " "), user), tool.Outputs{"exit_code": int64(0), "stdout": "", "truncated": false}
		},
	}
}

func commandSpec(in inputs) (s wire.CommandSpec, err error) {
	s = wire.CommandSpec{Dir: in.text("dir"), User: in.text("user"), Group: in.text("group"), Stdin: in.text("stdin")}
	var faults []error
	note := func(err error) { faults = append(faults, err) }
	s.Command, err = in.words("command")
	note(err)
	s.Env, err = in.wordMap("env")
	note(err)
	s.Accept, err = in.numbers("accept")
	note(err)
	if len(s.Command) == 0 || !strings.HasPrefix(s.Command[0], "/") {
		note(fmt.Errorf("command: want a program by its absolute path, got %q", s.Command))
	}
	return s, errors.Join(faults...)
}
