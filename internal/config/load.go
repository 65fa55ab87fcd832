package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

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
	root, err := document(data)
	if err != nil {
		faults := Faults{syntaxFault(err)}
		faults.place(file, nil)
		return Config{}, faults
	}
	d := decoder{lines: map[string]int{}}
	if root != nil {
		d.value(root, reflect.ValueOf(&c).Elem(), "")
	}
	if d.nodes > maxNodes {
		return Config{}, Faults{{File: file, Problem: fmt.Sprintf("the file is too large: it stands for more than %d values", maxNodes)}}
	}
	c.resolve(d.lines)
	if faults := d.faults.join(c.faults()); len(faults) > 0 {
		faults.place(file, d.lines)
		return Config{}, faults
	}
	return c, nil
}

// document returns the one document of a file, nil if the file is empty.
func document(data []byte) (*yaml.Node, error) {
	var first, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&second); err == nil {
		return nil, fmt.Errorf("line %d: want one document, found a second", second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return first.Content[0], nil
}

var yamlError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)`)

func syntaxFault(err error) Fault {
	m := yamlError.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(m[1])
	return Fault{Line: line, Problem: m[2]}
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
