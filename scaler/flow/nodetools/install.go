package nodetools

import (
	"context"
	"errors"
	"fmt"
	"path"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

func installPackage(d Dispatcher, f Files) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskPackage,
		description: tool.Description{
			Name: "install-package", Title: "Install a package", Source: "built in", Repeatable: true,
			Doc: "Installs a Debian or RPM package on a node, from its repositories or from a file of the server, or removes it. " +
				"A package that is as asked for is left alone. The node's tasks.packages have to allow it; its scripts run as root.",
			Inputs: []tool.Parameter{
				node(),
				required(param("name", document.String, "of the package")),
				oneOf(byDefault(param("format", document.String, "of the node's packages"), wire.PackageDeb), wire.PackageDeb, wire.PackageRPM),
				param("version", document.String, "exactly as the package manager writes it; empty: any that is installed, or else the newest"),
				param("file", document.String, "path of the package's file below the server's directory of files; empty: from the node's repositories"),
				byDefault(param("absent", document.Bool, "it shall not be installed"), false),
			},
			Outputs: []tool.Parameter{
				param("version", document.String, "that is installed then; empty: none"),
				param("changed", document.Bool, "it was not so before"),
			},
		},
		spec: func(ctx context.Context, in inputs) (any, error) {
			s := wire.PackageSpec{Format: in.text("format"), Name: in.text("name"), Version: in.text("version"), Absent: in.flag("absent")}
			if s.Format == "" {
				s.Format = wire.PackageDeb
			}
			return withFile(ctx, f, in, s)
		},
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.PackageSpec)
			if s.Absent {
				return fmt.Sprintf("removes package %s if it is installed", s.Name), tool.Outputs{"version": "", "changed": true}
			}
			what := s.Name
			if s.Version != "" {
				what += " " + s.Version
			}
			return fmt.Sprintf("installs package %s unless it is installed", what), tool.Outputs{"version": s.Version, "changed": true}
		},
	}
}

// withFile adds the file that is named, if one is.
func withFile(ctx context.Context, f Files, in inputs, s wire.PackageSpec) (wire.PackageSpec, error) {
	if err := in.needs("node"); err != nil {
		return s, err
	}
	if in.text("file") == "" {
		return s, nil
	}
	one, err := f.File(ctx, in.text("file"))
	if err != nil {
		return s, fmt.Errorf("file: %w", err)
	}
	s.File = &one.FileRef
	return s, nil
}

func installArchive(d Dispatcher, f Files) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskPackage,
		description: tool.Description{
			Name: "install-archive", Title: "Unpack an archive", Source: "built in", Repeatable: true,
			Doc: "Unpacks a tar file of the server, plain or compressed by gzip or bzip2, beside a directory of a node, and exchanges the two at once. " +
				"A directory that is of this very archive is left alone. The node's tasks.files have to allow it.",
			Inputs: []tool.Parameter{
				node(),
				required(param("file", document.String, "path of the archive below the server's directory of files")),
				required(param("target", document.String, "absolute path of the directory that it becomes")),
				param("owner", document.String, "of all that is in it; empty: root"),
				param("group", document.String, "empty: the owner's"),
			},
			Outputs: []tool.Parameter{
				param("version", document.String, "SHA-256 of the archive"),
				param("changed", document.Bool, "it was another one before"),
			},
		},
		spec: func(ctx context.Context, in inputs) (any, error) {
			s := wire.PackageSpec{Format: wire.PackageArchive, Name: in.text("file"), Target: in.text("target"), Owner: in.text("owner"), Group: in.text("group")}
			if err := in.needs("file", "target"); err != nil {
				return s, err
			}
			return withFile(ctx, f, in, s)
		},
		plan: func(in inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.PackageSpec)
			return fmt.Sprintf("makes %s what is in %s (%d bytes), unless it is", s.Target, in.text("file"), s.File.Size), tool.Outputs{"version": s.File.SHA256, "changed": true}
		},
	}
}

func syncFiles(d Dispatcher, f Files) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskFiles,
		description: tool.Description{
			Name: "sync-files", Title: "Sync files", Source: "built in", Repeatable: true,
			Doc: "Makes the files below a directory of a node as they are below one of the server. Only what differs is sent, and each file takes the place of the old one at once. " +
				"The node's tasks.files have to allow it.",
			Inputs: []tool.Parameter{
				node(),
				required(param("source", document.String, "path of a directory below the server's directory of files, or of a file there")),
				required(param("target", document.String, "absolute path of the directory, or of the file, on the node")),
				param("owner", document.String, "empty: root"),
				param("group", document.String, "empty: the owner's"),
				param("mode", document.String, "of all files, as 0644; empty: as on the server"),
				byDefault(param("delete", document.Bool, "what else is below the target is removed"), false),
			},
			Outputs: []tool.Parameter{
				param("changed", document.ListType, "paths that were written, the first 200"),
				param("deleted", document.ListType, "paths that were removed, the first 200"),
				param("changed_count", document.Int, "how many were written"),
				param("deleted_count", document.Int, "how many were removed"),
			},
		},
		spec: func(ctx context.Context, in inputs) (any, error) { return filesSpec(ctx, f, in) },
		plan: func(in inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.FilesSpec)
			what := fmt.Sprintf("makes %d files below %s as they are below %s", len(s.Files), s.Target, in.text("source"))
			if s.Delete {
				what += ", and removes all others"
			}
			return what, tool.Outputs{"changed": []any{}, "deleted": []any{}, "changed_count": int64(0), "deleted_count": int64(0)}
		},
	}
}

func filesSpec(ctx context.Context, f Files, in inputs) (s wire.FilesSpec, err error) {
	s = wire.FilesSpec{Target: in.text("target"), Owner: in.text("owner"), Group: in.text("group"), Delete: in.flag("delete")}
	if err := in.needs("source", "target"); err != nil {
		return s, err
	}
	if s.Files, err = f.Tree(ctx, in.text("source")); err != nil {
		return s, fmt.Errorf("source: %w", err)
	}
	switch {
	case len(s.Files) == 0:
		return s, errors.New("source: there are no files")
	case len(s.Files) == 1 && s.Files[0].Path == "." && s.Delete:
		return s, errors.New("delete: want a directory as source, not a file")
	case len(s.Files) == 1 && s.Files[0].Path == ".": // a file, which becomes the target
		s.Target, s.Files[0].Path = path.Split(s.Target)
		s.Target = path.Clean(s.Target)
	}
	if mode := in.text("mode"); mode != "" {
		for i := range s.Files {
			s.Files[i].Mode = mode
		}
	}
	return s, nil
}
