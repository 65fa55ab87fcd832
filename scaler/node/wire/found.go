package wire

// Declared is what a node looks for.
type Declared struct {
	Version   string   `json:"version"`             // changes with anything below; empty: there is nothing to look for
	Packages  []string `json:"packages,omitempty"`  // names, of dpkg or rpm; or patterns of them, as app-*, for those that are installed
	Files     []string `json:"files,omitempty"`     // absolute paths
	Processes []string `json:"processes,omitempty"` // names, as of the first word of their command line without its directory
	Ports     []int    `json:"ports,omitempty"`     // TCP ports that are to be listened at
}

// Found is what a node has of what is declared, and what it is.
type Found struct {
	Declared string `json:"declared"` // the version of Declared that it was looked for
	Sum      string `json:"sum"`      // of all that is found: differs when anything does
	Base     string `json:"base"`     // the Sum that the entries below are a change of; empty: they are all. Its Declared is the same

	Packages    map[string]string    `json:"packages,omitempty"`  // version by name, and its state if it is half installed; empty: not installed
	Files       map[string]FoundFile `json:"files,omitempty"`     // by path
	Processes   map[string]int       `json:"processes,omitempty"` // how many by name
	Ports       map[int]string       `json:"ports,omitempty"`     // the process that listens by port, or "?"; empty: none does
	Environment *Environment         `json:"environment,omitempty"`
}

// FoundFile is what a file is like.
type FoundFile struct {
	Missing bool   `json:"missing,omitempty"`
	Kind    string `json:"kind,omitempty"` // file, directory, link or other; empty: file
	Owner   string `json:"owner,omitempty"`
	Group   string `json:"group,omitempty"`
	Mode    string `json:"mode,omitempty"` // as 0644
	Size    int64  `json:"size,omitempty"`
	SHA256  string `json:"sha256,omitempty"` // of a file: hex; empty: it is not known yet
	Target  string `json:"target,omitempty"` // of a link
	Error   string `json:"error,omitempty"`  // why it could not be read
}

// Environment is the standard a machine is built to.
type Environment struct {
	Kernel      string   `json:"kernel"` // as of uname -r
	OS          string   `json:"os"`     // as "debian 12"
	CPU         string   `json:"cpu"`    // the model's name
	Cores       int      `json:"cores"`
	Memory      int64    `json:"memory"`                 // bytes, as a multiple of 64 MiB
	ClockOffset *float64 `json:"clock_offset,omitempty"` // seconds that its clock is ahead of the server's; null: unknown. Told when it moves by 50 ms
}
