package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// falcon is what agents of Open-Falcon push: a JSON list of items. Good items
// of a list with a bad one are kept, as Open-Falcon's transfer does it.
//
// The metric's name is kept as it is, "cpu.idle"; endpoint becomes a label and
// so does each tag. Counters are kept as the numbers that came: a rate is made
// when they are read.
var falcon = format{protocol: "openfalcon", decode: decodeFalcon}

type falconItem struct {
	Metric      string          `json:"metric"`
	Endpoint    string          `json:"endpoint"`
	Timestamp   int64           `json:"timestamp"` // Unix seconds
	Value       json.RawMessage `json:"value"`     // a number, or one written as a string
	CounterType string          `json:"counterType"`
	Tags        string          `json:"tags"` // k=v,k=v
}

func decodeFalcon(r *request) error {
	var items []falconItem
	if err := json.Unmarshal(r.body, &items); err != nil {
		return fmt.Errorf("parse the list of items: %w", jsonError(err))
	}
	b := newBatch(r.extra)
	defer b.release()
	for i := range items {
		if err := b.addFalcon(&items[i], r.now.UnixMilli()); err != nil {
			b.drop()
			r.tally.refuse(malformed, 1, func() error { return fmt.Errorf("item %d: %w", i+1, err) })
		}
	}
	return r.write(b.rows, keepGood)
}

// jsonError adds the place to encoding/json's syntax errors.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w at byte %d", err, syntax.Offset)
	}
	return err
}

func (b *batch) addFalcon(item *falconItem, now int64) error {
	b.start(item.Metric)
	if item.Metric == "" {
		return errors.New("metric is empty")
	}
	if item.Endpoint == "" {
		return fmt.Errorf("metric %q: endpoint is empty", shorten(item.Metric))
	}
	switch item.CounterType {
	case "", "GAUGE", "COUNTER", "DERIVE":
	default:
		return fmt.Errorf("metric %q: counterType is %q, want GAUGE or COUNTER", shorten(item.Metric), shorten(item.CounterType))
	}
	value, err := falconValue(item.Value)
	if err != nil {
		return fmt.Errorf("metric %q: %w", shorten(item.Metric), err)
	}
	b.label("endpoint", item.Endpoint)
	if err := b.falconTags(item.Tags); err != nil {
		return fmt.Errorf("metric %q: %w", shorten(item.Metric), err)
	}
	ms := item.Timestamp * 1000
	switch {
	case item.Timestamp == 0:
		ms = now
	case item.Timestamp < 0 || item.Timestamp > math.MaxInt64/1000:
		return fmt.Errorf("metric %q: timestamp %d is no time in seconds", shorten(item.Metric), item.Timestamp)
	}
	b.end(ms, value)
	return nil
}

// falconTags adds the tags as labels. The metric's own name and endpoint win
// over tags of the same name.
func (b *batch) falconTags(tags string) error {
	if tags = strings.TrimSpace(tags); tags == "" {
		return nil
	}
	for tag := range strings.SplitSeq(tags, ",") {
		name, value, ok := strings.Cut(tag, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" {
			return fmt.Errorf("tag %q of tags %q: want name=value", shorten(tag), shorten(tags))
		}
		if indexOf(b.labels[b.first:], name) >= 0 {
			continue
		}
		b.label(name, value)
	}
	return nil
}

func falconValue(raw json.RawMessage) (float64, error) {
	s := strings.Trim(string(raw), `"`)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("value is %s, want a number", shorten(string(raw)))
	}
	return v, nil
}
