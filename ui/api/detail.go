package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"headroom/storage/audit"
)

// Limits of what the audit log is told of a body.
const (
	maxDetailText = 500 // bytes of a text
	maxDetailList = 50  // elements of a list
	maxDetailDeep = 10  // objects and lists inside each other
)

const hidden = "<secret>"

// secretName are names of fields that hold what nobody may read.
var secretName = regexp.MustCompile(`(?i)pass(word|wd|phrase)|^pass$|secret|token|credential|private.?key|api.?key|authorization|cookie`)

// userInURL is what stands before the host in an address.
var userInURL = regexp.MustCompile(`://[^/@\s"]+@`)

// detail is what the audit log is told of a request: its fields without secrets, and
// without what an entry has already.
func (a *asked) detail(s *Server) json.RawMessage {
	told := map[string]any{}
	secrets := map[string]bool{}
	if flow, run := firstOf(a.Param("flow"), a.text("flow"), a.wanted()), a.Param("run"); s.Places.Secrets != nil && flow+run != "" {
		for _, name := range s.Places.Secrets(a.ctx(), flow, run) {
			secrets[strings.ToLower(name)] = true
		}
	}
	for name, raw := range a.body {
		if slices.Contains([]string{"who", "createdby", "reason", "why", "action"}, name) {
			continue
		}
		var v any
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if dec.Decode(&v) == nil && v != nil && v != "" {
			told[name] = redacted(name, v, secrets, maxDetailDeep)
		}
	}
	if a.body == nil && len(a.raw) > 0 {
		told["body_bytes"] = len(a.raw)
	}
	for name, values := range a.Request.URL.Query() {
		told["?"+name] = redacted(name, strings.Join(values, ","), secrets, 1)
	}
	return fitting(told)
}

// wanted is the flow of a change that is asked for.
func (a *asked) wanted() string {
	var change struct{ Flow string }
	if json.Unmarshal(a.field("change"), &change) != nil {
		return ""
	}
	return change.Flow
}

// redacted is a value as the audit log may have it.
func redacted(name string, v any, secrets map[string]bool, deep int) any {
	if v != nil && v != "" && (secretName.MatchString(name) || secrets[strings.ToLower(name)]) {
		return hidden
	}
	switch v := v.(type) {
	case string:
		return audit.Cut(userInURL.ReplaceAllString(v, "://…@"), maxDetailText)
	case []any:
		return redactedList(v, secrets, deep)
	case map[string]any:
		if deep == 0 {
			return fmt.Sprintf("… %d fields", len(v))
		}
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = redacted(key, inner, secrets, deep-1)
		}
		return out
	}
	return v
}

func redactedList(v []any, secrets map[string]bool, deep int) any {
	if deep == 0 {
		return fmt.Sprintf("… %d elements", len(v))
	}
	out := []any{}
	for _, inner := range v[:min(len(v), maxDetailList)] {
		out = append(out, redacted("", inner, secrets, deep-1))
	}
	if more := len(v) - maxDetailList; more > 0 {
		out = append(out, fmt.Sprintf("… and %d more", more))
	}
	return out
}

// fitting is the JSON of what is told, without the longest fields if it is too long for
// an entry; nil if there is nothing to tell.
func fitting(told map[string]any) json.RawMessage {
	left := []string{}
	for len(told) > 0 {
		if len(left) > 0 {
			told["left_out"] = left
		}
		text, err := json.Marshal(told)
		if err != nil {
			panic("BUG: what came as JSON cannot be written as JSON: " + err.Error())
		}
		if len(text) <= audit.MaxDetail {
			return text
		}
		longest := longestOf(told)
		delete(told, longest)
		left = append(left, audit.Cut(longest, 100))
	}
	return nil
}

func longestOf(told map[string]any) string {
	most, longest := -1, ""
	for _, name := range slices.Sorted(maps.Keys(told)) {
		text, _ := json.Marshal(told[name])
		if name != "left_out" && len(text) > most {
			most, longest = len(text), name
		}
	}
	return longest
}
