package access

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"headroom/internal/config"
	"headroom/internal/faults"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// MaxText is how long a name or a reason may be, in bytes.
const MaxText = 500

// Grant gives somebody a role on a part of the business tree.
type Grant struct {
	ID      string     // empty: of the configuration
	Subject string     // user:NAME, group:NAME, token:ID or chat:NAME
	Role    Role       // Viewer or more
	Path    fleet.Path // with all below it; empty: all
	Until   time.Time  // zero: until it is ended
	Why     string
	MadeBy  string
	Made    time.Time
}

func (g Grant) inForce(now time.Time) bool { return g.Until.IsZero() || now.Before(g.Until) }

// String says it in words, as "operator of shop/web".
func (g Grant) String() string { return g.Role.String() + " of " + place(g.Path) }

// place names a node of the business tree in a sentence.
func place(path fleet.Path) string {
	if len(path) == 0 {
		return "the whole tree"
	}
	return path.ID()
}

// subjects are the kinds of whom a grant may be for.
var subjects = map[string]bool{"user": true, "group": true, "token": true, "chat": true}

// CheckSubject tells what is wrong with whom a grant is for.
func CheckSubject(subject string) error {
	kind, name, _ := strings.Cut(subject, ":")
	if !subjects[kind] || strings.TrimSpace(name) == "" {
		return fmt.Errorf("want user:NAME, group:NAME, token:ID or chat:NAME, got %q", subject)
	}
	return checkText(name)
}

func checkText(text string) error {
	if len(text) > MaxText {
		return fmt.Errorf("it may have up to %d bytes, got %d", MaxText, len(text))
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%q has control characters", text)
	}
	return nil
}

// Asked is a grant or a token as people ask for it.
type Asked struct {
	Subject string    `json:"subject"` // of a grant
	Name    string    `json:"name"`    // of a token
	Role    string    `json:"role"`
	Path    string    `json:"path"`  // empty: all
	Until   time.Time `json:"until"` // zero: no end
	Why     string    `json:"why"`
}

// read checks what a grant and a token have in common.
func (a Asked) read(now time.Time, bad *faults.List) (g Grant) {
	var err error
	if g.Role, err = ParseRole(a.Role); err != nil || g.Role == None {
		bad.Add("role", "want one of viewer, operator, admin, got %q", a.Role)
	}
	if g.Path, err = fleet.ParseID(a.Path); err != nil {
		bad.Add("path", "%v", err)
	}
	if g.Until = a.Until.UTC().Truncate(time.Millisecond); !a.Until.IsZero() && !g.Until.After(now) {
		bad.Add("until", "want a time to come, got %s", a.Until.Format(time.RFC3339))
	}
	if g.Why = strings.TrimSpace(a.Why); checkText(g.Why) != nil {
		bad.Add("why", "%v", checkText(g.Why))
	}
	return g
}

// Grant checks a grant as people ask for it; all faults are told at once, as
// [faults.List].
func (a Asked) Grant(now time.Time) (Grant, error) {
	var bad faults.List
	g := a.read(now, &bad)
	if g.Subject = strings.TrimSpace(a.Subject); CheckSubject(g.Subject) != nil {
		bad.Add("subject", "%v", CheckSubject(g.Subject))
	}
	if a.Name != "" {
		bad.Add("name", "a grant has none")
	}
	return g, bad.Err()
}

// configured are the grants of the configuration, which was checked.
func configured(all []config.AccessGrant, zone *time.Location) (out []Grant) {
	for _, c := range all {
		path, _ := fleet.ParseID(c.Path)
		role, _ := ParseRole(c.Role)
		until, _ := c.End(zone)
		out = append(out, Grant{Subject: c.Subject, Role: role, Path: path, Until: until, Why: c.Why, MadeBy: "configuration"})
	}
	return out
}

// kept is a grant as the state database has it.
func (g Grant) kept() state.AccessGrant {
	return state.AccessGrant{ID: g.ID, Subject: g.Subject, Role: g.Role.String(), Node: g.Path.ID(), Why: g.Why, MadeBy: g.MadeBy, Made: g.Made, Until: g.Until}
}

func grantOf(k state.AccessGrant) (g Grant, err error) {
	g = Grant{ID: k.ID, Subject: k.Subject, Why: k.Why, MadeBy: k.MadeBy, Made: k.Made, Until: k.Until}
	if g.Role, err = ParseRole(k.Role); err == nil {
		g.Path, err = fleet.ParseID(k.Node)
	}
	if err != nil {
		return g, fmt.Errorf("grant %q: %w", k.ID, err)
	}
	return g, nil
}
