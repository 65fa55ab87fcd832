package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// canned answers requests by their method and path, and keeps what the last one was.
type canned struct {
	answers map[string]string
	path    string
	body    string
	query   string
}

func (c *canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.path, c.body, c.query = strings.TrimPrefix(r.URL.Path, "/api/v1/"), string(body), r.URL.RawQuery
	answer, ok := c.answers[r.Method+" "+c.path]
	if !ok {
		w.WriteHeader(http.StatusConflict)
		answer = `{"status":"error","errorType":"conflict","error":"healing is not stopped"}`
	}
	_, _ = io.WriteString(w, answer)
}

func TestHealsCommand(t *testing.T) {
	api := &canned{answers: map[string]string{"GET heals": `{"status":"success","data":{"more":true,"heals":[
		{"kind":"ProcessDown","action":"restart","path":"shop/cart","node":"n1","who":"","started_at":"2026-11-22T21:05:00+08:00","result":"done","verdict":"helped","reason":"restart helped\u001b[31m"},
		{"kind":"","action":"reboot","path":"","node":"n2","who":"ann","started_at":"2026-11-22T21:04:00+08:00","result":"failed","verdict":"","reason":"exit status 1"}]}}`}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	var out bytes.Buffer
	c := &healsCommand{client: &client{server: srv.URL, out: &out}, newest: newest{since: "2h", limit: 7}, result: "helped", path: "shop"}
	if err := c.list(time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"11-22 21:05:00  helped", "shop/cart on n1  headroom  restart helped", "failed  reboot", "ann", "There are older ones"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b[31m") {
		t.Error("a sign for the terminal was printed as it came")
	}
	if api.query != "from=2026-11-22T12%3A00%3A00Z&limit=7&path=shop&result=helped" {
		t.Error(api.query)
	}
	c.since = "yesterday"
	if err := c.list(time.Now()); err == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Error(err)
	}
}

func TestHealsBrakeAndRelease(t *testing.T) {
	const stopped = `{"status":"success","data":{"stopped":true,"since":"2026-11-22T21:05:00+08:00","reason":"6 of 50 nodes","released_at":null,"released_by":"","release_why":""}}`
	const released = `{"status":"success","data":{"stopped":false,"since":"2026-11-22T21:05:00+08:00","reason":"6 of 50 nodes","released_at":"2026-11-22T21:15:00+08:00","released_by":"ann","release_why":"power is back"}}`
	const never = `{"status":"success","data":{"stopped":false,"since":null,"reason":"","released_at":null,"released_by":"","release_why":""}}`
	api := &canned{answers: map[string]string{}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	var out bytes.Buffer
	c := &healsCommand{client: &client{server: srv.URL, out: &out}, reason: "power is back"}
	if err := c.release(); err == nil || err.Error() != "healing is not stopped" {
		t.Error(err)
	}
	f := func(answer, want string) {
		t.Helper()
		out.Reset()
		api.answers["GET heals/brake"] = answer
		if err := c.brake(); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%v: %s; want %s", err, out.String(), want)
		}
	}
	f(stopped, "Healing is stopped since 2026-11-22 21:05:00: 6 of 50 nodes.\nLet it go on by: headroom heals release")
	f(released, "until 2026-11-22 21:15:00, when ann let it go on: power is back")
	f(never, "never was")
	api.answers["POST heals/brake/release"] = released
	out.Reset()
	if err := c.release(); err != nil || api.body != `{"reason":"power is back","who":"`+me()+`"}` || !strings.Contains(out.String(), "ann let it go on") {
		t.Errorf("%v: sent %s, printed %s", err, api.body, out.String())
	}
}
