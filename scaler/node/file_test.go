package node

import (
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func TestAFileNeedsLittle(t *testing.T) {
	d, err := parseFile([]byte(`
services:
  shop/cart:
    command: [/opt/cart, '--port={port}']
    stop: 3s
workers:
- {id: cart-1, service: shop/cart, port: 9001}
`), "n1")
	if err != nil {
		t.Fatal(err)
	}
	s := d.Services["shop/cart"]
	if d.Node != "n1" || d.Version == "" || s.Module != "shop/cart" || s.Health.Kind != "none" || s.Stop != wire.Duration(3*time.Second) || s.Startup == 0 || s.Limits.Pids == 0 {
		t.Errorf("%+v %+v", d, s)
	}
	again, err := parseFile([]byte(`{"workers":[]}`), "n1")
	if err != nil || again.Version == d.Version {
		t.Errorf("%+v, %v: another file wants another version", again, err)
	}
}

func TestAFaultOfAFileIsNamed(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := parseFile([]byte(text), "n1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	f("workers: [", "read the desired state: yaml: line 1")
	f("worker: []", `unknown field "worker"`)
	f("workers: [{id: a, service: m}]", `workers[0].service: want one of services, found "m"`)
	f("services: {m: {command: [/a], stop: soon}}", `want a duration such as 10s, got "soon"`)
	f("services: {m: }", "services[m]: want a service, found null")
	f("node: n2", `node: want "n1", which this is, found "n2"`)
}
