package guard

import (
	"fmt"
	"os/user"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"headroom/scaler/node/wire"
)

const root = "root"

// judge tells which rule forbids a service here; none if the rule is empty.
func (l Limits) judge(s *wire.Service) (Rule, string) {
	if len(l.Services) > 0 && !slices.Contains(l.Services, s.Module) {
		return Services, fmt.Sprintf("module %s is none of those that may run on this node (limits.services)", s.Module)
	}
	if reason := l.judgeCommand(s); reason != "" {
		return Commands, reason
	}
	if reason := l.judgeMounts(s); reason != "" {
		return Mounts, reason
	}
	if reason := l.judgeUser(s); reason != "" {
		return Users, reason
	}
	if reason := l.judgeGroup(s); reason != "" {
		return Users, reason
	}
	if l.MaxMemory > 0 && s.Limits.Memory > l.MaxMemory {
		return Memory, fmt.Sprintf("the service asks for %d bytes of memory, this node gives at most %d (limits.max_memory)", s.Limits.Memory, l.MaxMemory)
	}
	return "", ""
}

// judgeCommand tells why a service's program is not one of those that are allowed. The
// list would be worth nothing if the linker could be told to load something else.
func (l Limits) judgeCommand(s *wire.Service) string {
	if len(l.Commands) == 0 {
		return ""
	}
	program := s.Command[0]
	switch {
	case !path.IsAbs(program) || path.Clean(program) != program || strings.ContainsAny(program, "{}"):
		return fmt.Sprintf("program %q is not written as a plain absolute path, which limits.commands needs", program)
	case !slices.ContainsFunc(l.Commands, func(pattern string) bool { ok, _ := path.Match(pattern, program); return ok }):
		return fmt.Sprintf("program %s is none of those that may run on this node (limits.commands)", program)
	}
	for name := range s.Env {
		if strings.HasPrefix(name, "LD_") || name == "GCONV_PATH" { // of the C library's own plug-ins
			return fmt.Sprintf("the environment has %s, which limits.commands forbids", name)
		}
	}
	return ""
}

// judgeMounts tells why a directory may not be shown to a worker. Where programs are
// limited that must be said for each: a mount can replace a program or its libraries.
func (l Limits) judgeMounts(s *wire.Service) string {
	if len(l.Mounts) == 0 && len(l.Commands) == 0 {
		return ""
	}
	for _, m := range s.Mounts {
		if !inAny(m.Source, l.Mounts) {
			return fmt.Sprintf("directory %s is in none of those that may be mounted on this node (limits.mounts)", m.Source)
		}
		real, err := filepath.EvalSymlinks(m.Source)
		if err == nil && !inAny(real, l.Mounts) && !inAny(real, realOf(l.Mounts)) {
			return fmt.Sprintf("directory %s leads to %s, which is in none of those that may be mounted on this node (limits.mounts)", m.Source, real)
		}
	}
	return ""
}

// inAny tells whether a directory is one of others, or in one of them.
func inAny(dir string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool {
		return dir == other || strings.HasPrefix(dir, strings.TrimSuffix(other, "/")+"/")
	})
}

// realOf are the directories that symbolic links lead to.
func realOf(dirs []string) (all []string) {
	for _, dir := range dirs {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			all = append(all, real)
		}
	}
	return all
}

// judgeUser tells why a service may not run as its user or group. Root's rights come
// by its number, whatever the name.
func (l Limits) judgeUser(s *wire.Service) string {
	listed := func(name string) bool { return slices.Contains(l.Users, name) }
	who, isRoot := s.User, isZero(s.User, userID)
	if who == "" {
		who = "nobody"
	}
	switch {
	case isRoot && !listed(root):
		return fmt.Sprintf("user %s is root, which this node allows only if limits.users has it", who)
	case isZero(s.Group, groupID) && !listed(root):
		return fmt.Sprintf("group %s is root's, which this node allows only if limits.users has root", s.Group)
	case len(l.Users) > 0 && !isRoot && !listed(who):
		return fmt.Sprintf("user %s is none of those that workers may run as on this node (limits.users)", who)
	}
	return ""
}

// isZero tells whether a name or number is that of root.
func isZero(name string, lookup func(string) (string, error)) bool {
	id, err := lookup(name)
	if err != nil {
		id = name
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && uint32(n) == 0 // as the kernel takes it
}

func userID(name string) (string, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return "", err
	}
	return u.Uid, nil
}

func groupID(name string) (string, error) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return "", err
	}
	return g.Gid, nil
}
