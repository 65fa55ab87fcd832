package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/storage/fleet"
	"headroom/ui/access"
)

// rolesCount tells whether people have roles here. Without them everybody may do
// everything, and is who they say they are.
func (s *Server) rolesCount() bool { return s.Access != nil && s.Access.On() }

// actor is who acts: who is known to send the request or, where nobody has to log in,
// who they say they are, to the server or in the body.
func (s *Server) actor(c *gin.Context, said string) string {
	if s.rolesCount() {
		return askedOf(c).who.String()
	}
	if name, _, ok := c.Request.BasicAuth(); ok {
		return name
	}
	return strings.TrimSpace(said)
}

// guard finds out who sends a request and what it takes, and turns those away who may
// not send it.
func (s *Server) guard(c *gin.Context) {
	if c.FullPath() == "" {
		return // a page, or no endpoint at all
	}
	a := &asked{Context: c}
	a.need, _ = needOf(c.Request.Method, c.FullPath())
	c.Set(askedKey, a)
	err := a.look()
	switch {
	case err != nil:
	case s.rolesCount():
		err = s.permit(a)
	case a.need.action != "":
		a.where, _ = s.locate(a) // to record it; the endpoint says what is wrong
	}
	if err != nil {
		s.refused(a, err)
	}
}

// look reads of a request what it takes to judge and to record it.
func (a *asked) look() error {
	if a.need.action == "" {
		return nil
	}
	err := a.read()
	a.said = cmp.Or(a.text("who"), a.text("createdBy"))
	return err
}

// permit tells whether who asks may do what they ask for.
func (s *Server) permit(a *asked) error {
	role := a.role()
	if a.need.ingest {
		role = s.Access.Ingest()
	}
	who, err := s.Access.Identify(a.Request)
	a.who = who
	if role == access.None {
		return nil // whoever they are
	}
	if err != nil {
		return s.unknown(err.Error())
	}
	if a.where = (where{anywhere: a.need.anywhere}); !a.where.anywhere {
		if a.where, err = s.locate(a); err != nil {
			return err
		}
	}
	at := a.where
	if a.everywhere() {
		at = whole
	}
	owns := who.Known() && at.owner == who.String()
	switch {
	case owns || s.may(who, role, at):
		a.named()
		return nil
	case !who.Known():
		return s.unknown("who asks is not known, and this takes " + article(role))
	}
	s.stats.refused.WithLabelValues("role").Inc()
	return &Error{forbidden, errors.New(s.Access.Refusal(who, role, s.lacking(who, role, at), a.what()))}
}

// lacking is the first place where somebody lacks a role.
func (s *Server) lacking(who access.Who, role access.Role, at where) fleet.Path {
	for _, path := range at.paths {
		if s.Access.Role(who, path) < role {
			return path
		}
	}
	return nil
}

func (s *Server) locate(a *asked) (where, error) {
	if a.need.at == nil {
		return whole, nil
	}
	return a.need.at(s, a)
}

// may tells whether somebody has a role everywhere where it is wanted.
func (s *Server) may(who access.Who, role access.Role, at where) bool {
	if at.anywhere {
		return s.Access.Highest(who) >= role
	}
	for _, path := range at.paths {
		if s.Access.Role(who, path) < role {
			return false
		}
	}
	return len(at.paths) > 0
}

// what names in a sentence what is asked for.
func (a *asked) what() string {
	if action := a.action(); action != "" {
		return action
	}
	return a.Request.Method + " " + a.FullPath()
}

func article(r access.Role) string {
	if r == access.Viewer {
		return "a viewer"
	}
	return "an " + r.String()
}

// unknown says how to become known.
func (s *Server) unknown(why string) error {
	s.stats.refused.WithLabelValues("unknown").Inc()
	how := "send a token as \"Authorization: Bearer hr_…\""
	if s.login() {
		how = "log in at " + access.LoginPath + ", or " + how
	}
	return &Error{unauthorized, errorf("%s: %s", why, how)}
}

// login tells whether people can log in by a provider.
func (s *Server) login() bool { return s.Login != nil && s.Login.On() }

// refused turns a request away. Who is known to have tried is recorded.
func (s *Server) refused(a *asked, err error) {
	if classify(err).Kind == unauthorized {
		a.Header("WWW-Authenticate", `Bearer realm="headroom"`)
	}
	if a.who.Known() || !s.rolesCount() {
		err = s.recordRefusal(a, err)
	}
	a.Abort()
	s.fail(a.Context, err)
}

// mountLogin serves logging in and out.
func (s *Server) mountLogin() {
	if s.Login == nil {
		return
	}
	s.Login.Told = s.recordLogin
	s.engine.GET(access.LoginPath, gin.WrapF(s.Login.Start))
	s.engine.GET(access.CallbackPath, gin.WrapF(s.Login.Callback))
	s.engine.POST(access.LogoutPath, gin.WrapF(s.Login.Logout))
}

// named puts the name of who is known into a silence, whatever it says itself.
func (a *asked) named() {
	if a.action() != "silence.set" || a.body == nil {
		return
	}
	name, _ := json.Marshal(a.who.String())
	a.body["createdby"] = name
	if text, err := json.Marshal(a.body); err == nil {
		a.Request.Body = io.NopCloser(bytes.NewReader(text))
		a.Request.ContentLength = int64(len(text))
	}
}
