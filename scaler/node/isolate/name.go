package isolate

import (
	"fmt"
	"net/url"
	"strings"
)

// A group's directory also holds the kernel's files. They have a dot in their names,
// or are one of these; so no group's name may.
var kernels = []string{"tasks", "notify_on_release", "release_agent"}

// dirOf writes an id as the name of a group's directory: what cannot be part of
// one, and what could be a name of the kernel's, is percent-encoded.
func dirOf(id string) string {
	for _, name := range kernels {
		if id == name {
			return fmt.Sprintf("%%%02X%s", id[0], id[1:])
		}
	}
	var b strings.Builder
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`/%.\`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// idOf reads a directory's name back. It fails for a name that dirOf does not write.
func idOf(dir string) (string, bool) {
	id, err := url.PathUnescape(dir)
	return id, err == nil && id != "" && dirOf(id) == dir
}
