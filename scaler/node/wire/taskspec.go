package wire

import "encoding/json"

// The kinds of tasks.
const (
	TaskCommand   = "command"
	TaskPackage   = "package"
	TaskFiles     = "files"
	TaskTemplate  = "template"
	TaskFile      = "file"
	TaskProcesses = "processes"
	TaskPorts     = "ports"
	TaskHTTP      = "http"
	TaskTCP       = "tcp"
	TaskScan      = "scan"
)

// CommandSpec runs a program, without a shell.
type CommandSpec struct {
	Command []string          `json:"command"` // its program as an absolute path
	Env     map[string]string `json:"env,omitempty"`
	Dir     string            `json:"dir,omitempty"`   // empty: /
	User    string            `json:"user,omitempty"`  // name or number; empty: nobody
	Group   string            `json:"group,omitempty"` // empty: the user's
	Stdin   string            `json:"stdin,omitempty"`
	Accept  []int             `json:"accept,omitempty"` // exit codes besides 0 that are no failure
}

// CommandOutputs are what a command leaves.
type CommandOutputs struct {
	ExitCode  int    `json:"exit_code"`
	Stdout    string `json:"stdout"`              // its beginning
	Truncated bool   `json:"truncated,omitempty"` // there was more
}

// FileRef names a file of the server by its content.
type FileRef struct {
	SHA256 string `json:"sha256"` // 64 hex digits
	Size   int64  `json:"size"`   // bytes
}

// The formats of packages.
const (
	PackageDeb     = "deb"
	PackageRPM     = "rpm"
	PackageArchive = "archive" // a tar, plain or compressed by gzip or bzip2
)

// PackageSpec installs a package, from the machine's repositories or from a file.
type PackageSpec struct {
	Format  string   `json:"format"`
	Name    string   `json:"name"`              // of an archive: only for people
	Version string   `json:"version,omitempty"` // empty: any that is installed, or else the newest
	File    *FileRef `json:"file,omitempty"`    // an archive has one
	Absent  bool     `json:"absent,omitempty"`  // it shall not be installed
	Target  string   `json:"target,omitempty"`  // of an archive: the directory that it becomes
	Owner   string   `json:"owner,omitempty"`   // likewise, of all that is in it; empty: root
	Group   string   `json:"group,omitempty"`   // likewise; empty: the owner's
}

// PackageOutputs are what became of a package.
type PackageOutputs struct {
	Version string `json:"version"` // that is installed; of an archive: its checksum; empty: none
	Changed bool   `json:"changed"`
}

// FilesSpec makes files below a directory as they are on the server.
type FilesSpec struct {
	Target string     `json:"target"`           // absolute path of a directory
	Owner  string     `json:"owner,omitempty"`  // of files that do not say otherwise; empty: root
	Group  string     `json:"group,omitempty"`  // likewise; empty: the owner's
	Delete bool       `json:"delete,omitempty"` // what else is there
	Files  []FileSpec `json:"files"`
}

// FileSpec is one of them.
type FileSpec struct {
	FileRef
	Path  string `json:"path"` // below the target
	Owner string `json:"owner,omitempty"`
	Group string `json:"group,omitempty"`
	Mode  string `json:"mode,omitempty"` // as 0644, which is the default
}

// FilesOutputs are what was changed. The lists are cut, the numbers are not.
type FilesOutputs struct {
	Changed  []string `json:"changed"`
	Deleted  []string `json:"deleted"`
	NChanged int      `json:"changed_count"`
	NDeleted int      `json:"deleted_count"`
}

// TemplateSpec writes a text that the server has made of a template.
type TemplateSpec struct {
	Text   string `json:"text"`
	Target string `json:"target"` // absolute path of a file
	Owner  string `json:"owner,omitempty"`
	Group  string `json:"group,omitempty"`
	Mode   string `json:"mode,omitempty"` // as 0644, which is the default
}

// TemplateOutputs tell whether the file was another one.
type TemplateOutputs struct {
	Changed bool   `json:"changed"`
	SHA256  string `json:"sha256"`
}

// OneFileSpec says whose a file or directory is and what may be done with it, or that it
// shall not be there. What is left out stays as it is, and so does the content.
type OneFileSpec struct {
	Target string `json:"target"`           // absolute path
	Absent bool   `json:"absent,omitempty"` // a directory is removed only if it is empty
	Owner  string `json:"owner,omitempty"`
	Group  string `json:"group,omitempty"`
	Mode   string `json:"mode,omitempty"` // as 0644
}

// OneFileOutputs tell whether it was otherwise.
type OneFileOutputs struct {
	Changed bool `json:"changed"`
}

// ProcessesSpec counts processes by name: the first word of their command line without
// its directory.
type ProcessesSpec struct {
	Names []string `json:"names"`
}

// ProcessesOutputs are the counts.
type ProcessesOutputs struct {
	Counts map[string]int `json:"counts"`
}

// PortsSpec looks who listens at TCP ports.
type PortsSpec struct {
	Ports []int `json:"ports"`
}

// PortsOutputs are the names of the processes that listen, by port. Where none does
// there is no entry; one whose process cannot be found has an empty name.
type PortsOutputs struct {
	Listeners map[int]string `json:"listeners"`
}

// HTTPSpec asks for a page.
type HTTPSpec struct {
	URL      string   `json:"url"`
	Status   []int    `json:"status,omitempty"`   // that is expected, one of these; empty: 200 to 299
	Contains string   `json:"contains,omitempty"` // in the first MiB of the page
	Host     string   `json:"host,omitempty"`     // header; empty: that of the URL
	Within   Duration `json:"within,omitempty"`   // 0: 10s
}

// HTTPOutputs are what the answer was.
type HTTPOutputs struct {
	Status  int     `json:"status"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"`
}

// TCPSpec opens a connection and closes it.
type TCPSpec struct {
	Address string   `json:"address"`          // host:port
	Within  Duration `json:"within,omitempty"` // 0: 5s
}

// TCPOutputs tell how long it took.
type TCPOutputs struct {
	Seconds float64 `json:"seconds"`
}

// Files are those of the server that a task needs. One whose specification cannot be
// read needs none.
func (t Task) Files() []FileRef {
	switch t.Kind {
	case TaskPackage:
		var s PackageSpec
		if json.Unmarshal(t.Spec, &s) == nil && s.File != nil {
			return []FileRef{*s.File}
		}
	case TaskFiles:
		var s FilesSpec
		if json.Unmarshal(t.Spec, &s) != nil {
			return nil
		}
		refs := make([]FileRef, len(s.Files))
		for i, f := range s.Files {
			refs[i] = f.FileRef
		}
		return refs
	}
	return nil
}
