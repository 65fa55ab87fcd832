package inventory

import (
	"os/user"
	"strconv"
)

// names are those of users and groups by their numbers, as of the machine's files.
type names struct {
	users, groups     map[uint32]string
	passwd, groupFile identity
}

// refresh forgets the names if the files have changed since, and tells so.
func (n *names) refresh() bool {
	passwd, _ := identify("/etc/passwd")
	group, _ := identify("/etc/group")
	if n.users != nil && passwd == n.passwd && group == n.groupFile {
		return false
	}
	known := n.users != nil
	n.passwd, n.groupFile = passwd, group
	n.users, n.groups = map[uint32]string{}, map[uint32]string{}
	return known
}

// user is a user's name, or the number if there is none.
func (n *names) user(id uint32) string {
	name, known := n.users[id]
	if !known {
		name = strconv.FormatUint(uint64(id), 10)
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		n.users[id] = name
	}
	return name
}

func (n *names) group(id uint32) string {
	name, known := n.groups[id]
	if !known {
		name = strconv.FormatUint(uint64(id), 10)
		if g, err := user.LookupGroupId(name); err == nil {
			name = g.Name
		}
		n.groups[id] = name
	}
	return name
}
