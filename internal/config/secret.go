package config

import (
	"fmt"
	"os"
	"strings"
)

// Secret is a text that no log and no message shows.
type Secret string

const hidden = "<secret>"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// MarshalYAML hides the secret.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// ReadSecret returns a secret that is given as such or, if not, by the name of a
// file, whose surrounding blanks do not count.
func ReadSecret(s Secret, file string) (string, error) {
	if s != "" || file == "" {
		return string(s), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
