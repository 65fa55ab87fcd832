package heal

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// Annotation tells with an alarm what was tried.
const Annotation = "headroom_tried"

// maxTried is how long that text may be, in bytes.
const maxTried = 1 << 10

// tried tells what was tried in this episode, or why nothing was.
func (c *climb) tried(reason string) string {
	if len(c.Tried) == 0 {
		return "nothing: " + reason
	}
	parts := make([]string, len(c.Tried))
	for i, t := range c.Tried {
		parts[i] = fmt.Sprintf("%d. %s: %s", i+1, c.rule.actions[min(t.Step, len(c.rule.actions)-1)].Name, t.Note)
	}
	return shorten(strings.Join(parts, "; ")+". Passed on: "+reason, maxTried)
}

// keepTried sets the annotation, which a sender that tells of the alarm again has
// taken away.
func keepTried(a *alarm.Alarm, text string) {
	if _, ok := a.Annotations[Annotation]; ok {
		return
	}
	set := a.Annotations.Clone()
	if set == nil {
		set = model.LabelSet{}
	}
	set[Annotation] = model.LabelValue(text)
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
