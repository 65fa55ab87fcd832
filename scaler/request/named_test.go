package request

import (
	"testing"
	"time"
)

// A rule knows the forecast, not what serves on machines that somebody names.
func TestNoRuleApprovesNamedMachines(t *testing.T) {
	w := newWorld(t, "requests: {auto_approve: [{kind: machines}]}")
	if r := w.ask(machines("ann", 2)); r.State != Approved {
		t.Errorf("%s", r.State)
	}
	named := machines("ann", 1)
	named.Machines.Nodes = []string{"db1"}
	if r := w.ask(named); r.State != Open {
		t.Errorf("%s", r.State)
	}
}

// A role that somebody would get in chats is their own request, too.
func TestOwnRolesUnderAnotherName(t *testing.T) {
	w := newWorld(t, "")
	for subject, own := range map[string]bool{"qi": true, "user:qi": true, "chat:qi": true, "user:ann": false} {
		r := w.ask(Ask{Kind: KindAccess, Who: "token:ci", Why: "duty", Form: Form{
			Access: &Access{Subject: subject, Role: "viewer", Path: "Qzone/cart", Until: w.now.Add(time.Hour)},
		}})
		if err := w.mayDecide(&r, &Order{ID: r.ID, Action: "approve", Who: "qi"}); (err != nil) != own {
			t.Errorf("%s: %v", subject, err)
		}
	}
}
