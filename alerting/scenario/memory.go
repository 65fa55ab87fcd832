package scenario

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"headroom/alerting/alarm"
)

// memory keeps alarms as the state database does, without the time for a disk.
type memory map[string]kept

// kept is an alarm as it was last kept.
type kept struct {
	alarm *alarm.Alarm
	text  []byte
}

// Save implements [alerting.Keeper].
func (m memory) Save(_ context.Context, alarms []*alarm.Alarm) error {
	for _, a := range alarms {
		text, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("keep alarm %s: %w", a.ID, err)
		}
		m[a.ID] = kept{a, text}
	}
	return nil
}

// Open implements [alerting.Keeper].
func (m memory) Open(context.Context) (open []*alarm.Alarm, err error) {
	for id, k := range m {
		if !k.alarm.Open() {
			continue
		}
		a := &alarm.Alarm{}
		if err := json.Unmarshal(k.text, a); err != nil {
			return nil, fmt.Errorf("alarm %s was kept as %s: %w", id, k.text, err)
		}
		open = append(open, a)
	}
	return open, nil
}

// all returns every alarm as it was last kept, the oldest first.
func (m memory) all() (all []*alarm.Alarm) {
	for _, k := range m {
		all = append(all, k.alarm)
	}
	slices.SortFunc(all, func(a, b *alarm.Alarm) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	return all
}
