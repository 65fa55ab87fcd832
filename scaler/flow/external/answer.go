package external

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"headroom/scaler/flow/tool"
)

// Answer is what a tool prints.
type Answer struct {
	Outputs map[string]any    `json:"outputs"`
	Error   string            `json:"error"`  // why it has failed; empty: it has not
	Final   bool              `json:"final"`  // another try would fail likewise
	State   tool.FindingState `json:"state"`  // of check
	Reason  string            `json:"reason"` // of check, one sentence
	Plan    string            `json:"plan"`   // of plan, one sentence
}

// MaxAnswer is how long an answer may be, in bytes.
const MaxAnswer = 1 << 20

// ParseAnswer reads what a tool has printed. The error says what is wrong with it.
// Numbers of outputs become int64 or, with a fraction or too large, float64.
func ParseAnswer(text []byte) (a Answer, err error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return a, errors.New("it printed nothing; want one JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	err = dec.Decode(&a)
	if err == nil && dec.Decode(&struct{}{}) != io.EOF {
		err = errors.New("there is more after its end")
	}
	if err != nil {
		return Answer{}, fmt.Errorf("it printed no answer: want one JSON object: %w; it begins %q", err, begin(text))
	}
	for name, v := range a.Outputs {
		if a.Outputs[name], err = plain(v); err != nil {
			return Answer{}, fmt.Errorf("output %s: %w", name, err)
		}
	}
	return a, nil
}

// begin is the beginning of a text.
func begin(text []byte) string {
	const most = 80
	return strings.ToValidUTF8(string(text[:min(len(text), most)]), "")
}

// plain turns the numbers of a value into those of outputs.
func plain(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		f, err := v.Float64()
		if err != nil || math.IsInf(f, 0) {
			return nil, fmt.Errorf("the number %.40s is out of range", v)
		}
		return f, nil
	case []any:
		for i := range v {
			if v[i], err = plain(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = plain(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// check holds outputs against what the description promises.
func check(outputs map[string]any, promised []tool.Parameter) error {
	var errs []error
	for name, v := range outputs {
		i := slices.IndexFunc(promised, func(p tool.Parameter) bool { return p.Name == name })
		switch {
		case i < 0:
			errs = append(errs, fmt.Errorf("output %q is not described", name))
		case v != nil && !fits(v, promised[i].Type):
			errs = append(errs, fmt.Errorf("output %s: want a %s, got %.80q", name, promised[i].Type, fmt.Sprint(v)))
		}
	}
	for _, p := range promised {
		if _, ok := outputs[p.Name]; p.Required && !ok {
			errs = append(errs, fmt.Errorf("output %s is missing", p.Name))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

func fits(v any, want string) bool {
	switch v.(type) {
	case string:
		return slices.Contains([]string{"string", "duration", "module", "node", "any"}, want)
	case bool:
		return want == "bool" || want == "any"
	case int64:
		return want == "int" || want == "number" || want == "any"
	case float64:
		return want == "number" || want == "any"
	case []any:
		return want == "list" || want == "any"
	}
	return want == "map" || want == "any"
}
