package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/storage/state"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEveryRouteOfTheServerSaysWhatItTakes(t *testing.T) {
	s := newTestServer(t)
	s.opts.pprof = true
	a, _ := s.httpServer()
	if all := a.Undeclared(); len(all) > 0 {
		t.Errorf("nobody says who may use %v: add them to the needs of ui/api", all)
	}
}

// What cannot work together is told before anything is served.
func TestAccessThatCannotWork(t *testing.T) {
	dir := t.TempDir()
	users := write(t, dir, "users.yml", "basic_auth_users: {ann: $2a$04$TvUESe/lMUv0MKsl0p./B.ky1CXCsGrmRw./snoKVrF2OIF7ZjLg6}\n")
	write(t, dir, "short", "secret")
	write(t, dir, "token", "a-token-that-is-long-enough")
	f := func(web, access string, want error, words string) {
		t.Helper()
		file := write(t, dir, "headroom.yml", "access: "+access)
		opts := serveOptions{storagePath: t.TempDir(), retention: 24 * time.Hour, configFile: file, webConfigFile: web}
		cfg, err := opts.config()
		if err != nil {
			t.Fatal(err)
		}
		s, err := newServer(opts, cfg, slog.New(slog.DiscardHandler))
		if err == nil {
			err = s.close()
		}
		if want != nil && !errors.Is(err, want) || (err == nil) != (want == nil && words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; want %v %s", access, err, want, words)
		}
	}
	f("", `{default: admin}`, errNobodyKnown, "")
	f(users, `{default: admin}`, nil, "")
	f("", `{admin_token_file: token}`, nil, "")
	f("", `{admin_token_file: short}`, nil, "24 to")
	f("", `{admin_token_file: none}`, nil, "none")
	f(users, `{admin_token_file: token}`, errAdminAndUsers, "")
	f(users, `{default: admin, oidc: {issuer: 'https://login.example', client_id: x}}`, errLoginAndUsers, "")
	f("", `{default: admin, oidc: {issuer: 'https://login.example', client_id: x}}`, nil, "")
	f("", `{default: admin, oidc: {issuer: 'https://login.example', client_id: x, client_secret_file: none}}`, nil, "client_secret_file")
}

func TestAccessFollowsTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "token", "a-token-that-is-long-enough\n")
	file := write(t, dir, "headroom.yml", "")
	s, err := newServer(serveOptions{storagePath: t.TempDir(), retention: 24 * time.Hour, configFile: file}, config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	a, _ := s.httpServer()
	f := func(want int, token string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/api/v1/tokens", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%d %s; want %d", w.Code, w.Body, want)
		}
	}
	f(200, "")
	write(t, dir, "headroom.yml", "access: {admin_token_file: token}")
	if err := s.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	f(401, "")
	f(200, "a-token-that-is-long-enough")
	write(t, dir, "headroom.yml", "access: {default: admin}")
	if err := s.reload(t.Context()); !errors.Is(err, errNobodyKnown) {
		t.Error(err)
	}
	f(200, "a-token-that-is-long-enough") // what could not be read does not count
	f(401, "")
}

// A role that was approved is given once, however often it is tried.
func TestApprovedRolesAreGiven(t *testing.T) {
	s := newTestServer(t)
	g := granter{s.access.book}
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	for range 2 {
		if err := g.Grant(t.Context(), "ann", "operator", "shop/web", until, "request R1 of ann:\nnew here", "bob"); err != nil {
			t.Fatal(err)
		}
	}
	all := s.access.book.Grants()
	if len(all) != 1 || all[0].Subject != "user:ann" || all[0].MadeBy != "bob" || all[0].Why != "request R1 of ann: new here" || !all[0].Until.Equal(until) {
		t.Errorf("%+v", all)
	}
	if err := g.Grant(t.Context(), "ann", "boss", "", until, "", ""); err == nil {
		t.Error("a role that is none is given")
	}
}

// A run lies in all modules that it is given, and where its machines serve.
func TestRunsLieWhereTheirInputsSay(t *testing.T) {
	s := newChanging(t)
	s.write("flows/move.yaml", `
name: move
title: Move
inputs:
- {name: module, type: module, required: true}
- {name: more, type: list, of: module}
- {name: nodes, type: list, of: node}
lock: {module: inputs.module}
on_failure: stop
steps: [{id: say, tool: no-op}]
`)
	if err := s.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := func(flow, body, want string) {
		t.Helper()
		got, err := s.startTouches(t.Context(), flow, []byte(body))
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s %s: %q %v; want %q", flow, body, got, err, want)
		}
	}
	f("move", `{"inputs":{"module":"shop/web"}}`, "shop/web")
	f("move", `{"inputs":{"module":"shop/web","more":["bank/pay"]}}`, "bank/pay shop/web")
	f("move", `{"inputs":{"module":"shop/web","more":"bank/pay"}}`, "bank/pay shop/web")
	f("move", `{"inputs":{"module":"shop/web","nodes":["db1"]}}`, "") // a machine that runs no worker of theirs
	f("restart", `{"inputs":{"module":"shop/web"}}`, "")              // it locks nothing
	f("repair-node", `{"inputs":{"module":"shop/web","node":"db1"}}`, "")
	f("expand-module", `{"inputs":{"module":"shop/web","nodes":["db1"],"scripts":[["/bin/sh"]]}}`, "")
	f("expand-module", `{"inputs":{"module":"shop/web"}}`, "shop/web")
}

// What a tool or a flow calls a secret is none that the audit log tells.
func TestSecretsOfRunsAreNotRecorded(t *testing.T) {
	s := newChanging(t)
	s.write("flows/call.yaml", `
name: call
title: Call
inputs: [{name: word, type: string, secret: true}]
on_failure: wait
steps: [{id: call, tool: http, with: {url: "ftp://x", headers: {X-Word: "${inputs.word}"}}}]
`)
	if err := s.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, _ := s.httpServer()
	send := func(path, body string) string {
		t.Helper()
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader(body)))
		return w.Body.String()
	}
	var run struct{ Data struct{ ID string } }
	if err := json.Unmarshal([]byte(send("flows/call/runs", `{"inputs":{"word":"hush-1"}}`)), &run); err != nil {
		t.Fatal(err)
	}
	send("runs/"+run.Data.ID+"/steps/call", `{"action":"retry","inputs":{"headers":{"X-Word":"hush-2"}}}`)
	send("requests", `{"kind":"change","who":"ann","why":"x","change":{"flow":"call","inputs":{"word":"hush-3"}}}`)
	all, err := s.state.Audit().List(t.Context(), state.AuditQuery{})
	if err != nil || len(all) < 3 {
		t.Fatalf("%+v %v", all, err)
	}
	for _, e := range all {
		if strings.Contains(string(e.Detail)+e.Result, "hush") {
			t.Errorf("%s: %s %s", e.Action, e.Detail, e.Result)
		}
	}
}

// Users of the web configuration count as long as it has them.
func TestUsersOfTheWebConfiguration(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "web.yml", "basic_auth_users: {ann: x, bob: y}")
	w := &webUsers{file: file}
	if all := w.names(); !all["ann"] || !all["bob"] || all["cy"] {
		t.Errorf("%v", all)
	}
	write(t, dir, "web.yml", "basic_auth_users: {ann: x}")
	if all := w.names(); !all["ann"] || all["bob"] {
		t.Errorf("%v", all)
	}
	write(t, dir, "web.yml", "basic_auth_users: [")
	if all := w.names(); len(all) != 0 {
		t.Errorf("%v of a file that cannot be read", all)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if all := w.names(); len(all) != 0 {
		t.Errorf("%v of a file that is gone", all)
	}
}

func TestTokenIsSentAlong(t *testing.T) {
	dir := t.TempDir()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	t.Setenv("HEADROOM_TOKEN", "hr_env")
	if err := (&client{}).authorize(r); err != nil || r.Header.Get("Authorization") != "Bearer hr_env" {
		t.Errorf("%v %v", r.Header, err)
	}
	if err := (&client{tokenFile: write(t, dir, "t", "hr_file\n")}).authorize(r); err != nil || r.Header.Get("Authorization") != "Bearer hr_file" {
		t.Errorf("%v %v", r.Header, err)
	}
	r = httptest.NewRequest(http.MethodGet, "http://ann:x@127.0.0.1/", nil)
	for _, c := range []*client{{}, {tokenFile: filepath.Join(dir, "none")}, {tokenFile: write(t, dir, "t", "a b")}} {
		if err := c.authorize(r); err == nil {
			t.Errorf("%+v is sent", c)
		}
	}
}

func TestAccessInTheTerminal(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "token", "a-token-that-is-long-enough")
	url := startServer(t, "--config.file="+write(t, dir, "headroom.yml", "access: {admin_token_file: token}"))
	run := func(want int, args ...string) string {
		t.Helper()
		cmd := program(args...)
		cmd.Env = append(cmd.Env, "HEADROOM_SERVER="+url, "HEADROOM_TOKEN_FILE="+filepath.Join(dir, "token"))
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
			t.Errorf("%v: %v %s", args, err, &out)
		}
		return out.String()
	}
	has := func(text string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("no %q in\n%s", w, text)
			}
		}
	}
	mine := filepath.Join(dir, "ci")
	has(run(0, "token", "create", "ci", "operator", "shop", "--for=1h", "--reason=deploys", "--out="+mine), "operator of shop until")
	has(run(1, "token", "create", "ci", "operator", "--out="+mine), "exists")
	secret, err := os.ReadFile(mine)
	if err != nil || !strings.HasPrefix(string(secret), "hr_") {
		t.Errorf("%s %v", secret, err)
	}
	var tokens []accessLine
	if err := json.Unmarshal([]byte(run(0, "token", "list", "--json")), &tokens); err != nil || len(tokens) != 1 || tokens[0].Token != "" {
		t.Fatalf("%+v %v", tokens, err)
	}
	has(run(1, "token", "list", "--token-file="+mine), "no role there", "admin")
	has(run(0, "grant", "add", "group:oncall", "operator", "shop/web"), "group:oncall is operator of shop/web")
	has(run(0, "grant", "list"), "group:oncall", "shop/web", "token:admin")
	has(run(1, "grant", "end", "none"), "no such grant")
	has(run(0, "token", "revoke", tokens[0].ID), "revoked")
	has(run(1, "warnings", "--token-file="+mine), "revoked")
	has(run(0, "audit", "list", "--action=token"), "token.make", "token.revoke", "deploys")
	has(run(0, "audit", "verify"), "is good: 4 entries")
	file := filepath.Join(dir, "audit.jsonl")
	has(run(0, "audit", "export", file), "entries 1 to 4")
	has(run(0, "audit", "verify", file), "is good")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = io.WriteString(f, "{}\n")
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	has(run(1, "audit", "verify", file), "entry 0")
	has(run(1, "audit", "verify", "--seq=4", "--hash=00"), "not as it was written", "entry 4")
	has(run(1, "audit", "verify", "--seq=4"), "go together")
}
