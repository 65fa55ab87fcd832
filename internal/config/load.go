package config

import (
	"fmt"
	"os"
	"time"

	"headroom/internal/yamlfile"
)

// Fault is one thing that is wrong with a configuration.
type Fault = yamlfile.Fault

// Faults is every fault of one configuration, in the order of its lines.
type Faults = yamlfile.Faults

// Load reads the configuration from a file. If anything is wrong with it, the
// error is [Faults] with everything that is, and the Config is of no use.
func Load(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(data, path)
}

// Parse reads the configuration from data over the defaults. The file's name
// is only for messages.
func Parse(data []byte, file string) (Config, error) {
	return Default().With(data, file)
}

// With reads a file over c: what the file does not name stays as it is in c.
func (c Config) With(data []byte, file string) (Config, error) {
	lines, faults := yamlfile.Decode(data, file, &c)
	if lines == nil {
		return Config{}, faults
	}
	c.resolve(lines)
	if faults = faults.Join(c.faults()); len(faults) > 0 {
		faults.Place(file, lines)
		return Config{}, faults
	}
	return c, nil
}

// resolve fills what follows from other keys.
func (c *Config) resolve(given map[string]int) {
	c.Signals.Load.choose(given, "signals.load")
	c.Signals.Busy.choose(given, "signals.busy")
	c.Signals.Requests.choose(given, "signals.requests")
	for i := range c.ScrapeConfigs {
		c.ScrapeConfigs[i].fill()
	}
	c.Alerting.Heal.fill()
	c.Registry.fill()
	c.fillServices(given)
	c.fillAccess(given)
}

// choose lets a query that the file gives replace the default metric, and the
// other way round.
func (s *Signal) choose(given map[string]int, key string) {
	_, match := given[key+".match"]
	_, query := given[key+".query"]
	switch {
	case query && !match && s.Query != "":
		s.Match = ""
	case match && !query && s.Match != "":
		s.Query = ""
	}
}

// fill sets Prometheus' defaults for what a job leaves out.
func (s *ScrapeConfig) fill() {
	setDefault(&s.Scheme, "http")
	setDefault(&s.MetricsPath, "/metrics")
	setDefault(&s.ScrapeInterval, Duration(time.Minute))
	setDefault(&s.ScrapeTimeout, min(Duration(10*time.Second), s.ScrapeInterval))
	for i := range s.HTTPSDConfigs {
		setDefault(&s.HTTPSDConfigs[i].RefreshInterval, Duration(time.Minute))
	}
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Location is the zone in which days and times of the day are told. The zone of
// a validated Config is known.
func (c Config) Location() *time.Location {
	if c.Timezone == "" {
		return machineZone()
	}
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		panic(fmt.Sprintf("BUG: time zone %q was not validated: %v", c.Timezone, err))
	}
	return loc
}
