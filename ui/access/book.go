package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// ErrOpen means that there is nothing to give, since everybody may do everything.
var ErrOpen = errors.New("everybody may do everything here: roles and tokens take a section access in the configuration")

// ErrTokensTurnedAway means that a token could not be used.
var ErrTokensTurnedAway = errors.New("basic_auth_users in --web.config.file turn every token away, since a request has one Authorization header: " +
	"programs log in as one of these users, or people by access.oidc and the users are taken out")

// ErrTokenName means that another token is known by a name.
var ErrTokenName = errors.New("another token has this name: take one of its own, or revoke that one first")

// Store keeps grants, tokens and sessions. [state.Access] is one.
type Store interface {
	Grants(context.Context) ([]state.AccessGrant, error)
	AddGrant(context.Context, state.AccessGrant) error
	EndGrant(ctx context.Context, id, who string, now time.Time) error
	Tokens(context.Context) ([]state.AccessToken, error)
	AddToken(context.Context, state.AccessToken) error
	EndToken(ctx context.Context, id, who string, now time.Time) error
	UseToken(ctx context.Context, id string, now time.Time) error
	AddSession(context.Context, state.AccessSession) error
	Session(ctx context.Context, hash string, now time.Time) (state.AccessSession, error)
	EndSession(ctx context.Context, hash string) error
}

// Options wire a [Book].
type Options struct {
	Store Store
	// Users tells whom the web configuration lets in by a password, which it has
	// checked before; nil: nobody.
	Users      func() map[string]bool
	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Book answers who may do what. Its methods may be called from many goroutines.
type Book struct {
	Options
	logins *prometheus.CounterVec // by result

	mu         sync.RWMutex // protects the fields below
	on         bool
	fallback   Role // of those who are known
	anonymous  Role
	ingest     Role
	configured []Grant
	made       []Grant
	tokens     map[string]*Token // by the hash of the secret
	bySubject  map[string][]Grant
}

// Open reads what was granted before. The book is open to everybody until [Book.Set].
func Open(ctx context.Context, o Options) (*Book, error) {
	b := &Book{Options: o, tokens: map[string]*Token{}}
	if b.Now == nil {
		b.Now = time.Now
	}
	b.logins = promauto.With(o.Registerer).NewCounterVec(prometheus.CounterOpts{
		Name: "headroom_access_logins_total", Help: "Logins by OpenID Connect, by what came of them.",
	}, []string{"result"})
	grants, err := b.Store.Grants(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range grants {
		g, err := grantOf(k)
		if err != nil {
			return nil, err
		}
		if k.Ended.IsZero() {
			b.made = append(b.made, g)
		}
	}
	tokens, err := b.Store.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range tokens {
		t, err := tokenOf(k)
		if err != nil {
			return nil, err
		}
		if k.Ended.IsZero() {
			b.tokens[t.hash] = &t
		}
	}
	b.index()
	return b, nil
}

// Set puts a configuration into force that was checked. adminToken is what its
// admin_token_file holds; empty: it names none.
func (b *Book) Set(c config.Access, zone *time.Location, adminToken string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.tokens, func(_ string, t *Token) bool { return t.ID == adminTokenID })
	if adminToken != "" {
		b.tokens[hashOf(adminToken)] = &Token{Name: "admin", Grant: Grant{ID: adminTokenID, Role: Admin, MadeBy: "configuration", Why: "access.admin_token_file"}}
	}
	b.on = c.On()
	b.fallback, _ = ParseRole(c.Default)
	b.anonymous, _ = ParseRole(c.Anonymous)
	b.ingest = None
	if c.Ingest == config.Operator {
		b.ingest = Operator
	}
	b.configured = configured(c.Grants, zone)
	b.index()
}

// index sorts the grants by whom they are for; b.mu is held.
func (b *Book) index() {
	b.bySubject = map[string][]Grant{}
	for _, g := range slices.Concat(b.configured, b.made) {
		b.bySubject[g.Subject] = append(b.bySubject[g.Subject], g)
	}
}

// On tells whether roles count; without them everybody may do everything.
func (b *Book) On() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.on
}

// Ingest is the role on the whole tree that it takes to send samples and alarms.
func (b *Book) Ingest() Role {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ingest
}

// Rights are the grants of somebody that are in force, those of everybody and of a
// token's own included, the highest roles first.
func (b *Book) Rights(w Who) []Grant {
	b.mu.RLock()
	usual := Grant{Role: b.fallback, Why: "of those who have no grant"}
	switch {
	case !b.on:
		usual = Grant{Role: Admin, Why: "everybody may do everything here"}
	case !w.Known():
		usual = Grant{Role: b.anonymous, Why: "of those who are not known"}
	case w.Kind == Program:
		usual = w.Token.Grant
	}
	b.mu.RUnlock()
	all := b.Granted(w)
	if usual.Role > None && usual.inForce(b.Now()) {
		all = append(all, usual)
	}
	slices.SortStableFunc(all, func(a, b Grant) int { return int(b.Role) - int(a.Role) })
	return all
}

// Granted are the grants that name somebody and are in force.
func (b *Book) Granted(w Who) (all []Grant) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now := b.Now()
	for _, subject := range w.subjects() {
		for _, g := range b.bySubject[subject] {
			if g.inForce(now) {
				all = append(all, g)
			}
		}
	}
	return all
}

// Role is somebody's role for a node of the business tree.
func (b *Book) Role(w Who, path fleet.Path) Role {
	for _, g := range b.Rights(w) {
		if path.Under(g.Path) {
			return g.Role
		}
	}
	return None
}

// Highest is somebody's highest role, wherever it is.
func (b *Book) Highest(w Who) Role {
	for _, g := range b.Rights(w) {
		return g.Role
	}
	return None
}

// Grants lists the grants in force or to come, those of the configuration first.
func (b *Book) Grants() []Grant {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now := b.Now()
	return slices.DeleteFunc(slices.Concat(b.configured, b.made), func(g Grant) bool { return !g.inForce(now) })
}

// Find returns a grant that was made and has not ended.
func (b *Book) Find(id string) (Grant, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i := slices.IndexFunc(b.made, func(g Grant) bool { return g.ID == id })
	if i < 0 {
		return Grant{}, false
	}
	return b.made[i], true
}

// Grant keeps a grant by somebody, of which it sets ID and Made. It is kept where
// roles do not count, too: it counts once they do.
func (b *Book) Grant(ctx context.Context, g Grant, by string) (Grant, error) {
	g.ID, g.MadeBy, g.Made = newID("g"), by, b.Now().UTC().Truncate(time.Millisecond)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.Store.AddGrant(ctx, g.kept()); err != nil {
		return Grant{}, err
	}
	b.made = append(b.made, g)
	b.index()
	return g, nil
}

// End ends a grant; [state.ErrNoGrant] if there is none of that id.
func (b *Book) End(ctx context.Context, id, by string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.Store.EndGrant(ctx, id, by, b.Now()); err != nil {
		return err
	}
	b.made = slices.DeleteFunc(b.made, func(g Grant) bool { return g.ID == id })
	b.index()
	return nil
}

// Tokens lists the tokens in force, in the order of their making.
func (b *Book) Tokens() (all []Token) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now := b.Now()
	for _, t := range b.tokens {
		if t.inForce(now) && t.ID != adminTokenID {
			all = append(all, *t)
		}
	}
	slices.SortFunc(all, func(a, b Token) int {
		if c := a.Made.Compare(b.Made); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// MakeToken keeps a token by somebody and returns it with its secret, which nobody can
// ask for again.
func (b *Book) MakeToken(ctx context.Context, t Token, by string) (Token, string, error) {
	switch {
	case !b.On():
		return Token{}, "", ErrOpen
	case len(b.users()) > 0:
		return Token{}, "", ErrTokensTurnedAway
	}
	secret := TokenPrefix + newSecret()
	t.ID, t.MadeBy, t.Made, t.hash = newID("t"), by, b.Now().UTC().Truncate(time.Millisecond), hashOf(secret)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.named(t.Name) {
		return Token{}, "", fmt.Errorf("%w: %q", ErrTokenName, t.Name)
	}
	if err := b.Store.AddToken(ctx, t.kept()); err != nil {
		return Token{}, "", err
	}
	b.tokens[t.hash] = &t
	return t, secret, nil
}

// named tells whether a token in force has a name, in whatever letters: by that programs
// are known, also where others name them, as approvers. b.mu is held.
func (b *Book) named(name string) bool {
	now := b.Now()
	for _, t := range b.tokens {
		if t.inForce(now) && strings.EqualFold(t.Name, name) {
			return true
		}
	}
	return false
}

// Revoke ends a token; [state.ErrNoToken] if there is none of that id.
func (b *Book) Revoke(ctx context.Context, id, by string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.Store.EndToken(ctx, id, by, b.Now()); err != nil {
		return err
	}
	for hash, t := range b.tokens {
		if t.ID == id {
			delete(b.tokens, hash)
		}
	}
	return nil
}

func (b *Book) users() map[string]bool {
	if b.Users == nil {
		return nil
	}
	return b.Users()
}

// Refusal says what somebody lacks, and how to get it.
func (b *Book) Refusal(w Who, need Role, path fleet.Path, to string) string {
	has := "no role there"
	if r := b.Role(w, path); r > None {
		has = "the role " + r.String()
	}
	return fmt.Sprintf("%s has %s, and %s in %s takes the role %s: ask for it among the requests of the page or by \"%s\", or ask an admin of it",
		w.in(), has, to, place(path), need, asking(need, path))
}

// asking is the command that asks for a role. A node's id may have blanks and quotes.
func asking(need Role, path fleet.Path) string {
	command := "headroom request access " + need.String()
	if len(path) > 0 {
		command += " '" + strings.ReplaceAll(path.ID(), "'", `'\''`) + "'"
	}
	return command
}
