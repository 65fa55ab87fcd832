package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"headroom/storage/state"
	"headroom/ui/access"
)

// Who has logged in is known by a cookie, which pages of other sites cannot use.
func TestSessionOfABrowser(t *testing.T) {
	o, _ := options(t)
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	defer db.Close()
	o.Access.Store = db.Access()
	governed(t, o)
	sum := sha256.Sum256([]byte("secret"))
	must(t, db.Access().AddSession(t.Context(), state.AccessSession{
		Hash: hex.EncodeToString(sum[:]), Name: "ann", Groups: []string{"ops"}, Made: minute, Until: minute.Add(time.Hour),
	}))
	s := New(o)
	f := func(text, site string, want int) *httptest.ResponseRecorder {
		t.Helper()
		r := sentBy(text, "")
		r.AddCookie(&http.Cookie{Name: access.SessionCookie, Value: "secret"})
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s from a %s page: %d %s; want %d", text, site, w.Code, w.Body, want)
		}
		return w
	}
	f(`PUT /api/v1/modules/Qzone%2FWNS/note {"note":"x"}`, "same-origin", 200)
	f(`PUT /api/v1/modules/Qzone%2FWNS/note {"note":"y"}`, "cross-site", 403)
	f(`PUT /api/v1/modules/QQ/note {"note":"x"}`, "same-origin", 403)
	if e := recorded(t, o); len(e) != 2 || e[0].Who != "ann" || e[1].Who != "ann" || e[1].Result != "" {
		t.Errorf("%+v", e)
	}
	f(`POST /-/logout`, "cross-site", 403)
	if w := f(`POST /-/logout`, "same-origin", 303); len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("%v", w.Result().Cookies())
	}
	f(`GET /api/v1/warnings`, "same-origin", 401)
	if e := recorded(t, o)[0]; e.Action != "session.logout" || e.Object != "ann" {
		t.Errorf("%+v", e)
	}
}
