package chat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/alerting/alarm"
	"headroom/analytics"
	"headroom/storage/fleet"
)

// maxLines is how many lines a list has in a chat.
const maxLines = 15

func (s *Service) clock(t time.Time) string { return t.In(s.Location).Format("15:04") }

// number writes a number with a few digits; what is unknown is no 0.
func number(n analytics.Number, digits int) string {
	if !n.Known() {
		return "?"
	}
	return fmt.Sprintf("%.*f", digits, float64(n))
}

// status tells what is known of a module.
func (s *Service) status(p person, c Command) (string, error) {
	snap, err := s.snapshot()
	if err != nil {
		return "", err
	}
	row, _, err := s.about(p, snap, c.Words)
	if err != nil {
		return "", err
	}
	lines := []string{row.ID + " at " + s.clock(row.At) + ": " + s.loadOf(row), s.peakOf(row)}
	if row.Note != "" {
		lines = append(lines, "note: "+row.Note)
	}
	rings := s.ringing(p, row.Path)
	lines = append(lines, counted(len(rings), "alarm rings", "alarms ring"))
	for _, a := range rings[:min(len(rings), 5)] {
		lines = append(lines, s.line(a))
	}
	return strings.Join(lines, "\n"), nil
}

// loadOf tells whether the load is normal.
func (s *Service) loadOf(row *analytics.Row) string {
	if row.State != analytics.OK {
		return string(row.State) + " (" + row.Reason + ")"
	}
	text := fmt.Sprintf("load %s %%, normal are %s to %s %%", number(row.Load, 1), number(row.Lower, 1), number(row.Upper, 1))
	switch {
	case row.Deviates && row.Since != nil:
		return text + fmt.Sprintf(": deviates %s since %s", row.Direction, s.clock(*row.Since))
	case row.Deviates:
		return text + ": deviates " + row.Direction
	}
	return text
}

func (s *Service) peakOf(row *analytics.Row) string {
	text := fmt.Sprintf("%s devices, today's peak %s %%", number(row.Devices, 0), number(row.PeakToday.Value, 1))
	if row.PeakToday.At != nil {
		text += " at " + s.clock(*row.PeakToday.At)
	}
	return text + fmt.Sprintf(", headroom %s %%", number(row.Headroom, 0))
}

// warnings lists the modules that deviate, the farthest from normal first.
func (s *Service) warnings(p person, c Command) (string, error) {
	snap, err := s.snapshot()
	if err != nil {
		return "", err
	}
	path, err := s.path(p, snap, c.Words)
	if err != nil {
		return "", err
	}
	var rows []*analytics.Row
	seen := 0
	for i := range snap.Rows {
		row := &snap.Rows[i]
		if len(row.Path) != len(snap.Levels) || !row.Path.Under(path) || !p.may(row.Path) {
			continue
		}
		if seen++; row.Deviates {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b *analytics.Row) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	lines := []string{fmt.Sprintf("%d of %s at %s", len(rows), counted(seen, "module deviates", "modules deviate"), s.clock(snap.At))}
	for _, row := range rows[:min(len(rows), maxLines)] {
		lines = append(lines, "• "+row.ID+": "+s.loadOf(row))
	}
	return more(lines, len(rows)), nil
}

// ringing returns the open alarms below a path that are theirs, the newest first.
func (s *Service) ringing(p person, path fleet.Path) (all []*alarm.Alarm) {
	for _, a := range slices.Backward(s.Alarms.Open()) {
		if !a.Ended && a.Facts.Path.Under(path) && p.may(a.Facts.Path) {
			all = append(all, a)
		}
	}
	return all
}

// alarms lists what rings. What is folded into others or muted is only counted.
func (s *Service) alarms(p person, c Command) (string, error) {
	var path fleet.Path
	if len(c.Words) > 0 {
		snap, err := s.snapshot()
		if err != nil {
			return "", err
		}
		if path, err = s.path(p, snap, c.Words); err != nil {
			return "", err
		}
	}
	var shown []*alarm.Alarm
	quiet := map[alarm.Outcome]int{}
	for _, a := range s.ringing(p, path) {
		if a.Outcome == alarm.Folded || a.Outcome == alarm.Muted {
			quiet[a.Outcome]++
			continue
		}
		shown = append(shown, a)
	}
	head := counted(len(shown), "alarm rings", "alarms ring")
	for _, o := range []alarm.Outcome{alarm.Folded, alarm.Muted} {
		if n := quiet[o]; n > 0 {
			head += fmt.Sprintf(", %d %s", n, o)
		}
	}
	lines := []string{head}
	for _, a := range shown[:min(len(shown), maxLines)] {
		lines = append(lines, s.line(a))
	}
	return more(lines, len(shown)), nil
}

// line is one alarm in a list.
func (s *Service) line(a *alarm.Alarm) string {
	text := "• "
	if severity := a.Severity(); severity != "" {
		text += severity + " "
	}
	text += a.Kind()
	if at := rings(a); at != "" {
		text += " of " + at
	}
	text += fmt.Sprintf(" since %s, %s", s.clock(a.Received), a.Outcome)
	if !a.Acked.IsZero() {
		text += ", taken on by " + cmp.Or(a.AckedBy, "somebody")
		if !a.AckedUntil.IsZero() {
			text += " until " + s.clock(a.AckedUntil)
		}
	}
	return text + " (" + a.ID + ")"
}

// rings says where an alarm rings.
func rings(a *alarm.Alarm) string {
	path, node := a.Facts.Path.ID(), a.Facts.Node
	if path != "" && node != "" {
		return path + " on " + node
	}
	return path + node
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// more says how many lines are left out.
func more(lines []string, of int) string {
	if of > maxLines {
		lines = append(lines, fmt.Sprintf("… and %d more", of-maxLines))
	}
	return strings.Join(lines, "\n")
}
