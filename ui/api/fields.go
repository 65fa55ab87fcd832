package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// fieldsOf reads the fields of a JSON object by their names in small letters, since
// letters' case does not count for who reads them later. What two readers could take
// differently is a fault: a key that an object has twice, in the outer one in whatever
// letters, and one that is not of ASCII there.
func fieldsOf(raw []byte) (map[string]json.RawMessage, error) {
	if err := checkKeys(raw); err != nil {
		return nil, err
	}
	var given map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&given); err != nil {
		return nil, badBody(err)
	}
	fields := make(map[string]json.RawMessage, len(given))
	for name, value := range given {
		if strings.ContainsFunc(name, func(r rune) bool { return r > 126 }) {
			return nil, &Error{badData, errorf("the body has a key %q, which is none", name)}
		}
		fields[strings.ToLower(name)] = value
	}
	return fields, nil
}

func badBody(err error) error {
	return &Error{badData, errorf("the body is not what is wanted here: %w", err)}
}

// checkKeys finds a key that an object has twice.
func checkKeys(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	type level struct {
		keys map[string]bool // nil in a list
		key  bool            // a key comes next
	}
	var open []level
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badBody(err)
		}
		top := len(open) - 1
		switch token {
		case json.Delim('}'), json.Delim(']'):
			open = open[:top]
			continue
		}
		if top >= 0 && open[top].keys != nil {
			if open[top].key {
				name := token.(string)
				if top == 0 {
					name = strings.ToLower(name)
				}
				if open[top].keys[name] {
					return &Error{badData, errorf("the body has the key %q twice", token)}
				}
				open[top].keys[name] = true
			}
			open[top].key = !open[top].key
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}
