package mute

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"headroom/internal/calendar"
	"headroom/internal/faults"
	"headroom/internal/matchers"
)

// Request is a mute that somebody wants, in words.
type Request struct {
	Name     string           `json:"name"`
	Matchers []string         `json:"matchers"`
	Times    []calendar.Times `json:"times"`
	Timezone string           `json:"timezone"` // empty: the configured one
	From     string           `json:"from"`     // a time as 2006-01-02T15:04:05Z, or a day
	To       string           `json:"to"`       // likewise; a day is its last one
	Comment  string           `json:"comment"`
	Who      string           `json:"who"`
}

// Limits of a request.
const (
	MaxText   = 500                  // bytes of a text
	MaxLength = 400 * 24 * time.Hour // of a mute that was made by the API
)

// read checks a request. All its faults are told at once, as [faults.List].
func (r *Request) read(zone *time.Location) (*ready, error) {
	var bad faults.List
	m := &ready{Mute: Mute{
		Name: r.Name, Matchers: r.Matchers, Times: r.Times, Timezone: r.Timezone, Comment: strings.TrimSpace(r.Comment), Who: r.Who,
	}}
	for _, text := range []struct{ field, value string }{{"name", r.Name}, {"comment", r.Comment}, {"who", r.Who}} {
		if len(text.value) > MaxText {
			bad.Add(text.field, "has %d bytes; it may have up to %d", len(text.value), MaxText)
		} else if !utf8.ValidString(text.value) || strings.ContainsFunc(text.value, unicode.IsControl) {
			bad.Add(text.field, "want a text in one line, got %q", text.value)
		}
	}
	var err error
	if m.matchers, err = matchers.ParseAll(r.Matchers); err != nil {
		bad.Add("matchers", "%v", err)
	}
	if r.Timezone != "" {
		if zone, err = time.LoadLocation(r.Timezone); err != nil {
			bad.Add("timezone", "want a time zone as Asia/Shanghai, got %q", r.Timezone)
			zone = time.UTC
		}
	}
	var wrong []calendar.Fault
	m.calendar, wrong = calendar.New(r.Times, zone)
	for _, f := range wrong {
		bad.Add(f.Key, "want %s, got %s", f.Want, f.Found)
	}
	m.From, m.To = readTime(&bad, "from", r.From, zone, 0), readTime(&bad, "to", r.To, zone, 1)
	if !m.To.IsZero() && !m.From.Before(m.To) {
		bad.Add("to", "want a time after %s, got %q", r.From, r.To)
	}
	return m, bad.Err()
}

// readTime reads a time, or a day, which stands for the midnight so many days on.
func readTime(bad *faults.List, field, text string, zone *time.Location, days int) time.Time {
	if text == "" {
		return time.Time{}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t.AddDate(0, 0, days)
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 { // beyond, another zone's may not be told in JSON
		bad.Add(field, "want a time as 2006-01-02T15:04:05+08:00 or a day as 2006-01-02, got %q", text)
		return time.Time{}
	}
	return t
}

// readMade checks a request of the API: it has a reason and an end, since nobody
// remembers a mute without.
func (r *Request) readMade(now time.Time, zone *time.Location) (*ready, error) {
	m, err := r.read(zone)
	bad, _ := err.(faults.List)
	if strings.TrimSpace(r.Comment) == "" {
		bad.Add("comment", "want the reason, got none")
	}
	if m.From.IsZero() {
		m.From = now
	}
	switch {
	case r.To == "":
		bad.Add("to", "want when it ends, got nothing")
	case !m.To.IsZero() && (!m.To.After(now) || m.To.Sub(now) > MaxLength):
		bad.Add("to", "want a time to come, at most %d days ahead, got %q", int(MaxLength.Hours()/24), r.To)
	}
	return m, bad.Err()
}
