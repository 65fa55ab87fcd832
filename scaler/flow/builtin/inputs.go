package builtin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"headroom/scaler/flow/tool"
)

// inputs are those of a call. They were checked against the description, so that what has
// another type than asked for is empty.
type inputs map[string]any

func in(c *tool.Call) inputs { return c.Inputs }

func (in inputs) text(name string) string {
	s, _ := in[name].(string)
	return s
}

func (in inputs) truth(name string) bool {
	b, _ := in[name].(bool)
	return b
}

// whole returns a whole number, and whether there is one.
func (in inputs) whole(name string) (int, bool) { return whole(in[name]) }

func whole(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case float64:
		return int(n), float64(int(n)) == n
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}

// span returns a duration, whether it is one or written as one.
func (in inputs) span(name string) time.Duration {
	switch d := in[name].(type) {
	case time.Duration:
		return d
	case string:
		v, err := time.ParseDuration(d)
		if err == nil {
			return v
		}
	}
	return 0
}

func (in inputs) texts(name string) (all []string) {
	switch list := in[name].(type) {
	case []string:
		return list
	case []any:
		for _, v := range list {
			all = append(all, fmt.Sprint(v))
		}
	}
	return all
}

func (in inputs) wholes(name string) (all []int) {
	list, _ := in[name].([]any)
	for _, v := range list {
		if n, ok := whole(v); ok {
			all = append(all, n)
		}
	}
	return all
}

func (in inputs) mapping(name string) map[string]string {
	all := map[string]string{}
	switch m := in[name].(type) {
	case map[string]string:
		return m
	case map[string]any:
		for k, v := range m {
			all[k] = fmt.Sprint(v)
		}
	}
	return all
}

// list makes a list of texts an output.
func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

// say writes a line to the log of a call.
func say(c *tool.Call, format string, args ...any) {
	w := c.Log
	if w == nil {
		w = io.Discard
	}
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}

// until looks again and again until something is so. The error of what it waited for is
// that of ctx, with how it was last.
func (o Options) until(ctx context.Context, c *tool.Call, look func() (ok bool, how string, err error)) error {
	told := ""
	for {
		ok, how, err := look()
		if err != nil || ok {
			return err
		}
		if how != told {
			say(c, "%s", how)
			told = how
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", how, context.Cause(ctx))
		case <-time.After(o.Every):
		}
	}
}

// why is the reason of an order that a call gives: the run's, and which run it is.
func why(c *tool.Call) string {
	if c.Why == "" {
		return "run " + c.Run
	}
	return c.Why + " (run " + c.Run + ")"
}
