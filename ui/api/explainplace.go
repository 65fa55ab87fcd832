package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/analytics"
	"headroom/scaler"
	"headroom/scaler/pool"
	"headroom/ui/report"
)

// explainLine sets out a line of a report as it was published, or as the draft of the
// running month has it: "MONTH/PATH".
func (s *Server) explainLine(ctx context.Context, id string) (*analytics.Explanation, error) {
	month, path, _ := strings.Cut(id, "/")
	if !isMonth(month) {
		return nil, badParam("id", explainReport+id, errors.New("want a month and a path, as report:2026-11/Qzone/WNS"))
	}
	r, err := s.Reports.Report(ctx, month)
	if err != nil {
		return nil, err
	}
	e := &analytics.Explanation{ID: explainReport + id, Title: fmt.Sprintf("%s in the report of %s", path, month)}
	line(e, "report", "a report that is published never changes", "made "+s.said(r.MadeAt)+", of the minute "+s.said(r.SnapshotAt), publishedOr(r.Draft))
	e.Related = ids("", "order:"+path+"@"+r.SnapshotAt.In(s.Location).Format("2006-01-02T15:04"), "order:"+path)
	if i := slices.IndexFunc(r.Lines, func(l report.Line) bool { return l.ID == path }); i >= 0 {
		reportLine(e, &r.Lines[i].Growth, r.Lines[i].Evidence)
		return e, nil
	}
	if i := slices.IndexFunc(r.Left, func(l report.LeftOut) bool { return l.ID == path }); i >= 0 {
		line(e, "left out", "", r.Left[i].Reason, string(r.Left[i].State))
		return e, nil
	}
	return nil, &Error{notFound, errorf("the report of %s has no line of %q", month, path)}
}

func publishedOr(draft bool) string {
	if draft {
		return "draft"
	}
	return "published"
}

// reportLine writes the numbers of a line as the report has them.
func reportLine(e *analytics.Explanation, g *analytics.Growth, evidence *report.Evidence) {
	line(e, "trend", fmt.Sprintf("the straight line through %d daily peaks up to %s", g.Days, g.AsOf), fmt.Sprintf("%s %% on %s, R² %s", figure(g.PeakNow), g.AsOf, figure(g.R2)),
		figure(g.SlopePerDay)+" points a day", peaks(evidence)...)
	line(e, fmt.Sprintf("peak in %d days", g.HorizonDays), "trend and season", interval(g.PeakAtHorizon), figure(g.PeakAtHorizon.Value)+" %")
	line(e, "largest peak until then", "", interval(g.PeakMax), figure(g.PeakMax.Value)+" %")
	if g.Risk.Known() {
		line(e, "peak at risk", "what the largest peak is above with the accepted probability", "risk "+figure(g.Risk), figure(g.PeakAtRisk)+" %", slices.DeleteFunc([]string{g.Event}, func(t string) bool { return t == "" })...)
	}
	line(e, "devices needed", "devices · peak ÷ target load, rounded up, and spares", fmt.Sprintf("%s devices, target %s %%, spares %s", figure(g.Devices), figure(g.TargetLoad), figure(g.Spares)), figure(g.DevicesNeeded))
	line(e, "devices to request", "devices needed − devices", fmt.Sprintf("%s − %s", figure(g.DevicesNeeded), figure(g.Devices)), sentence(figure(g.DevicesToRequest), g.DeviceType))
	line(e, "reason", "", "", g.Reason)
}

func figure(n analytics.Number) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.6g", float64(n))
}

func interval(i analytics.Interval) string {
	return fmt.Sprintf("[%s, %s] %%", figure(i.Lower), figure(i.Upper))
}

// peaks are the daily peaks that a line of a report stands on.
func peaks(e *report.Evidence) (lines []string) {
	if e == nil {
		return nil
	}
	for i, day := range e.Days {
		if i < len(e.Peaks) && e.Peaks[i].Known() {
			lines = append(lines, day+"  "+figure(e.Peaks[i]))
		}
	}
	return lines
}

// explainNode sets out why a node of the pool has the workers that it has.
func (s *Server) explainNode(_ context.Context, name string) (*analytics.Explanation, error) {
	n, err := s.Pool.Node(name)
	if err != nil {
		return nil, err
	}
	e := &analytics.Explanation{ID: explainNode + name, Title: fmt.Sprintf("Node %s: %s, %d workers", name, n.State, n.Wanted)}
	line(e, "state", "", sentence(n.Reason, "last heard of at "+s.said(n.Seen)), string(n.State))
	line(e, "limit", "workers that a node may have at most; of one service, at most so many for each core",
		fmt.Sprintf("%g × %g cores", n.Resources.PerCore, n.Resources.Cores), fmt.Sprintf("%d workers", n.Resources.MaxWorkers))
	line(e, "load", "percent of all its cores over the last minute; new workers are placed by what is expected", fmt.Sprintf("%.3g %% now", n.Load.CPU), fmt.Sprintf("%.3g %% expected", n.Expected))
	by := map[string][]string{}
	for _, w := range n.Workers {
		by[w.Service] = append(by[w.Service], s.workerLine(w))
	}
	for _, service := range slices.Sorted(maps.Keys(by)) {
		namedLine(e, service, "placed by the pool: as its decision wants, equal behind every proxy, spread over failure domains, on the idlest nodes", "", workers(len(by[service])), by[service]...)
		e.Related = append(e.Related, scaler.ExplainPrefix+service)
	}
	line(e, "workers", "that shall run here", fmt.Sprintf("%d serve, %d stop", n.Serving, n.Stopping), workers(n.Wanted))
	return e, nil
}

func (s *Server) workerLine(w pool.Worker) string {
	why := cmp.Or(w.Why, "no reason was kept")
	if w.Stop != nil {
		why += ", stops since " + s.said(w.Stop.At) + ": " + w.Stop.Why
	}
	return fmt.Sprintf("%s %s since %s: %s", cmp.Or(w.Address, w.ID), w.State, s.said(w.Created), why)
}

func workers(n int) string {
	if n == 1 {
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", n)
}
