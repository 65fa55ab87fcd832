package guard

import (
	"fmt"
	"os/user"
	"slices"
	"strconv"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// judgeGroup tells why a service may not run in its group, by the number that its worker
// would have: some groups are as good as root. One that has no name on this machine gives
// no rights.
func (l Limits) judgeGroup(s *wire.Service) string {
	if s.User == "" && s.Group == "" {
		return ""
	}
	uid, gid, err := shim.Identify(s.User, s.Group)
	if err != nil {
		return "" // it cannot start, and will say why
	}
	number := strconv.Itoa(gid)
	group, err := user.LookupGroupId(number)
	switch {
	case gid == 0 && slices.Contains(l.Users, root):
		return ""
	case err != nil && gid != 0, slices.Contains(l.Groups, number):
		return ""
	case err == nil && slices.Contains(l.Groups, group.Name), gid != 0 && isMember(uid, number):
		return ""
	}
	return fmt.Sprintf("group %s is none of those of user %d, so that limits.groups would have to name it", nameOf(group, number), uid)
}

func nameOf(group *user.Group, number string) string {
	if group == nil {
		return number
	}
	return group.Name
}

// isMember tells whether a group is a user's own or has it as a member.
func isMember(uid int, group string) bool {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return false
	}
	groups, err := u.GroupIds()
	return u.Gid == group || err == nil && slices.Contains(groups, group)
}
