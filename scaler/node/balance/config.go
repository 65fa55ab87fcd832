package balance

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"headroom/scaler/node/wire"
)

// AgentConfig is where the agent checks of a node are answered.
type AgentConfig struct {
	// Listen is host:port of one listener for all workers, which HAProxy asks by name
	// with agent-send. Empty: none.
	Listen string `yaml:"listen"`

	// PortOffset gives each worker a listener of its own besides, on its port plus this
	// number. 0: none.
	PortOffset int `yaml:"port_offset"`
}

// Check reports every setting that cannot work; place is where c stands in the file.
func (c AgentConfig) Check(place string) error {
	var errs []error
	if c.Listen != "" {
		if err := checkAddress(c.Listen); err != nil {
			errs = append(errs, fmt.Errorf("%s.listen: %w", place, err))
		}
	}
	if c.PortOffset < -65535 || c.PortOffset > 65535 {
		errs = append(errs, fmt.Errorf("%s.port_offset: want a number that makes a port of a port, got %d", place, c.PortOffset))
	}
	return errors.Join(errs...)
}

// Config is the proxies of this machine that are kept up to date.
type Config []Proxy

// Kind is how a proxy is told.
type Kind string

// The kinds.
const (
	HAProxy Kind = "haproxy" // slots of a server-template, by the runtime API
	Nginx   Kind = "nginx"   // a file of upstream servers, and a reload
	FileSD  Kind = "file_sd" // Prometheus' file-based service discovery
)

// Proxy is one list of workers and where it goes.
type Proxy struct {
	Module string `yaml:"module"` // its id
	Proxy  string `yaml:"proxy"`  // workers behind this one only; empty: all of the module
	Kind   Kind   `yaml:"kind"`

	// Of HAProxy.
	Socket    string `yaml:"socket"`     // path of its stats socket with level admin, or host:port
	Backend   string `yaml:"backend"`    // its name; of nginx: the name of the upstream
	Template  string `yaml:"template"`   // prefix of the slots; default "w"
	StateFile string `yaml:"state_file"` // its server-state-file, from which it knows its workers right after a reload; empty: none is written

	// Of nginx and file_sd.
	Path   string        `yaml:"path"`   // the file that is written
	Test   []string      `yaml:"test"`   // command that checks nginx' files; default: nginx -t
	Reload []string      `yaml:"reload"` // command that makes nginx read them; default: nginx -s reload
	Every  wire.Duration `yaml:"every"`  // least time between two reloads; default 5s

	// Empty says what is done when the server says that there is no worker: "keep" the
	// last list, the default, or "apply" it.
	Empty string `yaml:"empty"`
}

// Name tells one proxy from another, in messages and in names of files.
func (p Proxy) Name() string {
	if p.Kind == HAProxy {
		return fmt.Sprintf("%s %s %s", p.Kind, p.Socket, p.Backend)
	}
	return fmt.Sprintf("%s %s", p.Kind, p.Path)
}

// WithDefaults returns p with what is left out filled in.
func (p Proxy) WithDefaults() Proxy {
	def := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	def(&p.Empty, "keep")
	switch p.Kind {
	case HAProxy:
		def(&p.Template, "w")
	case Nginx:
		if len(p.Test) == 0 {
			p.Test = []string{"nginx", "-t"}
		}
		if len(p.Reload) == 0 {
			p.Reload = []string{"nginx", "-s", "reload"}
		}
		if p.Every == 0 {
			p.Every = wire.Duration(5 * time.Second)
		}
	}
	return p
}

// Check reports every setting that cannot work; place is where c stands in the file.
func (c Config) Check(place string) error {
	var errs []error
	first := map[string]int{}
	for i, p := range c {
		at := fmt.Sprintf("%s[%d]", place, i)
		errs = append(errs, p.check(at)...)
		if j, twice := first[p.Name()]; twice {
			errs = append(errs, fmt.Errorf("%s: %s is in %s[%d] already", at, p.Name(), place, j))
		} else {
			first[p.Name()] = i
		}
	}
	return errors.Join(errs...)
}

// word is a name in a proxy's configuration, free of what its syntax gives a meaning.
var word = regexp.MustCompile(`^[A-Za-z0-9_.:-]+$`)

func (p Proxy) check(at string) (errs []error) {
	bad := func(field, want string, got any) {
		errs = append(errs, fmt.Errorf("%s.%s: want %s, got %q", at, field, want, got))
	}
	p = p.WithDefaults()
	if p.Module == "" {
		bad("module", "the id of a module", p.Module)
	}
	if !slices.Contains([]Kind{HAProxy, Nginx, FileSD}, p.Kind) {
		bad("kind", "haproxy, nginx or file_sd", p.Kind)
	}
	if p.Kind == HAProxy {
		if !filepath.IsAbs(p.Socket) && checkAddress(p.Socket) != nil {
			bad("socket", "an absolute path or host:port", p.Socket)
		}
		if !word.MatchString(p.Backend) {
			bad("backend", "the name of a backend", p.Backend)
		}
		if !word.MatchString(p.Template) {
			bad("template", "the prefix of a server-template", p.Template)
		}
		if p.StateFile != "" && !filepath.IsAbs(p.StateFile) {
			bad("state_file", "an absolute path", p.StateFile)
		}
	}
	if (p.Kind == Nginx || p.Kind == FileSD) && !filepath.IsAbs(p.Path) {
		bad("path", "an absolute path", p.Path)
	}
	if p.Kind == Nginx && p.Backend != "" && !word.MatchString(p.Backend) {
		bad("backend", "the name of an upstream", p.Backend)
	}
	if p.Every < 0 {
		bad("every", "a duration that is not negative", time.Duration(p.Every).String())
	}
	if p.Empty != "keep" && p.Empty != "apply" {
		bad("empty", "keep or apply", p.Empty)
	}
	return errs
}

func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("want host:port, got %q", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("want a port of 0 … 65535, got %q", address)
	}
	return nil
}
