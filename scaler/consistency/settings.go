package consistency

import (
	"fmt"
	"path/filepath"
	"time"

	"headroom/internal/config"
	"headroom/internal/matchers"
)

// SettingsOf reads the settings from a configuration that was checked, and the
// declarations that it names; paths are below base unless they are absolute. The error is
// [yamlfile.Faults] if declarations are faulty.
func SettingsOf(cfg config.Config, base string) (s Settings, err error) {
	c := cfg.Consistency
	s.Block = c.Block
	for i, r := range c.Environment {
		one := Rule{
			Path: r.Path, kernel: r.Kernel, os: r.OS, cpu: r.CPU, cores: r.Cores, sizes: r.Memory,
			clockOffset: time.Duration(r.ClockOffset), block: r.Block,
		}
		if len(r.Nodes) > 0 {
			if one.nodes, err = matchers.ParseAll(r.Nodes); err != nil {
				return s, fmt.Errorf("consistency.environment[%d].nodes: %w", i, err)
			}
		}
		for _, text := range r.Memory {
			m, err := config.ParseMemory(text)
			if err != nil {
				return s, fmt.Errorf("consistency.environment[%d].memory: %w", i, err)
			}
			one.memory = append(one.memory, m)
		}
		s.Environment = append(s.Environment, one)
	}
	if c.Dir == "" {
		return s, nil
	}
	dir := under(base, c.Dir)
	files := filepath.Join(dir, "files")
	if c.FilesDir != "" {
		files = under(base, c.FilesDir)
	}
	s.Declarations, err = Read(dir, files, cfg.Hierarchy)
	return s, err
}

func under(base, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(base, name)
}
