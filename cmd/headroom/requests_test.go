package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"headroom/scaler/request"
)

const oneRequest = `{"id":"R1","kind":"machines","state":"open","path":"shop/cart","title":"6 machines for shop/cart by 2026-12-24","who":"ann","why":"growth\u001b[31m",
 "machines":{"module":"shop/cart","devices":6,"device_type":"","needed_by":"2026-12-24","forecast":{"at":"2026-11-22T21:05:00+08:00","reason":"20 devices: request 6.","horizon_days":30,
  "full_on":{"value":"2026-12-10","lower":"","upper":""},"short_without":0.421,"short_with":0.03}},
 "opened":"2026-11-22T21:05:00+08:00","checks":[{"name":"within the forecast","ok":true,"says":"asked for are 6"}],"approvals":[],"approvers":{"path":"","who":["cai","qi"],"at_least":2},
 "reason":"waits for approval by 2 of cai, qi","history":[{"at":"2026-11-22T21:05:00+08:00","who":"ann","what":"open","state":"open","why":"growth"}],"may":["approve"]}`

func requestsServer(t *testing.T) (*canned, *client, *bytes.Buffer) {
	t.Helper()
	ok := func(data string) string { return `{"status":"success","data":` + data + `}` }
	api := &canned{answers: map[string]string{
		"GET requests": ok(`{"requests":[` + oneRequest + `],"more":true}`), "GET requests/R1": ok(oneRequest), "POST requests": ok(oneRequest), "POST requests/R1": ok(oneRequest),
		"GET requests/draft": ok(`{"kind":"machines","path":"shop/cart","machines":{"module":"shop/cart","devices":6,"device_type":"TS60","needed_by":"2026-12-22"},"checks":[],"approvers":{"path":"","who":[],"at_least":1},"rule":"approved by a rule"}`),
	}}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	out := &bytes.Buffer{}
	return api, &client{server: srv.URL, out: out}, out
}

func wantOut(t *testing.T, out *bytes.Buffer, err error, want ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range want {
		if !strings.Contains(out.String(), words) {
			t.Errorf("lacks %q:\n%s", words, out)
		}
	}
	if strings.Contains(out.String(), "\x1b[31m") {
		t.Error("a sign for the terminal was printed as it came")
	}
	out.Reset()
}

func TestRequestListAndShow(t *testing.T) {
	api, c, out := requestsServer(t)
	list := &requestCommand{client: c, newest: newest{since: "2h", limit: 7}, path: "shop", state: "open"}
	err := list.list(time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC))
	wantOut(t, out, err, "R1  11-22 21:05  open", "ann  6 machines for shop/cart by 2026-12-24  waits for approval", "There are older ones")
	if api.query != "from=2026-11-22T12%3A00%3A00Z&limit=7&path=shop&state=open" {
		t.Error(api.query)
	}
	one := &requestCommand{client: c, id: "R1"}
	wantOut(t, out, one.one(), "R1 6 machines for shop/cart by 2026-12-24: open", "forecast: 20 devices: request 6.", "full on: 2026-12-10",
		"risk of being short within 30 days: 42.1 %, with 6 more: 3.0 %", "within the forecast: yes, asked for are 6", "approved by: 2 of cai, qi", "2026-11-22 21:05:00  open     ann: growth")
}

func TestRequestAsks(t *testing.T) {
	api, c, out := requestsServer(t)
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	f := func(a *askCommand, body string) {
		t.Helper()
		a.client, a.ask.Who, a.ask.Why = c, "ann", "growth"
		wantOut(t, out, a.run(now), "R1 6 machines")
		if api.body != body {
			t.Errorf("sent %s; want %s", api.body, body)
		}
	}
	f(&askCommand{ask: request.Ask{Kind: request.KindMachines, Form: request.Form{Machines: &request.Machines{Module: "shop/cart"}}}},
		`{"kind":"machines","who":"ann","why":"growth","machines":{"module":"shop/cart","devices":6,"device_type":"TS60","needed_by":"2026-12-22"}}`)
	f(&askCommand{ask: request.Ask{Kind: request.KindMachines, Form: request.Form{Machines: &request.Machines{Module: "shop/cart", NeededBy: "2027-01-01", DeviceType: "A", Nodes: []string{"n1"}}}}},
		`{"kind":"machines","who":"ann","why":"growth","machines":{"module":"shop/cart","devices":1,"device_type":"A","needed_by":"2027-01-01","nodes":["n1"]}}`)
	f(&askCommand{ask: request.Ask{Kind: request.KindAccess, Form: request.Form{Access: &request.Access{Role: "viewer"}}}, lasts: time.Hour},
		`{"kind":"access","who":"ann","why":"growth","access":{"subject":"","role":"viewer","path":"","until":"2026-11-22T15:00:00Z"}}`)
	f(&askCommand{ask: request.Ask{Kind: request.KindChange, Form: request.Form{Change: &request.Change{Flow: "restart"}}}, inputs: []string{"module=shop/cart", "n=3", `nodes=["a"]`}},
		`{"kind":"change","who":"ann","why":"growth","change":{"flow":"restart","inputs":{"module":"shop/cart","n":"3","nodes":["a"]}}}`)

	draft := &askCommand{client: c, draft: true, ask: request.Ask{Kind: request.KindMachines, Form: request.Form{Machines: &request.Machines{Module: "shop/cart"}}}}
	wantOut(t, out, draft.run(now), "6 machines for shop/cart by 2026-12-22", "approved by: anyone but who asks", "would be approved by a rule")
	if api.path != "requests/draft" {
		t.Errorf("a draft was sent to %s", api.path)
	}
}

func TestRequestOrders(t *testing.T) {
	api, c, out := requestsServer(t)
	d := &decideCommand{client: c, order: request.Order{ID: "R1", Action: "deliver", Who: "ann", Nodes: []string{"n1", "n2"}}}
	wantOut(t, out, d.run(), "R1 6 machines")
	if api.body != `{"action":"deliver","who":"ann","why":"","nodes":["n1","n2"]}` {
		t.Error(api.body)
	}
}
