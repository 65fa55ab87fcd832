package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"headroom/internal/config"
	"headroom/storage/state"
)

// Ways of the login.
const (
	LoginPath    = "/-/login"
	CallbackPath = "/-/callback"
	LogoutPath   = "/-/logout"
)

const (
	loginCookie  = "headroom_login"
	loginTakes   = 10 * time.Minute // at most, at the provider
	maxCookie    = 3000             // bytes
	providerWait = 10 * time.Second // for an answer of the provider
)

var errNoProvider = errors.New("nobody can log in here: access.oidc names no provider")

// Login lets people log in by OpenID Connect: the authorization code flow with PKCE.
// What a browser keeps of a login is a random text, of which the server knows the hash.
type Login struct {
	book     *Book
	external *url.URL
	// Told is called with who has logged in or out; nil: nobody wants to know.
	Told func(r *http.Request, who Who, what string, err error)

	mu       sync.Mutex // protects the fields below
	config   config.OIDC
	secret   string
	provider *oidc.Provider // nil until the first login
}

// NewLogin returns a login without a provider. external is the URL of the server in
// browsers; nil: as the request has it.
func NewLogin(b *Book, external *url.URL) *Login { return &Login{book: b, external: external} }

// Set puts a provider into force, of which the configuration was checked. It is asked
// when the first person logs in, so that it need not be there before.
func (l *Login) Set(c config.OIDC) error {
	secret, err := config.ReadSecret(c.ClientSecret, c.ClientSecretFile)
	if err != nil {
		return fmt.Errorf("access.oidc.client_secret_file: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Issuer != l.config.Issuer {
		l.provider = nil
	}
	l.config, l.secret = c, secret
	return nil
}

// On tells whether there is a provider.
func (l *Login) On() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.config.Issuer != ""
}

// client returns what speaks with the provider.
func (l *Login) client(ctx context.Context, r *http.Request) (*oidc.Provider, *oauth2.Config, config.OIDC, error) {
	l.mu.Lock()
	c, secret, provider := l.config, l.secret, l.provider
	l.mu.Unlock()
	if c.Issuer == "" {
		return nil, nil, c, errNoProvider
	}
	if provider == nil {
		var err error
		if provider, err = oidc.NewProvider(ctx, c.Issuer); err != nil {
			return nil, nil, c, fmt.Errorf("ask the provider of logins: %w", err)
		}
		l.remember(c.Issuer, provider)
	}
	return provider, &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: secret, Endpoint: provider.Endpoint(), Scopes: c.Scopes, RedirectURL: l.callback(r),
	}, c, nil
}

// remember keeps what a provider says of itself, if it is still the one.
func (l *Login) remember(issuer string, p *oidc.Provider) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.config.Issuer == issuer {
		l.provider = p
	}
}

// callback is where the provider sends browsers back to.
func (l *Login) callback(r *http.Request) string {
	if l.external != nil && l.external.Host != "" {
		return l.external.JoinPath(CallbackPath).String()
	}
	return (&url.URL{Scheme: map[bool]string{true: "https", false: "http"}[r.TLS != nil], Host: r.Host, Path: CallbackPath}).String()
}

func (l *Login) secure(r *http.Request) bool {
	return r.TLS != nil || l.external != nil && l.external.Scheme == "https"
}

// attempt is what a browser keeps while somebody is at the provider.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	To       string `json:"t"` // the page to go to then
}

func (a attempt) cookie() string {
	text, err := json.Marshal(a)
	if err != nil {
		panic("BUG: texts cannot be written as JSON: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseAttempt(text string) (a attempt, err error) {
	if len(text) > maxCookie {
		return a, errors.New("it is too long")
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err == nil && (a.State == "" || a.Nonce == "" || a.Verifier == "") {
		err = errors.New("it is not whole")
	}
	if a.To = ownPage(a.To); err != nil {
		return attempt{}, err
	}
	return a, nil
}

// ownPage returns a path of this server, never a way to another one.
func ownPage(to string) string {
	u, err := url.Parse(to)
	ok := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.ContainsAny(to, "\\\r\n\t")
	if !ok || len(to) > 1000 {
		return "/"
	}
	return to
}

// Start sends a browser to the provider; "to" is the page to come back to.
func (l *Login) Start(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), providerWait)
	defer cancel()
	_, client, _, err := l.client(ctx, r)
	if err != nil {
		l.refuse(w, r, err)
		return
	}
	a := attempt{State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(), To: ownPage(r.URL.Query().Get("to"))}
	l.keep(w, r, loginCookie, a.cookie(), loginTakes)
	http.Redirect(w, r, client.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), http.StatusFound)
}

// Callback takes a browser that the provider has sent back.
func (l *Login) Callback(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), providerWait)
	defer cancel()
	l.keep(w, r, loginCookie, "", -1)
	who, a, session, err := l.finish(ctx, r)
	if err == nil {
		err = l.open(ctx, w, r, who, session)
	}
	if err != nil {
		l.refuse(w, r, err)
		return
	}
	l.book.logins.WithLabelValues("done").Inc()
	l.tell(r, who, "login", nil)
	http.Redirect(w, r, a.To, http.StatusSeeOther)
}

// finish checks what the provider says, and who it says that somebody is.
func (l *Login) finish(ctx context.Context, r *http.Request) (who Who, a attempt, session time.Duration, err error) {
	provider, client, c, err := l.client(ctx, r)
	if err != nil {
		return who, a, 0, err
	}
	cookie, err := r.Cookie(loginCookie)
	if err == nil {
		a, err = parseAttempt(cookie.Value)
	}
	if err != nil {
		return who, a, 0, fmt.Errorf("this browser has begun no login here, or more than %v ago: %w", loginTakes, err)
	}
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(a.State)) != 1 {
		return who, a, 0, errors.New("the answer is not that to the login which this browser began")
	}
	if q.Get("error") != "" {
		return who, a, 0, fmt.Errorf("the provider says: %.100q %.300q", q.Get("error"), q.Get("error_description"))
	}
	claims, err := l.claims(ctx, provider, client, q.Get("code"), a)
	if err == nil {
		who, err = personOf(claims, c.UsernameClaim, c.GroupsClaim)
	}
	return who, a, time.Duration(c.Session), err
}

// claims exchanges a code for an ID token and returns its claims once it is verified:
// its signature, issuer, audience, time and nonce.
func (l *Login) claims(ctx context.Context, provider *oidc.Provider, client *oauth2.Config, code string, a attempt) (map[string]any, error) {
	tokens, err := client.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange the code of the login: %w", err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("the provider gave no ID token; access.oidc.scopes must have openid")
	}
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: client.ClientID, Now: l.book.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("verify the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return nil, errors.New("the ID token is of another login")
	}
	claims := map[string]any{}
	return claims, id.Claims(&claims)
}

// open begins a session.
func (l *Login) open(ctx context.Context, w http.ResponseWriter, r *http.Request, who Who, length time.Duration) error {
	secret, now := newSecret()+newSecret(), l.book.Now().UTC().Truncate(time.Millisecond)
	s := state.AccessSession{Hash: hashOf(secret), Name: who.Name, Groups: who.Groups, Made: now, Until: now.Add(length)}
	if err := l.book.Store.AddSession(ctx, s); err != nil {
		return err
	}
	l.keep(w, r, SessionCookie, secret, length)
	return nil
}

// Logout ends a session.
func (l *Login) Logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(SessionCookie); err == nil {
		who, _ := l.book.person(r.Context(), c.Value)
		if err := l.book.Store.EndSession(r.Context(), hashOf(c.Value)); err != nil {
			l.book.Logger.Error("a logout failed", "err", err)
			http.Error(w, "The session could not be ended; try again.", http.StatusInternalServerError)
			return
		}
		if who.Known() {
			l.tell(r, who, "logout", nil)
		}
	}
	l.keep(w, r, SessionCookie, "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// keep has a browser keep a cookie; a negative length removes it. It is Lax, so that a
// login survives a link from a chat, while other sites cannot write with it.
func (l *Login) keep(w http.ResponseWriter, r *http.Request, name, value string, length time.Duration) {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(length.Seconds()), HttpOnly: true, Secure: l.secure(r), SameSite: http.SameSiteLaxMode,
	}
	if length < 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (l *Login) tell(r *http.Request, who Who, what string, err error) {
	if l.Told != nil {
		l.Told(r, who, what, err)
	}
}

// refuse says why somebody could not log in.
func (l *Login) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errNoProvider) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	l.book.logins.WithLabelValues("failed").Inc()
	l.book.Logger.Warn("a login failed", "from", r.RemoteAddr, "err", err)
	l.tell(r, Who{}, "login", err)
	http.Error(w, "The login failed: "+err.Error()+"\nBegin it anew at "+LoginPath, http.StatusForbidden)
}
