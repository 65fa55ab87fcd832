package builtin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"headroom/scaler/flow/tool"
)

// request asks another server.
type request struct{ Options }

func (request) Describe() tool.Description {
	return tool.Description{
		Name: "http", Title: "HTTP request", Source: Source,
		Doc: "Sends a request and judges the answer. It asks no link-local address, and follows redirects on the same host only. Each request has the header Idempotency-Key, the same whenever the same attempt is meant.",
		Inputs: []tool.Parameter{
			{Name: "url", Type: "string", Doc: "Address, http or https.", Required: true},
			{Name: "method", Type: "string", Doc: "GET, HEAD, POST, PUT, PATCH or DELETE.", Default: "GET", Values: []any{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}},
			{Name: "headers", Type: "map", Doc: "Headers by name. They are never shown.", Secret: true},
			{Name: "body", Type: "any", Doc: "A text is sent as it is, anything else as JSON; up to 1 MiB."},
			{Name: "expect_status", Type: "list", Doc: "Status codes that are right; empty: 200 to 299."},
			{Name: "expect_body", Type: "string", Doc: "Regular expression (RE2) that the answer must match."},
			{Name: "repeatable", Type: "bool", Doc: "Whether the same request may be made twice. GET and HEAD always may."},
			{Name: "check_url", Type: "string", Doc: "Address that tells whether the request had its effect: 200 to 299 if it did, 404 if not. It is asked if nobody saw the request's end."},
		},
		Outputs: []tool.Parameter{
			{Name: "status", Type: "int", Doc: "Status code."},
			{Name: "body", Type: "any", Doc: "The answer: what its JSON says, or a text; of a text, the first 64 KiB."},
		},
	}
}

func (t request) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	match, err := regexp.Compile(in(c).text("expect_body"))
	if err != nil {
		return nil, tool.Final(fmt.Errorf("expect_body: %w", err))
	}
	s, err := t.sent(c)
	if err != nil {
		return nil, tool.Final(err)
	}
	r, err := newRequest(ctx, s)
	if err != nil {
		return nil, tool.Final(err)
	}
	a, err := send(t.Client, r)
	if err != nil {
		return nil, err
	}
	say(c, "%s %s answered %d with %d bytes", r.Method, shown(r.URL), a.status, len(a.body))
	if err := a.judge(in(c).wholes("expect_status")); err != nil {
		return nil, err
	}
	if !match.Match(a.body) {
		return nil, fmt.Errorf("the answer does not match %q: %s", match, excerpt(a.body))
	}
	return tool.Outputs{"status": int64(a.status), "body": a.value()}, nil
}

func (request) sent(c *tool.Call) (s sent, err error) {
	s = sent{method: in(c).text("method"), url: in(c).text("url"), headers: in(c).mapping("headers"), key: c.Key}
	switch body := in(c)["body"].(type) {
	case nil:
	case string:
		s.body = []byte(body)
	default:
		s.json = true
		if s.body, err = json.Marshal(body); err != nil {
			return s, fmt.Errorf("body: %w", err)
		}
	}
	return s, nil
}

// judge tells what is wrong with the status. What another try would meet again is final.
func (a answer) judge(expect []int) error {
	ok := slices.Contains(expect, a.status)
	if len(expect) == 0 {
		ok = a.status/100 == 2
	}
	if ok {
		return nil
	}
	err := fmt.Errorf("the answer has status %d: %s", a.status, excerpt(a.body))
	if a.status/100 == 3 && a.location != "" {
		err = fmt.Errorf("the answer has status %d and sends to %s, another host that nothing is sent to", a.status, shownText(a.location))
	}
	if a.status/100 == 4 && a.status != http.StatusTooManyRequests && a.status != http.StatusRequestTimeout || a.status/100 == 3 {
		return tool.Final(err)
	}
	return err
}

// value is what the answer says.
func (a answer) value() any {
	var v any
	if !a.cut && json.Unmarshal(a.body, &v) == nil {
		return v
	}
	return strings.ToValidUTF8(string(a.body[:min(len(a.body), maxKept)]), "\uFFFD")
}

// excerpt is the beginning of an answer, in one line.
func excerpt(body []byte) string {
	const most = 200
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), most)]), "")), " ")
	if text == "" {
		return "it is empty"
	}
	return text
}

func (t request) Check(ctx context.Context, c *tool.Call) (tool.Finding, error) {
	method := in(c).text("method")
	if at := in(c).text("check_url"); at != "" {
		return t.ask(ctx, at, in(c).mapping("headers"))
	}
	if in(c).truth("repeatable") || method == http.MethodGet || method == http.MethodHead || method == "" {
		return tool.Finding{State: tool.NotDone, Reason: "it may be made again"}, nil
	}
	return tool.Finding{State: tool.Unknown, Reason: "whether the other server has had the " + method + " request is not known, and it may not be made twice"}, nil
}

// ask asks whether a request had its effect.
func (t request) ask(ctx context.Context, at string, headers map[string]string) (tool.Finding, error) {
	r, err := newRequest(ctx, sent{method: http.MethodGet, url: at, headers: headers})
	if err != nil {
		return tool.Finding{}, fmt.Errorf("check_url: %w", err)
	}
	a, err := send(t.Client, r)
	if err != nil {
		return tool.Finding{}, err
	}
	reason := fmt.Sprintf("%s answered %d", shown(r.URL), a.status)
	switch {
	case a.status/100 == 2:
		return tool.Finding{State: tool.Done, Outputs: tool.Outputs{"status": int64(a.status), "body": a.value()}, Reason: reason}, nil
	case a.status == http.StatusNotFound:
		return tool.Finding{State: tool.NotDone, Reason: reason}, nil
	}
	return tool.Finding{State: tool.Unknown, Reason: reason}, nil
}

func (t request) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	return "would send " + in(c).text("method") + " " + shownText(in(c).text("url")), tool.Outputs{"status": int64(200), "body": nil}, nil
}
