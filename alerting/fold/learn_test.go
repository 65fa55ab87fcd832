package fold

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

var day1 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// rung makes episodes: one module a word, one occasion an hour, "." for none.
func rung(hours ...string) (all []Episode) {
	for h, modules := range hours {
		for i, m := range strings.Fields(modules) {
			if m != "." {
				all = append(all, Episode{m, day1.Add(time.Duration(h)*time.Hour + time.Duration(i)*time.Second)})
			}
		}
	}
	return all
}

func learnNames(episodes []Episode, declared func(string) []alarm.Component) (names []string) {
	for _, l := range Learn(episodes, config.Default().Alerting.Fold, declared) {
		names = append(names, fmt.Sprintf("%s ×%d %.2f", strings.Join(l.Modules, "+"), l.Occasions, l.Similarity))
	}
	return names
}

func TestLearnFindsWhatRingsTogether(t *testing.T) {
	f := func(name string, episodes []Episode, want ...string) {
		t.Helper()
		if got := learnNames(episodes, nil); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	f("nothing", nil)
	f("four times", rung("a b c", "a b c", "a b c", "a b c x"), "a+b+c ×4 1.00")
	f("three times are chance", rung("a b c", "a b c", "a b c"))
	f("two are too few to be folded", rung("a b", "a b", "a b", "a b"))
	f("each without the others, too", rung("a b c", "a b c", "a b c", "a b c", "a", "b", "c", "a", "b", "c"))
	f("once without", rung("a b c", "a b c", "a b c", "a b c", "a b"), "a+b+c ×4 0.80")
	f("two groups", rung("a b c", "x y z", "a b c", "x y z", "a b c", "x y z", "a b c", "x y z"), "a+b+c ×4 1.00", "x+y+z ×4 1.00")

	// A chain: a rings with b, b with c, but a and c hardly with each other.
	f("a chain", rung("a b", "a b c", "a b c", "a b c", "a b c", "b c", "b c d", "b c d", "c d", "c d", "c d"))

	// Many times within a minute is one occasion.
	var flapping []Episode
	for i := range 20 {
		for _, m := range []string{"a", "b", "c"} {
			flapping = append(flapping, Episode{m, day1.Add(time.Duration(i) * time.Second)})
		}
	}
	f("one occasion", flapping)
}

func TestWhatIsDeclaredIsNotLearned(t *testing.T) {
	episodes := rung("a b c", "a b c", "a b c", "a b c")
	proxy := []alarm.Component{{Kind: "proxy", Name: "px"}}
	if got := learnNames(episodes, func(string) []alarm.Component { return proxy }); got != nil {
		t.Errorf("learned %q", got)
	}
	other := func(m string) []alarm.Component {
		if m == "c" {
			return nil
		}
		return proxy
	}
	if got := learnNames(episodes, other); len(got) != 1 {
		t.Errorf("learned %q, but c does not share the proxy", got)
	}
}

func TestLearnDoesNotDependOnTheOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var all []Episode
	for h := range 200 {
		for m := range 60 {
			if rng.IntN(4) == 0 || (h%20 == m/10 && rng.IntN(10) > 0) {
				all = append(all, Episode{fmt.Sprintf("m%02d", m), day1.Add(time.Duration(h)*time.Hour + time.Duration(rng.IntN(90))*time.Second)})
			}
		}
	}
	c := config.Default().Alerting.Fold
	c.Learn.Similarity = 0.2
	want := Learn(all, c, nil)
	if len(want) == 0 {
		t.Fatal("nothing learned")
	}
	for range 5 {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := Learn(all, c, nil); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, then %v", want, got)
		}
	}
}

type historyFunc func(since time.Time) ([]Episode, error)

func (f historyFunc) Episodes(_ context.Context, since time.Time) ([]Episode, error) { return f(since) }

func TestRelearnReadsTheConfiguredPast(t *testing.T) {
	c := config.Default().Alerting.Fold
	var asked time.Time
	h := historyFunc(func(since time.Time) ([]Episode, error) {
		asked = since
		return rung("a b c", "a b c", "a b c", "a b c"), nil
	})
	got, err := Relearn(t.Context(), h, day1, c, nil)
	if err != nil || len(got) != 1 || !asked.Equal(day1.AddDate(0, 0, -60)) {
		t.Errorf("%v, %v since %v", got, err, asked)
	}
	c.Learn.Past = 0
	if got, err := Relearn(t.Context(), nil, day1, c, nil); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	c.Learn.Past = 1
	broken := errors.New("disk full")
	if _, err := Relearn(t.Context(), historyFunc(func(time.Time) ([]Episode, error) { return nil, broken }), day1, c, nil); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func BenchmarkLearn(b *testing.B) {
	rng := rand.New(rand.NewPCG(4, 4))
	var all []Episode
	for range 200_000 { // 60 days of a noisy fleet
		all = append(all, Episode{fmt.Sprintf("m%d", rng.IntN(2400)), day1.Add(time.Duration(rng.IntN(60*86400)) * time.Second)})
	}
	c := config.Default().Alerting.Fold
	for b.Loop() {
		Learn(all, c, nil)
	}
}
