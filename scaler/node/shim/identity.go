package shim

import (
	"fmt"
	"os/user"
	"strconv"
)

// nobody is who owns nothing, by number: not every machine names it.
const nobody = 65534

type identity struct{ uid, gid int }

// Identify returns as whom a worker of this user and group runs.
func Identify(name, group string) (uid, gid int, err error) {
	who, err := identify(name, group)
	return who.uid, who.gid, err
}

// identify looks up a user and a group, each a name, a number, or empty: nobody, and
// the user's own group. A number that the machine has no name for is taken as it is,
// and so is its group.
func identify(name, group string) (who identity, err error) {
	who = identity{nobody, nobody}
	if name != "" {
		if who, err = lookUser(name); err != nil {
			return who, fmt.Errorf("user of the worker: %w", err)
		}
	}
	if group != "" {
		if who.gid, err = lookGroup(group); err != nil {
			return who, fmt.Errorf("group of the worker: %w", err)
		}
	}
	return who, nil
}

func lookUser(name string) (identity, error) {
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		if u, err := user.LookupId(name); err == nil {
			return numbers(u)
		}
		return identity{int(n), int(n)}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return identity{}, err
	}
	return numbers(u)
}

func numbers(u *user.User) (who identity, err error) {
	if who.uid, err = strconv.Atoi(u.Uid); err == nil {
		who.gid, err = strconv.Atoi(u.Gid)
	}
	return who, err
}

func lookGroup(name string) (int, error) {
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(n), nil
	}
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(g.Gid)
}
