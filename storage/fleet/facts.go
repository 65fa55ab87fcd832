package fleet

// Facts are what the registry knows of a module, or of a node above it for all below.
type Facts struct {
	ID           string            `json:"id" yaml:"id"`
	Owner        string            `json:"owner,omitempty" yaml:"owner"`               // a person or a team
	Level        string            `json:"level,omitempty" yaml:"level"`               // how important it is, as "1" or "core"
	Runbook      string            `json:"runbook,omitempty" yaml:"runbook"`           // a URL, or a Markdown file of the runbooks' directory
	Dependencies []string          `json:"dependencies,omitempty" yaml:"dependencies"` // ids of modules that it calls
	DeviceType   string            `json:"device_type,omitempty" yaml:"device_type"`
	Limits       map[string]string `json:"limits,omitempty" yaml:"limits"` // as max_workers: "40"
	Contacts     []string          `json:"contacts,omitempty" yaml:"contacts"`
	Notes        string            `json:"notes,omitempty" yaml:"notes"`
	Labels       map[string]string `json:"labels,omitempty" yaml:"labels"` // anything else
}
