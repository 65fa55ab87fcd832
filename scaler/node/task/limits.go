package task

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// Limits are what a node does for tasks. Lists that are empty allow nothing, but for
// users: then all but root are allowed.
type Limits struct {
	Enabled  bool
	Commands []string // programs as absolute paths or patterns; "*": all
	Users    []string // that commands may run as
	Packages []string // names or patterns; "*": all
	Files    []string // directories below which files may be written
}

const root = "root"

// refuse tells why a task is not done here, with the key to set; empty: it may be.
func (l Limits) refuse(t wire.Task) string {
	if !l.Enabled {
		return "this node does nothing for flows (set tasks.enabled in its configuration)"
	}
	switch t.Kind {
	case wire.TaskCommand:
		return judge(t.Spec, l.refuseCommand)
	case wire.TaskPackage:
		return judge(t.Spec, l.refusePackage)
	case wire.TaskFiles:
		return judge(t.Spec, func(s wire.FilesSpec) string { return l.refusePath(s.Target) })
	case wire.TaskTemplate:
		return judge(t.Spec, func(s wire.TemplateSpec) string { return l.refusePath(path.Dir(s.Target)) })
	case wire.TaskFile:
		return judge(t.Spec, func(s wire.OneFileSpec) string { return l.refusePath(path.Dir(s.Target)) })
	}
	return ""
}

// judge asks about a specification. One that cannot be read fails later, with its fault.
func judge[S any](text json.RawMessage, refuse func(S) string) string {
	var s S
	if err := json.Unmarshal(text, &s); err != nil {
		return ""
	}
	return refuse(s)
}

func (l Limits) refuseCommand(s wire.CommandSpec) string {
	program := ""
	if len(s.Command) > 0 {
		program = s.Command[0]
	}
	all := slices.Contains(l.Commands, "*")
	if !all && !matches(l.Commands, program) {
		return fmt.Sprintf("program %q is none of those that flows may run on this node (tasks.commands)", program)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if !all && turns(name) {
			return fmt.Sprintf("the environment has %q, with which a program could be another one (allowed only if tasks.commands has *)", name)
		}
	}
	return l.refuseUser(s.User, s.Group)
}

// turning are the variables by which the C library, shells and interpreters load or run
// what a variable says: the program that was named may be a script. They are those that
// sudo takes away, those of later interpreters, and PATH, by which scripts find programs.
var turning = []string{
	"LD_*", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "MALLOC_*", "LOCPATH", "NLSPATH", "HOSTALIASES", "RES_OPTIONS", "LOCALDOMAIN",
	"PATH", "IFS", "CDPATH", "ENV", "BASH_*", "BASHOPTS", "SHELLOPTS", "PS4", "GLOBIGNORE", "FPATH", "ZDOTDIR", "PROMPT_COMMAND",
	"PERL*", "PYTHON*", "RUBY*", "GEM_*", "NODE_*", "PHP*", "LUA_*", "TCL*", "AWKPATH", "AWKLIBPATH",
	"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "OPENSSL_*", "SSL_*", "GIT_*", "EDITOR", "VISUAL", "PAGER", "LESSOPEN", "LESSCLOSE",
	"TERMINFO*", "TERMCAP", "XDG_*", "HOME", "TMPDIR", "SYSTEMD_*", "DPKG_*", "APT_CONFIG",
}

// turns tells whether a variable can make another program of one. What is no plain name
// can be a function of bash.
func turns(name string) bool {
	return !plainName.MatchString(name) || matches(turning, name)
}

var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// refuseUser judges by numbers: root's rights come with them, whatever the name.
func (l Limits) refuseUser(user, group string) string {
	uid, gid, err := shim.Identify(user, group)
	if err != nil {
		return "" // it fails later
	}
	listed := func(name string) bool { return slices.Contains(l.Users, name) }
	switch {
	case uid == 0 && !listed(root):
		return "user root is allowed only if tasks.users has it"
	case gid == 0 && !listed(root):
		return "the group of root is allowed only if tasks.users has root"
	case group != "" && !listed(root):
		if _, own, err := shim.Identify(user, ""); err != nil || own != gid {
			return fmt.Sprintf("group %s is not that of the user, which is allowed only if tasks.users has root", group)
		}
	}
	if user == "" {
		user = "nobody"
	}
	if uid != 0 && len(l.Users) > 0 && !listed(user) {
		return fmt.Sprintf("user %s is none of those that flows may run commands as on this node (tasks.users)", user)
	}
	return ""
}

func (l Limits) refusePackage(s wire.PackageSpec) string {
	if s.Format == wire.PackageArchive {
		return l.refusePath(path.Dir(s.Target))
	}
	if !slices.Contains(l.Packages, "*") && !matches(l.Packages, s.Name) {
		return fmt.Sprintf("package %q is none of those that flows may install on this node (tasks.packages)", s.Name)
	}
	return ""
}

// refusePath judges the name only; where links lead is seen to when the directory is
// opened.
func (l Limits) refusePath(dir string) string {
	if l.above(dir) == "" {
		return fmt.Sprintf("directory %s is in none of those that flows may write to on this node (tasks.files)", dir)
	}
	return ""
}

// above is the allowed directory that dir is, or is in; the nearest if there are several.
func (l Limits) above(dir string) (nearest string) {
	for _, d := range l.Files {
		rel, err := filepath.Rel(d, dir)
		if err == nil && path.IsAbs(dir) && filepath.IsLocal(rel) && len(d) > len(nearest) {
			nearest = d
		}
	}
	return nearest
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

// mode reads permissions as 0644. Bits that lend the owner's rights are no permissions.
func mode(text, what string) (uint32, error) {
	if text == "" {
		text = "0644"
	}
	m, err := strconv.ParseUint(text, 8, 32)
	if err != nil || m > 0o777 {
		return 0, fmt.Errorf("%s: want a mode from 0000 to 0777, found %q", what, text)
	}
	return uint32(m), nil
}
