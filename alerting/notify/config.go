package notify

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"

	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"

	"headroom/internal/config"
)

// DefaultReceiver is the one receiver when there is no file of Alertmanager's.
const DefaultReceiver = "default"

const noFile = "route: {receiver: " + DefaultReceiver + "}\nreceivers: [{name: " + DefaultReceiver + "}]\n"

// Config says whom to tell: Alertmanager's file, and what it cannot say.
type Config struct {
	File         string // Alertmanager's; empty: there is none
	Alertmanager *amconfig.Config
	DingTalk     []config.Robot
	Feishu       []config.Robot
	Forward      []string // addresses of Alertmanagers
}

// Alertmanager's parser of matchers is a variable of its package. Both of its
// syntaxes are read, as Alertmanager does unless told otherwise.
var readMatchers = sync.OnceFunc(func() {
	compat.InitFromFlags(slog.New(slog.DiscardHandler), featurecontrol.NoopFlags{})
})

// Load reads what a configuration, which lies in the file of that name, says. An
// error names Alertmanager's file, if it is about that.
func Load(c config.Alerting, configuration string) (*Config, error) {
	readMatchers()
	conf := &Config{
		File: c.NotifyFile(configuration), DingTalk: c.Notify.DingTalk, Feishu: c.Notify.Feishu, Forward: c.Forward,
	}
	var err error
	if conf.File == "" {
		conf.Alertmanager, err = amconfig.Load(noFile)
	} else {
		conf.Alertmanager, err = amconfig.LoadFile(conf.File)
	}
	if err != nil {
		return nil, fmt.Errorf("alerting.config_file %q: %w", conf.File, err)
	}
	if err := conf.check(); err != nil {
		return nil, err
	}
	return conf, nil
}

// check reports receivers that are named and not there, and what cannot be built.
func (c *Config) check() error {
	var errs []error
	for _, list := range []struct {
		name   string
		robots []config.Robot
	}{{"dingtalk", c.DingTalk}, {"feishu", c.Feishu}} {
		for i, robot := range list.robots {
			if !c.hasReceiver(robot.Receiver) {
				errs = append(errs, fmt.Errorf("alerting.notify.%s[%d].receiver: %s has no receiver %q", list.name, i, c.source(), robot.Receiver))
			}
		}
	}
	if _, err := newPlan(c, nil, slog.New(slog.DiscardHandler)); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// leftOut names what the file asks for and Headroom does not do.
func (c *Config) leftOut() (parts []string) {
	if c.Alertmanager.TracingConfig.Endpoint != "" {
		parts = append(parts, "tracing")
	}
	if !reflect.ValueOf(c.Alertmanager.EventRecorder).IsZero() {
		parts = append(parts, "event_recorder")
	}
	return parts
}

func (c *Config) hasReceiver(name string) bool {
	return slices.ContainsFunc(c.Alertmanager.Receivers, func(r amconfig.Receiver) bool { return r.Name == name })
}

// source names where the receivers are from.
func (c *Config) source() string {
	if c.File == "" {
		return "the default without alerting.config_file"
	}
	return c.File
}
