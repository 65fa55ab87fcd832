package api

import (
	"context"
	"io"

	"github.com/gin-gonic/gin"

	"headroom/internal/yamlfile"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/external"
	"headroom/scaler/flow/library"
	"headroom/scaler/flow/tool"
)

// Flows are changes as flows of steps; *[flow.Engine] is one. The errors of the engine
// are told to who asks.
type Flows interface {
	Start(ctx context.Context, s flow.Start) (flow.Run, error)
	Order(ctx context.Context, o flow.Order) (flow.Run, error)
	Get(ctx context.Context, id string) (flow.Run, error)
	List(ctx context.Context, q flow.Query) ([]flow.Run, int, error)
	Log(ctx context.Context, run, step string, attempt int) (flow.Log, error)
	Subscribe() (events <-chan flow.Event, stop func())

	Windows() []flow.Window
	Schedules(ctx context.Context) ([]flow.Schedule, error)
	PutSchedule(ctx context.Context, s flow.Schedule) (flow.Schedule, error)
	DeleteSchedule(ctx context.Context, id string) error
}

// FlowLibrary has the documents of flows and the tools that they can call;
// *[library.Shelf] is one.
type FlowLibrary interface {
	Library() *library.Library
	Check(text []byte) library.Entry
	Described() ([]tool.Description, []external.Refusal)
}

// flowData is a flow in the list, flowDetail one alone.
type flowData struct {
	Name        string           `json:"name"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Source      string           `json:"source"` // "shipped" or the file
	Inputs      []document.Input `json:"inputs"`
	Faults      []faultData      `json:"faults"` // none: it can be started
}

type flowDetail struct {
	flowData
	Document *document.Flow `json:"document"` // null if it cannot be read
	Text     string         `json:"text"`     // as it is written
}

type faultData struct {
	Line    int    `json:"line"` // 0: of the whole document
	Key     string `json:"key"`
	Problem string `json:"problem"`
}

func flowOf(e library.Entry) flowData {
	d := flowData{Name: e.Name, Source: e.Source, Inputs: []document.Input{}, Faults: faultsOf(e.Faults)}
	if e.Flow != nil {
		d.Title, d.Description, d.Inputs = e.Flow.Title, e.Flow.Description, append(d.Inputs, e.Flow.Inputs...)
	}
	for i := range d.Inputs {
		if in := &d.Inputs[i]; in.Secret {
			in.Default = nil
		}
	}
	return d
}

func faultsOf(faults yamlfile.Faults) []faultData {
	all := make([]faultData, len(faults))
	for i, f := range faults {
		all[i] = faultData{f.Line, f.Key, f.Problem}
	}
	return all
}

// flows answers all documents, those with faults too.
func (s *Server) flows(*gin.Context) (any, error) {
	all := []flowData{}
	for _, e := range s.Library.Library().Entries {
		all = append(all, flowOf(e))
	}
	return all, nil
}

func (s *Server) flow(c *gin.Context) (any, error) {
	e, ok := s.Library.Library().Find(c.Param("flow"))
	if !ok {
		return nil, errorf("%w: %q", flow.ErrNoFlow, c.Param("flow"))
	}
	return flowDetail{flowOf(e), e.Flow, e.Text}, nil
}

// maxFlow is how long a document to be checked may be; one that is longer than a flow may
// be is told so by its faults.
const maxFlow = document.MaxBytes + 1

// checkFlow answers the faults of a document that is sent.
func (s *Server) checkFlow(c *gin.Context) (any, error) {
	text, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, err
	}
	e := s.Library.Check(text)
	return flowDetail{flowOf(e), e.Flow, e.Text}, nil
}

// toolsData are the tools, and the files that are none though they lie where tools do.
type toolsData struct {
	Tools   []tool.Description `json:"tools"`
	Refused []external.Refusal `json:"refused"`
}

func (s *Server) tools(*gin.Context) (any, error) {
	tools, refused := s.Library.Described()
	for i := range tools {
		tools[i].Inputs, tools[i].Outputs = orEmpty(tools[i].Inputs), orEmpty(tools[i].Outputs)
	}
	return toolsData{orEmpty(tools), orEmpty(refused)}, nil
}
