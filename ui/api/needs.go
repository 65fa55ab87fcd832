package api

import (
	"net/http"
	"strings"

	"headroom/ui/access"
)

// need is what a route takes, and how its use is written to the audit log.
type need struct {
	role   access.Role // None: nobody is asked who they are
	at     place       // what of the business tree it concerns; nil: all of it
	action string      // in the audit log; empty: not recorded. "run." takes the action of the body behind it
	object string      // the parameter of the route that names the object

	anywhere bool     // a role on any part of the tree will do
	ingest   bool     // the role is the configured one of senders
	wide     []string // the body's actions that take the role on the whole tree
	led      bool     // other inputs of a retry, and other constants, take an admin of the whole tree; see [asked.leads]
	// roles are those by the body's action, where that makes a difference.
	roles map[string]access.Role
}

var (
	nobodyAsked = need{}
	reads       = need{role: access.Viewer, anywhere: true}
	sends       = need{ingest: true}
	governs     = need{role: access.Admin}
)

// needs are those of all routes but of those that only read, below /api. A route that is
// not here takes an admin of the whole tree; see [needOf].
var needs = map[string]need{
	// Whom nobody asks: programs that watch, people who are about to log in, and those
	// who prove in a way of their own who they are (nodes, chats).
	"GET /-/healthy": nobodyAsked, "HEAD /-/healthy": nobodyAsked, "GET /-/ready": nobodyAsked, "HEAD /-/ready": nobodyAsked, "GET /metrics": nobodyAsked,
	"GET /-/login": nobodyAsked, "GET /-/callback": nobodyAsked, "POST /-/logout": nobodyAsked, "GET /api/v1/me": nobodyAsked,
	"POST /api/v1/nodes/:node/sync": nobodyAsked, "GET /api/v1/nodes/:node/files/:sha256": nobodyAsked,
	"POST /api/v1/chat/slack": nobodyAsked, "GET /api/v1/chat/wecom": nobodyAsked, "POST /api/v1/chat/wecom": nobodyAsked, "POST /api/v1/chat/webhook": nobodyAsked,
	"GET /ping": nobodyAsked, "HEAD /ping": nobodyAsked, "GET /query": nobodyAsked, "POST /query": nobodyAsked,
	"GET /influx/ping": nobodyAsked, "HEAD /influx/ping": nobodyAsked, "GET /influx/query": nobodyAsked, "POST /influx/query": nobodyAsked,

	// Senders of samples and alarms.
	"POST /api/v1/write": sends, "POST /api/v1/import/prometheus": sends, "POST /api/v1/import/csv": sends, "POST /api/v1/import": sends,
	"POST /opentelemetry/v1/metrics": sends, "POST /api/v1/otlp/v1/metrics": sends, "POST /v1/push": sends, "POST /openfalcon/push": sends,
	"POST /write": sends, "POST /influx/write": sends, "POST /influx/api/v2/write": sends, "POST /api/v2/write": sends, "POST /api/v2/alerts": sends,

	// What only reads, though it is sent as a write.
	"POST /api/v1/query": reads, "POST /api/v1/query_range": reads, "POST /api/v1/query_exemplars": reads, "POST /api/v1/format_query": reads,
	"POST /api/v1/series": reads, "POST /api/v1/labels": reads,
	"POST /api/v1/whatif": reads, "POST /api/v1/replay": reads, "POST /api/v1/mutes/preview": reads, "POST /api/v1/flows/check": reads,

	// Everyday writes.
	"PUT /api/v1/modules/:id/note":           {role: access.Operator, at: nodeAfter("/api/v1/modules/"), action: "note.set", object: "id"},
	"POST /api/v1/marks":                     {role: access.Operator, at: bodyNode("path"), action: "mark.add"},
	"DELETE /api/v1/marks/:mark":             {role: access.Operator, at: markNode, action: "mark.end", object: "mark"},
	"POST /api/v1/alarms/:alarm/ack":         {role: access.Operator, at: alarmNode, action: "alarm.ack", object: "alarm"},
	"DELETE /api/v1/alarms/:alarm/ack":       {role: access.Operator, at: alarmNode, action: "alarm.unack", object: "alarm"},
	"POST /api/v1/leases":                    {role: access.Operator, at: leaseScope, action: "lease.open"},
	"POST /api/v1/leases/:lease/beat":        {role: access.Operator, at: leaseNodes, object: "lease"},
	"DELETE /api/v1/leases/:lease":           {role: access.Operator, at: leaseNodes, action: "lease.end", object: "lease"},
	"POST /api/v1/mutes":                     {role: access.Operator, at: muteScope, action: "mute.add"},
	"DELETE /api/v1/mutes/:mute":             {role: access.Operator, at: muteNode, action: "mute.end", object: "mute"},
	"POST /api/v2/silences":                  {role: access.Operator, at: silenceScope, action: "silence.set"},
	"DELETE /api/v2/silence/:id":             {role: access.Operator, at: silenceNode, action: "silence.end", object: "id"},
	"POST /api/v1/nodes/:node/orders":        {role: access.Operator, action: "node.", object: "node"},
	"POST /api/v1/services/:id/orders":       {role: access.Operator, at: paramNode("id"), action: "service.", object: "id"},
	"POST /api/v1/workers/:worker/restart":   {role: access.Operator, at: workerNode, action: "worker.restart", object: "worker"},
	"POST /api/v1/reports/:month":            {role: access.Operator, action: "report.publish", object: "month"},
	"POST /api/v1/reports/:month/deliveries": {role: access.Operator, action: "report.send", object: "month"},
	"PUT /api/v1/registry/:id":               {role: access.Operator, at: nodeAfter("/api/v1/registry/"), action: "registry.set", object: "id"},
	"POST /api/v1/consistency/:id":           {role: access.Operator, at: paramNode("id"), action: "consistency.", object: "id"},

	// Changes.
	"POST /api/v1/flows/:flow/runs":      {role: access.Operator, at: flowStart, action: "run.start", object: "flow", led: true},
	"POST /api/v1/runs/:run":             {role: access.Operator, at: runNodes, action: "run.", object: "run", led: true},
	"POST /api/v1/runs/:run/steps/:step": {role: access.Operator, at: runNodes, action: "step.", object: "run", led: true},
	"POST /api/v1/schedules":             {role: access.Operator, at: scheduleNodes, action: "schedule.set"},
	"DELETE /api/v1/schedules/:schedule": {role: access.Operator, at: scheduleNodes, action: "schedule.end", object: "schedule"},
	"POST /api/v1/requests":              {role: access.Viewer, at: requestScope, action: "request.make"},
	"POST /api/v1/requests/:request": {role: access.Operator, at: requestNode, action: "request.", object: "request", wide: []string{"deliver"}, roles: map[string]access.Role{
		"approve": access.Admin, "reject": access.Admin, "comment": access.Viewer,
	}},

	// What decides over others.
	"POST /api/v1/heals/brake/release": {role: access.Admin, action: "heal.release"},
	"POST /-/reload":                   {role: access.Admin, action: "config.reload"},
	"GET /api/v1/grants":               reads,
	"POST /api/v1/grants":              {role: access.Admin, at: bodyNode("path"), action: "grant.add"},
	"DELETE /api/v1/grants/:id":        {role: access.Admin, at: grantNode, action: "grant.end", object: "id"},
	"GET /api/v1/tokens":               {role: access.Admin, anywhere: true},
	"POST /api/v1/tokens":              {role: access.Admin, at: bodyNode("path"), action: "token.make"},
	"DELETE /api/v1/tokens/:id":        {role: access.Admin, at: tokenNode, action: "token.revoke", object: "id"},
	"GET /api/v1/audit":                {role: access.Admin, at: queryNode("path")},
	"GET /api/v1/audit/export":         governs,
	"GET /api/v1/audit/verify":         governs,
}

// needData is what an action takes, for those who offer it.
type needData struct {
	Role  access.Role `json:"role"`
	Whole bool        `json:"whole"` // on the whole tree, whatever it is about
}

// leading is the name of all that [asked.leads] tells of.
const leading = "lead"

// neededByAction is what each action of the audit log takes. One that ends in a dot, as
// "run.", stands for all that begin so and have no line of their own.
var neededByAction = actionsOf(needs)

func actionsOf(all map[string]need) map[string]needData {
	out := map[string]needData{leading: {access.Admin, true}}
	for _, n := range all {
		if n.action == "" {
			continue
		}
		out[n.action] = needData{n.role, n.at == nil}
		for verb, role := range n.roles {
			out[n.action+verb] = needData{role, n.at == nil}
		}
		for _, verb := range n.wide {
			out[n.action+verb] = needData{n.role, true}
		}
	}
	return out
}

// needOf returns what a route takes: what is declared, to read what is below /api, or
// for want of that an admin, whose use of it is recorded.
func needOf(method, route string) (n need, declared bool) {
	if n, ok := needs[method+" "+route]; ok {
		return n, true
	}
	api := strings.HasPrefix(route, "/api/")
	switch {
	case api && (method == http.MethodGet || method == http.MethodHead):
		return reads, true
	case strings.HasPrefix(route, "/debug/pprof/") && method == http.MethodGet:
		return governs, true
	case strings.HasPrefix(route, "/api/v2/"): // Alertmanager's API answers every method, most of them by refusing it
		return governs, method != http.MethodPost && method != http.MethodDelete || unserved[method+" "+route]
	}
	return need{role: access.Admin, action: strings.ToLower(method) + " " + route}, false
}

// unserved are methods that Alertmanager's API refuses itself.
var unserved = map[string]bool{
	"DELETE /api/v2/alerts": true, "DELETE /api/v2/silences": true, "POST /api/v2/silence/:id": true,
	"POST /api/v2/alerts/groups": true, "DELETE /api/v2/alerts/groups": true, "POST /api/v2/receivers": true, "DELETE /api/v2/receivers": true,
	"POST /api/v2/status": true, "DELETE /api/v2/status": true,
}

// Undeclared lists the routes of which nobody has said who may use them, as
// "POST /api/v1/x". They take an admin of the whole tree.
func (s *Server) Undeclared() (all []string) {
	for _, r := range s.engine.Routes() {
		if _, ok := needOf(r.Method, r.Path); !ok {
			all = append(all, r.Method+" "+r.Path)
		}
	}
	return all
}
