package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/internal/phrases"
)

// tongue is the language that a request wants our sentences in: "lang", or what
// Accept-Language names first. English unless it is Chinese.
func tongue(c *gin.Context) string {
	wanted := c.Query("lang")
	if wanted == "" {
		wanted = strings.TrimSpace(c.GetHeader("Accept-Language"))
	}
	if strings.HasPrefix(strings.ToLower(wanted), phrases.Chinese) {
		return phrases.Chinese
	}
	return phrases.English
}

// vary says by which headers an answer differs.
const vary = "Accept-Encoding, Accept-Language"

// sentences are the members of answers that hold sentences of ours, whatever they
// belong to. Codes, such as states and causes, are the same in every language.
var sentences = []string{
	"reason", "forecast_reason", "short", "says", "why", "failure", "basis", "error",
	"summary", "description", "title", // also those of alarms, flows and tools of ours
}

// stock are the members that hold what a machine has or shall have: a version, a name, or
// words of ours, such as "not installed". What is one word is said as it is.
var stock = []string{"declared", "found", "allowed"}

// others are the members whose objects hold what others have said; a list of inputs is
// of those that a flow declares.
var others = []string{"inputs", "outputs", "constants", "labels", "facts"}

// say says the sentences of a JSON text in a language. It must be valid, as what we
// have written is.
func say(language string, text []byte) []byte {
	if language == phrases.English {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/4)
	done, key := 0, ""
	for at := 0; at < len(text); {
		switch text[at] {
		case '"':
			end := afterString(text, at)
			if end < len(text) && text[end] == ':' {
				key, at = string(text[at+1:end-1]), end+1
				continue
			}
			if slices.Contains(sentences, key) || slices.Contains(stock, key) && bytes.IndexByte(text[at:end], ' ') >= 0 {
				out = append(append(out, text[done:at]...), sayOne(language, text[at:end])...)
				done = end
			}
			key, at = "", end
		case '{':
			if slices.Contains(others, key) {
				at = afterValue(text, at)
			} else {
				at++
			}
			key = ""
		case '[':
			at, key = at+1, ""
		default:
			at++
		}
	}
	return append(out, text[done:]...)
}

// sayOne says a JSON string.
func sayOne(language string, quoted []byte) []byte {
	var english string
	if json.Unmarshal(quoted, &english) != nil {
		return quoted
	}
	said := phrases.In(language, english)
	if said == english {
		return quoted
	}
	b, err := marshal(said)
	if err != nil {
		return quoted
	}
	return bytes.TrimSuffix(b, []byte("\n"))
}

// afterString is where the string ends that begins at a place.
func afterString(text []byte, at int) int {
	for at++; at < len(text) && text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return min(at+1, len(text))
}

// afterValue is where the object or list ends that begins at a place.
func afterValue(text []byte, at int) int {
	for depth := 0; at < len(text); {
		switch text[at] {
		case '"':
			at = afterString(text, at)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if at++; depth == 0 {
			break
		}
	}
	return at
}

// sayPairs says what was known of something, names and values.
func sayPairs(language string, pairs map[string]string) map[string]string {
	if language == phrases.English || pairs == nil {
		return pairs
	}
	said := make(map[string]string, len(pairs))
	for name, value := range pairs {
		said[phrases.In(language, name)] = phrases.In(language, value)
	}
	return said
}

// sayExplanation says an explanation in a language. Names that others gave stay.
func sayExplanation(language string, e *analytics.Explanation) {
	if language == phrases.English {
		return
	}
	e.Title = phrases.In(language, e.Title)
	for i := range e.Steps {
		step := &e.Steps[i]
		if !step.Named {
			step.Name = phrases.In(language, step.Name)
		}
		step.Formula, step.Numbers = phrases.In(language, step.Formula), phrases.In(language, step.Numbers)
		step.Result = phrases.In(language, step.Result)
		for n, input := range step.Inputs {
			step.Inputs[n] = phrases.In(language, input)
		}
	}
}
