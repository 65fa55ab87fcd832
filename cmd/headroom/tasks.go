package main

import (
	"path/filepath"

	"headroom/scaler/flow/nodetools"
	"headroom/scaler/flow/tool"
	"headroom/scaler/task"
)

// tasks have nodes do what steps of flows ask of them.
type tasks struct {
	dispatcher *task.Dispatcher
	files      *task.Files
	sender     *task.Handler
}

// openTasks makes what gives tasks to the nodes of the pool, and files for them.
func (s *server) openTasks() (err error) {
	if s.tasks.files, err = task.OpenFiles(s.filesDir()); err != nil {
		return err
	}
	s.tasks.dispatcher = task.New(task.Options{Pool: s.scaling.pool, Logger: s.log, Registerer: s.reg})
	s.tasks.sender = &task.Handler{Dispatcher: s.tasks.dispatcher, Files: s.tasks.files, Check: s.scaling.sync.Check}
	return nil
}

// filesDir is where the files are that steps of flows put on nodes.
func (s *server) filesDir() string {
	if dir := s.besideConfig(s.cfg.Flows.FilesDir); dir != "" {
		return dir
	}
	return filepath.Join(s.opts.storagePath, "files")
}

// nodeTools are the tools of flows that act on nodes.
func (s *server) nodeTools() []tool.Tool { return nodetools.Tools(s.tasks.dispatcher, s.tasks.files) }

func (t tasks) close() error {
	if t.files == nil {
		return nil
	}
	return t.files.Close()
}
