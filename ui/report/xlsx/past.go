package xlsx

import (
	"headroom/analytics"
	"headroom/ui/report"
)

// lastMonth lists what has changed since the order of the month before.
func (b *book) lastMonth() error {
	d := b.Before
	if d == nil {
		return nil
	}
	w := b.words
	columns := []column{{w.heads["id"], report.Words, 48}, {w.change, report.Words, 14}, {w.then + " " + d.Month, report.Count, 14}, {w.now + " " + b.Month, report.Count, 14}, {w.difference, report.Count, 12}}
	nan := analytics.Unknown()
	return b.table(w.lastMonth, "LastMonth", columns, func(add func(...any) error) error {
		err := add(w.total, "", d.Then.DevicesToRequest, b.Total.DevicesToRequest, d.DevicesToRequest)
		for _, c := range d.Changed {
			if err == nil {
				err = add(c.ID, w.changed, c.Then, c.Now, c.Difference)
			}
		}
		for _, list := range []struct {
			ids  []string
			what string
		}{{d.New, w.isNew}, {d.Gone, w.gone}} {
			for _, id := range list.ids {
				if err == nil {
					err = add(id, list.what, nan, nan, nan)
				}
			}
		}
		return err
	})
}

// accuracy lists how good the forecasts about the month before were.
func (b *book) accuracy() error {
	if b.Accuracy == nil {
		return nil
	}
	w := b.words
	columns := []column{{w.task, report.Words, 20}, {w.horizon, report.Words, 12}, {w.replayed, report.Words, 12}, {w.made, report.Count, 12}, {w.scored, report.Count, 12}}
	for _, head := range []string{w.median, w.mean, w.bias, w.inside, w.naiveMedian, w.naiveMean} {
		columns = append(columns, column{head, report.Ratio, 14})
	}
	return b.table(w.accuracy, "Accuracy", columns, func(add func(...any) error) error {
		for _, s := range b.Accuracy.Scores {
			replayed := w.say(map[bool]string{true: "yes", false: "no"}[s.Replayed])
			if err := add(w.say(s.Task), s.Horizon, replayed, s.Made, s.Scored, s.Median, s.Error, s.Bias, s.Coverage, s.NaiveMedian, s.NaiveError); err != nil {
				return err
			}
		}
		return nil
	})
}

// pastOrders lists earlier orders beside what was needed.
func (b *book) pastOrders() error {
	w := b.words
	columns := []column{{w.month, report.Words, 10}, {w.source, report.Words, 12}, {w.due, report.Day, 12}, {w.heads["id"], report.Words, 48}, {w.devicesThen, report.Count, 12}}
	for _, name := range []string{"past_requested", "past_needed", "past_difference", "past_forecast", "past_actual"} {
		columns = append(columns, column{w.heads[name], report.Count, 12})
	}
	columns = append(columns, column{w.heads["past_error"], report.Ratio, 12})
	return b.table(w.past, "PastOrders", columns, func(add func(...any) error) error {
		for i := range b.Past {
			o := &b.Past[i]
			for _, l := range o.Lines {
				if err := add(o.Month, w.say(o.Source), o.Due, l.ID, l.Devices, l.Requested, l.Needed, l.Difference, l.Forecast, l.Actual, l.Error); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
