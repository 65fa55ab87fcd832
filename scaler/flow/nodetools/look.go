package nodetools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

func scanProcesses(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskProcesses,
		description: tool.Description{
			Name: "scan-processes", Title: "Look for processes", Source: "built in", Repeatable: true,
			Doc: "Counts the processes of a node by name: the first word of their command line without its directory. It fails if there are fewer of a name than at_least.",
			Inputs: []tool.Parameter{
				node(),
				required(param("names", document.ListType, "of processes")),
				byDefault(param("at_least", document.Int, "of each name"), int64(1)),
			},
			Outputs: []tool.Parameter{param("counts", document.MapType, "how many, by name")},
		},
		spec: func(_ context.Context, in inputs) (any, error) {
			names, err := in.words("names")
			return wire.ProcessesSpec{Names: names}, err
		},
		judge: func(in inputs, out tool.Outputs) error {
			counts, _ := out["counts"].(map[string]any)
			names, err := in.words("names")
			var few []string
			for _, name := range names {
				if n, _ := whole(counts[name]); n < in.number("at_least") {
					few = append(few, fmt.Sprintf("%d of %s", n, name))
				}
			}
			if len(few) > 0 {
				return fmt.Errorf("node %s runs %s; want at least %d of each", in.text("node"), strings.Join(few, ", "), in.number("at_least"))
			}
			return err
		},
		plan: func(in inputs, spec any) (string, tool.Outputs) {
			return "counts processes " + strings.Join(spec.(wire.ProcessesSpec).Names, ", "), tool.Outputs{"counts": map[string]any{}}
		},
	}
}

func scanPorts(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskPorts,
		description: tool.Description{
			Name: "scan-ports", Title: "Look at ports", Source: "built in", Repeatable: true,
			Doc: "Looks who listens at TCP ports of a node. It fails if nobody does, or with listening: false if somebody does.",
			Inputs: []tool.Parameter{
				node(),
				required(param("ports", document.ListType, "numbers")),
				byDefault(param("listening", document.Bool, "whether somebody shall listen there"), true),
			},
			Outputs: []tool.Parameter{param("listeners", document.MapType, "name of the process by port; no entry: nobody listens")},
		},
		spec: func(_ context.Context, in inputs) (any, error) {
			ports, err := in.numbers("ports")
			return wire.PortsSpec{Ports: ports}, err
		},
		judge: judgePorts,
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			return fmt.Sprintf("looks who listens at %d", spec.(wire.PortsSpec).Ports), tool.Outputs{"listeners": map[string]any{}}
		},
	}
}

func judgePorts(in inputs, out tool.Outputs) error {
	listeners, _ := out["listeners"].(map[string]any)
	ports, err := in.numbers("ports")
	var wrong []string
	for _, port := range ports {
		name, listens := listeners[strconv.Itoa(port)]
		switch {
		case in.flag("listening") && !listens:
			wrong = append(wrong, fmt.Sprintf("nobody listens at %d", port))
		case !in.flag("listening") && listens:
			wrong = append(wrong, fmt.Sprintf("%q listens at %d", name, port))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("node %s: %s", in.text("node"), strings.Join(slices.Compact(wrong), ", "))
	}
	return err
}

func testHTTP(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskHTTP,
		description: tool.Description{
			Name: "test-http", Title: "Test HTTP", Source: "built in", Repeatable: true,
			Doc: "Asks for a page by GET as a node sees it, and fails if the answer is not as expected.",
			Inputs: []tool.Parameter{
				node(),
				required(param("url", document.String, "such as http://127.0.0.1:8080/health")),
				param("status", document.ListType, "that is expected, one of these; empty: 200 to 299"),
				param("contains", document.String, "what is expected in the first MiB of the page"),
				param("host", document.String, "host header; empty: that of the address"),
				byDefault(param("within", document.Span, "how long the answer may take"), "10s"),
			},
			Outputs: []tool.Parameter{
				param("status", document.Int, "of the answer"),
				param("seconds", document.Number, "that it took"),
				param("bytes", document.Int, "of the page"),
			},
		},
		spec: func(_ context.Context, in inputs) (any, error) {
			s := wire.HTTPSpec{URL: in.text("url"), Contains: in.text("contains"), Host: in.text("host")}
			var err, err2 error
			s.Status, err = in.numbers("status")
			s.Within, err2 = in.span("within")
			return s, errors.Join(err, err2)
		},
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			return "asks for " + spec.(wire.HTTPSpec).URL, tool.Outputs{"status": int64(200), "seconds": 0.0, "bytes": int64(0)}
		},
	}
}

func testTCP(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskTCP,
		description: tool.Description{
			Name: "test-tcp", Title: "Test TCP", Source: "built in", Repeatable: true,
			Doc: "Opens a TCP connection from a node and closes it. It fails if it cannot be opened.",
			Inputs: []tool.Parameter{
				node(),
				required(param("address", document.String, "host:port")),
				byDefault(param("within", document.Span, "how long it may take"), "5s"),
			},
			Outputs: []tool.Parameter{param("seconds", document.Number, "that it took")},
		},
		spec: func(_ context.Context, in inputs) (any, error) {
			within, err := in.span("within")
			return wire.TCPSpec{Address: in.text("address"), Within: within}, err
		},
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			return "connects to " + spec.(wire.TCPSpec).Address, tool.Outputs{"seconds": 0.0}
		},
	}
}

func nodeScan(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskScan,
		description: tool.Description{
			Name: "node-scan", Title: "Look at a node anew", Source: "built in", Repeatable: true,
			Doc:    "Has a node look at once for what is declared to be there, and report it.",
			Inputs: []tool.Parameter{node()}, Outputs: []tool.Parameter{},
		},
		spec: func(context.Context, inputs) (any, error) { return struct{}{}, nil },
		plan: func(inputs, any) (string, tool.Outputs) { return "looks for what is declared", tool.Outputs{} },
	}
}
