package inventory

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"time"
)

const (
	dpkgStatus = "/var/lib/dpkg/status"
	rpmWithin  = time.Minute // for its list
	longest    = 64 << 10    // bytes of a line that is read; what follows is skipped
)

var rpmDatabases = []string{
	"/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages.db", "/var/lib/rpm/Packages",
}

// packages are those that are looked for, of the one package manager that the machine
// has.
type packages struct {
	dpkg string
	rpm  []string

	names    map[string]bool
	patterns []string
	seen     [2]identity       // of the database as it was read last, and of its log
	all      map[string]string // what is told; never changed
}

func newPackages(dpkg string, rpm []string) *packages {
	if dpkg == "" {
		dpkg = dpkgStatus
	}
	if rpm == nil {
		rpm = rpmDatabases
	}
	return &packages{dpkg: dpkg, rpm: rpm}
}

// want says what to look for: names, or patterns of them.
func (p *packages) want(names []string) {
	p.names, p.patterns, p.all = map[string]bool{}, nil, nil
	p.seen = [2]identity{}
	for _, name := range names {
		if strings.ContainsAny(name, "*?[") {
			p.patterns = append(p.patterns, name)
		} else {
			p.names[name] = true
		}
	}
}

// look tells the version of each package that is looked for. It reads the database if
// that has changed.
func (p *packages) look() (map[string]string, error) {
	if len(p.names) == 0 && len(p.patterns) == 0 {
		return nil, nil
	}
	read, database := p.readDpkg, p.dpkg
	id, err := identify(database)
	if err == nil && (id.missing || id.size == 0) {
		read, database, id = p.readRPM, "", identity{}
		for _, name := range p.rpm {
			if found, err := identify(name); err == nil && !found.missing {
				database, id = name, found
				break
			}
		}
	}
	if err != nil || database == "" {
		return p.all, errors.Join(err, errors.New("packages: there is no database of dpkg or rpm"))
	}
	log, _ := identify(database + "-wal")
	now := [2]identity{id, log}
	if p.all != nil && now == p.seen {
		return p.all, nil
	}
	all := make(map[string]string, len(p.names))
	for name := range p.names {
		all[name] = ""
	}
	if err := read(all); err != nil {
		return p.all, fmt.Errorf("packages: %w", err)
	}
	p.all, p.seen = all, now
	return all, nil
}

// note takes an installed package, of which the first of several architectures counts
// unless the name that is looked for has one.
func (p *packages) note(all map[string]string, name, arch, version string) {
	if p.names[name+":"+arch] {
		all[name+":"+arch] = version
	}
	if all[name] != "" {
		return
	}
	if p.names[name] {
		all[name] = version
		return
	}
	for _, pattern := range p.patterns {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			all[name] = version
			return
		}
	}
}

func (p *packages) readDpkg(all map[string]string) error {
	f, err := os.Open(p.dpkg)
	if err != nil {
		return err
	}
	defer f.Close()
	return parseDpkg(f, func(name, arch, status, version string) {
		if version = installed(status, version); version != "" {
			p.note(all, name, arch, version)
		}
	})
}

// installed is the version of a package by the status that dpkg has of it; empty if it
// is not installed.
func installed(status, version string) string {
	state := status[strings.LastIndexByte(status, ' ')+1:]
	switch state {
	case "installed", "triggers-awaited", "triggers-pending":
		return version
	case "unpacked", "half-configured", "half-installed":
		return version + " (" + state + ")"
	default:
		return ""
	}
}

// parseDpkg calls visit with each package of a dpkg database.
func parseDpkg(r io.Reader, visit func(name, arch, status, version string)) error {
	lines := bufio.NewReaderSize(r, longest)
	var name, arch, status, version string
	end := func() {
		if name != "" {
			visit(name, arch, status, version)
		}
		name, arch, status, version = "", "", "", ""
	}
	for begun := true; ; {
		line, err := lines.ReadSlice('\n')
		if begun {
			key, value, _ := bytes.Cut(line, []byte(":"))
			switch string(key) {
			case "Package":
				name = string(bytes.TrimSpace(value))
			case "Architecture":
				arch = string(bytes.TrimSpace(value))
			case "Status":
				status = string(bytes.TrimSpace(value))
			case "Version":
				version = string(bytes.TrimSpace(value))
			case "\n":
				end()
			}
		}
		begun = err == nil // what follows otherwise is more of a long line
		switch {
		case err == io.EOF:
			end()
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// readRPM asks rpm, whose database has no format that others read.
func (p *packages) readRPM(all map[string]string) error {
	ctx, cancel := context.WithTimeout(context.Background(), rpmWithin)
	defer cancel()
	out, err := exec.CommandContext(ctx, "rpm", "-qa", "--qf", `%{NAME} %{ARCH} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n`).Output()
	if err != nil {
		return fmt.Errorf("rpm -qa: %w", err)
	}
	parseRPM(out, func(name, arch, version string) { p.note(all, name, arch, version) })
	return nil
}

// parseRPM calls visit with each line of a name, an architecture and a version.
func parseRPM(text []byte, visit func(name, arch, version string)) {
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 {
			visit(f[0], f[1], f[2])
		}
	}
}
