package analytics

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
)

func sparkOf(t *testing.T, w *world, id, model string, days, points int) (*Sparklines, *Sparkline) {
	t.Helper()
	all, err := w.loop.Sparklines(context.Background(), []string{id}, model, days, points)
	if err != nil {
		t.Fatal(err)
	}
	line := all.Lines[0]
	if len(line.Load) != points || len(line.Lower) != points || len(line.Upper) != points || len(line.Outside) != points {
		t.Fatalf("%d steps of %d", len(line.Load), points)
	}
	return all, line
}

// Of history without stored bands the small picture has those of the curve of the
// same minutes, whichever the model.
func TestSparklineHasTheBandOfTheCurve(t *testing.T) {
	burst := noon.Add(-5 * time.Hour)
	r, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if !at.Before(burst) && at.Before(burst.Add(12*time.Minute)) {
			return 3 * v
		}
		return v
	}, 1, plainModel)
	for _, model := range []string{ModelCalibrated, ModelClassic} {
		all, line := sparkOf(t, w, r.ID, model, 1, 24)
		if all.Model != model || all.Step != 3600 || all.From != noon.Add(-24*time.Hour).Unix() {
			t.Fatalf("%s: %+v", model, all)
		}
		curve, err := w.loop.Curve(context.Background(), r.ID, model)
		if err != nil {
			t.Fatal(err)
		}
		for i := range line.Load {
			from := all.From + int64(i*all.Step)
			var load, lower, upper mean
			outside := 0
			for k, at := range curve.Times {
				if v := curve.Load[k]; at >= from && at < from+int64(all.Step) {
					load.add(float64(v))
					lower.add(float64(curve.Lower[k]))
					upper.add(float64(curve.Upper[k]))
					if v < curve.Lower[k] || v > curve.Upper[k] {
						outside++
					}
				}
			}
			if line.Load[i] != load.number() || !nearly(line.Lower[i], lower.number()) || !nearly(line.Upper[i], upper.number()) {
				t.Errorf("%s, step %d: %v in %v … %v, the curve has %v in %v … %v", model, i, line.Load[i], line.Lower[i], line.Upper[i], load.number(), lower.number(), upper.number())
			}
			if diff := line.Outside[i] - outside; diff < -1 || diff > 1 {
				t.Errorf("%s, step %d: %d minutes outside, the curve has %d", model, i, line.Outside[i], outside)
			}
			if i == 19 && line.Outside[i] < 10 {
				t.Errorf("%s: the burst of 12 minutes is %d minutes outside", model, line.Outside[i])
			}
		}
	}
}

// nearly leaves room for what the curve knows of a day that was replayed from another
// beginning.
func nearly(a, b Number) bool { return math.Abs(float64(a/b-1)) < 0.01 }

// Where the bands of the minutes were stored they are shown as they were, and a gap
// stays a gap.
func TestSparklineHasTheStoredBand(t *testing.T) {
	gap := noon.Add(-30 * time.Hour)
	r, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if !at.Before(gap) && at.Before(gap.Add(6*time.Hour)) {
			return math.NaN()
		}
		return v
	}, 1, plainModel)
	var rows []storage.Series
	n := w.tree.Find(r.ID)
	for suffix, v := range map[string]float64{"load_lower": 1, "load_upper": 2} {
		row := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), suffix)}
		for at := noon.AddDate(0, 0, -8); at.Before(noon); at = at.Add(time.Minute) {
			row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v})
		}
		rows = append(rows, row)
	}
	if err := w.store.Write(context.Background(), rows); err != nil {
		t.Fatal(err)
	}
	all, line := sparkOf(t, w, r.ID, "", 7, 84)
	gaps := 0
	for i := range line.Load {
		if line.Lower[i] != 1 || line.Upper[i] != 2 {
			t.Fatalf("step %d has the band %v … %v", i, line.Lower[i], line.Upper[i])
		}
		if at := all.From + int64(i*all.Step); at >= gap.Unix() && at < gap.Add(6*time.Hour).Unix() {
			gaps++
			if line.Load[i].Known() || line.Outside[i] != 0 {
				t.Errorf("the gap has a load of %v", line.Load[i])
			}
		} else if !line.Load[i].Known() || line.Outside[i] != 120 {
			t.Errorf("step %d: a load of %v is %d minutes outside", i, line.Load[i], line.Outside[i])
		}
	}
	if gaps != 3 {
		t.Errorf("%d steps of the gap", gaps)
	}
}

// As time goes on, what is kept goes on with it, and is what would be drawn anew.
func TestSparklineGoesOn(t *testing.T) {
	r, _, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return v }, 1, plainModel)
	before, _ := sparkOf(t, w, r.ID, "", 1, 96)
	for i := range 40 {
		w.minute(noon.Add(time.Duration(i+1)*time.Minute), 20+float64(i))
	}
	if err := w.store.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	all, kept := sparkOf(t, w, r.ID, "", 1, 96)
	if all.From != before.From+2*15*60 {
		t.Fatalf("from %d, before %d", all.From, before.From)
	}
	w.loop.sparks = sparkCache{}
	if _, anew := sparkOf(t, w, r.ID, "", 1, 96); !reflect.DeepEqual(kept, anew) {
		t.Errorf("kept %+v\nanew %+v", kept, anew)
	}
	if _, err := w.loop.Sparklines(context.Background(), []string{r.ID, "no/such"}, "", 1, 96); !errors.Is(err, ErrNoNode) {
		t.Errorf("of no node: %v", err)
	}
}

// Who asked a step earlier and comes later gets the line as it was then, and what is
// kept goes on from its own end.
func TestASparklineOfAnEarlierStepIsDrawnApart(t *testing.T) {
	var c sparkCache
	key := sparkKey{id: "a", points: 3}
	ask := func(to int64) *Sparkline {
		t.Helper()
		line, err := c.line(basis{}, key, to, func(from int64) (*Sparkline, error) {
			s := &Sparkline{ID: "a"}
			for at := max(from, to-3); at < to; at++ {
				s.Load, s.Lower, s.Upper, s.Outside = append(s.Load, Number(at)), append(s.Lower, 0), append(s.Upper, 0), append(s.Outside, 0)
			}
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	for _, want := range []struct {
		to   int64
		load []Number
	}{{10, []Number{7, 8, 9}}, {11, []Number{8, 9, 10}}, {10, []Number{7, 8, 9}}, {11, []Number{8, 9, 10}}, {12, []Number{9, 10, 11}}} {
		if got := ask(want.to).Load; !reflect.DeepEqual(got, want.load) {
			t.Errorf("up to %d: %v, want %v", want.to, got, want.load)
		}
	}
}

func TestKeptSparklinesAreBounded(t *testing.T) {
	var c sparkCache
	b, drawn := basis{}, 0
	ask := func(id string) {
		_, err := c.line(b, sparkKey{id: id, points: maxKeptSparkPoints / 2}, 10, func(int64) (*Sparkline, error) {
			drawn++
			return &Sparkline{ID: id}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"a", "b", "a", "c", "a"} {
		ask(id)
	}
	if drawn != 4 || len(c.lines) != 2 || c.size != maxKeptSparkPoints {
		t.Errorf("%d drawn, %d kept of %d steps", drawn, len(c.lines), c.size)
	}
	b.model = &Model{} // learned anew
	if ask("a"); drawn != 5 {
		t.Error("what was kept is of another model")
	}
}
