package main

import "testing"

func TestDecisionsCommand(t *testing.T) {
	api, cl, out := poolServer(t)
	c := &decisionsCommand{client: cl, newest: newest{since: "2h", limit: 7}, direction: "out", path: "shop"}
	if err := c.list(noon); err != nil {
		t.Fatal(err)
	}
	lacks(t, out.String(), "11-22 21:05  out    2 → 4  81.0 %  apply  maximum 6 → 4  scale:shop/cart@2026-11-22T13:05:00Z  81.0 % busy of 2 processes",
		" The pool could not place all: 1 missing: no node", "There are older ones")
	if want := "direction=out&from=2026-11-22T10%3A00%3A00Z&limit=7&path=shop"; api.query != want {
		t.Errorf("asked for %q; want %q", api.query, want)
	}
	c.minute = true
	if err := c.list(noon); err != nil || api.query != "direction=out&newest=true&path=shop" {
		t.Errorf("%v: asked for %q", err, api.query)
	}
	out.Reset()
	c.json = true
	if err := c.list(noon); err != nil {
		t.Fatal(err)
	}
	lacks(t, out.String(), `"direction":"out"`)
}
