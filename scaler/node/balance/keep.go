package balance

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
)

// kept is what is known of a proxy across restarts.
type kept struct {
	Module string `json:"module"`
	Proxy  string `json:"proxy"`
	Name   string `json:"name"`

	ETag  string                `json:"etag"`
	List  json.RawMessage       `json:"list"`  // as the server sent it
	Hosts map[string]netip.Addr `json:"hosts"` // their addresses, while they cannot be looked up
	Slots map[string]string     `json:"slots"` // of HAProxy, by the worker's address
}

func keptFile(dir string, p Proxy) string {
	name := fnv.New64a()
	fmt.Fprintf(name, "%q %q %q", p.Module, p.Proxy, p.Name())
	return filepath.Join(dir, fmt.Sprintf("list-%016x.json", name.Sum64()))
}

// recall reads what was kept. A file that is missing, torn or another's is as none: the
// server tells the list again.
func recall(dir string, p Proxy) (k kept, targets []target, err error) {
	text, err := os.ReadFile(keptFile(dir, p))
	if errors.Is(err, fs.ErrNotExist) {
		return newKept(p), nil, nil
	}
	if err != nil {
		return newKept(p), nil, fmt.Errorf("read the last list: %w", err)
	}
	if err = json.Unmarshal(text, &k); err == nil {
		targets, err = parse(k.List)
	}
	if err != nil {
		return newKept(p), nil, fmt.Errorf("read the last list: %s: %w", keptFile(dir, p), err)
	}
	if k.Module != p.Module || k.Proxy != p.Proxy || k.Name != p.Name() {
		return newKept(p), nil, nil
	}
	if k.Hosts == nil {
		k.Hosts = map[string]netip.Addr{}
	}
	return k, targets, nil
}

func newKept(p Proxy) kept {
	return kept{Module: p.Module, Proxy: p.Proxy, Name: p.Name(), Hosts: map[string]netip.Addr{}}
}

func (k kept) write(dir string, p Proxy) error {
	text, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("keep the list: %w", err)
	}
	return writeFile(keptFile(dir, p), text)
}
