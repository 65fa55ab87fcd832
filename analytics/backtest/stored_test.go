package backtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

// kept is a real store with the loads of modules that were recorded before.
func kept(t testing.TB, series map[string]*Series) *Stored {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), MemoryBytes: 256 << 20, WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s := &Stored{Tree: fleet.NewTree([]string{"product", "module"}), Store: store}
	for id, recorded := range series {
		path, err := fleet.ParseID(id)
		if err != nil {
			t.Fatal(err)
		}
		s.Tree.Add(path)
		s.keep(t, id, recorded)
	}
	return s
}

func (s *Stored) keep(t testing.TB, id string, recorded *Series) {
	t.Helper()
	row := storage.Series{Labels: rollup.Labels(s.Tree.Find(id), s.Tree.Levels(), rollup.LoadPercent)}
	for i, at := range recorded.Times {
		row.Samples = append(row.Samples, storage.Sample{Timestamp: at * 1000, Value: recorded.Values[i]})
	}
	if err := s.Store.Write(context.Background(), []storage.Series{row}); err != nil {
		t.Fatal(err)
	}
}

// export writes what the store has of a node in some days, as a file of Run.
func (s *Stored) export(t testing.TB, id string, q Query) string {
	t.Helper()
	out, cal := &Series{Name: filepath.Base(id)}, season.NewCalendar(q.Location)
	err := s.Store.Select(context.Background(), storage.Query{
		Matchers: []storage.Matcher{storage.Metric("headroom_module_load_percent"), storage.Eq("module", filepath.Base(id))},
		Range:    storage.TimeRange{From: cal.Start(q.From) * 1000, To: cal.Start(q.To+1)*1000 - 1},
	}, func(b *storage.Block) error {
		for i, at := range b.Timestamps {
			out.Times, out.Values = append(out.Times, at/1000), append(out.Values, b.Values[i])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.file(t)
}

func day(t testing.TB, date string) int {
	t.Helper()
	d, err := season.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func query(t testing.TB, task Task, zone string) Query {
	o := options(task, zone)
	o.Model = "calibrated"
	return Query{Options: o, Depth: 1, From: day(t, "2026-01-07"), To: day(t, "2026-04-09"), Rows: true}
}

func nothing(Step) error { return nil }

// A backtest of the store is one of the files that were exported from it, row by
// row and score by score, across a day on which clocks change.
func TestStoredIsAsExported(t *testing.T) {
	s := kept(t, map[string]*Series{"web/a": recorded(100, 10*time.Minute, 1), "web/b": recorded(100, 10*time.Minute, 2)})
	for _, task := range Tasks() {
		q := query(t, task, "Europe/Berlin")
		rows := map[string][]byte{}
		got, err := s.Run(context.Background(), q, func(s Step) error {
			rows[s.Series] = s.Rows
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if own := (Own{From: "2026-01-07", To: "2026-04-09", Timezone: "Europe/Berlin", Matched: 2, Replayed: 2}); *got.Own != own {
			t.Errorf("%s: %+v", task, *got.Own)
		}
		q.Out = t.TempDir()
		want, err := Run(context.Background(), q.Options, []string{s.export(t, "web/a", q), s.export(t, "web/b", q)})
		if err != nil {
			t.Fatal(err)
		}
		for id, text := range rows {
			file, err := os.ReadFile(filepath.Join(q.Out, filepath.Base(id)+".csv"))
			if err != nil || !bytes.Equal(text, file) || len(text) < 1000 {
				t.Errorf("%s of %s: %d bytes, of the file %d: %v", task, id, len(text), len(file), err)
			}
		}
		got.Own = nil
		a, b := asText(t, got), asText(t, want)
		if a = strings.ReplaceAll(a, "web/", ""); a != b || !strings.Contains(a, `"series":"b"`) {
			t.Errorf("%s: of the store\n%s\nof the files\n%s", task, a, b)
		}
		if task != Deviation && len(got.Choices) != 2 {
			t.Errorf("%s: choices %+v", task, got.Choices)
		}
	}
}

func asText(t testing.TB, r *Result) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Series without or with too few values are listed, and the others scored.
func TestStoredTellsWhatIsMissing(t *testing.T) {
	s := kept(t, map[string]*Series{"web/long": recorded(80, time.Hour, 1), "web/short": recorded(40, time.Hour, 2), "web/none": {}})
	for task, reason := range map[Task]string{
		Growth: "40 full days; growth needs 60 in a row, of which 6 may be missing, and days after them", Peak: "", Band: "", Deviation: "",
	} {
		q := query(t, task, "UTC")
		q.From = day(t, "2026-01-05")
		r, err := s.Run(context.Background(), q, nothing)
		if err != nil {
			t.Fatal(err)
		}
		want := []Missing{{"web/none", "no values from 2026-01-05 to 2026-04-09"}}
		if reason != "" {
			want = append(want, Missing{"web/short", reason})
		}
		if !reflect.DeepEqual(r.Missing, want) || r.Models[0].Scores.Get("values") == 0 || len(r.Series) != 6 {
			t.Errorf("%s: missing %+v, series %+v", task, r.Missing, r.Series)
		}
	}
	q := query(t, Peak, "UTC")
	q.From, q.To = day(t, "2026-01-05"), day(t, "2026-01-06")
	r, err := s.Run(context.Background(), q, nothing)
	if err != nil || len(r.Missing) != 3 || !strings.HasPrefix(r.Missing[0].Reason, "2 full days; today's peak needs 7") || len(r.Choices) != 0 {
		t.Errorf("of two days: %+v, %v", r, err)
	}
	q.Task = Band
	if r, err = s.Run(context.Background(), q, nothing); err != nil || !strings.HasPrefix(r.Missing[0].Reason, "2 days with values; a band needs 3") {
		t.Errorf("of two days: %+v, %v", r, err)
	}
}

// Of too many nodes some are picked from all parts of the tree.
func TestStoredPicksEvenly(t *testing.T) {
	series := map[string]*Series{}
	for i := range 6 {
		series[fmt.Sprintf("p%d/m", i)] = recorded(2, time.Hour, 1)
	}
	s := kept(t, series)
	f := func(want string, change func(*Query)) {
		t.Helper()
		q, got := query(t, Band, "UTC"), ""
		q.From = day(t, "2026-01-05")
		change(&q)
		r, err := s.Run(context.Background(), q, nothing)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(r.Series); i += len(models) {
			got += r.Series[i].Series + " "
		}
		if got += fmt.Sprint(r.Own.Replayed, " of ", r.Own.Matched); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
	f("p0/m p2/m p4/m 3 of 6", func(q *Query) { q.Limit = 3 })
	f("p3/m 1 of 1", func(q *Query) { q.Path = fleet.Path{"p3"} })
	f("p3/m 1 of 1", func(q *Query) { q.Path = fleet.Path{"p3", "m"} })
	f("0 of 0", func(q *Query) { q.Path = fleet.Path{"p9"} })
	f("6 of 6", func(q *Query) { q.Depth = 0 }) // the groups have no loads: they are missing
}

func TestStoredRefuses(t *testing.T) {
	s := kept(t, nil)
	f := func(want string, change func(*Query)) {
		t.Helper()
		q := query(t, Band, "UTC")
		change(&q)
		if _, err := s.Run(context.Background(), q, nothing); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q in it", err, want)
		}
	}
	f("from: want a day up to 399 before the last one, 2026-04-09, got 2026-04-10", func(q *Query) { q.From = q.To + 1 })
	f("from: ", func(q *Query) { q.From = q.To - 400 })
	f("limit: want up to 3000 nodes, got 3001", func(q *Query) { q.Limit = 3001 })
	f("task: ", func(q *Query) { q.Task = "x" })
}

// One run at a time; who does not want it any more is not waited for.
func TestStoredRunsOneAtATime(t *testing.T) {
	series := map[string]*Series{}
	for i := range 40 {
		series[fmt.Sprintf("web/m%02d", i)] = recorded(2, time.Hour, uint64(i))
	}
	s, q := kept(t, series), query(t, Band, "UTC")
	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	_, err := s.Run(ctx, q, func(Step) error {
		steps++
		if _, err := s.Run(context.Background(), q, nothing); !errors.Is(err, ErrBusy) {
			t.Errorf("a second run: %v", err)
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || steps > 20 {
		t.Errorf("after %d steps: %v", steps, err)
	}
	gone := errors.New("gone")
	if _, err := s.Run(context.Background(), q, func(Step) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("a listener that left: %v", err)
	}
	if _, err := s.Run(context.Background(), q, nothing); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
