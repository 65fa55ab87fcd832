// Package phrasestest lets tests of what Headroom says hold it to saying it in Chinese,
// too: a sentence that is new has to stand in the catalogue of [headroom/internal/phrases].
package phrasestest

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"headroom/internal/phrases"
)

var (
	english = regexp.MustCompile(`\b[a-z]{2,} [a-z]{2,}([^\w/-]|$)`) // two words: a name of several has figures, signs or capitals
	quoted  = regexp.MustCompile(`“[^”]*”|（[^）]*）|"[^"]*"`)
)

// known holds the texts that are said in Chinese: property tests say the same ones
// thousands of times.
var known sync.Map

// Check fails for each text that is not said in Chinese, or not as a whole. What others
// have said stands in quotes or brackets.
func Check(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, ok := known.Load(text); ok {
			continue
		}
		said := phrases.In(phrases.Chinese, text)
		if rest := english.FindString(quoted.ReplaceAllString(said, "")); rest != "" {
			t.Errorf("%q is said in Chinese as %q, which has %q: does a text lack in internal/phrases/zh?", text, said, rest)
			continue
		}
		known.Store(text, nil)
	}
}

// Refusal fails for an error that a person is told, if it, or one of its faults of a line
// each, is not said in Chinese.
func Refusal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		Check(t, strings.Split(err.Error(), "\n")...)
	}
}
