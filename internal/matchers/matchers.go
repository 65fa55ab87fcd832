// Package matchers reads label matchers as Alertmanager writes them:
// alertname="Dead", node=~"n[0-9]+".
package matchers

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"
)

// The longest text of matchers, in bytes, and the most matchers in one list.
const (
	MaxText = 4 << 10
	MaxList = 64
)

// Parse reads matchers that must all match, with or without braces around them.
// At least one is wanted.
func Parse(text string) (labels.Matchers, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("has %d bytes; it may have up to %d", len(text), MaxText)
	}
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("want UTF-8, got %q", text)
	}
	ms, err := parse.Matchers(text)
	if err != nil {
		return nil, fmt.Errorf("want label matchers as alertname=%q, got %q: %w", "Dead", text, err)
	}
	if len(ms) == 0 {
		return nil, fmt.Errorf("want label matchers as alertname=%q, got %q", "Dead", text)
	}
	return ms, nil
}

// ParseAll reads a list of matchers that must all match. They must say something:
// what matches an alarm without labels matches all.
func ParseAll(texts []string) (all labels.Matchers, err error) {
	if len(texts) == 0 {
		return nil, fmt.Errorf("want at least one, as alertname=%q, got none", "Dead")
	}
	for _, text := range texts {
		ms, err := Parse(text)
		if err != nil {
			return nil, err
		}
		all = append(all, ms...)
	}
	if len(all) > MaxList {
		return nil, fmt.Errorf("has %d matchers; it may have up to %d", len(all), MaxList)
	}
	if all.Matches(model.LabelSet{}) {
		return nil, errors.New("want a matcher that an empty label does not match: these match every alarm")
	}
	return all, nil
}

// Equal returns a label that whatever is matched has for certain; false if there
// is none.
func Equal(ms labels.Matchers) (name model.LabelName, value model.LabelValue, ok bool) {
	for _, m := range ms {
		if m.Type == labels.MatchEqual && m.Value != "" {
			return model.LabelName(m.Name), model.LabelValue(m.Value), true
		}
	}
	return "", "", false
}
