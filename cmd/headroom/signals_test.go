package main

import (
	"testing"

	"headroom/internal/config"
	"headroom/storage/promql"
	"headroom/ui/api"
)

// What somebody is told to send is what the configuration's signals take.
func TestExamplesAreOfTheConfiguredSignals(t *testing.T) {
	own := config.Default()
	own.Hierarchy, own.NodeLabel, own.ProcessLabel = []string{"team", "app"}, "host", "pid"
	own.Signals.Load.Match, own.Signals.Busy.Match = `cpu{env="prod",az=~"a|b"}`, "work_seconds"
	for _, c := range []struct {
		conf config.Config
		want api.Examples
	}{
		{config.Default(), api.Examples{
			Load: `headroom_load_percent{business="shop",product="web",service="cart",module="cart-api",node="host-1"}`,
			Busy: `headroom_busy_seconds_total{business="shop",product="web",service="cart",module="cart-api",node="host-1",process="cart-1"}`,
		}},
		{own, api.Examples{
			Load: `cpu{team="shop",app="web",host="host-1",env="prod"}`,
			Busy: `work_seconds{team="shop",app="web",host="host-1",pid="cart-1"}`,
		}},
		{config.DefaultShadow(), api.Examples{}},
	} {
		ro, _, err := rollupOptions(c.conf, promql.New(nil, promql.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		if got := examples(ro, c.conf.Signals); got != c.want {
			t.Errorf("got %+v\nwant %+v", got, c.want)
		}
	}
}
