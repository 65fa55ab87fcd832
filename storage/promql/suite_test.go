package promql

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	promstorage "github.com/prometheus/prometheus/storage"

	"headroom/storage"
	"headroom/storage/embedded"
)

// Prometheus' own test files run three times: on samples that our store has
// just been given, on the same samples read from its disk, and as a control on
// Prometheus' own storage after dropping what ours does not keep by design:
// native histograms, start timestamps, and NaN other than the staleness marker.
// What fails on ours and not in the control are the true differences; they are
// listed in testdata/differences.txt, and one more or one less is a failure.

const suiteEnv = "HEADROOM_TEST_PROMQL_SUITE"

func TestPrometheusSuite(t *testing.T) {
	want := differences(t)
	got := runSuite(t)
	for _, name := range []string{"fresh", "stored"} {
		ours := got[name]
		t.Logf("%s: %d evaluations pass, %d in the control", name, ours.passed, got["control"].passed)
		if ours.passed < 1000 {
			t.Errorf("%s: only %d evaluations pass", name, ours.passed)
		}
		for _, e := range ours.failed {
			if !slices.Contains(got["control"].failed, e) && !slices.Contains(want[name], e) {
				t.Errorf("%s: differs from Prometheus: %s", name, e)
			}
		}
		for _, e := range want[name] {
			if !slices.Contains(ours.failed, e) {
				t.Errorf("%s: no longer differs, or is gone: %s", name, e)
			}
		}
	}
}

// differences reads the list of known ones, by the run in which they appear.
func differences(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if run, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && run != "#" {
			known[run] = append(known[run], name)
		}
	}
	return known
}

type outcome struct {
	passed int
	failed []string // file and line of each evaluation
}

var evaluation = regexp.MustCompile(`--- (PASS|FAIL): TestSuiteRuns/(\w+)/testdata/(\S+?\.test/line_\d+/\S+)`)

// runSuite runs the files in a process of their own: their failures are data
// here, but would be failures of this test.
func runSuite(t *testing.T) map[string]*outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSuiteRuns$", "-test.v")
	cmd.Env = append(os.Environ(), suiteEnv+"=1")
	out, _ := cmd.CombinedOutput() // fails, as some evaluations do
	got := map[string]*outcome{"fresh": {}, "stored": {}, "control": {}}
	for _, m := range evaluation.FindAllSubmatch(out, -1) {
		o := got[string(m[2])]
		if string(m[1]) == "PASS" {
			o.passed++
		} else {
			o.failed = append(o.failed, string(m[3]))
		}
	}
	if got["control"].passed == 0 {
		t.Fatalf("the suite did not run to its end:\n%s", out)
	}
	return got
}

// TestSuiteRuns is what the process of runSuite runs. It does nothing in others.
func TestSuiteRuns(t *testing.T) {
	if os.Getenv(suiteEnv) == "" {
		return
	}
	opts := engineOpts(Options{}.withDefaults(), parser.NewParser(promqltest.TestParserOpts))
	opts.EnableDelayedNameRemoval = true // as the files expect
	opts.UseStartTimestamps = true
	engine := prom.NewEngine(opts)
	dir := t.TempDir()
	for _, name := range []string{"fresh", "stored"} {
		suite := suite{store: openSuiteStore(t, dir), stored: name == "stored"}
		t.Run(name, func(t *testing.T) { promqltest.RunBuiltinTestsWithStorage(t, engine, suite.next) })
		if err := suite.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("control", func(t *testing.T) {
		promqltest.RunBuiltinTestsWithStorage(t, engine, func(tb testing.TB) promstorage.Storage {
			return control{promqltest.NewBuiltinTestStorage(tb)}
		})
	})
}

func openSuiteStore(t *testing.T, dir string) storage.Store {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: dir, Retention: 80 * 365 * 24 * time.Hour, WALSync: embedded.SyncNone})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// keep tells whether our stores can keep a sample.
func keep(v float64, h *histogram.Histogram, fh *histogram.FloatHistogram) bool {
	return h == nil && fh == nil && (!math.IsNaN(v) || value.IsStaleNaN(v))
}

// control is Prometheus' storage without what ours cannot keep.
type control struct{ promstorage.Storage }

func (c control) AppenderV2(ctx context.Context) promstorage.AppenderV2 {
	return controlAppender{c.Storage.AppenderV2(ctx)}
}

type controlAppender struct{ promstorage.AppenderV2 }

func (a controlAppender) Append(ref promstorage.SeriesRef, ls labels.Labels, _, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, o promstorage.AppendV2Options) (promstorage.SeriesRef, error) {
	if !keep(v, h, fh) {
		return 0, nil
	}
	return a.AppenderV2.Append(ref, ls, 0, t, v, nil, nil, o)
}

// suite hands out storages for the files. They clear theirs often and begin at
// the time 0, which is too old for ours; so all of them share one store, each in
// a scope of its own and with its times shifted. Each load, with all loads
// before it, is a scope again: so a second run finds on disk just what the first
// run had at the same evaluation.
type suite struct {
	store  storage.Store
	stored bool // by the first run
	scopes int
}

func (s *suite) next(testing.TB) promstorage.Storage {
	s.scopes++
	return &suiteStorage{suite: s, scope: s.scopes}
}

// suiteStorage is one of the storages.
type suiteStorage struct {
	promstorage.Storage // nil: what is not overridden is not called

	suite        *suite
	scope, loads int
	rows         []storage.Series // of all loads
}

func (s *suiteStorage) Close() error { return nil }

func (s *suiteStorage) id() string { return fmt.Sprintf("%d.%d", s.scope, s.loads) }

func (s *suiteStorage) Querier(from, to int64) (promstorage.Querier, error) {
	e := New(scoped{s.suite.store, s.id()}, Options{})
	return e.queryable().Querier(from, to)
}

type suiteAppender struct {
	promstorage.AppenderV2 // nil: what is not overridden is not called
	*suiteStorage
	ctx context.Context
}

func (s *suiteStorage) AppenderV2(ctx context.Context) promstorage.AppenderV2 {
	return &suiteAppender{suiteStorage: s, ctx: ctx}
}

func (a *suiteAppender) Append(_ promstorage.SeriesRef, ls labels.Labels, _, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, _ promstorage.AppendV2Options) (promstorage.SeriesRef, error) {
	if keep(v, h, fh) {
		a.rows = append(a.rows, storage.Series{Labels: fromPromLabels(ls), Samples: []storage.Sample{{Timestamp: t + shift, Value: v}}})
	}
	return 0, nil
}

func (a *suiteAppender) Commit() error {
	a.loads++
	if a.suite.stored {
		return nil
	}
	rows := slices.Clone(a.rows)
	for i := range rows {
		rows[i].Labels = append(slices.Clip(rows[i].Labels), storage.Label{Name: scopeLabel, Value: a.id()})
	}
	return a.suite.store.Write(a.ctx, rows)
}

func (a *suiteAppender) Rollback() error { return nil }

// scoped is a part of a store, with times that begin at 0.
type scoped struct {
	storage.Store
	id string
}

const scopeLabel = "~scope" // no file has it

var shift = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

func (s scoped) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	q.Matchers = append(slices.Clone(q.Matchers), storage.Eq(scopeLabel, s.id))
	q.Range.From += shift
	q.Range.To += shift
	return s.Store.Select(ctx, q, func(b *storage.Block) error {
		b.Labels = slices.DeleteFunc(slices.Clone(b.Labels), func(l storage.Label) bool { return l.Name == scopeLabel })
		for i := range b.Timestamps {
			b.Timestamps[i] -= shift
		}
		return f(b)
	})
}
