package main

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Each command acts on its own arguments.
func TestPoolOrderLines(t *testing.T) {
	api, cl, _ := poolServer(t)
	f := func(path string, args ...string) {
		t.Helper()
		app := kingpin.New("headroom", "").Terminate(nil)
		addPool(app)
		if _, err := app.Parse(append(args, "--server", cl.server)); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if api.path != path {
			t.Errorf("%v asked for %s; want %s", args, api.path, path)
		}
	}
	api.answers["POST nodes/n1/orders"] = ok(cannedNode)
	api.answers["POST services/shop/cart/orders"] = ok(cannedService)
	api.answers["POST workers/w1/restart"] = ok(`{"restarting":"w1"}`)
	for _, order := range []string{"cordon", "drain", "open", "forget"} {
		f("nodes/n1/orders", "pool", order, "n1")
	}
	f("workers/w1/restart", "pool", "restart", "w1")
	f("services/shop/cart/orders", "pool", "mode", "shop/cart", "apply")
	f("services/shop/cart/orders", "pool", "workers", "shop/cart", "3")
}

func TestPoolOrders(t *testing.T) {
	api, cl, out := poolServer(t)
	api.answers["POST nodes/n1/orders"] = ok(cannedNode)
	api.answers["POST services/shop/cart/orders"] = ok(cannedService)
	api.answers["POST workers/w1/restart"] = ok(`{"restarting":"w1"}`)
	f := func(c orderCommand, do func(*orderCommand) error, body, want string) {
		t.Helper()
		out.Reset()
		c.client = cl
		if err := do(&c); err != nil {
			t.Fatal(err)
		}
		if api.body != body {
			t.Errorf("sent %s; want %s", api.body, body)
		}
		lacks(t, out.String(), want)
	}
	service := func(c *orderCommand) error { return c.orderService(noon) }
	rest := `"who":"` + me() + `","reason":"why"}`
	f(orderCommand{of: "n1", action: "drain", reason: "why"}, (*orderCommand).orderNode, `{"action":"drain",`+rest, "n1 is draining")
	f(orderCommand{of: "n1", action: "forget", reason: "why"}, (*orderCommand).forget, `{"action":"forget",`+rest, "n1 is forgotten")
	f(orderCommand{of: "shop/cart", action: "mode", mode: "apply", reason: "why"}, service, `{"action":"mode","mode":"apply",`+rest, "is in mode apply")
	f(orderCommand{of: "shop/cart", action: "mode", mode: "configured", reason: "why"}, service, `{"action":"mode",`+rest, "is in mode apply")
	f(orderCommand{of: "shop/cart", action: "hold", lasts: 2 * time.Hour, reason: "why"}, service, `{"action":"hold","until":"2026-11-22T14:00:00Z",`+rest, "held until")
	f(orderCommand{of: "shop/cart", action: "hold", reason: "why"}, service, `{"action":"hold",`+rest, "held until")
	f(orderCommand{of: "shop/cart", action: "workers", workers: 12, reason: "why"}, service, `{"action":"workers","workers":12,`+rest, "workers: 4 desired")
	f(orderCommand{of: "w1"}, (*orderCommand).restart, `{}`, "w1 will be restarted")

	err := (&orderCommand{client: cl, of: "n9", action: "drain"}).orderNode()
	if err == nil || err.Error() != "healing is not stopped" { // the words of the server that is played here
		t.Errorf("of an unknown node: %v", err)
	}
	err = (&orderCommand{client: cl, of: "shop/cart", action: "hold", lasts: -time.Hour}).orderService(noon)
	if err == nil || !strings.Contains(err.Error(), "--for") {
		t.Errorf("a hold of less than nothing: %v", err)
	}
}
