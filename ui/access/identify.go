package access

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"headroom/storage/state"
)

// SessionCookie is the cookie of those who have logged in.
const SessionCookie = "headroom_session"

// ErrBadToken means that a token is not one, or not any more.
var ErrBadToken = errors.New("the token is not known here, was revoked, or has ended")

// usedEvery is how exactly it is kept when a token was last used.
const usedEvery = time.Minute

// Identify finds who sends a request: by its token, its user, whose password the web
// configuration has checked, its certificate, which the listener has verified, or its
// session. Who shows none of them is the zero [Who].
func (b *Book) Identify(r *http.Request) (Who, error) {
	if text, ok := bearer(r); ok {
		return b.program(r.Context(), text)
	}
	if name, _, ok := r.BasicAuth(); ok && b.users()[name] {
		return Who{Kind: Person, Name: name}, nil
	}
	if name := certificateName(r); name != "" {
		return Who{Kind: Person, Name: name}, nil
	}
	if c, err := r.Cookie(SessionCookie); err == nil && c.Value != "" {
		return b.person(r.Context(), c.Value)
	}
	return Who{}, nil
}

// bearer returns the token of a request, if it has one.
func bearer(r *http.Request) (string, bool) {
	scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(text), ok && strings.EqualFold(scheme, "Bearer")
}

// certificateName is the common name of a verified certificate that is fit to be a
// person's.
func certificateName(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return ""
	}
	name := r.TLS.VerifiedChains[0][0].Subject.CommonName
	if checkName(name) != nil {
		return ""
	}
	return name
}

func (b *Book) program(ctx context.Context, secret string) (Who, error) {
	if !isToken(secret) {
		return Who{}, ErrBadToken
	}
	now := b.Now()
	b.mu.Lock()
	t, ok := b.tokens[hashOf(secret)]
	if !ok || !t.inForce(now) {
		b.mu.Unlock()
		return Who{}, ErrBadToken
	}
	stale := now.Sub(t.Used) >= usedEvery && t.ID != adminTokenID
	if stale {
		t.Used = now
	}
	token := *t
	b.mu.Unlock()
	if stale {
		if err := b.Store.UseToken(context.WithoutCancel(ctx), token.ID, now); err != nil {
			b.Logger.Warn("the use of a token is not written down", "token", token.ID, "err", err)
		}
	}
	return Who{Kind: Program, Name: token.Name, Token: &token}, nil
}

// person finds who has a session. One that is over is none.
func (b *Book) person(ctx context.Context, secret string) (Who, error) {
	s, err := b.Store.Session(ctx, hashOf(secret), b.Now())
	if errors.Is(err, state.ErrNoSession) {
		return Who{}, nil
	}
	return Who{Kind: Person, Name: s.Name, Groups: s.Groups}, err
}
