package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Values are what steps take and give, by name: strings, int64, float64, bool, []any
// and map[string]any. Their JSON tells a whole number from one with a fraction: 3 and
// 3.0 stay what they are.
type Values map[string]any

// MarshalJSON writes the values.
func (v Values) MarshalJSON() ([]byte, error) { return json.Marshal(written(map[string]any(v))) }

// UnmarshalJSON reads the values.
func (v *Values) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var raw map[string]any
	if err := d.Decode(&raw); err != nil {
		return err
	}
	plain, err := Plain(raw)
	if err != nil {
		return err
	}
	*v = nil
	if raw != nil {
		*v = plain.(map[string]any)
	}
	return nil
}

// written makes each float64 keep its fraction in JSON.
func written(v any) any {
	switch v := v.(type) {
	case float64:
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0"
		}
		return json.RawMessage(text)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = written(v[i])
		}
		return list
	case map[string]any:
		if v == nil {
			return nil
		}
		m := make(map[string]any, len(v))
		for k := range v {
			m[k] = written(v[k])
		}
		return m
	}
	return v
}

// Plain makes a value of Go or of JSON one of those that [Values] hold. The error names
// what is none.
func Plain(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, int64:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no finite number", v)
		}
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("%d is not below 2^63", v)
		}
		return int64(v), nil
	case json.Number:
		return number(v)
	case time.Duration:
		return v.String(), nil
	case Duration:
		return v.String(), nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return list, nil
	case []any:
		return plainList(v)
	case map[string]any:
		return plainMap(v)
	case Values:
		return plainMap(v)
	}
	return nil, fmt.Errorf("%T is no value of a flow", v)
}

func plainList(v []any) (any, error) {
	list := make([]any, len(v))
	for i := range v {
		var err error
		if list[i], err = Plain(v[i]); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return list, nil
}

func plainMap(v map[string]any) (any, error) {
	m := make(map[string]any, len(v))
	for k := range v {
		var err error
		if m[k], err = Plain(v[k]); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return m, nil
}

// number is whole if it is written so and small enough.
func number(n json.Number) (any, error) {
	if !strings.ContainsAny(string(n), ".eE") {
		if whole, err := n.Int64(); err == nil {
			return whole, nil
		}
	}
	x, err := n.Float64()
	if err != nil || math.IsInf(x, 0) {
		return nil, fmt.Errorf("%s is no finite number", n)
	}
	return x, nil
}
