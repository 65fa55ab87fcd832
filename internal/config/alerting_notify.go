package config

import (
	"fmt"
	"path/filepath"
	"time"
)

// Notify says how people are told, besides what Alertmanager's own file says.
type Notify struct {
	Keep     Duration `yaml:"keep"` // records of notifications
	DingTalk []Robot  `yaml:"dingtalk"`
	Feishu   []Robot  `yaml:"feishu"`
}

// Robot is a group chat's address for messages of programs.
type Robot struct {
	Receiver     string `yaml:"receiver"` // of Alertmanager's file, which it is added to
	URL          string `yaml:"url"`
	Secret       string `yaml:"secret"`        // that messages are signed with; empty: they are not
	SkipResolved bool   `yaml:"skip_resolved"` // tell only of alarms that fire
}

func defaultNotify() Notify { return Notify{Keep: 90 * day} }

func (n Notify) check(k checker) {
	k.between("keep", n.Keep, Duration(time.Hour), 3650*day)
	for _, list := range []struct {
		name   string
		robots []Robot
	}{{"dingtalk", n.DingTalk}, {"feishu", n.Feishu}} {
		for i, robot := range list.robots {
			k := k.item(list.name, i)
			k.want(robot.Receiver != "", "receiver", "the name of a receiver", `""`)
			k.address("url", robot.URL)
		}
	}
}

func checkForward(k checker, addresses []string) {
	for i, address := range addresses {
		k.address(fmt.Sprintf("forward[%d]", i), address)
	}
}

// NotifyFile is the path of Alertmanager's file: one that is relative is so to the
// folder of the configuration file. Empty: there is none.
func (a Alerting) NotifyFile(configuration string) string {
	if a.ConfigFile == "" || filepath.IsAbs(a.ConfigFile) {
		return a.ConfigFile
	}
	return filepath.Join(filepath.Dir(configuration), a.ConfigFile)
}
