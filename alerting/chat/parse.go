package chat

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"
)

// Verbs of commands.
const (
	Help     = "help"
	Status   = "status"
	Warnings = "warnings"
	Alarms   = "alarms"
	Ack      = "ack"
	Unack    = "unack"
	Mute     = "mute"
	Restart  = "restart"
	Run      = "run"

	Find         = "find"
	ListRequests = "requests"
	ShowRequest  = "request"
	Approve      = "approve"
	Reject       = "reject"
)

// Command is what a person asked for.
type Command struct {
	Verb  string
	Words []string // after the verb: what it is about, then a node or a reason; names may have blanks

	// Of mute: a module or matchers, how long, and why.
	Target   string
	Matchers labels.Matchers
	For      time.Duration
	Reason   string
}

// Writes tells whether the command changes anything.
func (c Command) Writes() bool {
	switch c.Verb {
	case Ack, Unack, Mute, Restart, Run, Approve, Reject:
		return true
	}
	return false
}

// MaxMute is how long a mute by chat may be.
const MaxMute = 7 * 24 * time.Hour

// maxText is how long a command may be, in bytes.
const maxText = 2000

// other words for the verbs.
var words = map[string]string{
	"help": Help, "h": Help, "?": Help, "？": Help, "帮助": Help,
	"status": Status, "stat": Status, "st": Status, "show": Status, "状态": Status,
	"warnings": Warnings, "warning": Warnings, "warn": Warnings, "table": Warnings, "预警": Warnings,
	"alarms": Alarms, "alarm": Alarms, "alerts": Alarms, "alert": Alarms, "告警": Alarms,
	"ack": Ack, "acknowledge": Ack, "take": Ack, "确认": Ack,
	"unack": Unack, "release": Unack, "交还": Unack,
	"mute": Mute, "silence": Mute, "屏蔽": Mute,
	"restart": Restart, "重启": Restart,
	"run": Run, "执行": Run,
	"find": Find, "search": Find, "搜索": Find, "查找": Find,
	"requests": ListRequests, "申请": ListRequests,
	"request": ShowRequest, "申请单": ShowRequest,
	"approve": Approve, "同意": Approve, "批准": Approve,
	"reject": Reject, "拒绝": Reject,
}

// Parse reads a command. It takes typographic quotes for plain ones, verbs in any
// case, and the name or a mention of the one who is asked in front. An error tells
// what is wanted. No text is help.
func Parse(text string) (Command, error) {
	if len(text) > maxText {
		return Command{}, fmt.Errorf("a command has up to %d bytes; this one has %d", maxText, len(text))
	}
	tokens, err := split(text)
	if err != nil {
		return Command{}, err
	}
	for len(tokens) > 0 && addressed(tokens[0]) {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return Command{Verb: Help}, nil
	}
	verb := strings.ToLower(strings.TrimPrefix(tokens[0], "/"))
	c := Command{Verb: words[verb]}
	if c.Verb == "" {
		return c, fmt.Errorf("there is no command %q; help lists them", shorten(tokens[0], 40))
	}
	return c.read(tokens[1:])
}

// addressed tells whether a word only says who is asked.
func addressed(word string) bool {
	name := strings.ToLower(strings.TrimLeft(word, "/@"))
	return name == "headroom" || strings.HasPrefix(word, "@") || strings.HasPrefix(word, "<@")
}

// about asks what a command that was given nothing is about.
var about = map[string]string{
	Status:  "of which module? As in: status Qzone/WNS/dispatch",
	Ack:     "which alarm, or of which module? As in: ack Qzone/WNS/dispatch 2h I look after it",
	Unack:   "which alarm, or of which module? As in: unack Qzone/WNS/dispatch it is not ours",
	Restart: "which module? As in: restart Qzone/WNS/dispatch web-7",
	Run:     "which flow? As in: run expand",
	Find:    "what? As in: find disk full",

	ShowRequest: "which request? As in: request R12; requests lists them",
	Approve:     "which request? As in: approve R12 within the budget",
	Reject:      "which request, and why? As in: reject R12 not this month",
}

// read takes the words after the verb.
func (c Command) read(words []string) (Command, error) {
	if c.Verb == Mute {
		return c.readMute(words)
	}
	c.Words = words
	if ask := about[c.Verb]; ask != "" && len(words) == 0 {
		return c, errors.New(ask)
	}
	return c, nil
}

// readMute takes what to mute, for how long, and why: the first word that is a
// length of time divides them.
func (c Command) readMute(words []string) (Command, error) {
	at := -1
	for i, word := range words {
		if d, err := model.ParseDuration(strings.ToLower(word)); err == nil && d > 0 && i > 0 {
			at, c.For = i, time.Duration(d)
			break
		}
	}
	switch {
	case at < 0:
		return c, errors.New(`what, and for how long? As in: mute Qzone/WNS/dispatch 1h we change the disk; or: mute alertname="DiskFull",node=~"web-.*" 30m`)
	case c.For > MaxMute:
		return c, fmt.Errorf("for how long? %s is longer than %s, the longest", model.Duration(c.For), model.Duration(MaxMute))
	}
	c.Reason = reason(words[at+1:])
	what := strings.Join(words[:at], " ")
	if !strings.Contains(what, "=") && !strings.Contains(what, "!~") {
		c.Target = what
		return c, nil
	}
	matchers, err := labels.ParseMatchers(what)
	if err != nil {
		return c, fmt.Errorf("%q is read as matchers: %w", what, err)
	}
	if len(matchers) == 0 || matchesAll(matchers) {
		return c, fmt.Errorf("%q would mute alarms without any of these labels, too: name a label with = and a value", what)
	}
	c.Matchers = matchers
	return c, nil
}

// matchesAll tells whether alarms without any label match.
func matchesAll(all labels.Matchers) bool { return all.Matches(model.LabelSet{}) }

// reason joins words, without a first one that only says that a reason follows.
func reason(words []string) string {
	if len(words) > 0 {
		switch strings.ToLower(words[0]) {
		case "because", "because:", "reason", "reason:", "--reason", "-", "—", "–":
			words = words[1:]
		}
	}
	return strings.Join(words, " ")
}

var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "＂", `"`, "＝", "=", "，", ",", "：", ":", "　", " ")

// split divides a text into words at blanks. What stands in double quotes is one
// word, without them if it begins with them; in the middle of a word they stay, as in
// name="a b".
func split(text string) (words []string, err error) {
	var word strings.Builder
	quoted, inWord, strip := false, false, false
	for _, r := range plainQuotes.Replace(strings.ToValidUTF8(text, "")) {
		switch {
		case r == '"' && !quoted:
			quoted, strip = true, !inWord
			inWord = true
			if !strip {
				word.WriteRune(r)
			}
		case r == '"':
			quoted = false
			if !strip {
				word.WriteRune(r)
			}
		case !quoted && unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		case unicode.IsControl(r) && !unicode.IsSpace(r):
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	if quoted {
		return nil, errors.New(`a " has no end`)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
