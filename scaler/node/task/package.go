package task

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

// manager is a program that knows the packages of a machine.
type manager struct {
	query   func(name string) []string // prints the version that is installed
	version func(printed string) string
	named   func(file string) []string // prints the name of a package's file
	refresh []string                   // learns what repositories have; nil: install does it itself
	install func(what string) []string // a name, name and version, or a file
	pinned  string                     // between name and version
	remove  func(name string) []string
	env     map[string]string

	interrupted string   // what it says of an earlier change that was cut off; empty: it goes on by itself
	mend        []string // goes on with that
}

// patternOnly keeps apt-get from taking the name of a package that it does not know for
// an expression, by which it would install others.
const patternOnly = "APT::Cmd::Pattern-Only=true"

var managers = map[string]manager{
	wire.PackageDeb: {
		query: func(name string) []string {
			return []string{"/usr/bin/dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", name}
		},
		version: func(s string) string { v, _ := strings.CutPrefix(s, "installed "); return only(v, v != s) },
		named:   func(file string) []string { return []string{"/usr/bin/dpkg-deb", "-f", file, "Package"} },
		refresh: []string{"/usr/bin/apt-get", "update", "-q"},
		install: func(what string) []string {
			return []string{"/usr/bin/apt-get", "install", "-q", "-y", "--no-install-recommends", "--allow-downgrades",
				"-o", "DPkg::Lock::Timeout=120", "-o", patternOnly, "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", what}
		},
		pinned: "=",
		remove: func(name string) []string {
			return []string{"/usr/bin/apt-get", "remove", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "-o", patternOnly, name}
		},
		interrupted: "dpkg --configure -a",
		mend:        []string{"/usr/bin/dpkg", "--force-confdef", "--force-confold", "--configure", "-a"},
		env:         map[string]string{"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
	},
	wire.PackageRPM: {
		query: func(name string) []string {
			return []string{"/usr/bin/rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", name}
		},
		version: func(s string) string { return s },
		named:   func(file string) []string { return []string{"/usr/bin/rpm", "-q", "--qf", "%{NAME}", "-p", file} },
		install: func(what string) []string {
			return []string{"/usr/bin/dnf", "install", "-q", "-y", "--allowerasing", what}
		},
		pinned: "-",
		remove: func(name string) []string { return []string{"/usr/bin/dnf", "remove", "-q", "-y", name} },
		env:    map[string]string{"LC_ALL": "C"},
	},
}

func only(v string, ok bool) string {
	if !ok {
		return ""
	}
	return v
}

// Names and versions go into command lines: none may begin as an option does, and no
// name end as apt-get has it of those to be removed.
var (
	packageName    = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9+._-]{0,126}[a-zA-Z0-9+._])?$`)
	packageVersion = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9+.:~^_-]{0,127}$`)
)

// pack installs or removes a package, unless it is as it shall be.
func (j *job) pack(ctx context.Context, s wire.PackageSpec) (any, error) {
	if s.Format == wire.PackageArchive {
		return j.archive(ctx, s)
	}
	m, known := managers[s.Format]
	switch {
	case !known:
		return nil, fmt.Errorf("format: want deb, rpm or archive, found %q", s.Format)
	case !packageName.MatchString(s.Name):
		return nil, fmt.Errorf("name: want that of a package, found %q", s.Name)
	case s.Version != "" && !packageVersion.MatchString(s.Version):
		return nil, fmt.Errorf("version: want that of a package, found %q", s.Version)
	}
	res, was, err := j.leftover(ctx) // two at a time would wait for each other's lock
	var lost *lostError
	if err != nil && !errors.As(err, &lost) {
		return nil, err
	}
	j.log.WriteString(res.log)
	out := wire.PackageOutputs{Changed: was && j.rec.Runs > 1} // the first one only asked
	if out.Version, err = j.installed(ctx, m, s.Name); err != nil || fits(s, out.Version) {
		return out, err
	}
	if err := j.alone(ctx, m, s); err != nil {
		return out, err
	}
	out.Changed = true
	if out.Version, err = j.installed(ctx, m, s.Name); err == nil && !fits(s, out.Version) {
		err = fmt.Errorf("%s is %s after that", s.Name, or(out.Version, "not installed"))
	}
	return out, err
}

// alone installs or removes a package while no other task does: package managers wait for
// each other's lock only so long. It goes on with what an earlier change left half done.
func (j *job) alone(ctx context.Context, m manager, s wire.PackageSpec) error {
	select {
	case j.r.packaging <- struct{}{}:
		defer func() { <-j.r.packaging }()
	case <-ctx.Done():
		return fmt.Errorf("wait for other tasks with packages: %w", ctx.Err())
	}
	err := j.change(ctx, m, s)
	if err == nil || m.interrupted == "" || !strings.Contains(j.log.String(), m.interrupted) || ctx.Err() != nil {
		return err
	}
	j.logf("an earlier change was cut off: it is gone on with")
	if err := j.tool(ctx, m, m.mend); err != nil {
		return err
	}
	return j.change(ctx, m, s)
}

// change installs or removes a package.
func (j *job) change(ctx context.Context, m manager, s wire.PackageSpec) error {
	switch {
	case s.Absent:
		return j.tool(ctx, m, m.remove(s.Name))
	case s.File != nil:
		return j.installFile(ctx, m, s)
	}
	what := s.Name
	if s.Version != "" {
		what += m.pinned + s.Version
	}
	err := j.tool(ctx, m, m.install(what))
	if err == nil || m.refresh == nil || ctx.Err() != nil {
		return err
	}
	j.logf("it is tried again with what the repositories have now")
	if err := j.tool(ctx, m, m.refresh); err != nil {
		return err
	}
	return j.tool(ctx, m, m.install(what))
}

// installFile installs a package from a file of the server.
func (j *job) installFile(ctx context.Context, m manager, s wire.PackageSpec) error {
	if err := checkRef(*s.File); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	dir, err := os.OpenRoot(j.r.journal.path(j.rec.Task.ID))
	if err != nil {
		return err
	}
	defer dir.Close()
	name := "package." + s.Format
	f := file{path: name, content: *s.File, owner: owner{uid: os.Geteuid(), gid: os.Getegid(), mode: 0o600}}
	if err := f.put(ctx, dir, j.fetch(*s.File)); err != nil {
		return fmt.Errorf("get the package: %w", err)
	}
	defer dir.Remove(name)
	path := filepath.Join(dir.Name(), name)
	named, err := j.ask(ctx, m, m.named(path))
	if err != nil {
		return err
	}
	if named = strings.TrimSpace(named); named != s.Name {
		return fmt.Errorf("the file is package %q, not %q", named, s.Name)
	}
	return j.tool(ctx, m, m.install(path))
}

// installed asks for the version of a package that is installed; empty: none is.
func (j *job) installed(ctx context.Context, m manager, name string) (string, error) {
	query := m.query(name)
	if _, err := os.Stat(query[0]); err != nil {
		return "", fmt.Errorf("this machine has no such packages: %w", err)
	}
	out, err := j.run1(ctx, m, query)
	if err != nil {
		return "", err
	}
	if out.ExitCode != 0 { // it does not know the name
		return "", nil
	}
	return m.version(strings.TrimSpace(out.Stdout)), nil
}

// ask runs a program that tells something.
func (j *job) ask(ctx context.Context, m manager, argv []string) (string, error) {
	out, err := j.run1(ctx, m, argv)
	if err == nil {
		err = out.failure()
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", argv[0], err)
	}
	return out.Stdout, nil
}

// tool runs a program that changes something, to be seen in the log.
func (j *job) tool(ctx context.Context, m manager, argv []string) error {
	j.logf("$ %s", strings.Join(argv, " "))
	out, err := j.run1(ctx, m, argv)
	j.log.WriteString(out.log)
	if err == nil {
		err = out.failure()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", argv[0], err)
	}
	return nil
}

// run1 runs a program as root.
func (j *job) run1(ctx context.Context, m manager, argv []string) (result, error) {
	left := time.Duration(wire.MaxTaskTime)
	if end, ok := ctx.Deadline(); ok {
		left = time.Until(end)
	}
	return j.exec(ctx, order{CommandSpec: wire.CommandSpec{Command: argv, User: root, Env: m.env}, Timeout: left})
}

// fits tells whether an installed version, or none, is what is asked for.
func fits(s wire.PackageSpec, installed string) bool {
	if s.Absent {
		return installed == ""
	}
	return installed != "" && (s.Version == "" || s.Version == installed)
}
