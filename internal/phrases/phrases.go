// Package phrases says in Chinese what Headroom has said in English: the reasons of
// decisions, the trails of alarms, the steps of explanations.
//
// What is decided is written down in English, in logs, in the database, in answers
// that nobody asked otherwise. The catalogue in zh/*.txt has each of these texts with
// placeholders, and below it the same in Chinese. A text that a reader wants in
// Chinese is recognised by its template, and its arguments are put into the Chinese
// one; so texts that were kept long ago are said in Chinese, too. A text is said as a
// whole or not at all: what no template knows comes back as it is.
//
// A placeholder is named by what may stand in it, and a figure that tells it from
// others of its kind:
//
//	{n}      a number, or "unknown"
//	{t}      a time, a date or a clock
//	{d}      a length of time
//	{name}   a name or a path, without the punctuation of a sentence
//	{names}  several, joined by ", " or " and "
//	{say}    a text of the catalogue
//	{says}   several, joined likewise; what the catalogue lacks stays as it is
//	{text}   what somebody else has said: it stays as it is, if the catalogue lacks it
//
// What stands in [brackets] in English may be missing. A ¦ is where the code joins two
// texts: tests find each of them in it, so that nobody changes one here or there alone.
package phrases

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// The languages that texts are said in.
const (
	English = "en"
	Chinese = "zh"
)

const (
	longest = 4096  // of a text that is looked at, in bytes
	effort  = 20000 // matches that are tried for one text
)

//go:embed zh/*.txt
var files embed.FS

// catalogue has the templates by the byte that a text begins with, those with the most
// words first, of equal ones those that are the strictest: the one that says most of a
// text is the one it was made by.
var catalogue = sync.OnceValue(func() *[256][]template {
	var by [256][]template
	var all []template
	for _, e := range entries() {
		for _, english := range variants(e.english) {
			all = append(all, template{english: parse(english), chinese: parse(e.chinese)})
		}
	}
	slices.SortStableFunc(all, func(a, b template) int {
		return cmp.Or(b.english.words()-a.english.words(), a.english.loose()-b.english.loose())
	})
	for _, t := range all {
		for first := range by {
			if begin := t.english[0].literal; begin == "" || begin[0] == byte(first) {
				by[first] = append(by[first], t)
			}
		}
	}
	return &by
})

// In says a text in a language. What is not known in it comes back as it is.
func In(language, text string) string {
	if language != Chinese || !hasLatin(text) || len(text) > longest {
		return text
	}
	if said, ok := newSearch().say(text); ok {
		return said
	}
	return text
}

// entry is a text in both languages.
type entry struct {
	english, chinese string
	seamed, place    string // the English as it stands in the catalogue, and where
}

// entries reads the catalogue: a line of English, and below it an indented line of
// Chinese. Lines that begin with # are remarks. A fault of it is one of the build,
// which the tests find.
func entries() (all []entry) {
	names, err := fs.Glob(files, "zh/*.txt")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		for i, line := range strings.Split(string(text), "\n") {
			chinese, indented := strings.CutPrefix(line, "\t")
			switch {
			case line == "" || strings.HasPrefix(line, "#"):
			case indented:
				all[len(all)-1].chinese = chinese
			default:
				all = append(all, entry{english: strings.ReplaceAll(line, "¦", ""), seamed: line, place: fmt.Sprintf("%s:%d", name, i+1)})
			}
		}
	}
	return all
}

// variants are a text with and without what may be missing.
func variants(english string) []string {
	before, rest, found := strings.Cut(english, "[")
	inside, after, closed := strings.Cut(rest, "]")
	if !found || !closed {
		return []string{english}
	}
	var all []string
	for _, tail := range variants(after) {
		all = append(all, before+inside+tail, before+tail)
	}
	return all
}
