package flow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// window is a maintenance window whose times are read.
type window struct {
	Window
	opens cron.Schedule
}

// clockOf reads when something is due: five fields as of cron, or @daily and the like.
func clockOf(spec, zone string, otherwise *time.Location) (cron.Schedule, error) {
	if strings.TrimSpace(spec) == "" {
		return nil, errors.New("cron: want five fields, or @daily and the like; found nothing")
	}
	if zone == "" {
		zone = otherwise.String()
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return nil, fmt.Errorf("zone %q: %w", zone, err)
	}
	if !strings.HasPrefix(spec, "CRON_TZ=") && !strings.HasPrefix(spec, "TZ=") {
		spec = "CRON_TZ=" + zone + " " + spec
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, fmt.Errorf("cron: %w", err)
	}
	return s, nil
}

// maxWindow bounds how long a window is open.
const maxWindow = 7 * 24 * time.Hour

func readWindow(w Window, zone *time.Location) (*window, error) {
	opens, err := clockOf(w.Cron, w.Zone, zone)
	errs := []error{err}
	if w.Name == "" {
		errs = append(errs, errors.New("it has no name"))
	}
	if w.Duration < time.Minute || w.Duration > maxWindow {
		errs = append(errs, fmt.Errorf("duration: want 1m to %s, found %s", maxWindow, w.Duration))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("maintenance window %q: %w", w.Name, err)
	}
	return &window{w, opens}, nil
}

// open tells whether the window is open, and when it opens the next time.
func (w *window) open(now time.Time) (open bool, next time.Time) {
	next = w.opens.Next(now)
	opened := w.opens.Next(now.Add(-w.Duration))
	return !opened.IsZero() && !opened.After(now), next
}

// SetWindows changes the maintenance windows. The error names all faults; then nothing
// is changed.
func (e *Engine) SetWindows(windows []Window) error {
	read, errs := map[string]*window{}, []error{}
	for _, w := range windows {
		r, err := readWindow(w, e.o.Zone)
		switch {
		case err != nil:
			errs = append(errs, err)
		case read[w.Name] != nil:
			errs = append(errs, fmt.Errorf("maintenance window %q: there are two of this name", w.Name))
		default:
			read[w.Name] = r
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	e.mu.Lock()
	e.windows = read
	e.mu.Unlock()
	e.gate.poke(e.now())
	return nil
}

// Windows returns the maintenance windows, by name.
func (e *Engine) Windows() []Window {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]Window, 0, len(e.windows))
	for _, w := range e.windows {
		all = append(all, w.Window)
	}
	slices.SortFunc(all, func(a, b Window) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (e *Engine) window(name string) *window {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.windows[name]
}
