package api

import (
	"context"

	"github.com/gin-gonic/gin"

	"headroom/scaler/request"
)

// Requests are what people ask for. *[request.Book] has them.
type Requests interface {
	Find(ctx context.Context, q request.Query) ([]request.Request, error)
	Load(ctx context.Context, id string) (request.Request, error)
	Draft(ctx context.Context, kind request.Kind, module string) (request.Draft, error)
	Open(ctx context.Context, a request.Ask) (request.Request, error)
	Do(ctx context.Context, o request.Order) (request.Request, error)
}

// maxAsk limits the bytes of a request's form: a thousand machines have names.
const maxAsk = 256 << 10

// requestList is a page of requests, the newest first.
type requestList struct {
	Requests []request.Request `json:"requests"`
	More     bool              `json:"more"` // there are older ones
}

func requestKinds() (names []string) {
	for _, k := range request.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func requestStates() (names []string) {
	for _, s := range request.States() {
		names = append(names, string(s))
	}
	return append(names, underWay)
}

// underWay stands for all states of requests that are not over.
const underWay = "under_way"

func (s *Server) requests(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := request.Query{
		From: p.time("from"), To: p.time("to"), Kind: p.oneOf("kind", "", requestKinds()...), State: p.oneOf("state", "", requestStates()...),
		Path: p.path("path").ID(), Who: p.text("who"), Search: p.text("text"), Offset: p.whole("offset", 0, 1_000_000),
	}
	limit := p.limit()
	if p.err != nil {
		return nil, p.err
	}
	if q.State == underWay {
		q.State, q.UnderWay = "", true
	}
	q.Limit = limit + 1
	all, err := s.Requests.Find(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	list, more := page(all, limit, func(r request.Request) request.Request { return r })
	return requestList{list, more}, nil
}

func (s *Server) request(c *gin.Context) (any, error) {
	return s.Requests.Load(c.Request.Context(), c.Param("request"))
}

// draftRequest answers a form that is filled in as far as Headroom knows.
func (s *Server) draftRequest(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	kind := p.oneOf("kind", string(request.KindMachines), requestKinds()...)
	module := p.path("module").ID()
	if p.err != nil {
		return nil, p.err
	}
	return s.Requests.Draft(c.Request.Context(), request.Kind(kind), module)
}

// openRequest takes a request, and answers it.
func (s *Server) openRequest(c *gin.Context) (any, error) {
	var a request.Ask
	if err := readJSON(c, &a); err != nil {
		return nil, err
	}
	a.Who = s.actor(c, a.Who)
	if who := askedOf(c).who; a.Access != nil && a.Access.Subject == "" && who.Token != nil {
		a.Access.Subject = "token:" + who.Token.ID // grants know programs by their ids
	}
	if a.Machines != nil {
		a.Machines.Forecast = nil // is the server's to say
	}
	return s.Requests.Open(c.Request.Context(), a)
}

// orderRequest carries out what a person does with a request, and answers it.
func (s *Server) orderRequest(c *gin.Context) (any, error) {
	o := request.Order{}
	if err := readJSON(c, &o); err != nil {
		return nil, err
	}
	o.ID, o.Who = c.Param("request"), s.actor(c, o.Who)
	if s.rolesCount() {
		o.Groups = askedOf(c).who.Groups
	}
	return s.Requests.Do(c.Request.Context(), o)
}
