package notify

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
)

// Annotations that Headroom adds to an alarm, for every notifier and template.
const (
	AnnotationAlarm    = "headroom_alarm"    // id of the episode
	AnnotationPath     = "headroom_path"     // in the business tree
	AnnotationOwner    = "headroom_owner"    // who is responsible
	AnnotationRunbook  = "headroom_runbook"  // what to do
	AnnotationLevel    = "headroom_level"    // how important the module is
	AnnotationTried    = "headroom_tried"    // what was already done about it, by the stage that heals
	AnnotationFlapping = "headroom_flapping" // how often it went on and off lately
	AnnotationCause    = "headroom_cause"    // what is common to the alarms in it
	AnnotationMembers  = "headroom_members"  // those alarms
	AnnotationLink     = "headroom_link"     // to its page
	AnnotationPicture  = "headroom_picture"  // address of a picture of the load
)

// maxMembers is how many alarms of a common cause are listed in a message.
const maxMembers = 20

// Words are what a message says of an alarm that the alarm does not know itself. A
// nil function is left out. Link and Picture are called in the stage's run; Member
// is called when a message leaves, so it may ask the pipeline.
type Words struct {
	Link    func(*alarm.Alarm) string // address of its page
	Picture func(*alarm.Alarm) string // address of a picture of the load
	Member  func(id string) string    // one line on an alarm of a common cause; nil: the id
}

// annotations returns what an alarm's sender said, with what Headroom knows.
func (w Words) annotations(a *alarm.Alarm) model.LabelSet {
	all := maps.Clone(a.Annotations)
	if all == nil {
		all = model.LabelSet{}
	}
	put := func(name model.LabelName, value string) {
		if value != "" {
			all[name] = model.LabelValue(strings.ToValidUTF8(value, "�"))
		}
	}
	put(AnnotationAlarm, a.ID)
	put(AnnotationPath, a.Facts.Path.ID())
	put(AnnotationOwner, a.Facts.Owner)
	put(AnnotationRunbook, a.Facts.Runbook)
	put(AnnotationLevel, a.Facts.Level)
	put(AnnotationFlapping, flap.Text(a))
	put(AnnotationCause, commonCause(a))
	put(AnnotationMembers, members(a))
	put(AnnotationLink, called(w.Link, a))
	put(AnnotationPicture, called(w.Picture, a))
	return all
}

func called(f func(*alarm.Alarm) string, a *alarm.Alarm) string {
	if f == nil {
		return ""
	}
	return f(a)
}

func commonCause(a *alarm.Alarm) string {
	if a.Cause == nil {
		return ""
	}
	text := a.Cause.Component.String() + ": " + plural(len(a.Cause.Members), "alarm")
	if len(a.Cause.Kinds) > 0 {
		text += " (" + strings.Join(a.Cause.Kinds, ", ") + ")"
	}
	if a.Cause.Share > 0 {
		text += ", shared by " + strconv.Itoa(a.Cause.Share)
	}
	return text
}

// members lists the ids of the alarms of a common cause.
func members(a *alarm.Alarm) string {
	if a.Cause == nil {
		return ""
	}
	ids := a.Cause.Members
	if more := len(ids) - maxMembers; more > 0 {
		return strings.Join(ids[:maxMembers], "\n") + "\n" + andMore + itoa(more) + " more"
	}
	return strings.Join(ids, "\n")
}

// andMore begins the line that counts the members that are not listed; no id does.
const andMore = "and "

// leaving returns alerts as they leave: with a line on each member of a common
// cause instead of its id.
func (w Words) leaving(alerts []*alert.Alert) []*alert.Alert {
	out := slices.Clone(alerts)
	for i, a := range out {
		if a.Annotations[AnnotationMembers] != "" && w.Member != nil {
			told := *a
			told.Annotations = w.describe(a.Annotations)
			out[i] = &told
		}
	}
	return out
}

func (w Words) describe(annotations model.LabelSet) model.LabelSet {
	list := strings.Split(string(annotations[AnnotationMembers]), "\n")
	for i, id := range list {
		if !strings.HasPrefix(id, andMore) {
			list[i] = strings.ToValidUTF8(w.Member(id), "�")
		}
	}
	all := maps.Clone(annotations)
	all[AnnotationMembers] = model.LabelValue(strings.Join(list, "\n"))
	return all
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func itoa(n int) string { return strconv.Itoa(n) }

// episode is the id of the alarm that an alert of ours was made from.
func episode(a *alert.Alert) string { return string(a.Annotations[AnnotationAlarm]) }

// alertOf makes the alert that is handed to the dispatcher. Its times are the
// sender's, but it ends only when the pipeline has seen the end.
func (w Words) alertOf(a *alarm.Alarm, labels model.LabelSet, now time.Time) *alert.Alert {
	out := &alert.Alert{
		Alert:     model.Alert{Labels: labels, Annotations: w.annotations(a), StartsAt: a.StartsAt, GeneratorURL: a.GeneratorURL},
		UpdatedAt: now,
	}
	if a.Ended {
		out.EndsAt = ended(a, now)
	}
	return out
}

// ended is when an alarm ended, which is never later than now.
func ended(a *alarm.Alarm, now time.Time) time.Time {
	if a.EndsAt.IsZero() || a.EndsAt.After(now) {
		return now
	}
	return a.EndsAt
}

// same tells whether two alerts would be told alike.
func same(a, b *alert.Alert) bool {
	return a.StartsAt.Equal(b.StartsAt) && a.EndsAt.Equal(b.EndsAt) && a.GeneratorURL == b.GeneratorURL && a.Annotations.Equal(b.Annotations)
}
