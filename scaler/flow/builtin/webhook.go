package builtin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"headroom/scaler/flow/tool"
)

// Hook is where changes are reported to.
type Hook struct {
	URL     string
	Headers map[string]string
}

// webhook reports a change.
type webhook struct{ Options }

func (webhook) Describe() tool.Description {
	return tool.Description{
		Name: "webhook", Title: "Report the change", Source: Source, Repeatable: true,
		Doc: "Tells another server of the change by a POST of JSON: run, flow, step, module, who, why and what the step adds as body. Who is told twice can tell by the header Idempotency-Key.",
		Inputs: []tool.Parameter{
			{Name: "url", Type: "string", Doc: "Address; empty: flows.webhook.url. If there is none either nothing is sent."},
			{Name: "headers", Type: "map", Doc: "Headers by name. They are never shown.", Secret: true},
			{Name: "body", Type: "map", Doc: "What is told beside the run's own facts."},
		},
		Outputs: []tool.Parameter{
			{Name: "sent", Type: "bool", Doc: "Whether anybody was told."},
			{Name: "status", Type: "int", Doc: "Status code of the answer; 0 if nothing was sent."},
		},
	}
}

// hook is where the step reports to; its own headers count over those of the configuration,
// which go to the configured address only.
func (t webhook) hook(c *tool.Call) Hook {
	h := Hook{URL: in(c).text("url"), Headers: in(c).mapping("headers")}
	if t.Hook == nil {
		return h
	}
	if conf := t.Hook(); h.URL == "" || h.URL == conf.URL {
		headers := maps.Clone(conf.Headers)
		if headers == nil {
			headers = map[string]string{}
		}
		maps.Copy(headers, h.Headers)
		return Hook{URL: conf.URL, Headers: headers}
	}
	return h
}

func (t webhook) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	h := t.hook(c)
	if h.URL == "" {
		say(c, "nobody was told: the step has no url, and flows.webhook.url is not set")
		return tool.Outputs{"sent": false, "status": int64(0)}, nil
	}
	body, err := json.Marshal(report(c))
	if err != nil {
		return nil, tool.Final(fmt.Errorf("body: %w", err))
	}
	r, err := newRequest(ctx, sent{method: http.MethodPost, url: h.URL, headers: h.Headers, body: body, json: true, key: c.Key})
	if err != nil {
		return nil, tool.Final(err)
	}
	a, err := send(t.Client, r)
	if err != nil {
		return nil, err
	}
	say(c, "%s answered %d", r.URL.Host, a.status)
	if err := a.judge(nil); err != nil {
		return nil, err
	}
	return tool.Outputs{"sent": true, "status": int64(a.status)}, nil
}

// report is what is told.
func report(c *tool.Call) map[string]any {
	all := map[string]any{}
	if more, ok := in(c)["body"].(map[string]any); ok {
		maps.Copy(all, more)
	}
	maps.Copy(all, map[string]any{"run": c.Run, "flow": c.Flow, "step": c.Step, "module": c.Module, "who": c.Who, "why": c.Why})
	return all
}

func (t webhook) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	h := t.hook(c)
	if h.URL == "" {
		return "would tell nobody", tool.Outputs{"sent": false, "status": int64(0)}, nil
	}
	if _, err := newRequest(context.Background(), sent{method: http.MethodPost, url: h.URL}); err != nil {
		return "", nil, errors.Join(errors.New("the report cannot be sent"), err)
	}
	return "would report to " + shownText(h.URL), tool.Outputs{"sent": true, "status": int64(200)}, nil
}
