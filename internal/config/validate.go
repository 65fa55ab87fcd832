package config

import (
	"fmt"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a zone must be known on a machine without zone files too

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

const day = Duration(24 * time.Hour)

// Validate reports every setting that cannot work, as [Faults].
func (c Config) Validate() error {
	if faults := c.faults(); len(faults) > 0 {
		return faults
	}
	return nil
}

// checker collects the faults below one key.
type checker struct {
	key    string
	faults *Faults
}

func (c Config) faults() (faults Faults) {
	root := checker{faults: &faults}
	c.checkNames(root)
	c.Signals.check(root.at("signals"))
	c.Capacity.check(root.at("capacity"))
	c.Rollup.check(root.at("rollup"))
	c.Storage.check(root.at("storage"))
	c.Ingest.check(root.at("ingest"))
	c.Query.check(root.at("query"))
	c.Alerting.check(root.at("alerting"))
	c.Alerting.Watch.check(root.at("alerting.watch"), c.Hierarchy)
	c.Pool.check(root.at("pool"))
	c.checkServices(root)
	c.Flows.check(root.at("flows"))
	c.Consistency.check(root.at("consistency"))
	c.Keda.check(root.at("keda"))
	c.Registry.check(root.at("registry"))
	c.Search.check(root.at("search"))
	c.Requests.check(root.at("requests"))
	c.Access.check(root.at("access"))
	c.Report.check(root.at("report"), c.FailureDomains)
	checkScrapeConfigs(root, c.ScrapeConfigs)
	return faults
}

// at names a key inside the checker's own.
func (k checker) at(name string) checker {
	k.key = strings.TrimPrefix(k.key+"."+name, ".")
	return k
}

// item names an element of a list.
func (k checker) item(name string, i int) checker {
	return k.at(fmt.Sprintf("%s[%d]", name, i))
}

// want reports a fault unless ok. The value found is not repeated for text that
// may hold a secret.
func (k checker) want(ok bool, name, want string, found any) {
	if !ok {
		*k.faults = append(*k.faults, Fault{Key: k.at(name).key, Problem: fmt.Sprintf("want %s, found %v", want, found)})
	}
}

func (k checker) between(name string, v, low, high Duration) {
	k.want(low <= v && v <= high, name, fmt.Sprintf("%s to %s", low, high), v)
}

func (k checker) positive(name string, v int) {
	k.want(v > 0, name, "a number above 0", v)
}

// names are the names of a list's items, and who has them.
type names map[string]string

// own wants a name that no other item has; who is the one that is checked by k.
func (n names) own(k checker, key, name, who string) {
	other, twice := n[name]
	k.want(!twice, key, "a name of its own", fmt.Sprintf("%q, which %s has", name, other))
	n[name] = who
}

func (k checker) oneOf(name, v string, choices ...string) {
	k.want(slices.Contains(choices, v), name, "one of "+strings.Join(choices, ", "), fmt.Sprintf("%q", v))
}

// address wants an HTTP address. A password in it must not reach a log.
func (k checker) address(name, v string) {
	u, err := url.Parse(v)
	if err != nil {
		k.want(false, name, "an http or https address", "one that cannot be read")
		return
	}
	ok := (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	k.want(ok, name, "an http or https address", fmt.Sprintf("%q", u.Redacted()))
}

// listen wants host:port, or nothing.
func (k checker) listen(name, v string) {
	_, _, err := net.SplitHostPort(v)
	k.want(v == "" || err == nil, name, "an address such as 127.0.0.1:2003", fmt.Sprintf("%q", v))
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (k checker) label(name, v string) {
	ok := labelName.MatchString(v) && !strings.HasPrefix(v, "__")
	k.want(ok, name, "a label's name (letters, digits, _)", fmt.Sprintf("%q", v))
}

func (c Config) checkNames(k checker) {
	if c.Timezone != "" {
		_, err := time.LoadLocation(c.Timezone)
		k.want(err == nil, "timezone", "a time zone such as Asia/Shanghai", fmt.Sprintf("%q", c.Timezone))
	}
	k.want(len(c.Hierarchy) > 0, "hierarchy", "at least one label", "none")
	used := map[string]string{}
	name := func(key, label string) {
		k.label(key, label)
		k.want(used[label] == "", key, "a label of its own", fmt.Sprintf("%q, which %s has", label, used[label]))
		used[label] = key
	}
	for _, label := range c.Hierarchy {
		name("hierarchy", label)
	}
	name("node_label", c.NodeLabel)
	name("process_label", c.ProcessLabel)
	for i, label := range c.FailureDomains {
		k.label("failure_domains", label)
		k.want(!slices.Contains(c.FailureDomains[:i], label), "failure_domains", "each label once", fmt.Sprintf("%q twice", label))
	}
}

func (s Signals) check(k checker) {
	load := k.at("load")
	load.want(s.Load.Match != "" || s.Load.Query != "", "match", "a metric (or a query)", "none")
	load.oneOf("aggregate", s.Load.Aggregate, "avg", "max", "min", "sum", "last")
	s.Load.check(load)
	s.Busy.checkCounter(k.at("busy"))
	s.Requests.checkCounter(k.at("requests"))
}

func (s Signal) checkCounter(k checker) {
	k.want(s.Aggregate == "", "aggregate", "none (a counter's increases are summed)", fmt.Sprintf("%q", s.Aggregate))
	s.check(k)
}

func (s Signal) check(k checker) {
	k.want(s.Match == "" || s.Query == "", "query", "either match or query", "both")
	promql := parser.NewParser(parser.Options{})
	if s.Match != "" {
		matchers, err := promql.ParseMetricSelector(s.Match)
		named := slices.ContainsFunc(matchers, func(m *labels.Matcher) bool {
			return m.Name == "__name__" && m.Type == labels.MatchEqual
		})
		k.want(err == nil, "match", `a metric such as name or name{label="value"}`, fmt.Sprintf("%q: %v", s.Match, err))
		k.want(err != nil || named, "match", "a metric's name", fmt.Sprintf("%q", s.Match))
	}
	if s.Query != "" {
		_, err := promql.ParseExpr(s.Query)
		k.want(err == nil, "query", "a PromQL expression", fmt.Sprint(err))
	}
}

func (c Capacity) check(k checker) {
	k.oneOf("model", c.Model, "calibrated", "classic")
	k.between("history", c.History, 14*day, 730*day) // growth needs 14 daily peaks
	k.want(3 <= c.BandDays && c.BandDays <= 365, "band_days", "3 to 365", c.BandDays)
	k.want(0 < c.TargetLoad && c.TargetLoad <= 100, "target_load", "a percentage above 0 and up to 100", c.TargetLoad)
	k.between("lead_time", c.LeadTime, day, 365*day)
	c.Alarm.check(k.at("alarm"))
	c.Order.check(k.at("order"))
	for i, e := range c.Events {
		e.check(k.item("events", i))
	}
}

func (a Alarm) check(k checker) {
	k.want(0.02 <= a.FalseAlarms && a.FalseAlarms <= 10, "false_alarms_per_week", "0.02 to 10", a.FalseAlarms)
	k.want(0 <= a.LeastAbsolute && a.LeastAbsolute < math.Inf(1), "least_absolute", "a number of points from 0 on", a.LeastAbsolute)
	k.want(0 <= a.LeastRelative && a.LeastRelative < math.Inf(1), "least_relative", "a share from 0 on", a.LeastRelative)
}

func (o Order) check(k checker) {
	k.want(0 < o.ShortageCost && o.ShortageCost < math.Inf(1), "shortage_cost", "a number above 0", o.ShortageCost)
	k.want(0 < o.IdleCost && o.IdleCost < math.Inf(1), "idle_cost", "a number above 0", o.IdleCost)
	k.want(0 <= o.Failures && o.Failures <= 0.5, "failures", "a share from 0 to 0.5", o.Failures)
	k.want(o.Minimum >= 0, "minimum", "0 or more devices", o.Minimum)
	k.want(o.RoundTo >= 1, "round_to", "1 or more devices", o.RoundTo)
	for i, t := range o.DeviceTypes {
		t.check(k.item("device_types", i))
	}
}

func (t DeviceType) check(k checker) {
	k.want(t.Name != "", "name", "a name", "none")
	k.want(0 < t.Worth && t.Worth < math.Inf(1), "worth", "a number above 0", t.Worth)
	k.want(t.RoundTo >= 0, "round_to", "1 or more devices, or 0 for as many as elsewhere", t.RoundTo)
	k.want(isNodeID(t.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(t.Path))
}

func (e Event) check(k checker) {
	k.want(e.Name != "", "name", "a name", "none")
	k.want(e.From != "", "from", "a day as YYYY-MM-DD", "none")
	k.want(e.To != "", "to", "a day as YYYY-MM-DD", "none")
	k.want(e.From <= e.To || e.To == "", "to", fmt.Sprintf("a day not before %s", e.From), e.To)
	k.want(0 < e.Uplift && e.Uplift < math.Inf(1), "uplift", "a factor above 0", e.Uplift)
	k.want(isNodeID(e.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(e.Path))
}

// isNodeID tells whether s is the id of a tree node; the empty one is the root's.
func isNodeID(s string) bool {
	for name := range strings.SplitSeq(s, "/") {
		if plain, err := url.PathUnescape(name); err != nil || plain == "" && s != "" {
			return false
		}
	}
	return true
}

func (r Rollup) check(k checker) {
	k.between("grace", r.Grace, 0, Duration(10*time.Minute))
	k.between("device_timeout", r.DeviceTimeout, Duration(time.Minute), day)
}

func (s Storage) check(k checker) {
	k.oneOf("wal_sync", s.WALSync, "commit", "none")
	k.between("flush_interval", s.FlushInterval, Duration(time.Second), Duration(5*time.Minute))
	if s.Remote == (Remote{}) {
		return
	}
	remote := k.at("remote")
	remote.address("query_url", s.Remote.QueryURL)
	if s.Remote.WriteURL != "" { // without it the store is only read
		remote.address("write_url", s.Remote.WriteURL)
	}
}

func (i Ingest) check(k checker) {
	k.want(i.MaxRequestSize > 0, "max_request_size", "a size above 0", i.MaxRequestSize)
	k.positive("max_concurrent", i.MaxConcurrent)
	k.positive("max_series", i.MaxSeries)
	k.positive("max_series_per_metric", i.MaxSeriesPerMetric)
	k.positive("max_series_per_sender", i.MaxSeriesPerSender)
	k.positive("max_labels", i.MaxLabels)
	k.positive("max_label_length", i.MaxLabelLength)
	k.between("max_future", i.MaxFuture, 0, 365*day)
	k.listen("graphite_listen_address", i.GraphiteAddress)
	k.listen("statsd_listen_address", i.StatsDAddress)
}

func (q Query) check(k checker) {
	k.between("timeout", q.Timeout, Duration(time.Second), Duration(time.Hour))
	k.positive("max_samples", q.MaxSamples)
	k.positive("max_series", q.MaxSeries)
	k.positive("max_concurrent", q.MaxConcurrent)
	k.between("lookback", q.Lookback, Duration(time.Second), day)
}
