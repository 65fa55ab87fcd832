package analytics

import (
	"context"
	"fmt"
	"math"

	"headroom/analytics/calibrate"
	"headroom/analytics/prepare"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// deviceDays are the usual numbers of devices of nodes by day, NaN where none is
// known.
type deviceDays map[*fleet.Node][]float64

// Devices reads the nodes' numbers of devices of the days first … last.
func (r reader) Devices(ctx context.Context, first, last int, matchers ...[]storage.Matcher) (deviceDays, error) {
	cal := season.NewCalendar(r.loc)
	out := deviceDays{}
	reach := storage.TimeRange{From: cal.Start(first) * 1000, To: cal.Start(last+1)*1000 - 1}
	for _, ms := range matchers {
		err := r.store.Select(ctx, storage.Query{Matchers: ms, Range: reach}, func(b *storage.Block) error {
			n := r.node(b.Labels)
			if n == nil {
				return nil
			}
			if out[n] == nil {
				out[n] = make([]float64, last-first+1)
				for i := range out[n] {
					out[n][i] = math.NaN()
				}
			}
			mostByDay(out[n], first, cal, b)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read numbers of devices: %w", err)
		}
	}
	return out, nil
}

// mostByDay enters for each day of a block the number that most of its minutes
// have (the majority, by Boyer and Moore), so that a day on which it changes has
// one of the two. Of a day in two blocks the later one counts.
func mostByDay(days []float64, first int, cal *season.Calendar, b *storage.Block) {
	for i := 0; i < len(b.Timestamps); {
		day, _ := cal.Split(b.Timestamps[i] / 1000)
		end := cal.Start(day+1) * 1000
		most, lead := math.NaN(), 0
		for ; i < len(b.Timestamps) && b.Timestamps[i] < end; i++ {
			switch v := b.Values[i]; {
			case v != v:
			case lead == 0:
				most, lead = v, 1
			case v == most:
				lead++
			default:
				lead--
			}
		}
		if day >= first && day-first < len(days) && most == most {
			days[day-first] = most
		}
	}
}

// devicesOf selects a node's numbers of devices.
func (r reader) devicesOf(n *fleet.Node) []storage.Matcher {
	return rollup.Select(n, r.tree.Levels(), rollup.Devices)
}

// resize brings the days before day to the present number of devices, where that
// changed and the work did not. The grid is changed; what was done is returned.
func (h *history) resize(day int) []prepare.Change {
	if h.devices == nil {
		return nil
	}
	_, end := h.grid.Rows(h.grid.First, day)
	loads := make([]float64, end)
	for row := range loads {
		loads[row] = calibrate.Median(h.grid.Day(row))
	}
	factors, changes := prepare.Resize(h.devices[:end], loads)
	for row, factor := range factors {
		if factor != 1 {
			for i := range h.grid.Day(row) {
				h.grid.Day(row)[i] *= factor
			}
		}
	}
	return changes
}
