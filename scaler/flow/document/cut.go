package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// piece is a part of a text: as it stands, or an expression.
type piece struct {
	text       string
	expression bool
}

// cut takes a text apart at its ${ }. $${ stands for ${ itself.
func cut(text string) ([]piece, error) {
	var pieces []piece
	var plain strings.Builder
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "$${"):
			plain.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(text[i:], "${"):
			if plain.Len() > 0 {
				pieces = append(pieces, piece{text: plain.String()})
				plain.Reset()
			}
			start := i + len("${")
			length := closing(text[start:])
			if length < 0 {
				return nil, fmt.Errorf("%.80q: the ${ has no } (write $${ for the characters themselves)", text)
			}
			pieces = append(pieces, piece{text[start : start+length], true})
			i = start + length + len("}")
		default:
			plain.WriteByte(text[i])
			i++
		}
	}
	if plain.Len() > 0 {
		pieces = append(pieces, piece{text: plain.String()})
	}
	return pieces, nil
}

// closing is where the brace stands that closes an expression, -1 if there is none.
// Braces within the expression's own texts and maps do not close it.
func closing(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '"', '\'':
			raw := i > 0 && (text[i-1] == 'r' || text[i-1] == 'R')
			i += quoted(text[i:], raw)
			continue
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
		i++
	}
	return -1
}

// quoted is the length of a literal text of the language that begins here: between
// quotes, three times three of them, and raw ones without escapes.
func quoted(text string, raw bool) int {
	quote := text[:1]
	if strings.HasPrefix(text, strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	for i := len(quote); i < len(text); i++ {
		if text[i] == '\\' && !raw {
			i++
		} else if strings.HasPrefix(text[i:], quote) {
			return i + len(quote)
		}
	}
	return len(text)
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// bare takes the ${ } off where an expression is all that can be given.
func bare(text string) string {
	if pieces, err := cut(text); err == nil && len(pieces) == 1 && pieces[0].expression {
		return pieces[0].text
	}
	return text
}
