package access

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

var began = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

const section = `access:
  grants:
    - {subject: 'user:root', role: admin}
    - {subject: 'user:ann', role: operator, path: shop}
    - {subject: 'user:ann', role: admin, path: shop/web}
    - {subject: 'group:oncall', role: operator, until: '2026-11-28'}
    - {subject: 'chat:bob', role: operator, path: shop}
`

type world struct {
	*Book
	*clock
	db *state.DB
}

func open(t *testing.T, text string, users ...string) *world {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	w := &world{clock: &clock{began}, db: db}
	w.reopen(t, text, users...)
	return w
}

// reopen starts anew, as a server does.
func (w *world) reopen(t *testing.T, text string, users ...string) {
	t.Helper()
	known := map[string]bool{}
	for _, u := range users {
		known[u] = true
	}
	var err error
	w.Book, err = Open(t.Context(), Options{
		Store: w.db.Access(), Users: func() map[string]bool { return known }, Now: w.now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Registerer: prometheus.NewRegistry(),
	})
	must(t, err)
	c, err := config.Parse([]byte(text), "f")
	must(t, err)
	w.Set(c.Access, time.UTC, "")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func path(t *testing.T, id string) fleet.Path {
	t.Helper()
	p, err := fleet.ParseID(id)
	must(t, err)
	return p
}

func TestRolesOnTheTree(t *testing.T) {
	w := open(t, section)
	f := func(who Who, at string, want Role) {
		t.Helper()
		if got := w.Role(who, path(t, at)); got != want {
			t.Errorf("%v has %v at %q; want %v", who, got, at, want)
		}
	}
	ann, root := Who{Kind: Person, Name: "ann"}, Who{Kind: Person, Name: "root"}
	f(root, "", Admin)
	f(root, "shop/web", Admin)
	f(ann, "", Viewer)
	f(ann, "shop", Operator)
	f(ann, "shop/web", Admin)
	f(ann, "shop/web/x", Admin)
	f(ann, "shop/webshop", Operator)
	f(ann, "shopping", Viewer)
	f(Who{Kind: Person, Name: "cy"}, "shop", Viewer)
	f(Who{}, "shop", None)
	f(Who{Kind: Person, Name: "cy", Groups: []string{"x", "oncall"}}, "any", Operator)
	f(Who{Kind: Person, Name: "oncall"}, "any", Viewer) // a user is no group
	f(Who{Kind: Chat, Name: "ann"}, "shop/web", Admin)
	f(Who{Kind: Chat, Name: "bob"}, "shop", Operator)
	f(Who{Kind: Person, Name: "bob"}, "shop", Viewer)
	if got := w.Highest(ann); got != Admin {
		t.Errorf("%v", got)
	}
}

func TestWithoutASectionEverybodyMayEverything(t *testing.T) {
	w := open(t, "")
	if w.On() || w.Role(Who{}, nil) != Admin || w.Highest(Who{Kind: Person, Name: "x"}) != Admin {
		t.Error("somebody may not")
	}
	if _, _, err := w.MakeToken(t.Context(), Token{}, "ann"); !errors.Is(err, ErrOpen) {
		t.Error(err)
	}
}

func TestGrantsEndByTheClock(t *testing.T) {
	w := open(t, section)
	cy := Who{Kind: Person, Name: "cy"}
	g, err := w.Grant(t.Context(), Grant{Subject: "user:cy", Role: Operator, Path: path(t, "shop"), Until: began.Add(time.Hour)}, "root")
	must(t, err)
	if got := w.Role(cy, path(t, "shop/web")); got != Operator {
		t.Errorf("%v", got)
	}
	w.reopen(t, section)
	if got := w.Role(cy, path(t, "shop/web")); got != Operator {
		t.Errorf("after a restart: %v", got)
	}
	w.at = began.Add(time.Hour)
	if got := w.Role(cy, path(t, "shop/web")); got != Viewer {
		t.Errorf("after its end: %v", got)
	}
	if n := len(w.Grants()); n != 5 {
		t.Errorf("%d grants are listed; want those of the configuration", n)
	}
	w.at = began.Add(15 * time.Hour) // the 28th is over
	if got := w.Role(Who{Kind: Person, Name: "x", Groups: []string{"oncall"}}, nil); got != Viewer {
		t.Errorf("after the end of the day: %v", got)
	}
	must(t, w.End(t.Context(), g.ID, "root"))
	if err := w.End(t.Context(), g.ID, "root"); !errors.Is(err, state.ErrNoGrant) {
		t.Error(err)
	}
}

func bearing(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func TestTokens(t *testing.T) {
	w := open(t, section)
	asked := Asked{Name: "ci", Role: "operator", Path: "shop", Until: began.Add(time.Hour)}
	wanted, err := asked.Token(began)
	must(t, err)
	made, secret, err := w.MakeToken(t.Context(), wanted, "root")
	must(t, err)
	if !isToken(secret) {
		t.Errorf("%q is no token", secret)
	}
	for _, name := range []string{"ci", "CI"} { // others name it by that
		again := wanted
		again.Name = name
		if _, _, err := w.MakeToken(t.Context(), again, "eve"); !errors.Is(err, ErrTokenName) {
			t.Errorf("a second token %q: %v", name, err)
		}
	}
	for range 2 {
		who, err := w.Identify(bearing(secret))
		if err != nil || who.String() != "token:ci" || w.Role(who, path(t, "shop/web")) != Operator || w.Role(who, path(t, "bank")) != None {
			t.Errorf("%+v %v", who, err)
		}
		w.reopen(t, section)
	}
	if used := w.Tokens()[0].Used; !used.Equal(began) {
		t.Errorf("used at %v", used)
	}
	all, err := w.db.Access().Tokens(t.Context())
	must(t, err)
	if strings.Contains(all[0].Hash, secret[3:]) {
		t.Error("the secret is kept")
	}
	for _, bad := range []string{"", "hr_", secret + "A", secret[:len(secret)-1] + "a", "hr_" + newSecret()} {
		if _, err := w.Identify(bearing(bad)); !errors.Is(err, ErrBadToken) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	w.at = began.Add(time.Hour)
	if _, err := w.Identify(bearing(secret)); !errors.Is(err, ErrBadToken) {
		t.Errorf("after its end: %v", err)
	}
	w.at = began
	must(t, w.Revoke(t.Context(), made.ID, "root"))
	if _, err := w.Identify(bearing(secret)); !errors.Is(err, ErrBadToken) {
		t.Errorf("revoked: %v", err)
	}
	if err := w.Revoke(t.Context(), made.ID, "root"); !errors.Is(err, state.ErrNoToken) {
		t.Error(err)
	}
	w.reopen(t, section, "ann")
	if _, _, err := w.MakeToken(t.Context(), wanted, "root"); !errors.Is(err, ErrTokensTurnedAway) {
		t.Error(err)
	}
}

func TestTokenOfTheConfiguration(t *testing.T) {
	w := open(t, section)
	const secret = "a long text that nobody guesses"
	text := strings.ReplaceAll(secret, " ", "-")
	if CheckToken(secret) == nil || CheckToken("short") == nil {
		t.Error("a bad token is good")
	}
	must(t, CheckToken(text))
	c, err := config.Parse([]byte(section), "f")
	must(t, err)
	w.Set(c.Access, time.UTC, text)
	who, err := w.Identify(bearing(text))
	if err != nil || who.String() != "token:admin" || w.Role(who, nil) != Admin || len(w.Tokens()) != 0 {
		t.Errorf("%+v %v", who, err)
	}
	w.Set(c.Access, time.UTC, "")
	if _, err := w.Identify(bearing(text)); !errors.Is(err, ErrBadToken) {
		t.Error(err)
	}
}

func TestWhoIsKnown(t *testing.T) {
	w := open(t, section, "ann")
	f := func(want string, change func(*http.Request)) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		change(r)
		if who, err := w.Identify(r); err != nil || who.String() != want {
			t.Errorf("%+v %v; want %q", who, err, want)
		}
	}
	certificate := func(name string, verified bool) func(*http.Request) {
		return func(r *http.Request) {
			c := &x509.Certificate{Subject: pkix.Name{CommonName: name}}
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}}
			if verified {
				r.TLS.VerifiedChains = [][]*x509.Certificate{{c}}
			}
		}
	}
	f("", func(*http.Request) {})
	f("ann", func(r *http.Request) { r.SetBasicAuth("ann", "checked before") })
	f("", func(r *http.Request) { r.SetBasicAuth("root", "nobody has checked it") })
	f("bob", certificate("bob", true))
	f("", certificate("bob", false))
	f("", certificate("token:ci", true))
	f("", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: SessionCookie, Value: "made-up"}) })
}

func TestFaultsOfGrantsAndTokensAreAllTold(t *testing.T) {
	_, err := Asked{Subject: "ann", Name: "x", Role: "owner", Path: "a//b", Until: began.Add(-time.Hour), Why: "a\x00b"}.Grant(began)
	for _, want := range []string{"subject:", "name:", "role:", "path:", "until:", "why:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	phrasestest.Refusal(t, err)
	if _, err := (Asked{Role: "none", Subject: "user:x"}).Token(began); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Error(err)
	}
	if _, err := (Asked{Subject: "group:on call", Role: "viewer"}).Grant(began); err != nil {
		t.Error(err)
	}
}

func TestRefusalTellsWhatToDo(t *testing.T) {
	w := open(t, section)
	text := w.Refusal(Who{Kind: Person, Name: "ann"}, Admin, path(t, "shop"), "flow.define")
	for _, want := range []string{`"ann"`, "operator", "admin", "shop", "flow.define", "headroom request access admin 'shop'"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	phrasestest.Check(t, text)
}
