package notify

import (
	"slices"
	"sync"

	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// inhibitor knows which open alarms hold back others. All open alarms count,
// silenced ones too, as in Alertmanager. Unlike Alertmanager's own it knows an
// alarm as soon as it was seen, and says which rule it is.
type inhibitor struct {
	mu      sync.RWMutex // protects the fields below
	rules   []*rule
	sources map[alarm.Key]source // every alarm that fires: a new rule may be about any
}

type source struct {
	id     string
	labels model.LabelSet
}

// rule is an inhibition rule with the alarms that match its source side, by the
// values of the labels that have to be equal.
type rule struct {
	*inhibit.InhibitRule
	name  string
	equal []model.LabelName
	sets  map[model.Fingerprint]*sourceSet
}

// sourceSet keeps the order in which sources came, so that a target is held back
// by the same one as long as that fires.
type sourceSet struct {
	order []alarm.Key
	in    map[alarm.Key]source
}

func newInhibitor() *inhibitor { return &inhibitor{sources: map[alarm.Key]source{}} }

// use replaces the rules.
func (i *inhibitor) use(rules []amcommon.InhibitRule) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules = nil
	for n, c := range rules {
		r := &rule{InhibitRule: inhibit.NewInhibitRule(c), name: c.Name, sets: map[model.Fingerprint]*sourceSet{}}
		if r.name == "" {
			r.name = "number " + itoa(n+1)
		}
		for name := range r.Equal {
			r.equal = append(r.equal, name)
		}
		for key, s := range i.sources {
			r.add(key, s)
		}
		i.rules = append(i.rules, r)
	}
}

// labels returns the labels of an episode of an alarm that fires; nil: it is not
// known here.
func (i *inhibitor) labels(key alarm.Key, id string) model.LabelSet {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if s := i.sources[key]; s.id == id {
		return s.labels
	}
	return nil
}

// fires says that an alarm fires; ends, that it does no more.
func (i *inhibitor) fires(key alarm.Key, id string, labels model.LabelSet) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.sources[key].id == id {
		return
	}
	i.endsLocked(key) // the last episode may have had other labels
	s := source{id, labels}
	i.sources[key] = s
	for _, r := range i.rules {
		r.add(key, s)
	}
}

func (i *inhibitor) ends(key alarm.Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.endsLocked(key)
}

func (i *inhibitor) endsLocked(key alarm.Key) {
	s, ok := i.sources[key]
	if !ok {
		return
	}
	delete(i.sources, key)
	for _, r := range i.rules {
		r.remove(key, s)
	}
}

// holds returns the alarm that holds labels back and the name of the rule.
func (i *inhibitor) holds(labels model.LabelSet) (key alarm.Key, id, name string, ok bool) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	for _, r := range i.rules {
		if r.TargetMatchers.Matches(labels) {
			if key, id, ok = r.find(labels); ok {
				return key, id, r.name, true
			}
		}
	}
	return 0, "", "", false
}

func (r *rule) equals(labels model.LabelSet) model.Fingerprint {
	same := make(model.LabelSet, len(r.equal))
	for _, name := range r.equal {
		same[name] = labels[name] // a label that is missing equals one that is empty
	}
	return same.Fingerprint()
}

func (r *rule) add(key alarm.Key, s source) {
	if !r.SourceMatchers.Matches(s.labels) {
		return
	}
	at := r.equals(s.labels)
	set := r.sets[at]
	if set == nil {
		set = &sourceSet{in: map[alarm.Key]source{}}
		r.sets[at] = set
	}
	if _, ok := set.in[key]; !ok {
		set.order = append(set.order, key)
	}
	set.in[key] = s
}

func (r *rule) remove(key alarm.Key, s source) {
	at := r.equals(s.labels)
	set := r.sets[at]
	if set == nil {
		return
	}
	delete(set.in, key)
	if len(set.in) == 0 {
		delete(r.sets, at)
	} else if len(set.order) > 2*len(set.in) {
		set.order = slices.DeleteFunc(set.order, func(k alarm.Key) bool { _, ok := set.in[k]; return !ok })
	}
}

// find returns the first source for labels. Alarms that match both sides of a rule
// do not hold each other back.
func (r *rule) find(labels model.LabelSet) (alarm.Key, string, bool) {
	set := r.sets[r.equals(labels)]
	if set == nil {
		return 0, "", false
	}
	both := r.SourceMatchers.Matches(labels)
	for _, key := range set.order {
		s, ok := set.in[key]
		if ok && !(both && r.TargetMatchers.Matches(s.labels)) {
			return key, s.id, true
		}
	}
	return 0, "", false
}
