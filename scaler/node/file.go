package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"headroom/scaler/node/sync"
	"headroom/scaler/node/wire"
)

const lookEvery = time.Second // at the file with the desired state

// followFile takes what shall run from a file, at the start and whenever it changes. A
// file that is not valid changes nothing.
func (d *Daemon) followFile(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	seen := ""
	for {
		text, err := os.ReadFile(d.o.DesiredFile)
		if mark := string(text) + fmt.Sprint(err); mark != seen {
			seen = mark
			d.takeFile(text, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (d *Daemon) takeFile(text []byte, err error) {
	desired := wire.Desired{}
	if err == nil {
		desired, err = parseFile(text, d.o.Settings.Node.Name)
	}
	if err != nil {
		d.log.Error("the desired state in the file was not taken, the old one stays", "path", d.o.DesiredFile, "err", err)
		return
	}
	d.take(desired)
}

// parseFile reads a desired state that a person wrote, as YAML or JSON. Node, version,
// and the modules of services may be left out, and so may what has a default.
func parseFile(text []byte, node string) (wire.Desired, error) {
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return wire.Desired{}, fmt.Errorf("read the desired state: %w", err)
	}
	plain, err := json.Marshal(tree)
	if err != nil {
		return wire.Desired{}, fmt.Errorf("read the desired state: %w", err)
	}
	var d wire.Desired
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return wire.Desired{}, fmt.Errorf("read the desired state: %w", err)
	}
	fill(&d, node, text)
	return d, sync.Check(d, node)
}

func fill(d *wire.Desired, node string, text []byte) {
	sum := sha256.Sum256(text)
	setDefault(&d.Version, "file-"+hex.EncodeToString(sum[:6]))
	setDefault(&d.Node, node)
	for module, s := range d.Services {
		if s != nil {
			setDefault(&s.Module, module)
			fillService(s)
		}
	}
}

// fillService sets what a service leaves out, as the server does for its own.
func fillService(s *wire.Service) {
	seconds := func(n int) wire.Duration { return wire.Duration(time.Duration(n) * time.Second) }
	setDefault(&s.Limits.Pids, 4096)
	setDefault(&s.Log.MaxSize, 16<<20)
	setDefault(&s.Log.Keep, 3)
	setDefault(&s.Health.Kind, "none")
	setDefault(&s.Health.Interval, seconds(2))
	setDefault(&s.Health.Timeout, seconds(1))
	setDefault(&s.Health.Failures, 3)
	setDefault(&s.Startup, seconds(30))
	setDefault(&s.Stop, seconds(10))
	setDefault(&s.Latency.Source, "tcp")
	setDefault(&s.Overload.Slices, 3)
	setDefault(&s.Overload.Good, 5)
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}
