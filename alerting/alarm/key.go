package alarm

import (
	"fmt"
	"strconv"

	"github.com/prometheus/common/model"
)

// Key is what makes an alarm the same alarm: the fingerprint of its labels.
type Key uint64

// KeyOf returns the key of labels without those that only tell senders apart, as
// the replicas of a pair of Prometheus servers.
func KeyOf(labels model.LabelSet, without ...model.LabelName) Key {
	for _, name := range without {
		if _, ok := labels[name]; ok {
			labels = labels.Clone()
			for _, name := range without {
				delete(labels, name)
			}
			break
		}
	}
	return Key(labels.Fingerprint())
}

func (k Key) String() string { return fmt.Sprintf("%016x", uint64(k)) }

// MarshalText writes the key as 16 hexadecimal digits.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Key) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	if err != nil {
		return fmt.Errorf("key of an alarm %q: %w", text, err)
	}
	*k = Key(n)
	return nil
}
