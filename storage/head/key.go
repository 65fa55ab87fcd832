package head

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/storage"
)

// AppendKey appends the key of a series: its labels, sorted by name and without
// the empty ones, in the form that lib/storage calls a raw metric name: each
// name and value after its length in two bytes, the metric's name as the label
// without a name. Labels that are sorted already cost no sorting; the slice is
// not changed. The error says what is wrong with the labels.
func AppendKey(dst []byte, labels []storage.Label) ([]byte, error) {
	if !canonical(labels) {
		labels = sorted(labels)
	}
	start, before := len(dst), ""
	for i := range labels {
		l := &labels[i]
		if len(l.Name) > math.MaxUint16 || len(l.Value) > math.MaxUint16 {
			return dst[:start], fmt.Errorf("label %.40q has a name or value of more than %d bytes", l.Name, math.MaxUint16)
		}
		if i > 0 && l.Name == before {
			return dst[:start], fmt.Errorf("label %q occurs twice", l.Name)
		}
		if l.Name == "" {
			return dst[:start], fmt.Errorf("a label has the value %.40q and no name", l.Value)
		}
		before = l.Name
		if l.Name == storage.MetricName {
			dst = appendString(dst, "")
		} else {
			dst = appendString(dst, l.Name)
		}
		dst = appendString(dst, l.Value)
	}
	if len(dst) == start {
		return dst, fmt.Errorf("a series has no labels")
	}
	return dst, nil
}

func canonical(labels []storage.Label) bool {
	for i := range labels {
		if labels[i].Value == "" || i > 0 && labels[i].Name < labels[i-1].Name {
			return false
		}
	}
	return true
}

func sorted(labels []storage.Label) []storage.Label {
	labels = slices.DeleteFunc(slices.Clone(labels), func(l storage.Label) bool { return l.Value == "" })
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return labels
}

// hasLabels tells whether labels have this key, without building it.
func hasLabels(key string, labels []storage.Label) bool {
	for i := range labels {
		name := labels[i].Name
		if name == storage.MetricName {
			name = ""
		}
		var ok bool
		if key, ok = cutPrefix(key, name); !ok {
			return false
		}
		if key, ok = cutPrefix(key, labels[i].Value); !ok {
			return false
		}
	}
	return key == ""
}

// cutPrefix takes s off a key if s is its first string.
func cutPrefix(key, s string) (rest string, ok bool) {
	n := 2 + len(s)
	if len(key) < n || int(key[0])<<8|int(key[1]) != len(s) || key[2:n] != s {
		return key, false
	}
	return key[n:], true
}

func appendString(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}

// Labels takes a key apart. The labels are parts of the key.
func Labels(key string) []storage.Label { return appendLabels(nil, key) }

func appendLabels(dst []storage.Label, key string) []storage.Label {
	for key != "" {
		var l storage.Label
		l.Name, key = cutString(key)
		l.Value, key = cutString(key)
		if l.Name == "" {
			l.Name = storage.MetricName
		}
		dst = append(dst, l)
	}
	return dst
}

// cutString takes the first string off a key.
func cutString(key string) (s, rest string) {
	n := 2 + (int(key[0])<<8 | int(key[1]))
	return key[2:n], key[n:]
}

// ValidKey tells whether a key that was read from a file can be taken apart.
func ValidKey(key string) bool {
	for n := 0; key != "" || n%2 == 1; n++ {
		if len(key) < 2 || len(key) < 2+(int(key[0])<<8|int(key[1])) {
			return false
		}
		_, key = cutString(key)
	}
	return true
}

// metricOf returns the metric's name in a key, empty if it has none.
func metricOf(key string) string {
	for key != "" {
		var name, value string
		name, key = cutString(key)
		value, key = cutString(key)
		if name == "" {
			return value
		}
	}
	return ""
}
