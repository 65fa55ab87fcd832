package heal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// Annotation tells with an alarm what was tried.
const Annotation = "headroom_tried"

// maxTried is how long that text may be, in bytes.
const maxTried = 1 << 10

// noteTried notes in the trail how the last action went, unless it is there.
func (c *climb) noteTried(now time.Time, a *alarm.Alarm) {
	if len(c.Tried) == 0 {
		return // a dry run
	}
	t := c.Tried[len(c.Tried)-1]
	name := c.rule.actions[min(t.Step, len(c.rule.actions)-1)].Name
	if where := targetOf(a); where.Module+where.Node != "" {
		name += " (" + where.String() + ")"
	}
	e := alarm.Event{At: now, Stage: Name, What: alarm.Tried, By: c.heal, Reason: name + ": " + t.Note}
	there := func(o alarm.Event) bool { return o.What == e.What && o.By == e.By && o.Reason == e.Reason }
	if !slices.ContainsFunc(a.Trail, there) {
		a.Note(e)
	}
}

// tried tells by the trail, which outlives the ladder, what was tried in this episode
// and why it was passed on. Of what the trail says of one action the last counts.
func tried(a *alarm.Alarm) string {
	var parts, heals []string
	for _, e := range a.Trail {
		if e.Stage != Name || e.What != alarm.Tried {
			continue
		}
		i := slices.Index(heals, e.By)
		if i < 0 {
			i = len(heals)
			heals, parts = append(heals, e.By), append(parts, "")
		}
		parts[i] = fmt.Sprintf("%d. %s", i+1, e.Reason)
	}
	var all []string
	if len(parts) > 0 {
		all = append(all, shorten(strings.Join(parts, "; "), maxTried))
	}
	if reason := passedBefore(a); reason != "" {
		all = append(all, "not healed: "+reason)
	}
	return strings.Join(all, "; ")
}

// keepTried sets the annotation, which a sender that tells of the alarm again has
// taken away.
func keepTried(a *alarm.Alarm) {
	text := model.LabelValue(tried(a))
	if a.Annotations[Annotation] == text {
		return
	}
	set := a.Annotations.Clone()
	if set == nil {
		set = model.LabelSet{}
	}
	set[Annotation] = text
	a.Annotations = set
	a.Touch()
}

// pass notes that an alarm goes on, whether or not it was kept.
func pass(now time.Time, a *alarm.Alarm, reason string) {
	if a.Stage == Name {
		a.Pass(now, Name, reason)
		return
	}
	a.Note(alarm.Event{At: now, Stage: Name, What: alarm.Passed, Reason: reason})
}

// passedBefore returns why this stage let the alarm go on in this episode; empty
// if it did not, or took it up again.
func passedBefore(a *alarm.Alarm) string {
	for i := len(a.Trail) - 1; i >= 0; i-- {
		if e := &a.Trail[i]; e.Stage == Name {
			if e.What == alarm.Passed {
				return e.Reason
			}
			return ""
		}
	}
	return ""
}
