package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/gin-gonic/gin"
)

// secure sets the headers that keep browsers from guessing types, framing
// answers and telling other sites where a user came from. The pages replace the
// content policy by their own.
func secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
	c.Next()
}

// originGuard keeps pages of other sites from writing with the rights of the
// user whose browser shows them. Programs send neither Origin nor
// Sec-Fetch-Site and pass.
type originGuard struct {
	cross *http.CrossOriginProtection
	host  string // of the external URL, empty if unknown
}

func newOriginGuard(external *url.URL) *originGuard {
	g := &originGuard{cross: http.NewCrossOriginProtection()}
	if external != nil && external.Host != "" {
		g.host = external.Host
		// Behind a proxy that rewrites Host, the Origin is the external one.
		_ = g.cross.AddTrustedOrigin(external.Scheme + "://" + external.Host)
	}
	return g
}

func (g *originGuard) check(c *gin.Context) {
	err := g.cross.Check(c.Request)
	if err == nil && writes(c.Request) {
		err = g.rebound(c.Request)
	}
	if err != nil {
		c.AbortWithStatusJSON(http.StatusForbidden, failure{"error", forbidden, fmt.Sprintf("refused: %v", err)}.in(tongue(c)))
	}
}

func writes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// rebound finds a foreign site whose name was made to resolve to this machine
// (DNS rebinding), which browsers take for the same origin: the request came in
// over the loopback interface, from a browser, under a name that is not ours.
func (g *originGuard) rebound(r *http.Request) error {
	browser := r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != ""
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !browser || !ok || !local.IP.IsLoopback() || r.Host == g.host || loopbackName(r.Host) {
		return nil
	}
	return fmt.Errorf("the host name %q is not known here; if it is right, start the server with --web.external-url", r.Host)
}

func loopbackName(hostport string) bool {
	u := url.URL{Host: hostport}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// recoverPanic answers 500 with an id under which the log tells the cause. What
// was panicking may be half written; then the connection is cut.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause)
		}
		id := rand.Text()[:10]
		s.Logger.Error("panic while answering", "id", id, "method", c.Request.Method,
			"path", c.Request.URL.Path, "cause", cause, "stack", string(debug.Stack()))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
		c.AbortWithStatusJSON(http.StatusInternalServerError,
			failure{"error", internal, "this is a fault of Headroom; its log has more under id " + id}.in(tongue(c)))
	}()
	c.Next()
}
