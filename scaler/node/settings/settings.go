// Package settings reads the configuration file of the node daemon: one YAML file, in
// which everything has a default and an unknown key is an error with its line. An
// empty file is a valid one.
package settings

import (
	"fmt"
	"os"
	"time"

	"headroom/internal/yamlfile"
	"headroom/scaler/node/balance"
	"headroom/scaler/node/wire"
)

// Settings is the whole file. The zero value is not useful; start from [Default].
type Settings struct {
	Server  Server  `yaml:"server"`
	Node    Node    `yaml:"node"`
	Limits  Limits  `yaml:"limits"`
	Cgroup  Cgroup  `yaml:"cgroup"`
	Measure Measure `yaml:"measure"`
	Balance Balance `yaml:"balance"`
	Tasks   Tasks   `yaml:"tasks"`

	Inventory Inventory `yaml:"inventory"`
}

// Server is who says what shall run here.
type Server struct {
	URL          string `yaml:"url"`           // https, or http on this machine
	WriteURL     string `yaml:"write_url"`     // where samples go by remote write; empty: to URL
	TokenFile    string `yaml:"token_file"`    // read anew for each request
	Username     string `yaml:"username"`      // of a server that knows users
	PasswordFile string `yaml:"password_file"` // read anew for each request
	TLS          TLS    `yaml:"tls"`
}

// TLS says whom the daemon trusts, and who it is.
type TLS struct {
	CAFile   string `yaml:"ca_file"`   // that signed the server's certificate; empty: the machine's
	CertFile string `yaml:"cert_file"` // of this node, read anew for each connection
	KeyFile  string `yaml:"key_file"`
}

// Node is what this machine is called.
type Node struct {
	Name    string            `yaml:"name"`    // empty: the host's
	Address string            `yaml:"address"` // where its workers are reached; empty: that of the route to the server
	Labels  map[string]string `yaml:"labels"`  // failure domains among them, such as rack and site
}

// Limits hold whatever the server says.
type Limits struct {
	MaxWorkers    int            `yaml:"max_workers"`     // of all services
	PerCore       float64        `yaml:"per_core"`        // workers of a service for each core
	MinCPUPercent float64        `yaml:"min_cpu_percent"` // a lower quota of a service is raised to it
	MaxMemory     yamlfile.Bytes `yaml:"max_memory"`      // of a service; 0: none
	Services      []string       `yaml:"services"`        // modules that may run here; empty: all
	Commands      []string       `yaml:"commands"`        // paths or patterns of programs; empty: all
	Mounts        []string       `yaml:"mounts"`          // directories that may be mounted; empty: all, or none where commands has any
	Users         []string       `yaml:"users"`           // that workers may run as; empty: all but root
	Groups        []string       `yaml:"groups"`          // that workers may run in besides those that their user is in
}

// Cgroup says where the control groups of the workers are.
type Cgroup struct {
	Root string `yaml:"root"` // the name of ours among the machine's
}

// Measure says what is measured, and how often.
type Measure struct {
	Slice         wire.Duration  `yaml:"slice"`    // the time over which connections and requests are judged
	Interval      wire.Duration  `yaml:"interval"` // between samples that are sent
	StatsDAddress string         `yaml:"statsd_listen_address"`
	HAProxyLog    string         `yaml:"haproxy_log_listen_address"`
	BufferSize    yamlfile.Bytes `yaml:"buffer_size"` // on disk, of samples that the server has not taken
}

// Balance says how proxies are told of the workers.
type Balance struct {
	Agent   balance.AgentConfig `yaml:"agent"`   // answers about this node's workers
	Proxies balance.Config      `yaml:"proxies"` // of this machine, that get their workers from the server
}

// Tasks say what steps of flows may do here. Without enabled they may not even look.
type Tasks struct {
	Enabled  bool     `yaml:"enabled"`
	Commands []string `yaml:"commands"` // programs as paths or patterns; "*": all; empty: none
	Users    []string `yaml:"users"`    // that commands may run as; empty: all but root
	Packages []string `yaml:"packages"` // names or patterns of those that may be installed; "*": all; empty: none
	Files    []string `yaml:"files"`    // directories below which files may be written; empty: none
}

// Inventory says how the node looks for what it is declared to have.
type Inventory struct {
	Interval wire.Duration  `yaml:"interval"`  // between looks
	HashRate yamlfile.Bytes `yaml:"hash_rate"` // a second, that are read for checksums of files
	Paths    []string       `yaml:"paths"`     // patterns of files that may be looked at; empty: all
}

// Default is the configuration of an empty file.
func Default() Settings {
	return Settings{
		Limits:  Limits{MaxWorkers: 100, PerCore: 2, MinCPUPercent: 1},
		Cgroup:  Cgroup{Root: "headroom"},
		Measure: Measure{Slice: wire.Duration(time.Second), Interval: wire.Duration(10 * time.Second), BufferSize: 256 << 20},

		Inventory: Inventory{Interval: wire.Duration(10 * time.Second), HashRate: 2 << 20},
	}
}

// Load reads the configuration from a file. If anything is wrong with it, the error is
// [yamlfile.Faults] with everything that is.
func Load(path string) (Settings, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Settings{}, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(data, path)
}

// Parse reads the configuration from data over the defaults. The file's name is only
// for messages.
func Parse(data []byte, file string) (Settings, error) {
	s := Default()
	lines, faults := yamlfile.Decode(data, file, &s)
	if lines == nil {
		return Settings{}, faults
	}
	if faults = faults.Join(s.faults()); len(faults) > 0 {
		faults.Place(file, lines)
		return Settings{}, faults
	}
	return s, nil
}
