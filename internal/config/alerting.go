package config

// Alerting says whom to tell of what.
type Alerting struct {
	IgnoreLabels []string `yaml:"ignore_labels"` // tell only senders of the same alarm apart
	NodeLabels   []string `yaml:"node_labels"`   // of alarms, that name the device; the first that is there counts
	OwnerLabels  []string `yaml:"owner_labels"`  // of alarms, that name who is responsible
	Keep         Duration `yaml:"keep"`          // how long alarms that are over can be looked up
	Heal         Heal     `yaml:"heal"`
	Chat         Chat     `yaml:"chat"`

	ConfigFile string   `yaml:"config_file"` // Alertmanager's: routes, receivers, inhibition
	Forward    []string `yaml:"forward"`     // addresses of Alertmanagers that get what passed
	Notify     Notify   `yaml:"notify"`

	Lease Lease  `yaml:"lease"`
	Mutes []Mute `yaml:"mutes"`
	Flap  Flap   `yaml:"flap"`

	Fold Fold `yaml:"fold"`

	RuleFiles          []string `yaml:"rule_files"`          // in Prometheus' syntax; patterns, relative to the configuration file
	EvaluationInterval Duration `yaml:"evaluation_interval"` // of rules
	Watch              Watch    `yaml:"watch"`
}

func defaultAlerting() Alerting {
	return Alerting{
		IgnoreLabels: []string{"replica", "prometheus_replica"},
		NodeLabels:   []string{"node", "instance"},
		OwnerLabels:  []string{"owner", "team"},
		Keep:         400 * day,
		Heal:         defaultHeal(),
		Chat:         defaultChat(),
		Notify:       defaultNotify(),
		Lease:        defaultLease(),
		Mutes:        []Mute{},
		Flap:         defaultFlap(),
		Fold:         defaultFold(),

		RuleFiles:          []string{},
		EvaluationInterval: defaultEvaluation,
		Watch:              defaultWatch(),
	}
}

func (a Alerting) check(k checker) {
	k.between("keep", a.Keep, day, 10*365*day)
	for _, list := range []struct {
		name   string
		labels []string
	}{{"ignore_labels", a.IgnoreLabels}, {"node_labels", a.NodeLabels}, {"owner_labels", a.OwnerLabels}} {
		for _, label := range list.labels {
			k.label(list.name, label)
		}
	}
	a.Heal.check(k.at("heal"))
	a.Chat.check(k.at("chat"))
	checkForward(k, a.Forward)
	a.Notify.check(k.at("notify"))
	a.Lease.check(k.at("lease"))
	checkMutes(k, a.Mutes)
	a.Flap.check(k.at("flap"))
	a.Fold.check(k.at("fold"))
	a.checkRules(k)
}
