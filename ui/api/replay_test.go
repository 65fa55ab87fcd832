package api

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/scaler/replay"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/memory"
)

// replayed is a pool whose store holds all the days of shop/cart that count, and the
// same as a series.
func replayed(t *testing.T) (*pooled, replay.Series) {
	t.Helper()
	p := newPooled(t)
	tree := fleet.NewTree([]string{"business", "module"})
	n := tree.Add(fleet.Path{"shop", "cart"})
	row := storage.Series{Labels: rollup.Labels(n, tree.Levels(), rollup.BusySeconds)}
	s := replay.Series{Name: "shop/cart", Zone: time.UTC, Start: p.Now().Truncate(24*time.Hour).AddDate(0, 0, -demand.MaximumDays-2)}
	for i := range (demand.MaximumDays + 2) * 1440 {
		busy := 400 + 300*math.Sin(float64(i)/1440*2*math.Pi)
		s.Busy = append(s.Busy, busy)
		row.Samples = append(row.Samples, storage.Sample{Timestamp: s.Start.Add(time.Duration(i) * time.Minute).UnixMilli(), Value: busy})
	}
	store := memory.New()
	if err := store.Write(t.Context(), []storage.Series{row}); err != nil {
		t.Fatal(err)
	}
	p.Replays = &replay.Stored{Store: store, Tree: tree, Location: time.UTC}
	p.Location = time.UTC
	return p, s
}

func TestPoliciesAreReplayedSideBySide(t *testing.T) {
	p, s := replayed(t)
	from := s.Start.AddDate(0, 0, demand.MaximumDays)
	body := `{"module":"shop/cart","from":"` + from.Format(time.DateOnly) + `","days":2,"policies":[{},{"target":0.8,"scale_in":0.7,"stabilise_seconds":60}]}`
	w := p.post("/api/v1/replay", body)
	var answer struct{ Data replayData }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != 200 || len(answer.Data.Sides) != 2 {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	inForce := policy.Default()
	inForce.Minimum = 4 // the service's own
	changed := inForce
	changed.Target, changed.ScaleIn, changed.Stabilise = 0.8, 0.7, time.Minute
	for i, set := range []policy.Settings{inForce, changed} {
		want, err := replay.Compare(s, replay.Options{Policy: set, Level: demand.DefaultLevel, Margin: replay.Margin, First: from})
		if err != nil {
			t.Fatal(err)
		}
		side := answer.Data.Sides[i]
		if side.Outcome != want.Policy || side.Policy != policyOf(set) {
			t.Errorf("policy %d: %+v\nwant %+v", i, side.Outcome, want.Policy)
		}
		if i == 0 && (answer.Data.Rivals.Peak != want.Peak || answer.Data.Rivals.HPA != want.HPA || answer.Data.Rivals.Ran != nil) {
			t.Errorf("beside them %+v", answer.Data.Rivals)
		}
	}
	if got, want := answer.Data.Sides[1].Command, `--policy=<(echo '{target: 0.8, scale_in: 0.7, minimum: 4, stabilise: 1m}')`; !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAReplayThatCannotBeIsTold(t *testing.T) {
	p, _ := replayed(t)
	for body, want := range map[string]string{
		`{}`: `days: want 1 to 7, found 0\nmodule: want the id of a module, found none`,
		`{"module":"shop/cart","days":8,"policies":[{"target":2},{},{},{}]}`:      `days: want 1 to 7, found 8`,
		`{"module":"shop/cart","days":1,"from":"soon"}`:                           `from: want a day as 2026-11-20`,
		`{"module":"shop/cart","days":1,"from":"2126-01-01"}`:                     `from: want a day that has begun`,
		`{"module":"shop/cart","days":1,"policies":[{},{"scale_in":0.9}]}`:        `policies[1].scale_in: want a fraction`,
		`{"module":"shop/cart","days":1,"policies":[{"startup_seconds":1e300}]}`:  `policies[0].startup: want 0s to 1h`,
		`{"module":"shop/cart","days":1,"policies":[{"keep_peak":"for ever"}]}`:   `policies[0].keep_peak`,
		`{"module":"shop/cart","days":1,"policies":[{"cooldown_in_seconds":-5}]}`: `policies[0].cooldown_in`,
		`{"module":"shop/cart","day":1}`:                                          `unknown field`,
	} {
		p.holds(p.post("/api/v1/replay", body), 400, want)
	}
	p.holds(p.post("/api/v1/replay", `{"module":"shop/other","days":1}`), 404, "no busy seconds are stored")
	p.holds(p.post("/api/v1/replay", `{"module":"shop/cart","days":1,"from":"2020-01-01"}`), 404, "between 2020-01-01 00:00")
}
