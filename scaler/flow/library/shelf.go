package library

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"

	"headroom/scaler/flow/external"
	"headroom/scaler/flow/tool"
)

// Sources are what a [Shelf] has beside the users' own.
type Sources struct {
	Shipped     fs.FS
	Tools       []tool.Tool
	Replaceable func(tool.Tool) bool // tools whose place a user's own may take
	Logger      *slog.Logger
}

// Shelf has the flows and tools in force. Its methods may be called from many goroutines.
type Shelf struct {
	Sources
	catalog *tool.Catalog

	mu      sync.RWMutex // protects the fields below
	library *Library
	refused []external.Refusal
}

// NewShelf returns a shelf that is empty until it loads.
func NewShelf(s Sources) *Shelf {
	return &Shelf{Sources: s, catalog: tool.NewCatalog(), library: &Library{}}
}

// Load reads flows and tools anew, all or, with an error about a folder, nothing. Empty
// folders are none.
func (s *Shelf) Load(ctx context.Context, dir, toolsDir string) error {
	all, refused := s.Tools, []external.Refusal{}
	if toolsDir != "" {
		own, bad, err := external.Load(ctx, toolsDir)
		if err != nil {
			return err
		}
		var more []external.Refusal
		all, more = external.Join(s.Tools, own, s.Replaceable)
		refused = append(bad, more...)
	}
	l, err := Read(s.Shipped, dir, tool.NewCatalog(all...))
	if err != nil {
		return err
	}
	s.catalog.Set(all...)
	s.mu.Lock()
	s.library, s.refused = l, refused
	s.mu.Unlock()
	s.tell(l, refused)
	return nil
}

// tell logs what is not to be had.
func (s *Shelf) tell(l *Library, refused []external.Refusal) {
	for _, r := range refused {
		s.Logger.Warn("a file of flows.tools_dir is no tool", "file", r.File, "why", r.Why)
	}
	for _, e := range l.Entries {
		if len(e.Faults) > 0 {
			s.Logger.Warn("a flow cannot be started", "flow", e.Name, "from", e.Source, "faults", e.Faults.Error())
		}
	}
}

// Catalog returns the tools, which change when the shelf loads.
func (s *Shelf) Catalog() *tool.Catalog { return s.catalog }

// Library returns the flows.
func (s *Shelf) Library() *Library {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.library
}

// Check checks a document against the tools.
func (s *Shelf) Check(text []byte) Entry { return Check(text, "", s.catalog) }

// Described returns the tools by name, and the files that are none.
func (s *Shelf) Described() ([]tool.Description, []external.Refusal) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.catalog.Descriptions(), s.refused
}
