package inventory

import (
	"fmt"
	"slices"
	"strings"

	"headroom/scaler/node/tcpslice"
)

// ports remembers who listens by the inode of the socket, which is dear to find out. A
// socket that another process was handed keeps the name of who had it first.
type ports struct{ owners map[uint32]string }

// listening tells which processes listen at each of the ports. Of several processes
// at one port the names are joined by commas.
func listening(wanted []int, p *ports) (map[int]string, error) {
	if len(wanted) == 0 {
		p.owners = nil
		return nil, nil
	}
	at := make(map[int][]uint32, len(wanted)) // inodes
	for _, port := range wanted {
		at[port] = nil
	}
	err := tcpslice.Listeners(func(port uint16, inode uint32) {
		if inodes, ok := at[int(port)]; ok {
			at[int(port)] = append(inodes, inode)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("ports: %w", err)
	}
	p.find(at)
	all := make(map[int]string, len(at))
	for port, inodes := range at {
		var names []string
		for _, inode := range inodes {
			names = append(names, p.owners[inode])
		}
		slices.Sort(names)
		all[port] = strings.Join(slices.Compact(names), ",")
	}
	return all, nil
}

// find looks for the owners of sockets that are new, and forgets those that are gone.
func (p *ports) find(at map[int][]uint32) {
	owners, missing := map[uint32]string{}, 0
	for _, inodes := range at {
		for _, inode := range inodes {
			if owners[inode] = p.owners[inode]; owners[inode] == "" {
				missing++
			}
		}
	}
	p.owners = owners
	if missing == 0 {
		return
	}
	each(func(pid string) {
		if missing == 0 {
			return
		}
		sockets(pid, func(inode uint32) bool {
			if name, wanted := owners[inode]; wanted && name == "" {
				owners[inode] = owner(pid)
				missing--
			}
			return missing > 0
		})
	})
	for inode, name := range owners {
		if name == "" {
			owners[inode] = "?" // of a container, or it has just been closed
		}
	}
}
