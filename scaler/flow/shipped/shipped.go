// Package shipped has the flows that come with the program: what a service, a module or
// a node needs again and again. A user's own flow of the same name takes the place of one.
package shipped

import (
	"embed"
	"io/fs"
)

//go:embed flows/*.yaml
var flows embed.FS

// Flows are the documents, each in a file of the flow's name.
func Flows() fs.FS {
	dir, err := fs.Sub(flows, "flows")
	if err != nil {
		panic("BUG: " + err.Error()) // the directory is embedded above
	}
	return dir
}
