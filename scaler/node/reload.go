package node

import (
	"fmt"
	"reflect"
	"strings"

	"headroom/scaler/node/settings"
)

// Reload reads the settings anew: all of them or nothing. Limits, labels and what tasks may do are taken
// at once; what a running daemon cannot change is named, and refused. A restart is
// cheap: the workers do not notice it.
func (d *Daemon) Reload() error {
	next, err := d.o.Reload()
	if err == nil {
		err = unchangeable(d.current(), next)
	}
	if err != nil {
		d.log.Error("the configuration was not reloaded, the old one stays in force", "err", err)
		return err
	}
	d.mu.Lock()
	d.settings = next
	d.mu.Unlock()
	d.inForce.limit(limitsOf(next))
	d.tasks.Limit(taskLimitsOf(next))
	d.changed()
	d.log.Info("configuration reloaded")
	return nil
}

// unchangeable names the sections that differ and need a restart.
func unchangeable(old, next settings.Settings) error {
	var sections []string
	for _, part := range []struct {
		name      string
		old, next any
	}{
		{"server", old.Server, next.Server},
		{"node.name", old.Node.Name, next.Node.Name},
		{"node.address", old.Node.Address, next.Node.Address},
		{"cgroup", old.Cgroup, next.Cgroup},
		{"measure", old.Measure, next.Measure},
		{"balance", old.Balance, next.Balance},
		{"inventory", old.Inventory, next.Inventory},
	} {
		if !reflect.DeepEqual(part.old, part.next) {
			sections = append(sections, part.name)
		}
	}
	if len(sections) > 0 {
		return fmt.Errorf("%s: changed, which needs a restart of the daemon (the workers go on)", strings.Join(sections, ", "))
	}
	return nil
}
