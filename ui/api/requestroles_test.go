package api

import (
	"context"
	"net/http/httptest"
	"testing"

	"headroom/ui/access"
)

// Named approvers need no role; where none are named it takes an administrator of the
// node. What others say of who they are does not count.
func TestWhoMayDecideOnRequests(t *testing.T) {
	a := newAsking(t)
	o := a.Options
	tokens := governed(t, o)
	conf := a.book.Options.Config
	conf.Approvers[0].Who = []string{"token:viewer"} // of Qzone
	a.book.Configure(conf, nil)
	o.Places = Places{
		Request: func(ctx context.Context, id string) (string, string, error) {
			r, err := a.book.Load(ctx, id)
			return r.Path, r.Who, err
		},
		Named: func(ctx context.Context, id string) bool {
			r, err := a.book.Load(ctx, id)
			return err == nil && a.book.Named(&r)
		},
		Approver: func(ctx context.Context, id string, who access.Who) bool {
			r, err := a.book.Load(ctx, id)
			return err == nil && a.book.Approver(&r, who.String(), who.Groups)
		},
	}
	o.Registerer = nil
	s := New(o)
	send := func(who, text string) *httptest.ResponseRecorder { return ask(t, s, sentBy(text, tokens[who])) }
	for _, path := range []string{"Qzone/WNS", "QQ"} {
		a.wants(send("here", `POST /api/v1/requests {"kind":"access","who":"viewer","why":"duty","access":{"role":"viewer","path":"`+path+`","until":"2026-12-01T00:00:00Z"}}`), 200, `"who":"token:here"`)
	}
	for _, token := range o.Access.Tokens() { // a grant knows a program by its id
		if token.Name == "here" {
			a.wants(send("viewer", `GET /api/v1/requests/R1`), 200, `"subject":"token:`+token.ID+`"`)
		}
	}
	a.wants(send("", `POST /api/v1/requests/R1 {"action":"approve"}`), 401)
	a.wants(send("all", `POST /api/v1/requests/R1 {"action":"approve","who":"token:viewer"}`), 403, "that is for token:viewer")
	a.wants(send("chief", `POST /api/v1/requests/R1 {"action":"approve"}`), 403, "that is for token:viewer")
	a.wants(send("viewer", `POST /api/v1/requests/R1 {"action":"done","why":"x"}`), 403, "role operator")
	a.wants(send("viewer", `POST /api/v1/requests/R1 {"action":"approve"}`), 200, `"state":"approved"`, `"approvals":["token:viewer"]`)

	a.wants(send("viewer", `POST /api/v1/requests/R2 {"action":"approve"}`), 403, "role admin")
	a.wants(send("here", `POST /api/v1/requests/R2 {"action":"comment","why":"soon?"}`), 200) // their own
	a.wants(send("elsewhere", `POST /api/v1/requests/R2 {"action":"reject","why":"no"}`), 200, `"state":"rejected"`)
	a.wants(send("here", `POST /api/v1/requests/R1 {"action":"deliver","nodes":["db1"]}`), 403, "the whole tree")
}
