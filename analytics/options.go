package analytics

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics/detect"
	"headroom/analytics/order"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Model sets what the table and the orders are computed with.
type Model struct {
	Name        string         // of the model that tables show unless asked for another
	Location    *time.Location // of "the same time of day" and "today"
	BandDays    int            // previous days that make the band
	BandWidth   float64        // half-width of the band in standard deviations
	GrowthDays  int            // previous days that make the line
	HorizonDays int            // from a request to a machine in service
	Level       float64        // nominal coverage of the forecasts' intervals
	TargetLoad  float64        // percent at which a device counts as full
	Alarm       detect.Options // of the calibrated model
	Order       order.Policy   // for all; see DeviceTypes
	DeviceTypes []DeviceType
	Events      []Event
	Choices     []Choices    // the oldest first
	Marks       []fleet.Mark // intervals that the calibrated model does not learn from; those that were taken away, too

	at time.Time // as of when marks and choices count; zero: now
}

// Event is a time of more load than usual, or of less.
type Event struct {
	Name     string
	From, To int // its first and last day, since 1970-01-01
	Uplift   float64
	Path     fleet.Path // the node that it concerns, with all below it; empty: all
}

// DeviceType is what is ordered for a part of the business tree.
type DeviceType struct {
	Name    string
	Path    fleet.Path // the node that it is for, with all below it; empty: all
	Worth   float64    // of the devices that are there, so many do the work of one
	RoundTo int        // 0: as for all
}

// policyOf is how a node's devices are ordered: by the type of the deepest node
// that contains it, of equal ones the first.
func (m *Model) policyOf(path fleet.Path) order.Policy {
	p, deepest := m.Order, -1
	for _, t := range m.DeviceTypes {
		if len(t.Path) > deepest && path.Under(t.Path) {
			p.Type, p.Worth, p.RoundTo, deepest = t.Name, t.Worth, cmp.Or(t.RoundTo, m.Order.RoundTo), len(t.Path)
		}
	}
	return p
}

// Classic is the plain model: mean ± 3 standard deviations of the same minute
// of the 28 previous days, a straight line through 60 days.
func Classic(loc *time.Location) Model {
	return Model{Name: ModelClassic, Location: loc, BandDays: 28, BandWidth: 3, GrowthDays: 60, HorizonDays: 30, Level: 0.95, TargetLoad: 60, Alarm: detect.DefaultOptions(), Order: order.DefaultPolicy()}
}

// historyDays is how many previous days the model reads: the growth window, or
// what the peak's past errors need, whichever is longer.
func (m *Model) historyDays() int { return max(m.GrowthDays, m.BandDays, peakDays) }

// Rollup is what the loop asks of the rollup of the minutes.
type Rollup interface {
	Close(minute int64) *rollup.Frame
}

// Feeder brings the samples of a minute that are not pushed but asked for.
type Feeder interface {
	Feed(ctx context.Context, minute int64) error
}

// Options wire a [Loop].
type Options struct {
	Model  Model
	Tree   *fleet.Tree
	Rollup Rollup
	Feed   Feeder        // nil when all signals are pushed
	Store  storage.Store // holds the rolled-up minutes; takes what the loop writes
	Grace  time.Duration // how long after its end a minute stays open
	Logger *slog.Logger

	Registerer prometheus.Registerer
}
