package choose

import (
	"math"
	"testing"
)

func TestChoose(t *testing.T) {
	nan := math.NaN()
	scores := func(naive, naiveHeld, classic, classicHeld, calibrated, calibratedHeld float64) []Score {
		return []Score{{"naive", naive, naiveHeld}, {"classic", classic, classicHeld}, {"calibrated", calibrated, calibratedHeld}}
	}
	f := func(r Rule, origins int, s []Score, model, reason string) {
		t.Helper()
		c := r.Choose(s, origins, 0.95)
		if c.Model != model || c.Reason != reason || c.Origins != origins || c.Task != r.Task {
			t.Errorf("got %q, %q\nwant %q, %q", c.Model, c.Reason, model, reason)
		}
	}

	f(Peak, 40, scores(.061, .96, .052, .95, .031, .94), "calibrated", "peak: calibrated, 3.1 % against classic's 5.2 % over 40 days")
	f(Peak, 40, scores(.2, .96, .031, .95, .034, .94), "calibrated", "peak: calibrated, 3.4 % against classic's 3.1 % over 40 days; classic is not clearly better")
	f(Peak, 40, scores(.2, .96, .031, .95, .037, .94), "classic", "peak: classic, 3.1 % against calibrated's 3.7 % over 40 days")
	f(Peak, 40, scores(.031, .96, .03, .95, .037, .94), "naive", "peak: naive, 3.1 % against classic's 3 % over 40 days; classic is not clearly better")
	f(Peak, 40, scores(.02, .96, .034, .95, .0311, .94), "naive", "peak: naive, 2 % against calibrated's 3.11 % over 40 days")

	// Twice as good, and no matter: less than half a percent of the load.
	f(Peak, 40, scores(.2, .96, .0041, .95, .009, .94), "calibrated", "peak: calibrated, 0.9 % against classic's 0.41 % over 40 days; classic is not clearly better")

	// Equal models: the one to take without evidence.
	f(Growth, 8, scores(.1, .95, .1, .95, .1, .95), "calibrated", "growth: calibrated, 10 % against naive's 10 % over 8 weekly forecasts; naive is not clearly better")

	// An interval that does not hold speaks against the last.
	f(Peak, 40, scores(.06, .96, .05, .95, .04, .7), "classic", "peak: classic, 5 % against calibrated's 4 % over 40 days; calibrated's interval held 70 %, not 95 %")

	// A small error with an interval that does not hold is no merit.
	f(Growth, 9, scores(.2, .95, .05, .71, .08, .93), "calibrated", "growth: calibrated, 8 % against classic's 5 % over 9 weekly forecasts; classic's interval held 71 %, not 95 %")
	f(Band, 20, scores(.2, .5, .05, .71, .08, .3), "calibrated", "band: calibrated, which is the default; no model's interval held 85 % over 20 days")

	// Of one model nothing is known.
	f(Band, 20, scores(nan, nan, .3, .95, .2, .95), "calibrated", "band: calibrated, interval score 20 % against classic's 30 % over 20 days")
	f(Band, 20, scores(.1, nan, .3, .95, .2, .95), "calibrated", "band: calibrated, interval score 20 % against naive's 10 % over 20 days; naive gave no interval")
	f(Band, 20, scores(nan, nan, .2, .95, nan, nan), "classic", "band: classic, interval score 20 % over 20 days")

	// Too little to compare.
	f(Peak, 27, scores(.01, .95, .2, .95, .3, .95), "calibrated", "peak: calibrated, which is the default; there are 27 of the 28 days that a choice needs")
	f(Peak, 0, scores(nan, nan, nan, nan, nan, nan), "calibrated", "peak: calibrated, which is the default; there are 0 of the 28 days that a choice needs")
}

func TestTestedTellsEvidenceFromDefault(t *testing.T) {
	one := []Score{{"calibrated", .1, .95}}
	if c := Peak.Choose(one, 28, 0.95); !c.Tested {
		t.Errorf("%+v", c)
	}
	if c := Peak.Choose(one, 27, 0.95); c.Tested {
		t.Errorf("%+v", c)
	}
}
