package shim

import "headroom/scaler/node/wire"

// Spec is what a worker's process is made of. All placeholders are filled in.
type Spec struct {
	Command []string          `json:"command"` // its program is looked up in the worker's PATH
	Env     map[string]string `json:"env"`     // all that it gets, but for a PATH if that is missing
	Dir     string            `json:"dir"`     // empty: /
	User    string            `json:"user"`    // name or number; empty: nobody
	Group   string            `json:"group"`   // empty: the user's own
	Mounts  []wire.Mount      `json:"mounts"`
	Files   int               `json:"files"` // open files; 0: the daemon's

	Join []string `json:"join,omitempty"` // directories of the groups to enter
}
