package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Access says who may do what. Without the section everybody may do everything.
type Access struct {
	Default   string        `yaml:"default"`   // role of those who are known and have no grant; empty: no section
	Anonymous string        `yaml:"anonymous"` // role of those who are not known: none or viewer
	Ingest    string        `yaml:"ingest"`    // what it takes to send samples and alarms: open or operator
	Grants    []AccessGrant `yaml:"grants"`
	// AdminTokenFile holds a token of an admin of the whole tree: for programs, and to
	// begin with.
	AdminTokenFile string `yaml:"admin_token_file"`
	OIDC           OIDC   `yaml:"oidc"`
}

// On tells whether the file has the section.
func (a Access) On() bool { return a.Default != "" }

// AccessGrant gives a role on a part of the business tree.
type AccessGrant struct {
	Subject string `yaml:"subject"` // user:NAME, group:NAME, token:ID or chat:NAME
	Role    string `yaml:"role"`    // viewer, operator or admin
	Path    string `yaml:"path"`    // id of the tree node; empty: all
	Until   string `yaml:"until"`   // its last day, or a time; empty: no end
	Why     string `yaml:"why"`
}

// OIDC is a provider of OpenID Connect that people log in by. Without an issuer there
// is none.
type OIDC struct {
	Issuer           string   `yaml:"issuer"`
	ClientID         string   `yaml:"client_id"`
	ClientSecret     Secret   `yaml:"client_secret"`
	ClientSecretFile string   `yaml:"client_secret_file"`
	Scopes           []string `yaml:"scopes"`
	UsernameClaim    string   `yaml:"username_claim"`
	GroupsClaim      string   `yaml:"groups_claim"`
	Session          Duration `yaml:"session"` // how long a login lasts
}

// Roles beside those of [Viewer] and [Operator].
const (
	NoRole = "none"
	Admin  = "admin"
)

// OpenIngest lets everybody send samples and alarms.
const OpenIngest = "open"

// subjectKinds are what a grant may be for.
var subjectKinds = []string{"user", "group", "token", "chat"}

func defaultAccess() Access {
	return Access{Grants: []AccessGrant{}, OIDC: OIDC{
		Scopes: []string{"openid", "profile", "email"}, UsernameClaim: "preferred_username", GroupsClaim: "groups", Session: Duration(12 * time.Hour),
	}}
}

// fillAccess sets what a file leaves out that has the section. An empty default role
// is that of a file without it.
func (c *Config) fillAccess(given map[string]int) {
	_, section := given["access"]
	if _, named := given["access.default"]; !section || named && !c.Access.On() {
		return
	}
	setDefault(&c.Access.Default, Viewer)
	setDefault(&c.Access.Anonymous, NoRole)
	setDefault(&c.Access.Ingest, OpenIngest)
}

func (a Access) check(k checker) {
	if !a.On() {
		k.want(len(a.Grants) == 0 && a.OIDC.Issuer == "" && a.AdminTokenFile == "", "default", "a role, since there are grants, a token or a provider", `""`)
		return
	}
	k.oneOf("default", a.Default, NoRole, Viewer, Operator, Admin)
	k.oneOf("anonymous", a.Anonymous, NoRole, Viewer)
	k.oneOf("ingest", a.Ingest, OpenIngest, Operator)
	for i, g := range a.Grants {
		g.check(k.item("grants", i))
	}
	governed := a.Default == Admin || a.AdminTokenFile != "" || slices.ContainsFunc(a.Grants, func(g AccessGrant) bool { return g.Role == Admin && g.Path == "" && g.Until == "" })
	k.want(governed, "grants", "a grant of role admin without path and until, or access.admin_token_file, or nobody could give roles", "none")
	a.OIDC.check(k.at("oidc"))
}

func (g AccessGrant) check(k checker) {
	kind, name, _ := strings.Cut(g.Subject, ":")
	ok := slices.Contains(subjectKinds, kind) && strings.TrimSpace(name) != ""
	k.want(ok, "subject", "user:NAME, group:NAME, token:ID or chat:NAME", fmt.Sprintf("%q", g.Subject))
	k.oneOf("role", g.Role, Viewer, Operator, Admin)
	k.want(isNodeID(g.Path), "path", "the id of a node of the business tree, as Qzone/WNS", fmt.Sprintf("%q", g.Path))
	_, err := g.End(time.UTC)
	k.want(err == nil, "until", "a day as 2027-01-31, or a time as 2027-01-31T18:00:00+08:00", fmt.Sprintf("%q", g.Until))
}

// End is when a grant ends, in the configured zone; zero: never.
func (g AccessGrant) End(zone *time.Location) (time.Time, error) {
	if g.Until == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, g.Until, zone); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	return time.Parse(time.RFC3339, g.Until)
}

func (o OIDC) check(k checker) {
	if o.Issuer == "" {
		k.want(o.ClientID == "", "issuer", "the provider's address with client_id", "none")
		return
	}
	k.address("issuer", o.Issuer)
	k.want(o.ClientID != "", "client_id", "the id that the provider knows this server by", "none")
	k.want(o.ClientSecret == "" || o.ClientSecretFile == "", "client_secret_file", "either client_secret or client_secret_file", "both")
	k.want(slices.Contains(o.Scopes, "openid"), "scopes", "openid among them", fmt.Sprintf("%q", o.Scopes))
	k.want(o.UsernameClaim != "", "username_claim", "the claim that names a person", "none")
	k.between("session", o.Session, Duration(5*time.Minute), 30*day)
}
