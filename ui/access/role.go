package access

import "fmt"

// Role is what somebody may do on a part of the business tree. A higher one may do all
// that a lower one may.
type Role int

// The roles.
const (
	None     Role = iota
	Viewer        // reads
	Operator      // everyday writes: notes, acks, mutes, orders, runs
	Admin         // definitions, grants, tokens, the brake
)

var roleNames = []string{"none", "viewer", "operator", "admin"}

// String names the role.
func (r Role) String() string { return roleNames[r] }

// MarshalText implements [encoding.TextMarshaler].
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRole(string(text))
	return err
}

// ParseRole reads the name of a role.
func ParseRole(name string) (Role, error) {
	for r, known := range roleNames {
		if name == known {
			return Role(r), nil
		}
	}
	return None, fmt.Errorf("want one of none, viewer, operator, admin, got %q", name)
}
