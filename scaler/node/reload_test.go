package node

import (
	"testing"

	"headroom/scaler/node/settings"
)

func TestWhatNeedsARestartIsNamed(t *testing.T) {
	old, next := settings.Default(), settings.Default()
	next.Limits.MaxWorkers, next.Node.Labels = 7, map[string]string{"rack": "r1"}
	if err := unchangeable(old, next); err != nil {
		t.Error(err)
	}
	next.Server.URL, next.Cgroup.Root = "https://other", "other"
	want := "server, cgroup: changed, which needs a restart of the daemon (the workers go on)"
	if err := unchangeable(old, next); err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

func TestTheAddressIsThatOfTheWayToTheServer(t *testing.T) {
	s := settings.Default()
	s.Server.URL = "http://127.0.0.1:7480"
	got, err := Complete(s)
	if err != nil || got.Node.Address != "127.0.0.1" || got.Node.Name == "" {
		t.Errorf("%+v, %v", got.Node, err)
	}
	s.Node.Name, s.Node.Address = "n1", "n1.example"
	if got, err := Complete(s); err != nil || got.Node.Name != "n1" || got.Node.Address != "n1.example" {
		t.Errorf("%+v, %v", got.Node, err)
	}
}
