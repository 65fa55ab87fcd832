// Package calendar says whether a time lies in times that come again: hours of
// the day, days of the week, days of a list, in a time zone.
//
// The words are those of Alertmanager's time intervals, and mean the same; lists
// of days are added to them.
package calendar

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
)

// Times are times that come again. What is empty sets no condition; all that is
// given must hold.
type Times struct {
	Times       []Range  `yaml:"times" json:"times,omitempty"`
	Weekdays    []string `yaml:"weekdays" json:"weekdays,omitempty"`           // monday, or monday:friday
	DaysOfMonth []string `yaml:"days_of_month" json:"days_of_month,omitempty"` // 1, 1:5, or from the end -3:-1
	Months      []string `yaml:"months" json:"months,omitempty"`               // january, 1 or 1:3
	Years       []string `yaml:"years" json:"years,omitempty"`                 // 2026 or 2026:2028
	Dates       []string `yaml:"dates" json:"dates,omitempty"`                 // 2026-12-25 or 2026-12-24:2027-01-02
	Except      []string `yaml:"except" json:"except,omitempty"`               // days, written likewise, on which it does not hold
}

// Range is a part of the day, from 00:00 to 24:00; its end is the first minute
// after it.
type Range struct {
	Start string `yaml:"start_time" json:"start_time"`
	End   string `yaml:"end_time" json:"end_time"`
}

// Fault is one thing that is wrong with times.
type Fault struct {
	Key   string // as "times[0]" or "weekdays"
	Want  string
	Found string
}

// MaxList is the most items of one list of times.
const MaxList = 400

// reader reads times and collects their faults.
type reader struct {
	key    string
	faults []Fault
}

func (r *reader) fault(key, want, found string) {
	r.faults = append(r.faults, Fault{strings.TrimPrefix(r.key+"."+key, "."), want, fmt.Sprintf("%q", found)})
}

// read turns times into what can be asked.
func (r *reader) read(t Times) (p period) {
	for i, hours := range t.Times {
		text, _ := json.Marshal(hours) // of two texts
		var v timeinterval.TimeRange
		if err := v.UnmarshalJSON(text); err != nil {
			r.fault(fmt.Sprintf("times[%d]", i), "hours as 02:00 to 04:30 of one day, over midnight two of them", hours.Start+" to "+hours.End)
		}
		p.Times = append(p.Times, v)
	}
	p.Weekdays = list[timeinterval.WeekdayRange](r, "weekdays", "days as monday or monday:friday", t.Weekdays)
	p.DaysOfMonth = list[timeinterval.DayOfMonthRange](r, "days_of_month", "days as 1, 1:5 or -3:-1", t.DaysOfMonth)
	p.Months = list[timeinterval.MonthRange](r, "months", "months as january, 1 or 1:3", t.Months)
	for _, m := range p.Months {
		if m.Begin < 1 || m.End > 12 { // a number beyond is not refused there
			r.fault("months", "months as january, 1 or 1:3", fmt.Sprintf("%d:%d", m.Begin, m.End))
		}
	}
	p.Years = list[timeinterval.YearRange](r, "years", "years as 2026 or 2026:2028", t.Years)
	p.dates, p.except = r.days("dates", t.Dates), r.days("except", t.Except)
	r.length("times", len(t.Times))
	return p
}

// unmarshaler is what the ranges of package timeinterval have in common.
type unmarshaler[T any] interface {
	*T
	UnmarshalYAML(func(any) error) error
}

// list reads ranges as Alertmanager does.
func list[T any, P unmarshaler[T]](r *reader, key, want string, texts []string) (all []T) {
	r.length(key, len(texts))
	for _, text := range texts {
		var v T
		if err := P(&v).UnmarshalYAML(func(into any) error { *into.(*string) = text; return nil }); err != nil {
			r.fault(key, want, text)
		}
		all = append(all, v)
	}
	return all
}

// days are days from … to, each written as a number: 20261225.
type days struct{ from, to int }

func (r *reader) days(key string, texts []string) (all []days) {
	r.length(key, len(texts))
	for _, text := range texts {
		first, last, isRange := strings.Cut(text, ":")
		if !isRange {
			last = first
		}
		from, err := time.Parse(time.DateOnly, first)
		to, err2 := time.Parse(time.DateOnly, last)
		if err != nil || err2 != nil || to.Before(from) {
			r.fault(key, "days as 2026-12-25 or 2026-12-24:2027-01-02", text)
		}
		all = append(all, days{number(from), number(to)})
	}
	return all
}

func (r *reader) length(key string, n int) {
	if n > MaxList {
		r.fault(key, fmt.Sprintf("at most %d items", MaxList), fmt.Sprint(n))
	}
}

func number(t time.Time) int {
	y, m, d := t.Date()
	return (y*100+int(m))*100 + d
}
