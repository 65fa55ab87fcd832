package api

import (
	"time"

	"github.com/gin-gonic/gin"

	"headroom/ui/access"
)

// meData is who asks, and what they may do.
type meData struct {
	Open   bool                `json:"open"`  // everybody may do everything here
	Known  bool                `json:"known"` // it is known who asks
	Name   string              `json:"name"`
	Kind   access.Kind         `json:"kind"`
	Groups []string            `json:"groups"`
	Role   access.Role         `json:"role"` // the highest, wherever it is
	Rights []grantData         `json:"rights"`
	Path   string              `json:"path"` // what Here is about
	Here   access.Role         `json:"here"`
	May    map[string]bool     `json:"may"`    // read, write and govern, there
	Needs  map[string]needData `json:"needs"`  // what each action takes
	Login  string              `json:"login"`  // where to log in; empty: there is no provider
	Logout string              `json:"logout"` // where to log out; empty: nobody has logged in by a provider
}

// me tells who asks what they may do, at a node of the tree if they name one.
func (s *Server) me(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path := p.path("path")
	if p.err != nil {
		return nil, p.err
	}
	who := askedOf(c).who
	d := meData{Open: !s.rolesCount(), Known: who.Known(), Name: who.String(), Kind: who.Kind, Groups: orEmpty(who.Groups), Path: path.ID(), Rights: []grantData{}, Needs: neededByAction}
	if s.login() {
		d.Login = access.LoginPath
		if _, err := c.Cookie(access.SessionCookie); err == nil && d.Known {
			d.Logout = access.LogoutPath
		}
	}
	if d.Open {
		d.Name, d.Role, d.Here = s.actor(c, ""), access.Admin, access.Admin
	} else {
		d.Role, d.Here = s.Access.Highest(who), s.Access.Role(who, path)
		for _, g := range s.Access.Rights(who) {
			d.Rights = append(d.Rights, s.grantData(g))
		}
	}
	d.May = map[string]bool{"read": d.Role >= access.Viewer, "write": d.Here >= access.Operator, "govern": d.Here >= access.Admin}
	return d, nil
}

// grantData is a grant in a list.
type grantData struct {
	ID      string      `json:"id"` // empty: of the configuration
	Subject string      `json:"subject"`
	Role    access.Role `json:"role"`
	Path    string      `json:"path"`
	Until   *time.Time  `json:"until"` // null: no end
	Why     string      `json:"why"`
	MadeBy  string      `json:"made_by"`
	MadeAt  *time.Time  `json:"made_at"` // null: of the configuration
}

func (s *Server) grantData(g access.Grant) grantData {
	return grantData{
		ID: g.ID, Subject: g.Subject, Role: g.Role, Path: g.Path.ID(), Until: s.timeOrNull(g.Until), Why: g.Why, MadeBy: g.MadeBy, MadeAt: s.timeOrNull(g.Made),
	}
}

// grants lists the grants in force, with "path" those that count there or below.
func (s *Server) grants(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path, subject := p.path("path"), p.text("subject")
	if p.err != nil {
		return nil, p.err
	}
	all := []grantData{}
	if s.Access == nil {
		return all, nil
	}
	for _, g := range s.Access.Grants() {
		if (subject == "" || g.Subject == subject) && (path.Under(g.Path) || g.Path.Under(path)) {
			all = append(all, s.grantData(g))
		}
	}
	return all, nil
}

func (s *Server) addGrant(c *gin.Context) (any, error) {
	var want access.Asked
	if err := readJSON(c, &want); err != nil {
		return nil, err
	}
	g, err := want.Grant(s.Now())
	if err == nil && !s.rolesCount() {
		err = access.ErrOpen
	}
	if err != nil {
		return nil, err
	}
	if g, err = s.Access.Grant(c.Request.Context(), g, s.actor(c, "")); err != nil {
		return nil, err
	}
	return s.grantData(g), nil
}

func (s *Server) endGrant(c *gin.Context) (any, error) {
	id := c.Param("id")
	if s.Access == nil {
		return nil, access.ErrOpen
	}
	return gone{id}, s.Access.End(c.Request.Context(), id, s.actor(c, ""))
}

// tokenData is a token in a list. Token is only there when it has just been made.
type tokenData struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Role   access.Role `json:"role"`
	Path   string      `json:"path"`
	Until  *time.Time  `json:"until"` // null: no end
	Why    string      `json:"why"`
	MadeBy string      `json:"made_by"`
	MadeAt *time.Time  `json:"made_at"`
	UsedAt *time.Time  `json:"used_at"` // to the minute; null: never
	Token  string      `json:"token,omitempty"`
}

func (s *Server) tokenData(t access.Token, secret string) tokenData {
	return tokenData{
		ID: t.ID, Name: t.Name, Role: t.Role, Path: t.Path.ID(), Until: s.timeOrNull(t.Until), Why: t.Why, MadeBy: t.MadeBy, MadeAt: s.timeOrNull(t.Made),
		UsedAt: s.timeOrNull(t.Used), Token: secret,
	}
}

// tokens lists the tokens in force where who asks is an admin.
func (s *Server) tokens(c *gin.Context) (any, error) {
	all := []tokenData{}
	if s.Access == nil {
		return all, nil
	}
	who := askedOf(c).who
	for _, t := range s.Access.Tokens() {
		if s.Access.Role(who, t.Path) >= access.Admin {
			all = append(all, s.tokenData(t, ""))
		}
	}
	return all, nil
}

func (s *Server) makeToken(c *gin.Context) (any, error) {
	var want access.Asked
	if err := readJSON(c, &want); err != nil {
		return nil, err
	}
	t, err := want.Token(s.Now())
	if err == nil && !s.rolesCount() {
		err = access.ErrOpen
	}
	if err != nil {
		return nil, err
	}
	t, secret, err := s.Access.MakeToken(c.Request.Context(), t, s.actor(c, ""))
	if err != nil {
		return nil, err
	}
	c.Header("Cache-Control", "no-store")
	return s.tokenData(t, secret), nil
}

func (s *Server) revokeToken(c *gin.Context) (any, error) {
	id := c.Param("id")
	if s.Access == nil {
		return nil, access.ErrOpen
	}
	return gone{id}, s.Access.Revoke(c.Request.Context(), id, s.actor(c, ""))
}
