package config

import (
	"fmt"
	"strconv"
	"time"

	"headroom/internal/calendar"
	"headroom/internal/matchers"
)

// Lease is what a change run need not say of its mute.
type Lease struct {
	TTL       Duration `yaml:"ttl"`        // without a heartbeat for so long, a run is dead
	Limit     Duration `yaml:"limit"`      // of the whole length
	Grace     Duration `yaml:"grace"`      // for what is hidden to recover in, after the end
	Expected  int      `yaml:"expected"`   // alarms that are hidden while too few past runs are known
	Least     int      `yaml:"least"`      // alarms that are hidden whatever past runs had
	MarkAfter Duration `yaml:"mark_after"` // the load of a change that lasts so long is not learned from
}

// Mute hides alarms at times that come again.
type Mute struct {
	Name     string           `yaml:"name"`
	Matchers []string         `yaml:"matchers"` // all must match
	Times    []calendar.Times `yaml:"times"`    // any of them; none: always
	Timezone string           `yaml:"timezone"` // of the times; empty: the configured one
	From     string           `yaml:"from"`     // a day or a time; empty: since ever
	To       string           `yaml:"to"`       // likewise, a day with all of it; empty: for ever
	Comment  string           `yaml:"comment"`
}

// Flap says when an alarm goes on and off so often that it is told only once.
type Flap struct {
	Changes int      `yaml:"changes"` // of state, from firing to ended or back
	Window  Duration `yaml:"window"`  // within which they come
	Stable  Duration `yaml:"stable"`  // without a change for so long, it does not flap any more
	Delays  []Delay  `yaml:"delays"`
}

// Delay has alarms wait whether they last.
type Delay struct {
	Match string   `yaml:"match"`
	For   Duration `yaml:"for"`
}

func defaultLease() Lease {
	return Lease{
		TTL: Duration(90 * time.Second), Limit: day, Grace: Duration(2 * time.Minute),
		Expected: 100, Least: 20, MarkAfter: Duration(10 * time.Minute),
	}
}

func defaultFlap() Flap {
	return Flap{Changes: 3, Window: Duration(10 * time.Minute), Stable: Duration(10 * time.Minute), Delays: []Delay{}}
}

func (l Lease) check(k checker) {
	k.between("ttl", l.TTL, Duration(10*time.Second), Duration(time.Hour))
	k.between("limit", l.Limit, Duration(time.Minute), 7*day)
	k.between("grace", l.Grace, 0, Duration(30*time.Minute))
	k.want(0 <= l.Expected && l.Expected <= 100_000, "expected", "0 to 100000 alarms", l.Expected)
	k.want(0 <= l.Least && l.Least <= 100_000, "least", "0 to 100000 alarms", l.Least)
	k.between("mark_after", l.MarkAfter, 0, 7*day)
}

func (f Flap) check(k checker) {
	k.want(3 <= f.Changes && f.Changes <= 30, "changes", "3 to 30", f.Changes)
	k.between("window", f.Window, Duration(time.Minute), Duration(time.Hour))
	k.between("stable", f.Stable, Duration(time.Minute), Duration(time.Hour))
	for i, d := range f.Delays {
		at := k.item("delays", i)
		_, err := matchers.Parse(d.Match)
		at.want(err == nil, "match", `label matchers as alertname="Dead"`, strconv.Quote(d.Match))
		at.between("for", d.For, Duration(time.Second), Duration(time.Hour))
	}
}

func checkMutes(k checker, mutes []Mute) {
	taken := names{}
	for i, m := range mutes {
		at := k.item("mutes", i)
		m.check(at)
		taken.own(at, "name", m.Name, fmt.Sprintf("mutes[%d]", i))
	}
}

func (m Mute) check(k checker) {
	k.want(m.Name != "", "name", "a name", "none")
	_, err := matchers.ParseAll(m.Matchers)
	k.want(err == nil, "matchers", `label matchers as alertname="Dead", not such as match every alarm`, fmt.Sprintf("%q", m.Matchers))
	zone, err := time.LoadLocation(m.Timezone)
	k.want(err == nil, "timezone", "a time zone such as Asia/Shanghai", strconv.Quote(m.Timezone))
	_, faults := calendar.New(m.Times, time.UTC)
	for _, f := range faults {
		k.want(false, f.Key, f.Want, f.Found)
	}
	if err == nil {
		from, to := k.moment("from", m.From, zone), k.moment("to", m.To, zone)
		k.want(to.IsZero() || !to.Before(from), "to", "a time not before from", strconv.Quote(m.To))
	}
}

// moment wants a day, a time, or nothing.
func (k checker) moment(name, v string, zone *time.Location) time.Time {
	if v == "" {
		return time.Time{}
	}
	if t, err := time.ParseInLocation(time.DateOnly, v, zone); err == nil {
		return t
	}
	t, err := time.Parse(time.RFC3339, v)
	k.want(err == nil, name, "a day as 2026-12-24 or a time as 2026-12-24T18:00:00+08:00", strconv.Quote(v))
	return t
}
