package inventory

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// running tells how many processes there are of each name.
func running(names []string) map[string]int {
	if len(names) == 0 {
		return nil
	}
	counts := make(map[string]int, len(names))
	for _, name := range names {
		counts[name] = 0
	}
	var buffer [512]byte
	each(func(pid string) {
		if name := nameOf(pid, buffer[:]); len(name) > 0 {
			if n, wanted := counts[string(name)]; wanted {
				counts[string(name)] = n + 1
			}
		}
	})
	return counts
}

// each calls visit with every process of this machine.
func each(visit func(pid string)) {
	dir, err := os.Open("/proc")
	if err != nil {
		return // without it there is no machine that this program runs on
	}
	defer dir.Close()
	all, _ := dir.Readdirnames(-1) // some are better than none
	for _, name := range all {
		if name[0] >= '1' && name[0] <= '9' {
			visit(name)
		}
	}
}

// nameOf is a process' name, in the buffer; empty if it has ended or is the kernel's.
func nameOf(pid string, buffer []byte) []byte {
	fd, err := unix.Open("/proc/"+pid+"/cmdline", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buffer)
	if err != nil {
		return nil
	}
	return firstWord(buffer[:n])
}

// firstWord is the name in a command line: the program without its directory, or what
// a program that names itself puts there, as in "nginx: worker process".
func firstWord(line []byte) []byte {
	word, _, _ := bytes.Cut(line, []byte{0})
	word, _, _ = bytes.Cut(word, []byte{' '})
	word = bytes.TrimSuffix(word, []byte{':'})
	word = bytes.TrimPrefix(word, []byte{'-'}) // of a login shell
	return word[bytes.LastIndexByte(word, '/')+1:]
}

// owner is the name of a process by its number as text; "?" if it has none.
func owner(pid string) string {
	var buffer [512]byte
	if name := nameOf(pid, buffer[:]); len(name) > 0 {
		return string(name)
	}
	return "?"
}

// sockets calls visit with the inodes of the sockets that a process has open, until
// visit returns false.
func sockets(pid string, visit func(inode uint32) bool) {
	dir, err := os.Open("/proc/" + pid + "/fd")
	if err != nil {
		return // it has ended, or we may not
	}
	defer dir.Close()
	all, _ := dir.Readdirnames(-1)
	for _, fd := range all {
		target, err := os.Readlink("/proc/" + pid + "/fd/" + fd)
		if err != nil {
			continue
		}
		if inode, ok := socketInode(target); ok && !visit(inode) {
			return
		}
	}
}

// socketInode reads "socket:[12345]".
func socketInode(target string) (uint32, bool) {
	const before, after = "socket:[", "]"
	if len(target) <= len(before)+len(after) || target[:len(before)] != before || target[len(target)-1:] != after {
		return 0, false
	}
	n, err := strconv.ParseUint(target[len(before):len(target)-1], 10, 32)
	return uint32(n), err == nil
}
