package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Seconds are counted from the start of a scenario.
type Seconds float64

func (s Seconds) duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// Scenario is what happens to a fleet, and what a person should be told of it.
type Scenario struct {
	Name    string  `json:"name"`
	Seed    uint64  `json:"seed"`
	HeldOut bool    `json:"held_out"` // nobody may tune on it
	Modules int     `json:"modules"`  // of the fleet
	Length  Seconds `json:"length"`
	Resend  Seconds `json:"resend"` // how often senders repeat what rings

	Alarms []Alarm `json:"alarms"` // by the time at which they begin
	Leases []Lease `json:"leases"` // of changes
	Truth  Truth   `json:"truth"`
}

// Alarm is one that rings from one time to another.
type Alarm struct {
	Labels map[string]string `json:"labels"`
	From   Seconds           `json:"from"`
	To     Seconds           `json:"to"`
}

// Lease is what a change run asks for while it lasts.
type Lease struct {
	Run      string   `json:"run"`
	Nodes    []string `json:"nodes"`
	Effect   []string `json:"effect"` // matchers
	Expected int      `json:"expected"`
	From     Seconds  `json:"from"`
	To       Seconds  `json:"to"`
}

// Truth is what the generator knows since it made it.
type Truth struct {
	Causes    []Cause    `json:"causes"`
	Incidents []Incident `json:"incidents"` // that have nothing to do with the causes
}

// Cause is a shared component that fails.
type Cause struct {
	Kind  string   `json:"kind"`
	Name  string   `json:"name"`
	Also  []string `json:"also"`  // "kind name" of others that say the same
	Rings int      `json:"rings"` // alarms that it makes ring
	From  Seconds  `json:"from"`
	// Complete is when the evidence is complete: when half of the alarms of its
	// first burst are out.
	Complete Seconds `json:"complete"`
}

// Incident is a fault of one module or device, of which a person must be told.
type Incident struct {
	Name   string   `json:"name"`
	Alarms []string `json:"alarms"` // keys; one of them has to be told
	Places []string `json:"places"` // "kind name" of common causes that say the same
	From   Seconds  `json:"from"`
}

// Event is what a sender sends.
type Event struct {
	At     Seconds
	Labels map[string]string
	From   Seconds
	Ended  bool
}

// Events are the alarms as their senders send them: when they begin, again and again
// while they ring, and when they end.
func (s *Scenario) Events() (all []Event) {
	for _, a := range s.Alarms {
		for at := a.From; at < a.To; at += s.Resend {
			all = append(all, Event{At: at, Labels: a.Labels, From: a.From})
		}
		all = append(all, Event{At: a.To, Labels: a.Labels, From: a.From, Ended: true})
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	return all
}

// key writes labels as one string.
func key(labels map[string]string) string {
	names := make([]string, 0, len(labels))
	for name, value := range labels {
		names = append(names, name+"="+value)
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func writeJSON(file string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.WriteFile(file, text, 0o644)
}

func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}
