package consistency

import (
	"text/template"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Declaration is what a module wants its nodes to have, as a file says it.
type Declaration struct {
	Module string   `yaml:"module"`
	Nodes  []string `yaml:"nodes"`       // names or patterns of nodes that shall have it besides those where it runs
	Labels []string `yaml:"node_labels"` // likewise by matchers of the nodes' labels

	Packages      []Package `yaml:"packages"`
	PackagesExtra []string  `yaml:"packages_extra"` // patterns of packages that shall not be there unless they are declared
	Files         []File    `yaml:"files"`
	Processes     []Process `yaml:"processes"`
	Ports         []Port    `yaml:"ports"`

	file     string         // that it is from
	lines    map[string]int // of its keys, as "packages[0]"
	matchers labels.Matchers
}

// Package is one of dpkg or rpm.
type Package struct {
	Name    string `yaml:"name" json:"name"`
	Version string `yaml:"version,omitempty" json:"version,omitempty"` // exact, ">= 1.2", "any", which is the default, or "absent"
}

// Words of a package's version.
const (
	AnyVersion = "any"
	Absent     = "absent"
	atLeast    = ">="
)

// File is a file, a directory or a link. What is not said may be anything.
type File struct {
	Path   string `yaml:"path" json:"path"`
	Owner  string `yaml:"owner,omitempty" json:"owner,omitempty"`
	Group  string `yaml:"group,omitempty" json:"group,omitempty"`
	Mode   string `yaml:"mode,omitempty" json:"mode,omitempty"` // as 0644
	Absent bool   `yaml:"absent,omitempty" json:"absent,omitempty"`

	// Of its content at most one is said.
	SHA256   string            `yaml:"sha256,omitempty" json:"sha256,omitempty"`
	Source   string            `yaml:"source,omitempty" json:"source,omitempty"`     // a file with this content, below the files' directory
	Template string            `yaml:"template,omitempty" json:"template,omitempty"` // one that the content is made of for each node
	Values   map[string]string `yaml:"values,omitempty" json:"values,omitempty"`     // of the template

	sum  string             // checksum of the source, or of the template itself
	form *template.Template // of the template
}

// Process is one that shall run, so many times.
type Process struct {
	Name string `yaml:"name" json:"name"`
	Min  int    `yaml:"min" json:"min"`                     // default 1, or 0 where max is given
	Max  int    `yaml:"max,omitempty" json:"max,omitempty"` // 0: any number
}

// Port is a TCP port that shall be listened at.
type Port struct {
	Port    int    `yaml:"port" json:"port"`
	Process string `yaml:"process,omitempty" json:"process,omitempty"` // by which; empty: any
}
