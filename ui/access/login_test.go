package access

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
)

// site is a server with a login, a provider and a browser.
type site struct {
	*world
	login    *Login
	provider *provider
	server   *httptest.Server
	browser  *http.Client
	told     []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{world: open(t, section)}
	s.provider = newProvider(t, s.now)
	s.login = NewLogin(s.Book, nil)
	s.login.Told = func(_ *http.Request, who Who, what string, err error) {
		s.told = append(s.told, strings.TrimSpace(what+" "+who.String()))
	}
	must(t, s.login.Set(config.OIDC{
		Issuer: s.provider.URL, ClientID: "headroom", ClientSecret: "s3cret", Scopes: []string{"openid"},
		UsernameClaim: "preferred_username", GroupsClaim: "groups", Session: config.Duration(time.Hour),
	}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+LoginPath, s.login.Start)
	mux.HandleFunc("GET "+CallbackPath, s.login.Callback)
	mux.HandleFunc("POST "+LogoutPath, s.login.Logout)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		who, err := s.Identify(r)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte(r.URL.Path + " " + who.String() + " " + strings.Join(who.Groups, ",")))
	})
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	s.browse(t)
	return s
}

// browse takes another browser.
func (s *site) browse(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	s.browser = &http.Client{Jar: jar}
}

func (s *site) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := s.browser.Get(s.server.URL + path)
	must(t, err)
	defer resp.Body.Close()
	b := make([]byte, 2000)
	n, _ := resp.Body.Read(b)
	return resp.StatusCode, string(b[:n])
}

func TestLogin(t *testing.T) {
	s := newSite(t)
	if _, body := s.get(t, "/x"); body != "/x  " {
		t.Errorf("%q before the login", body)
	}
	if code, body := s.get(t, LoginPath+"?to=/module/shop"); code != 200 || body != "/module/shop ann oncall" {
		t.Fatalf("%d %q", code, body)
	}
	if s.provider.asked.Get("code_challenge_method") != "S256" || s.provider.asked.Get("nonce") == "" || s.provider.asked.Get("state") == "" {
		t.Errorf("asked for %v", s.provider.asked)
	}
	s.reopen(t, section)
	if _, body := s.get(t, "/x"); body != "/x ann oncall" {
		t.Errorf("%q after a restart", body)
	}
	s.at = began.Add(time.Hour)
	if _, body := s.get(t, "/x"); body != "/x  " {
		t.Errorf("%q after the end of the session", body)
	}
	if s.told[0] != "login ann" {
		t.Errorf("%q", s.told)
	}
}

func TestLogout(t *testing.T) {
	s := newSite(t)
	s.get(t, LoginPath)
	u, err := url.Parse(s.server.URL)
	must(t, err)
	stolen := s.browser.Jar.Cookies(u)
	resp, err := s.browser.Post(s.server.URL+LogoutPath, "", nil)
	must(t, err)
	_ = resp.Body.Close()
	if _, body := s.get(t, "/x"); body != "/x  " {
		t.Errorf("%q after the logout", body)
	}
	s.browser.Jar.SetCookies(u, stolen)
	if _, body := s.get(t, "/x"); body != "/x  " {
		t.Errorf("%q with the cookie of an ended session", body)
	}
}

func TestCookiesOfALogin(t *testing.T) {
	s := newSite(t)
	s.login.external = &url.URL{Scheme: "https", Host: "capacity.example", Path: "/headroom/"}
	w := httptest.NewRecorder()
	s.login.Start(w, httptest.NewRequest(http.MethodGet, LoginPath, nil))
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 {
		t.Errorf("%+v", c)
	}
	to, err := url.Parse(w.Header().Get("Location"))
	must(t, err)
	if got := to.Query().Get("redirect_uri"); got != "https://capacity.example/headroom/-/callback" {
		t.Errorf("sent back to %s", got)
	}
}

func TestBadLogins(t *testing.T) {
	s := newSite(t)
	f := func(what, want string, claims map[string]any) {
		t.Helper()
		s.browse(t)
		s.provider.claims = claims
		code, body := s.get(t, LoginPath)
		if code != http.StatusForbidden || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s; want %q", what, code, body, want)
		}
		if _, body := s.get(t, "/x"); body != "/x  " {
			t.Errorf("%s: %s", what, body)
		}
	}
	f("another nonce", "another login", map[string]any{"nonce": "x"})
	f("another audience", "audience", map[string]any{"aud": "other"})
	f("another issuer", "issue", map[string]any{"iss": "https://evil.example"})
	f("too old", "expired", map[string]any{"exp": began.Add(-time.Hour).Unix()})
	f("no name", "username_claim", map[string]any{"preferred_username": 7})
	f("a name of another kind", "another kind", map[string]any{"preferred_username": "token:ci"})
	f("bad groups", "groups", map[string]any{"groups": map[string]any{}})

	s.browse(t)
	if code, body := s.get(t, CallbackPath+"?code=x&state=y"); code != 403 || !strings.Contains(body, "begun no login") {
		t.Errorf("without a login: %d %s", code, body)
	}
	s.provider.claims = nil
	key := s.provider.key
	s.provider.key = newProvider(t, s.now).key
	forged := s.provider.sign(map[string]any{})
	s.provider.key = key
	if err := s.loginWith(t, forged); err == nil || !strings.Contains(err.Error(), "verify the ID token") {
		t.Errorf("signed by another key: %v", err)
	}
}

// loginWith verifies an ID token as the login does.
func (s *site) loginWith(t *testing.T, raw string) error {
	t.Helper()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": raw})
	}))
	defer other.Close()
	r := httptest.NewRequest(http.MethodGet, CallbackPath, nil)
	p, c, _, err := s.login.client(t.Context(), r)
	must(t, err)
	c.Endpoint.TokenURL = other.URL
	_, err = s.login.claims(t.Context(), p, c, "code", attempt{})
	return err
}

func TestAnswerOfAnotherLogin(t *testing.T) {
	s := newSite(t)
	w := httptest.NewRecorder()
	s.login.Start(w, httptest.NewRequest(http.MethodGet, "http://"+strings.TrimPrefix(s.server.URL, "http://")+LoginPath, nil))
	mine := w.Result().Cookies()[0]
	r := httptest.NewRequest(http.MethodGet, CallbackPath+"?code=c&state=another", nil)
	r.AddCookie(mine)
	w = httptest.NewRecorder()
	s.login.Callback(w, r)
	if w.Code != 403 || !strings.Contains(w.Body.String(), "not that to the login") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestLoginWithoutAProvider(t *testing.T) {
	s := newSite(t)
	must(t, s.login.Set(config.OIDC{}))
	if code, body := s.get(t, LoginPath); code != 404 || s.login.On() {
		t.Errorf("%d %s", code, body)
	}
	must(t, s.login.Set(config.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "x", Scopes: []string{"openid"}}))
	if code, body := s.get(t, LoginPath); code != 403 || !strings.Contains(body, "provider of logins") {
		t.Errorf("%d %s", code, body)
	}
	if err := s.login.Set(config.OIDC{ClientSecretFile: "/nothing"}); err == nil {
		t.Error("a secret that is not there is taken")
	}
}

func TestPagesToComeBackTo(t *testing.T) {
	for to, want := range map[string]string{
		"/module/a?x=1#y": "/module/a?x=1#y", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "javascript:x": "/", "x": "/", "/a\nb": "/",
	} {
		if got := ownPage(to); got != want {
			t.Errorf("%q: %q; want %q", to, got, want)
		}
	}
}

func TestClaims(t *testing.T) {
	who, err := personOf(map[string]any{"a": map[string]any{"name": "ann", "b": map[string]any{"roles": []any{"x", "y"}}}}, "a.name", "a.b.roles")
	if err != nil || who.Name != "ann" || len(who.Groups) != 2 {
		t.Errorf("%+v %v", who, err)
	}
	if _, err := personOf(map[string]any{"email": "a@b", "email_verified": false}, "email", "groups"); err == nil {
		t.Error("an address that nobody has verified is a name")
	}
	if who, err := personOf(map[string]any{"sub": "x", "groups": "one"}, "sub", "groups"); err != nil || who.Groups[0] != "one" {
		t.Errorf("%+v %v", who, err)
	}
	if _, err := personOf(map[string]any{"sub": "x", "groups": make([]any, maxGroups+1)}, "sub", "groups"); err == nil {
		t.Error("too many groups")
	}
}

func FuzzCookieOfALogin(f *testing.F) {
	f.Add(attempt{"s", "n", "v", "/x"}.cookie())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAttempt(text)
		if err != nil {
			return
		}
		if a.State == "" || !strings.HasPrefix(a.To, "/") || strings.HasPrefix(a.To, "//") {
			t.Errorf("%+v", a)
		}
		if again, err := parseAttempt(a.cookie()); len(text) < 1000 && (err != nil || again != a) {
			t.Errorf("%+v reads back as %+v %v", a, again, err)
		}
	})
}

func FuzzClaims(f *testing.F) {
	f.Add(`{"preferred_username":"ann","groups":["a"]}`)
	f.Add(`{"preferred_username":"user:x","groups":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		claims := map[string]any{}
		if json.Unmarshal([]byte(text), &claims) != nil {
			return
		}
		who, err := personOf(claims, "preferred_username", "groups")
		if err == nil && (!who.Known() || strings.HasPrefix(who.String(), "token:")) {
			t.Errorf("%+v", who)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("Bearer " + TokenPrefix + newSecret())
	f.Add("bearer")
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{Header: http.Header{"Authorization": {header}}}
		text, ok := bearer(r)
		if ok && isToken(text) && (len(text) < MinConfiguredToken || strings.ContainsAny(text, " \r\n")) {
			t.Errorf("%q", text)
		}
	})
}
