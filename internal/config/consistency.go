package config

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"headroom/internal/matchers"
	"headroom/internal/yamlfile"
)

// Consistency says where it is declared what nodes shall have, and what follows if they
// do not.
type Consistency struct {
	Dir         string            `yaml:"dir"`       // of the declarations; empty: nothing is declared
	FilesDir    string            `yaml:"files_dir"` // of sources and templates of files; empty: files, below dir
	Block       bool              `yaml:"block"`     // an inconsistent node gets no new workers of the module
	Environment []EnvironmentRule `yaml:"environment"`
}

// EnvironmentRule is the standard that machines are built to. What it does not name may
// be anything.
type EnvironmentRule struct {
	Path  string   `yaml:"path"`  // id of a tree node: for nodes that serve it or what is below; empty: for all
	Nodes []string `yaml:"nodes"` // matchers of the nodes' labels; none: all

	Kernel      []string `yaml:"kernel"` // allowed ones, as patterns
	OS          []string `yaml:"os"`     // likewise, as debian 12
	CPU         []string `yaml:"cpu"`    // likewise, of the model's name
	Cores       []int    `yaml:"cores"`
	Memory      []string `yaml:"memory"`       // sizes, or ranges of them, as 60GiB-64GiB
	ClockOffset Duration `yaml:"clock_offset"` // at most; 0: any
	Block       bool     `yaml:"block"`        // an outlier gets no new workers
}

// MemoryRange is a range of sizes in bytes, both ends included.
type MemoryRange struct{ Low, High int64 }

// reserved is the share of a machine's memory that its kernel may keep for itself, so
// that a machine of a size is known by less.
const reserved = 0.07

// ParseMemory reads a size that machines may have: one, or a range.
func ParseMemory(text string) (r MemoryRange, err error) {
	low, high, ranged := strings.Cut(text, "-")
	size, err := yamlfile.ParseBytes(strings.TrimSpace(low))
	if err != nil {
		return r, err
	}
	r = MemoryRange{int64(float64(size) * (1 - reserved)), int64(size)}
	if ranged {
		to, err := yamlfile.ParseBytes(strings.TrimSpace(high))
		if err != nil {
			return r, err
		}
		r = MemoryRange{int64(size), int64(to)}
	}
	if r.Low > r.High || r.High <= 0 {
		return r, fmt.Errorf("want a size above 0, or a range from a smaller to a larger one, got %q", text)
	}
	return r, nil
}

func defaultConsistency() Consistency {
	return Consistency{Block: true, Environment: []EnvironmentRule{}}
}

func (c Consistency) check(k checker) {
	k.want(c.Dir != "" || c.FilesDir == "", "files_dir", "dir as well", "none")
	for i, r := range c.Environment {
		r.check(k.item("environment", i))
	}
}

func (r EnvironmentRule) check(k checker) {
	k.want(isNodeID(r.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(r.Path))
	if len(r.Nodes) > 0 {
		_, err := matchers.ParseAll(r.Nodes)
		k.want(err == nil, "nodes", `matchers of labels as rack="r1"`, err)
	}
	for name, patterns := range map[string][]string{"kernel": r.Kernel, "os": r.OS, "cpu": r.CPU} {
		for _, p := range patterns {
			_, err := path.Match(p, "")
			k.want(err == nil && p != "", name, "texts or patterns such as 6.1.*", strconv.Quote(p))
		}
	}
	for _, n := range r.Cores {
		k.positive("cores", n)
	}
	for _, text := range r.Memory {
		_, err := ParseMemory(text)
		k.want(err == nil, "memory", "sizes or ranges such as 64GiB or 60GiB-64GiB", strconv.Quote(text))
	}
	k.want(r.ClockOffset == 0 || r.ClockOffset >= Duration(time.Millisecond), "clock_offset", "a duration from 1ms on, or 0 for any", r.ClockOffset)
	named := len(r.Kernel) + len(r.OS) + len(r.CPU) + len(r.Cores) + len(r.Memory)
	k.want(named > 0 || r.ClockOffset > 0, "kernel", "at least one of kernel, os, cpu, cores, memory and clock_offset", "none")
}
