package alerting

import (
	"cmp"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// book holds the open alarms.
type book struct {
	byKey map[alarm.Key]*alarm.Alarm
	byID  map[string]*alarm.Alarm
}

func newBook() book {
	return book{byKey: map[alarm.Key]*alarm.Alarm{}, byID: map[string]*alarm.Alarm{}}
}

func (b *book) add(a *alarm.Alarm) {
	b.byKey[a.Key] = a
	b.byID[a.ID] = a
}

func (b *book) remove(a *alarm.Alarm) {
	if b.byKey[a.Key] == a {
		delete(b.byKey, a.Key)
	}
	delete(b.byID, a.ID)
}

// sorted brings alarms into the order in which they were received.
func sorted(alarms []*alarm.Alarm) []*alarm.Alarm {
	slices.SortFunc(alarms, func(a, b *alarm.Alarm) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	return alarms
}

// due returns the alarms to look at now: those that a stage asked for, those that
// have just ended, those that were taken on until now, and those in touched.
func (b *book) due(now time.Time, touched map[*alarm.Alarm]bool) []*alarm.Alarm {
	var due []*alarm.Alarm
	for _, a := range b.byID {
		asked := !a.Due.IsZero() && !a.Due.After(now)
		if ended := !a.Ended && !a.Firing(now); asked || ended || ackOver(a, now) || touched[a] {
			due = append(due, a)
		}
	}
	return sorted(due)
}
