package main

// Target is what a scenario is played to in virtual time.
type Target interface {
	// Send takes what senders send at a time.
	Send(at Seconds, events []Event) error
	// Open and Close begin and end the lease of a change.
	Open(at Seconds, l Lease) error
	Close(at Seconds, l Lease) error
	// Advance moves time on and returns what was told until then.
	Advance(to Seconds) ([]Notification, error)
}

// tick is the step of virtual time.
const tick = Seconds(1)

// playVirtual plays a scenario to a target and returns what it told.
func playVirtual(s *Scenario, to Target) (told []Notification, err error) {
	events, opened, closed := s.Events(), make([]bool, len(s.Leases)), make([]bool, len(s.Leases))
	for now := Seconds(0); now < s.Length; now += tick {
		for i, l := range s.Leases {
			if !opened[i] && l.From <= now {
				opened[i] = true
				if err := to.Open(now, l); err != nil {
					return nil, err
				}
			}
			if !closed[i] && l.To <= now {
				closed[i] = true
				if err := to.Close(now, l); err != nil {
					return nil, err
				}
			}
		}
		n := 0
		for n < len(events) && events[n].At <= now {
			n++
		}
		if n > 0 {
			if err := to.Send(now, events[:n]); err != nil {
				return nil, err
			}
			events = events[n:]
		}
		got, err := to.Advance(now + tick)
		if err != nil {
			return nil, err
		}
		told = append(told, got...)
	}
	return told, nil
}
