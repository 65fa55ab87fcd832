package phrases

import (
	"regexp"
	"strings"
)

var (
	isNumber   = regexp.MustCompile(`^(?:[-+−×≈]? ?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|–|[-+]?Inf)$`)
	isTime     = regexp.MustCompile(`^\d[\d:.TZ -]*\d?Z?(?:[-+]\d\d:?\d\d)?(?: [A-Z]{2,5}| [-+]\d\d)?$`)
	isDuration = regexp.MustCompile(`^(?:\d+(?:\.\d+)? ?(?:ms|min|h|m|s|d|w|y) ?)+$`)
	lengths    = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(ms|min|h|m|s|d|w|y) ?`)
	isList     = regexp.MustCompile(`, and | and |, `)
)

// longestName is how long a name may be, in bytes: what is longer is no name.
const longestName = 300

var units = map[string]string{
	"ms": "毫秒", "s": "秒", "m": "分钟", "min": "分钟", "h": "小时", "d": "天", "w": "周", "y": "年",
}

// argument says what stands in a placeholder, if it may stand there.
func (s *search) argument(kind, text string) (said string, ok bool) {
	switch kind {
	case "n":
		if text == "unknown" {
			return "未知", true
		}
		return text, isNumber.MatchString(text)
	case "t":
		return text, isTime.MatchString(text)
	case "d":
		return duration(text), isDuration.MatchString(text)
	case "name":
		return text, isName(text)
	case "names":
		return s.list(text, func(name string) bool { return strings.Contains(name, " ") }) // "5 more"
	case "says":
		return s.list(text, func(string) bool { return true })
	case "say":
		return s.say(text)
	case "text":
		if said, ok := s.say(text); ok {
			return said, true
		}
		return text, text != ""
	}
	return "", false
}

// isName tells whether a text can be a name: it has no punctuation of a sentence.
func isName(text string) bool {
	if text == "" || len(text) > longestName || strings.Trim(text, " .,;:") != text {
		return false
	}
	for _, sign := range []string{", ", "; ", ": ", ". ", " (", "\n"} {
		if strings.Contains(text, sign) {
			return false
		}
	}
	return true
}

// list says names that are joined as Chinese joins them, those that may be texts of ours too.
func (s *search) list(text string, mayBeOurs func(string) bool) (said string, ok bool) {
	names := isList.Split(text, -1)
	for i, name := range names {
		if known, ok := s.say(name); ok && mayBeOurs(name) {
			names[i] = known
		} else if !isName(name) {
			return "", false
		}
	}
	return strings.Join(names, "、"), true
}

// duration says a length of time, as 1h30m or 5 min 3 s.
func duration(text string) string {
	var b strings.Builder
	for _, part := range lengths.FindAllStringSubmatch(text, -1) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(part[1] + " " + units[part[2]])
	}
	return b.String()
}
