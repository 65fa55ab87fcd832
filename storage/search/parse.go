package search

import (
	"slices"
	"strings"
	"unicode"
)

// Bounds of a query; what is beyond is left out.
const (
	maxPhrases = 16
	maxTokens  = 32 // of a phrase
)

// phrase are words that follow one another.
type phrase struct {
	words   []string
	prefix  bool     // the last word is the beginning of one
	endings []string // words that it is the beginning of, if they were looked up
}

// parse reads what a person typed. Blanks divide, except in quotes; what other signs
// divide follows one another, as in SET_W13. There is nothing that cannot be read.
func parse(text string) (all []phrase) {
	for _, item := range items(text) {
		p := phraseOf(item.text)
		if len(p.words) == 0 {
			continue
		}
		p.prefix = p.prefix || item.last && !item.quoted
		all = append(all, p)
		if len(all) == maxPhrases {
			break
		}
	}
	return all
}

type item struct {
	text         string
	quoted, last bool
}

// items divides a text at blanks and quotes.
func items(text string) (all []item) {
	text = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "＂", `"`).Replace(text)
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 && strings.TrimSpace(part) != "" {
			all = append(all, item{text: part, quoted: true})
			continue
		}
		for _, word := range strings.FieldsFunc(part, unicode.IsSpace) {
			all = append(all, item{text: word})
		}
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all
}

// phraseOf are the tokens of a word or quoted text, as they follow one another in the
// index. The last sign of a run stands by itself there: at the end of the phrase the
// run may go on, unless it is all there is.
func phraseOf(text string) (p phrase) {
	var all []token
	tokens(text, func(t token) bool {
		if t.text != "" {
			all = append(all, t)
		}
		return len(all) <= maxTokens
	})
	if n := len(all); n > 0 && all[n-1].tail {
		if n > 1 && all[n-2].signs && all[n-2].end == all[n-1].end {
			all = all[:n-1]
		} else {
			p.prefix = true
		}
	}
	for _, t := range all[:min(len(all), maxTokens)] {
		p.words = append(p.words, t.text)
	}
	return p
}

// match is the query in the words of FTS5; tokens hold letters and digits alone.
func match(phrases []phrase, columns string) string {
	var b strings.Builder
	for i, p := range phrases {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(p.match())
	}
	return "{" + columns + "} : (" + b.String() + ")"
}

func (p phrase) match() string {
	text := `"` + strings.Join(p.words, " ") + `"`
	if len(p.endings) == 0 {
		if p.prefix {
			text += " *"
		}
		return text
	}
	before := strings.Join(p.words[:len(p.words)-1], " ")
	all := make([]string, len(p.endings))
	for i, word := range p.endings {
		all[i] = `"` + before + " " + word + `"`
	}
	return "(" + strings.Join(all, " OR ") + ")"
}

// hits tells which bytes of a text are of words that were asked for.
func hits(text string, phrases []phrase) (all []span) {
	tokens(text, func(t token) bool {
		for _, p := range phrases {
			if p.has(t.text) {
				if n := len(all); n > 0 && all[n-1].end >= t.start {
					all[n-1].end = max(all[n-1].end, t.end)
				} else {
					all = append(all, span{t.start, t.end})
				}
				break
			}
		}
		return len(all) < maxHits
	})
	return all
}

// maxHits is how many places of a text are looked at for a snippet.
const maxHits = 500

type span struct{ start, end int }

// has tells whether a word is one of the phrase.
func (p phrase) has(word string) bool {
	for i, w := range p.words {
		if word == w || p.prefix && i == len(p.words)-1 && strings.HasPrefix(word, w) {
			return true
		}
	}
	return false
}

// matches tells whether a text has every phrase.
func matches(text string, phrases []phrase) bool {
	var words []string
	tokens(text, func(t token) bool { words = append(words, t.text); return true })
	return !slices.ContainsFunc(phrases, func(p phrase) bool { return !p.in(words) })
}

// in tells whether words have the phrase.
func (p phrase) in(words []string) bool {
	last := len(p.words) - 1
	for at := 0; at+last < len(words); at++ {
		if slices.Equal(words[at:at+last], p.words[:last]) && (words[at+last] == p.words[last] || p.prefix && strings.HasPrefix(words[at+last], p.words[last])) {
			return true
		}
	}
	return false
}
