// Package backtest replays recorded series and shows how right the models would
// have been: at each step a model says what it expects, from what came before
// that step alone, and then sees what came.
//
// Every row of its output would be the same if the series ended there; only the
// column actual is filled in later. Labels in the input are read for the scores
// and never shown to a model. The output of a run depends on its input and
// options alone, not on the number of workers.
//
// A value belongs to the slot of local time nearest to it. The slot's length is
// taken from the first rows (see [stepOf]). Where the clock goes back an hour,
// the later of two values for a slot replaces the earlier.
package backtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"headroom/analytics/detect"
	"headroom/internal/parallel"
)

// Task is what is replayed.
type Task string

// The tasks.
const (
	Band      Task = "band"      // the interval of each value, of the nominal level
	Deviation Task = "deviation" // the alarm on each value, as in the warning table
	Peak      Task = "peak"      // today's peak, once a day
	Growth    Task = "growth"    // the daily peaks of the coming days, once a week
)

// Tasks returns all tasks.
func Tasks() []Task { return []Task{Band, Deviation, Peak, Growth} }

// Options say what to replay and how.
type Options struct {
	Task     Task
	Model    string         // whose rows are written; see Models
	Level    float64        // nominal coverage of the intervals, between 0 and 1
	AsOf     int            // minute of the day of a peak's forecast
	Horizon  int            // days of a growth forecast
	Alarm    detect.Options // of the calibrated model
	Location *time.Location // of days and times of the day
	Workers  int            // series at once; 0: one for each CPU

	// Out is where the rows go: the CSV file of a single series, the folder
	// (made if needed) of NAME.csv for each of several. Empty: nowhere.
	Out string
}

// DefaultOptions are those of the command line.
func DefaultOptions() Options {
	return Options{Task: Deviation, Model: "calibrated", Level: 0.95, AsOf: 12 * 60, Horizon: 30, Alarm: detect.DefaultOptions(), Location: time.Local}
}

// Validate reports every option that cannot work.
func (o Options) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if _, ok := replays[o.Task]; !ok {
		bad("task: want one of %v, got %q", Tasks(), o.Task)
	}
	if _, ok := modelByName(o.Model); !ok {
		bad("model: want one of %v, got %q", Models(), o.Model)
	}
	if !(o.Level > 0 && o.Level < 1) {
		bad("level: want a share between 0 and 1, got %v", o.Level)
	}
	if o.AsOf < 0 || o.AsOf >= 24*60 {
		bad("asof: want a minute of the day, got %d", o.AsOf)
	}
	if o.Horizon < 1 || o.Horizon > 3660 {
		bad("horizon: want 1 to 3660 days, got %d", o.Horizon)
	}
	if err := o.Alarm.Validate(); err != nil {
		errs = append(errs, err)
	}
	if o.Location == nil {
		bad("no time zone given")
	}
	return errors.Join(errs...)
}

// Run replays the series in files, each with the chosen model and, to compare,
// with all others. The first file that cannot be read or written ends it.
func Run(ctx context.Context, o Options, files []string) (*Result, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no series given")
	}
	targets, err := outputs(o.Out, files)
	if err != nil {
		return nil, err
	}
	all := make([]played, len(files))
	err = parallel.Do(ctx, o.Workers, len(files), func(i int) error {
		var err error
		all[i], err = o.file(ctx, files[i], targets[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return newResult(o, all), nil
}

// file replays one series and writes the rows of the chosen model to out.
func (o Options) file(ctx context.Context, path, out string) (played, error) {
	s, err := ReadFile(path)
	if err != nil {
		return played{}, err
	}
	p, rows, err := o.replay(ctx, s)
	if err != nil {
		return played{}, fmt.Errorf("%s: %w", path, err)
	}
	if out != "" {
		err = write(out, rows)
	}
	return p, err
}

// replay has all models follow one series, and returns the rows of the chosen
// one. It ends early, between two models, when ctx is done.
func (o Options) replay(ctx context.Context, s *Series) (p played, rows outcome, err error) {
	g, err := place(s, o.Location)
	if err != nil {
		return p, nil, err
	}
	p.series = s.Name
	all := make([]outcome, len(models))
	for i, m := range models {
		if err := ctx.Err(); err != nil {
			return p, nil, err
		}
		if all[i], err = replays[o.Task](o, g, m); err != nil {
			return p, nil, err
		}
		p.scores = append(p.scores, all[i].score(o))
		if m.name == o.Model {
			rows = all[i]
			p.missing = o.missing(g, m, p.scores[i])
		}
	}
	p.choice = o.choice(all)
	return p, rows, nil
}

// replays holds how each task is replayed.
var replays = map[Task]func(Options, *placed, model) (outcome, error){
	Band:      replayBand,
	Deviation: replayBand,
	Peak:      replayPeak,
	Growth:    replayGrowth,
}

// outcome is what a model said about one series, and what came.
type outcome interface {
	csv(w io.Writer) error
	score(Options) tally

	// steps returns every forecast that can be compared with those of the other
	// models, in the same order and number for each of them.
	steps() []step
}

// outputs returns the file to write for each input; empty strings for none.
func outputs(out string, files []string) ([]string, error) {
	targets := make([]string, len(files))
	if out == "" || len(files) == 1 {
		targets[0] = out
		return targets, nil
	}
	from := map[string]string{}
	for i, f := range files {
		name := seriesName(f)
		if other, twice := from[name]; twice {
			return nil, fmt.Errorf("%s and %s would both be written to %s.csv", other, f, name)
		}
		from[name] = f
		targets[i] = filepath.Join(out, name+".csv")
	}
	return targets, nil
}

// seriesName is a file's name without folder and ending.
func seriesName(path string) string {
	return strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".csv")
}
