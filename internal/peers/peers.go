// Package peers finds and starts the programs that Headroom is tested with and
// measured against: VictoriaMetrics, Prometheus, vmagent, vmalert, amtool.
//
// They are built by scripts/peers.sh. A peer that is missing is an error that
// names the command to run, never a skipped test. Started peers listen on
// loopback, keep their data in a directory of the caller, and are ended by
// their process.
package peers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// Names of the peers that scripts/peers.sh builds.
const (
	VictoriaMetrics = "victoria-metrics"
	VMAgent         = "vmagent"
	VMAlert         = "vmalert"
	Prometheus      = "prometheus"
	Amtool          = "amtool" // Alertmanager's command line tool
)

// Find returns the path of a peer's binary: in $HEADROOM_PEERS, or else in
// .cache/peers of the repository that holds the working directory.
func Find(name string) (string, error) {
	dir := os.Getenv("HEADROOM_PEERS")
	if dir == "" {
		root, err := repository()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(root, ".cache", "peers")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("peer %s is missing, run scripts/peers.sh: %w", name, err)
	}
	return path, nil
}

// repository returns the nearest directory above that has a go.mod.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the repository: no go.mod in the working directory or above it")
		}
		dir = parent
	}
}

// FreeAddress returns a loopback address on which nothing listens now. Another
// process may take it before the caller does; that is rare enough for tests.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
