package phrases

import (
	"maps"
	"strings"
)

// search looks for the template of one text.
type search struct {
	left  int               // matches that may still be tried
	known map[string]string // what parts of it are said as, empty for those that are not known
}

func newSearch() *search { return &search{left: effort, known: map[string]string{}} }

// say says a text in Chinese, if it is known as a whole. What has no letters is the
// same in every language.
func (s *search) say(text string) (said string, ok bool) {
	if text = strings.TrimSpace(text); !hasLatin(text) {
		return text, text != ""
	}
	said, seen := s.known[text]
	if !seen {
		s.known[text] = "" // no text is a part of itself
		said = s.find(text)
		s.known[text] = said
	}
	return said, said != ""
}

func (s *search) find(text string) string {
	for _, t := range catalogue()[text[0]] {
		if !t.english.mayBe(text) {
			continue
		}
		if of := (map[string]string{}); s.match(t.english, text, of) {
			return t.chinese.fill(of)
		}
	}
	return ""
}

// match finds the arguments with which a form gives a text, as they are to be said.
func (s *search) match(f form, text string, of map[string]string) bool {
	if s.left--; s.left < 0 {
		return false
	}
	if len(f) == 0 {
		return text == ""
	}
	if f[0].slot == "" {
		rest, ok := strings.CutPrefix(text, f[0].literal)
		return ok && s.match(f[1:], rest, of)
	}
	for end := range ends(f[1:], text) {
		said, ok := s.argument(f[0].kind(), text[:end])
		if !ok {
			continue
		}
		before := maps.Clone(of)
		of[f[0].slot] = said
		if s.match(f[1:], text[end:], of) {
			return true
		}
		clear(of)
		maps.Copy(of, before)
	}
	return false
}

// ends are the places where an argument can end so that what follows fits.
func ends(after form, text string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if len(after) == 0 {
			yield(len(text))
			return
		}
		for end := 1; end < len(text); end++ {
			next := strings.Index(text[end:], after[0].literal)
			if next < 0 {
				return
			}
			if end += next; !yield(end) {
				return
			}
		}
	}
}
