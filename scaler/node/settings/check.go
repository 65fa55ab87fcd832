package settings

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"headroom/internal/yamlfile"
	"headroom/scaler/node/wire"
)

// checker collects the faults below one key.
type checker struct {
	key    string
	faults *yamlfile.Faults
}

func (k checker) at(name string) checker {
	k.key = strings.TrimPrefix(k.key+"."+name, ".")
	return k
}

// want reports a fault unless ok.
func (k checker) want(ok bool, name, want string, found any) {
	if !ok {
		*k.faults = append(*k.faults, yamlfile.Fault{Key: k.at(name).key, Problem: fmt.Sprintf("want %s, found %v", want, found)})
	}
}

func (k checker) between(name string, v, low, high wire.Duration) {
	k.want(low <= v && v <= high, name, fmt.Sprintf("%s to %s", low, high), v)
}

// listen wants host:port, or nothing.
func (k checker) listen(name, v string) {
	_, _, err := net.SplitHostPort(v)
	k.want(v == "" || err == nil, name, "an address such as 127.0.0.1:8125", fmt.Sprintf("%q", v))
}

func (s Settings) faults() (faults yamlfile.Faults) {
	root := checker{faults: &faults}
	s.Server.check(root.at("server"))
	s.Node.check(root.at("node"))
	s.Limits.check(root.at("limits"))
	root.at("cgroup").want(groupName.MatchString(s.Cgroup.Root), "root", "a name of letters, digits, _ and -", fmt.Sprintf("%q", s.Cgroup.Root))
	root.at("cgroup").want(!slices.Contains(othersGroups, s.Cgroup.Root), "root", "a name of its own, since what runs in there and is not wanted is stopped", fmt.Sprintf("%q", s.Cgroup.Root))
	s.Measure.check(root.at("measure"))
	s.Balance.check(root.at("balance"))
	s.Tasks.check(root.at("tasks"))
	s.Inventory.check(root.at("inventory"))
	return faults
}

// Validate reports every setting that cannot work, as [yamlfile.Faults]. It is for
// settings that were changed after they were read, as by flags.
func (s Settings) Validate() error {
	if faults := s.faults(); len(faults) > 0 {
		return faults
	}
	return nil
}

// othersGroups are those of programs that make groups of groups too.
var othersGroups = []string{"docker", "kubepods", "lxc", "machine", "system", "user", "podman", "libpod_parent", "nomad", "hadoop-yarn"}

var (
	groupName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]*$`)
	nodeName  = regexp.MustCompile(`^([a-zA-Z0-9][a-zA-Z0-9._-]*)?$`)
	address   = regexp.MustCompile(`^[a-zA-Z0-9_.:-]*$`) // as proxies understand it
	labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

func (i Inventory) check(k checker) {
	k.between("interval", i.Interval, wire.Duration(time.Second), wire.Duration(time.Hour))
	k.want(1<<10 <= i.HashRate && i.HashRate <= 1<<40, "hash_rate", "a size from 1KiB to 1TiB", i.HashRate)
	for _, p := range i.Paths {
		_, err := path.Match(p, "")
		k.want(err == nil && path.IsAbs(p), "paths", "absolute paths or patterns of them, as /etc/app/*", fmt.Sprintf("%q", p))
	}
}

func (s Server) check(k checker) {
	checkURL(k, "url", s.URL)
	checkURL(k, "write_url", s.WriteURL)
	k.want((s.Username == "") == (s.PasswordFile == ""), "username", "username and password_file together", "one of them")
	k.want(s.TokenFile == "" || s.Username == "" && s.PasswordFile == "", "token_file", "either token_file or username with password_file", "both")
	k.want(!strings.Contains(s.Username, ":"), "username", "a name without a colon", fmt.Sprintf("%q", s.Username))
	k.want((s.TLS.CertFile == "") == (s.TLS.KeyFile == ""), "tls", "cert_file and key_file together", "one of them")
}

// checkURL wants encryption, since who can answer in the server's place says what runs
// here. A password in an address must not reach a log.
func checkURL(k checker, name, v string) {
	if v == "" {
		return
	}
	u, err := url.Parse(v)
	if err != nil {
		k.want(false, name, "an https address", "one that cannot be read")
		return
	}
	ok := u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
	k.want(ok, name, "an https address, or http on this machine", fmt.Sprintf("%q", u.Redacted()))
	k.want(u.User == nil, name, "an address without a password (see server.token_file and server.password_file)", fmt.Sprintf("%q", u.Redacted()))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (n Node) check(k checker) {
	k.want(nodeName.MatchString(n.Name), "name", "letters, digits, dot, _ and -", fmt.Sprintf("%q", n.Name))
	k.want(address.MatchString(n.Address), "address", "a name or IP address without a port", fmt.Sprintf("%q", n.Address))
	for name := range n.Labels {
		k.want(labelName.MatchString(name), "labels", "names of labels (letters, digits, _)", fmt.Sprintf("%q", name))
	}
}

func (l Limits) check(k checker) {
	k.want(0 < l.MaxWorkers && l.MaxWorkers <= 10_000, "max_workers", "1 to 10000", l.MaxWorkers)
	k.want(0 < l.PerCore && l.PerCore < math.Inf(1), "per_core", "a number above 0", l.PerCore)
	k.want(0 <= l.MinCPUPercent && l.MinCPUPercent <= 100, "min_cpu_percent", "a percentage of all cores from 0 to 100", l.MinCPUPercent)
	for _, pattern := range l.Commands {
		_, err := path.Match(pattern, "/")
		ok := err == nil && path.IsAbs(pattern) && path.Clean(pattern) == pattern
		k.want(ok, "commands", "absolute paths or patterns such as /opt/app/bin/*", fmt.Sprintf("%q", pattern))
	}
	for _, dir := range l.Mounts {
		k.want(path.IsAbs(dir) && path.Clean(dir) == dir, "mounts", "absolute paths of directories", fmt.Sprintf("%q", dir))
	}
	for name, list := range map[string][]string{"services": l.Services, "users": l.Users, "groups": l.Groups} {
		k.want(!slices.Contains(list, ""), name, "names", `""`)
	}
}

func (t Tasks) check(k checker) {
	for _, pattern := range t.Commands {
		_, err := path.Match(pattern, "/")
		ok := pattern == "*" || err == nil && path.IsAbs(pattern) && path.Clean(pattern) == pattern
		k.want(ok, "commands", "absolute paths, patterns such as /opt/app/bin/*, or * for all", fmt.Sprintf("%q", pattern))
	}
	for _, pattern := range t.Packages {
		_, err := path.Match(pattern, "a")
		k.want(err == nil && pattern != "", "packages", "names of packages or patterns such as app-*", fmt.Sprintf("%q", pattern))
	}
	for _, dir := range t.Files {
		k.want(path.IsAbs(dir) && path.Clean(dir) == dir, "files", "absolute paths of directories", fmt.Sprintf("%q", dir))
	}
	k.want(!slices.Contains(t.Users, ""), "users", "names", `""`)
}

func (m Measure) check(k checker) {
	k.between("slice", m.Slice, wire.Duration(100*time.Millisecond), wire.Duration(10*time.Second))
	k.between("interval", m.Interval, wire.Duration(time.Second), wire.Duration(time.Minute))
	k.want(m.Interval%m.Slice == 0, "interval", fmt.Sprintf("a multiple of the slice of %s", m.Slice), m.Interval)
	k.listen("statsd_listen_address", m.StatsDAddress)
	k.listen("haproxy_log_listen_address", m.HAProxyLog)
	k.want(m.BufferSize >= 1<<20, "buffer_size", "1MiB or more", m.BufferSize)
}

func (b Balance) check(k checker) {
	k.joined(b.Agent.Check(k.at("agent").key))
	k.joined(b.Proxies.Check(k.at("proxies").key))
}

// joined takes over the faults of a part that knows its own keys.
func (k checker) joined(err error) {
	var list interface{ Unwrap() []error }
	if !errors.As(err, &list) {
		return
	}
	for _, e := range list.Unwrap() {
		key, problem, _ := strings.Cut(e.Error(), ": ")
		*k.faults = append(*k.faults, yamlfile.Fault{Key: key, Problem: problem})
	}
}
