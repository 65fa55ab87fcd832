package builtin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"headroom/scaler/flow/program"
	"headroom/scaler/flow/tool"
)

// localCommand runs a program on the server.
type localCommand struct{ Options }

func (localCommand) Describe() tool.Description {
	return tool.Description{
		Name: "local-command", Title: "Command on the server", Source: Source,
		Doc: "Runs a program on the server, as its user and without a shell. Only commands that flows.local_commands allows may run.",
		Inputs: []tool.Parameter{
			{Name: "command", Type: "list", Doc: "The program's whole path, and its arguments.", Required: true},
			{Name: "env", Type: "map", Doc: "Variables of its environment, besides PATH, HOME, LANG and TZ. They are never shown.", Secret: true},
			{Name: "dir", Type: "string", Doc: "Its working directory; empty: /.", Default: "/"},
			{Name: "stdin", Type: "string", Doc: "What it reads."},
			{Name: "exit_codes", Type: "list", Doc: "Exit codes that are right; empty: 0."},
			{Name: "repeatable", Type: "bool", Doc: "Whether it may run again if nobody saw its end."},
		},
		Outputs: []tool.Parameter{
			{Name: "exit_code", Type: "int", Doc: "How it ended."},
			{Name: "stdout", Type: "string", Doc: "What it wrote, up to 64 KiB; more is a failure."},
		},
	}
}

// Allowed tells why a command may not run; nil: it may. A pattern has words: that of the
// program is a path in which * and ? stand for letters but no slash, in the others *
// stands for anything; each must match the word at its place. A last word ... stands for
// any further words.
func Allowed(patterns, command []string) error {
	switch {
	case len(command) == 0 || command[0] == "":
		return errors.New("command: want a program, got none")
	case !filepath.IsAbs(command[0]) || path.Clean(command[0]) != command[0]:
		return fmt.Errorf("command: want the whole path of the program, got %q", command[0])
	case slices.ContainsFunc(command, func(s string) bool { return strings.ContainsRune(s, 0) }):
		return errors.New("command: a word has a byte of 0")
	case len(patterns) == 0:
		return fmt.Errorf("command: %q may not run: flows.local_commands allows none", command[0])
	}
	for _, p := range patterns {
		if matches(strings.Fields(p), command) {
			return nil
		}
	}
	return fmt.Errorf("command: %q may not run: no pattern of flows.local_commands matches it", command)
}

func matches(pattern, command []string) bool {
	if n := len(pattern); n > 1 && pattern[n-1] == "..." {
		pattern = pattern[:n-1]
		command = command[:min(len(command), len(pattern))]
	}
	if len(pattern) != len(command) || len(pattern) == 0 {
		return false
	}
	if ok, err := path.Match(pattern[0], command[0]); err != nil || !ok {
		return false
	}
	for i, word := range pattern[1:] {
		if !matchesWord(word, command[i+1]) {
			return false
		}
	}
	return true
}

func matchesWord(pattern, word string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	return regexp.MustCompile(`(?s)^` + expr + `$`).MatchString(word)
}

func (t localCommand) allowed(c *tool.Call) error {
	var patterns []string
	if t.Commands != nil {
		patterns = t.Commands()
	}
	return errors.Join(Allowed(patterns, in(c).texts("command")), allowedEnv(in(c).mapping("env")))
}

// leading are variables by which a program that may run runs another one: of the loader,
// of shells and of interpreters.
var leading = regexp.MustCompile(`^(LD_.*|BASH_.*|HEADROOM_.*|PATH|ENV|IFS|SHELLOPTS|GCONV_PATH|PYTHON.*|PERL5.*|PERLLIB|RUBY.*|NODE_.*|JAVA_TOOL_OPTIONS|GIT_.*)$`)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// allowedEnv tells which variables may not be set.
func allowedEnv(env map[string]string) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(env)) {
		switch {
		case !variable.MatchString(name):
			errs = append(errs, fmt.Errorf("env: %q is no name of a variable", name))
		case leading.MatchString(name):
			errs = append(errs, fmt.Errorf("env: %s may not be set: it could make another program run than flows.local_commands allows", name))
		}
	}
	return errors.Join(errs...)
}

func (t localCommand) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	if err := t.allowed(c); err != nil {
		return nil, tool.Final(err)
	}
	p := program.Program{
		Argv: in(c).texts("command"), Dir: in(c).text("dir"), Stdin: []byte(in(c).text("stdin")), MaxOut: maxKept, Log: c.Log,
		Env: []string{"HEADROOM_KEY=" + c.Key, "HEADROOM_RUN=" + c.Run, "HEADROOM_STEP=" + c.Step, "HEADROOM_MODULE=" + c.Module},
	}
	for name, value := range in(c).mapping("env") {
		p.Env = append(p.Env, name+"="+value)
	}
	r, err := p.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Argv[0], err)
	}
	codes := in(c).wholes("exit_codes")
	if len(codes) == 0 {
		codes = []int{0}
	}
	if !slices.Contains(codes, r.Code) {
		return nil, fmt.Errorf("%s ended with code %d: %s", p.Argv[0], r.Code, lastLine(r.Err))
	}
	return tool.Outputs{"exit_code": int64(r.Code), "stdout": strings.ToValidUTF8(string(r.Out), "\uFFFD")}, nil
}

// lastLine is the last line that a program wrote to standard error.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return "it wrote nothing to standard error"
}

func (t localCommand) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	if in(c).truth("repeatable") {
		return tool.Finding{State: tool.NotDone, Reason: "it may run again"}, nil
	}
	return tool.Finding{State: tool.Unknown, Reason: "how far the command came is not known, and the step does not say that it is repeatable"}, nil
}

func (t localCommand) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	if err := t.allowed(c); err != nil {
		return "", nil, err
	}
	return "would run " + strings.Join(in(c).texts("command"), " "), tool.Outputs{"exit_code": int64(0), "stdout": ""}, nil
}
