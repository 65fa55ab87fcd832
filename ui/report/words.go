package report

import (
	"regexp"
	"strings"
)

// words are the texts of a [Document]; {1} stands for the first thing said in them.
type words struct {
	html, title, draft, published, basis, pageOf, unshaped, neededNote string
	daysAhead, minutesAhead, largestOf, asOfHour                       string // horizons of forecasts

	modules, devices, needed, request, cost, risk, since, forecast, median, leftCount string // key figures
	riskNote, sinceNote, forecastNote, medianNote, unpriced                           string

	by, bySite, byType, change, came, scores, trends, asks, enough, left, requests, method string // headings
	site, deviceType, total, unnamed, none, nothing, leftNote, sharedNote                  string

	module, count, pieces, atRisk, toRequest, short, peakNow, growth, fullOn, why, orders, then, now, difference string // heads of columns
	devicesThen, requested, neededThen, forecastAll, cameAll, errorHead, pair                                    string
	costHead, state, who, opened, approved, closed, what                                                         string
	task, made, scored, medianError, naive, bias, inside                                                         string

	changeNote, newOnes, gone, others, more, cameNote, quiet, totalOf, scoresNote, replayed, trendsNote string
	peaks, line, expected, target                                                                       string

	tasks, states, levels map[string]string // of [ledger.Tasks], of requests, of the hierarchy; what is missing is said as it is
}

var allWords = map[string]*words{English: &english, Chinese: &chinese}

func wordsOf(language string) *words {
	if w := allWords[language]; w != nil {
		return w
	}
	return &english
}

// counted is a place for a number and what it counts, of one and of more.
var counted = regexp.MustCompile(`\{(\d)\|([^|}]*)\|([^|}]*)\}`)

// fill puts what is said into a text: {1} stands for the first, {1|device|devices} for it
// with what it is a number of.
func fill(text string, of ...string) string {
	text = counted.ReplaceAllStringFunc(text, func(place string) string {
		m := counted.FindStringSubmatch(place)
		if i := int(m[1][0] - '1'); i < len(of) && of[i] == "1" {
			return "{" + m[1] + "} " + m[2]
		}
		return "{" + m[1] + "} " + m[3]
	})
	for i, v := range of {
		text = strings.ReplaceAll(text, "{"+string(rune('1'+i))+"}", v)
	}
	return text
}

// say returns what a name is called, which is itself where nothing else is known.
func say(names map[string]string, name string) string {
	if s, ok := names[name]; ok {
		return s
	}
	return name
}

// LevelName is what a level of the business tree is called in a language, which is
// itself where nothing else is known.
func LevelName(level, language string) string { return say(wordsOf(language).levels, level) }
