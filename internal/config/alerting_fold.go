package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/matcher/parse"
)

// Fold says when alarms of many modules are told as one of what they share.
type Fold struct {
	Window    Duration `yaml:"window"`     // alarms that begin within it are held for one burst
	Wait      Duration `yaml:"wait"`       // how long a new alarm is held to see whether others come
	Grace     Duration `yaml:"grace"`      // how long few must be left before a common cause has ended
	Least     int      `yaml:"least"`      // modules or devices that make a common cause
	Share     float64  `yaml:"share"`      // of those that share the component, at the least
	StormRate int      `yaml:"storm_rate"` // alarms a minute beyond which they are summed up
	StormPass string   `yaml:"storm_pass"` // matchers of alarms that are told by themselves in a storm, too
	Labels    []string `yaml:"labels"`     // of alarms, that name a component; its kind is the label

	Components []Component `yaml:"components"`
	Learn      Learn       `yaml:"learn"`
}

// Component is something that modules share, as declared.
type Component struct {
	Kind    string   `yaml:"kind"` // a word such as proxy, package, upstream
	Name    string   `yaml:"name"`
	Owner   string   `yaml:"owner"`   // who is told when it fails
	Modules []string `yaml:"modules"` // ids of nodes of the business tree: all below share it
	Match   string   `yaml:"match"`   // matchers of alarms that concern it
}

// Learn says when modules that ring together are held for sharing something.
type Learn struct {
	Past       Duration `yaml:"past"`       // how much history is looked at; 0: nothing is learned
	Occasions  int      `yaml:"occasions"`  // on which they rang together, at the least
	Similarity float64  `yaml:"similarity"` // occasions together as a share of all on which one of them rang
}

func defaultFold() Fold {
	return Fold{
		Window: Duration(2 * time.Minute), Wait: Duration(10 * time.Second), Grace: Duration(2 * time.Minute),
		Least: 3, Share: 0.02, StormRate: 60, StormPass: `severity="critical"`,
		Labels: []string{"proxy", "package", "upstream"},
		Learn:  Learn{Past: 60 * day, Occasions: 4, Similarity: 0.8},
	}
}

func (f Fold) check(k checker) {
	k.between("window", f.Window, Duration(10*time.Second), Duration(time.Hour))
	k.between("wait", f.Wait, 0, Duration(5*time.Minute))
	k.want(f.Wait <= f.Window, "wait", fmt.Sprintf("up to the window of %s", f.Window), f.Wait)
	k.between("grace", f.Grace, 0, Duration(time.Hour))
	k.want(f.Least >= 2, "least", "2 or more", f.Least)
	k.want(0 <= f.Share && f.Share <= 1, "share", "a share from 0 to 1", f.Share)
	k.positive("storm_rate", f.StormRate)
	k.matchers("storm_pass", f.StormPass)
	for _, label := range f.Labels {
		k.label("labels", label)
	}
	first := map[[2]string]int{}
	for i, c := range f.Components {
		at, id := k.item("components", i), [2]string{c.Kind, c.Name}
		c.check(at)
		other, twice := first[id]
		at.want(!twice, "name", "a name of its own", fmt.Sprintf("%q, which components[%d] of this kind has", c.Name, other))
		first[id] = i
	}
	f.Learn.check(k.at("learn"))
}

// madeKinds are kinds of components that Headroom makes itself.
var madeKinds = []string{"learned", "node"}

func (c Component) check(k checker) {
	k.label("kind", c.Kind)
	k.want(!slices.Contains(madeKinds, c.Kind), "kind", "another word (this one is made by Headroom)", strconv.Quote(c.Kind))
	k.want(c.Name != "", "name", "a name", "none")
	k.want(len(c.Modules) > 0 || c.Match != "", "modules", "modules here or alarms in match", "none")
	for _, id := range c.Modules {
		k.want(id != "" && isNodeID(id), "modules", "ids of nodes of the business tree, as Qzone/WNS", strconv.Quote(id))
	}
	k.matchers("match", c.Match)
}

func (l Learn) check(k checker) {
	k.between("past", l.Past, 0, 730*day)
	k.want(l.Occasions >= 2, "occasions", "2 or more", l.Occasions)
	k.want(0 < l.Similarity && l.Similarity <= 1, "similarity", "a share above 0 and up to 1", l.Similarity)
}

// matchers wants label matchers as Alertmanager writes them, or nothing.
func (k checker) matchers(name, v string) {
	if v == "" {
		return
	}
	ms, err := parse.Matchers(v)
	k.want(err == nil && len(ms) > 0, name, `matchers such as alertname="Dead", node=~"n[0-9]+"`, fmt.Sprintf("%q", v))
}
