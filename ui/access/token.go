package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"headroom/internal/faults"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// TokenPrefix begins every token, so that they are found where they should not be.
const TokenPrefix = "hr_"

// Token is a program's right, without the secret itself.
type Token struct {
	Grant
	Name string
	Used time.Time // zero: never

	hash string
}

// adminTokenID is the id of the token that the configuration names.
const adminTokenID = "configured"

// MinConfiguredToken is how long a token of the configuration has to be, in bytes.
const MinConfiguredToken = 24

// newSecret returns 130 random bits as text.
func newSecret() string { return rand.Text() }

// newID returns an id that no other of its kind has: 40 random bits.
func newID(kind string) string { return kind + strings.ToLower(rand.Text()[:8]) }

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// isToken tells whether a text may be a token.
func isToken(text string) bool {
	return MinConfiguredToken <= len(text) && len(text) <= MaxText && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// CheckToken tells what is wrong with a token that the configuration names.
func CheckToken(text string) error {
	if !isToken(text) {
		return fmt.Errorf("want %d to %d letters, digits and signs of ASCII without blanks, got %d bytes", MinConfiguredToken, MaxText, len(text))
	}
	return nil
}

// Token checks a token as people ask for it; all faults are told at once, as
// [faults.List].
func (a Asked) Token(now time.Time) (Token, error) {
	var bad faults.List
	t := Token{Grant: a.read(now, &bad), Name: strings.TrimSpace(a.Name)}
	if err := checkText(t.Name); err != nil || t.Name == "" {
		bad.Add("name", "want what uses the token, as ci; got %q", a.Name)
	}
	if a.Subject != "" {
		bad.Add("subject", "a token has none")
	}
	return t, bad.Err()
}

func (t Token) kept() state.AccessToken {
	return state.AccessToken{
		ID: t.ID, Name: t.Name, Hash: t.hash, Role: t.Role.String(), Node: t.Path.ID(), Why: t.Why, MadeBy: t.MadeBy, Made: t.Made, Until: t.Until,
	}
}

func tokenOf(k state.AccessToken) (t Token, err error) {
	t = Token{Grant: Grant{ID: k.ID, Why: k.Why, MadeBy: k.MadeBy, Made: k.Made, Until: k.Until}, Name: k.Name, Used: k.Used, hash: k.Hash}
	if t.Role, err = ParseRole(k.Role); err == nil {
		t.Path, err = fleet.ParseID(k.Node)
	}
	if err != nil {
		return t, fmt.Errorf("token %q: %w", k.ID, err)
	}
	return t, nil
}
