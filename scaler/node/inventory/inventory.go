package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"headroom/scaler/node/wire"
)

// Options say how a node is looked at. The zero value of each has a default but for
// Changed, without which nobody is told.
type Options struct {
	Every    time.Duration // between looks; 0: 10 s
	HashRate int64         // bytes a second that are read for checksums; 0: 2 MiB
	Paths    []string      // patterns of files that may be looked at; empty: all

	Dpkg    string   // dpkg's database; empty: the machine's
	RPM     []string // rpm's databases, of which one is there; empty: the usual places
	Changed func()   // is called when something else is found

	Logger *slog.Logger
}

const (
	usualEvery = 10 * time.Second
	usualRate  = 2 << 20
	burst      = 32 // seconds' worth of HashRate that may be read at once
	between    = time.Second
)

// Inventory looks at a node. Its methods may be called from many goroutines.
type Inventory struct {
	o     Options
	wake  chan struct{}
	found atomic.Pointer[wire.Found]

	clock clock

	looking  sync.Mutex // held during a look; protects the fields below
	want     wire.Declared
	wanted   bool // Want was called
	packages *packages
	files    *files
	ports    ports
	machine  *machine
	told     string // the last fault of a part that was logged

	asked atomic.Pointer[wire.Declared] // what Want was called with last
}

// New returns an inventory that looks for nothing yet.
func New(o Options) *Inventory {
	if o.Every == 0 {
		o.Every = usualEvery
	}
	if o.HashRate == 0 {
		o.HashRate = usualRate
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Inventory{
		o: o, wake: make(chan struct{}, 1),
		packages: newPackages(o.Dpkg, o.RPM), files: newFiles(o.Paths, o.HashRate), machine: &machine{},
	}
}

// Want says what to look for from now on; nil: nothing. It does not wait for a look.
func (i *Inventory) Want(d *wire.Declared) {
	if d == nil {
		d = &wire.Declared{}
	}
	if old := i.asked.Swap(d); old != nil && old.Version == d.Version {
		return
	}
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// Declared is the version of what is looked for; empty: nothing.
func (i *Inventory) Declared() string {
	if d := i.asked.Load(); d != nil {
		return d.Version
	}
	return ""
}

// Wanted is what is looked for; nil: nothing.
func (i *Inventory) Wanted() *wire.Declared { return i.asked.Load() }

// Found is what the last look found; nil before the first. Nobody may change it.
func (i *Inventory) Found() *wire.Found { return i.found.Load() }

// Scan looks at once and returns what is there. Checksums of what has changed may need
// more time, at the rate at which they are taken.
func (i *Inventory) Scan() *wire.Found {
	i.look(time.Now())
	return i.Found()
}

// Run looks until ctx is done.
func (i *Inventory) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	next := time.Time{} // look
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-i.wake:
			next = time.Time{}
		case <-timer.C:
		}
		now := time.Now()
		if now.Before(next) {
			i.hash(now)
		} else {
			i.look(now)
			next = now.Add(i.o.Every)
		}
		rest := time.Until(next)
		if i.pending() {
			rest = min(rest, between)
		}
		timer.Reset(rest)
	}
}

// look finds out all that is wanted.
func (i *Inventory) look(now time.Time) {
	i.looking.Lock()
	defer i.looking.Unlock()
	if asked := i.asked.Load(); asked != nil && (!i.wanted || asked.Version != i.want.Version) {
		i.want, i.wanted = *asked, true
		i.packages.want(asked.Packages)
		i.files.want(asked.Files)
	}
	pkgs, err := i.packages.look()
	i.complain(err)
	i.files.look(now)
	i.files.hash(now)
	all, err := listening(i.want.Ports, &i.ports)
	i.complain(err)
	i.publish(&wire.Found{
		Declared: i.want.Version, Packages: pkgs, Files: i.files.found(), Processes: running(i.want.Processes),
		Ports: all, Environment: i.machine.look(i.clock.offset()),
	})
}

// hash goes on with the checksums that are not known yet.
func (i *Inventory) hash(now time.Time) {
	i.looking.Lock()
	defer i.looking.Unlock()
	old := i.found.Load()
	if !i.files.hash(now) || old == nil {
		return
	}
	next := *old
	next.Files = i.files.found()
	i.publish(&next)
}

func (i *Inventory) pending() bool {
	i.looking.Lock()
	defer i.looking.Unlock()
	return len(i.files.queue) > 0
}

// publish makes what was found known if it differs from what was known.
func (i *Inventory) publish(f *wire.Found) {
	old := i.found.Load()
	if old != nil && same(old, f) {
		return
	}
	f.Sum, f.Base = "", ""
	f.Sum = sumOf(f)
	i.found.Store(f)
	if i.o.Changed != nil {
		i.o.Changed()
	}
}

func same(a, b *wire.Found) bool {
	return a.Declared == b.Declared && maps.Equal(a.Packages, b.Packages) && maps.Equal(a.Files, b.Files) &&
		maps.Equal(a.Processes, b.Processes) && maps.Equal(a.Ports, b.Ports) && reflect.DeepEqual(a.Environment, b.Environment)
}

// sumOf names what was found, the same for the same.
func sumOf(f *wire.Found) string {
	text, err := json.Marshal(f)
	if err != nil {
		panic("BUG: " + err.Error()) // it is written by us
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:10])
}

// complain tells a fault once, until there is another one.
func (i *Inventory) complain(err error) {
	if err == nil {
		return
	}
	if text := err.Error(); text != i.told {
		i.told = text
		i.o.Logger.Warn("a part of the inventory cannot be looked at", "err", err)
	}
}
