package remote

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/peers"
	"headroom/storage"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

// writeHours writes a series whose value is the minute of the hour.
func writeHours(t *testing.T, s *Store, from time.Time, hours int) {
	t.Helper()
	row := storage.Series{Labels: labelsOf("__name__", "load", "module", "m")}
	for i := range hours * 60 {
		at := from.Add(time.Duration(i) * time.Minute)
		row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: float64(at.Minute())})
	}
	if err := s.Write(t.Context(), []storage.Series{row}); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestQueryRangeInPieces(t *testing.T) {
	for name, url := range map[string]string{
		peers.VictoriaMetrics: peers.StartVictoriaMetrics(t),
		peers.Prometheus:      peers.StartPrometheus(t, "", "--query.max-samples=500"),
	} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, url)
			const hours = 60
			from := time.Now().Add(-hours * time.Hour).Truncate(time.Hour)
			writeHours(t, s, from, hours)

			var got []storage.Sample
			var done []time.Duration
			q := RangeQuery{
				Query: "sum by (module) (load)", From: from, To: from.Add(hours*time.Hour - time.Minute), Step: time.Minute,
				Progress: func(d, total time.Duration) { done = append(done, total-d) },
			}
			err := s.QueryRange(t.Context(), q, func(b *storage.Block) error {
				if want := labelsOf("module", "m"); !reflect.DeepEqual(b.Labels, want) {
					t.Fatalf("labels %v, want %v", b.Labels, want)
				}
				for i, ts := range b.Timestamps {
					got = append(got, storage.Sample{Timestamp: ts, Value: b.Values[i]})
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != hours*60 {
				t.Fatalf("got %d points, want %d", len(got), hours*60)
			}
			for i, p := range got {
				if want := from.Add(time.Duration(i) * time.Minute).UnixMilli(); p.Timestamp != want || p.Value != float64(i%60) {
					t.Fatalf("point %d: got %v, want %d at %d", i, p, i%60, want)
				}
			}
			if len(done) < 3 || done[len(done)-1] != 0 {
				t.Errorf("progress left %v, want at least three pieces and then nothing", done)
			}
		})
	}
}

func TestQuery(t *testing.T) {
	s := openAt(t, peers.StartPrometheus(t, ""))
	from := time.Now().Add(-2 * time.Hour).Truncate(time.Hour)
	writeHours(t, s, from, 1)
	at := from.Add(30 * time.Minute)

	got, err := s.Query(t.Context(), "load / 2", at)
	want := []Point{{Labels: labelsOf("module", "m"), Timestamp: at.UnixMilli(), Value: 15}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("vector: got %v, %v; want %v", got, err, want)
	}
	got, err = s.Query(t.Context(), "scalar(load)", at)
	if err != nil || len(got) != 1 || got[0].Value != 30 {
		t.Errorf("scalar: got %v, %v; want 30", got, err)
	}
	got, err = s.Query(t.Context(), "load / 0 - load / 0", at)
	if err != nil || len(got) != 1 || !math.IsNaN(got[0].Value) {
		t.Errorf("NaN: got %v, %v", got, err)
	}
	if _, err = s.Query(t.Context(), "load[5m]", at); err == nil {
		t.Error("a range of samples: want an error")
	}
	if _, err = s.Query(t.Context(), "load +", at); err == nil || !strings.Contains(err.Error(), "parse error") {
		t.Errorf("bad query: got %v, want Prometheus' parse error", err)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	const point = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"1"]}`
	for _, body := range []string{
		"", "<html>login</html>", "{}", `{"status":"success"}`, `{"data":{"result":[{"metric":{"a":1}}]}}`,
		point, point + "]}", `{"data":{"result":[{"metric":{},"value":[1,"x"]}]}}`, `{"data":{"result":[{"metric":{},"value":["1",2]}]}}`,
	} {
		err := decodeAnswer(strings.NewReader(body), func([]storage.Label, []int64, []float64) error { return nil })
		if err == nil {
			t.Errorf("%q: want an error", body)
		}
	}
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1.5,"1"],[2,"NaN"]]}]}}`)
	f.Add(`{"data":{"result":[1,"+Inf"]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		_ = decodeAnswer(strings.NewReader(body), func(labels []storage.Label, times []int64, values []float64) error {
			if len(times) != len(values) || len(times) == 0 {
				t.Errorf("%d times with %d values", len(times), len(values))
			}
			return nil
		})
	})
}

// A store that ends its answer early must not pass for one with less data.
func TestExportThatIsCutShort(t *testing.T) {
	const line = `{"metric":{"__name__":"load"},"values":[1,null],"timestamps":[1000,2000]}` + "\n"
	for body, whole := range map[string]bool{line: true, line + line[:30]: false, line + "remoteAddr: error": false} {
		s := playing(t, func(r *http.Request) (int, string, string) {
			if r.Method == http.MethodGet {
				return 200, "Content-Type: application/stream+json", ""
			}
			return 200, "Content-Type: application/stream+json", body
		})
		err := s.Select(t.Context(), storage.Query{Range: storage.TimeRange{From: 1, To: 9000}}, func(b *storage.Block) error {
			if fmt.Sprint(b.Timestamps) != "[1000 2000]" {
				return fmt.Errorf("got times %v", b.Timestamps)
			}
			return nil
		})
		if (err == nil) != whole {
			t.Errorf("%q: got %v", body, err)
		}
	}
}
