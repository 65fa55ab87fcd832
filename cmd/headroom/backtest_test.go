package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/analytics/backtest"
	"headroom/analytics/choose"
)

func scored(series, model string, mape float64) backtest.ModelScores {
	return backtest.ModelScores{Series: series, Model: model, Scores: backtest.Scores{{Name: "values", Value: 40}, {Name: "mape_pct", Value: mape}}}
}

func TestScoresTable(t *testing.T) {
	r := &backtest.Result{
		Task: backtest.Peak, Model: "calibrated",
		Models: []backtest.ModelScores{scored("", "classic", 4.5), scored("", "naive", 6), scored("", "calibrated", 3)},
		Series: []backtest.ModelScores{
			scored("Qzone/a", "classic", 5), scored("Qzone/a", "naive", 6), scored("Qzone/a", "calibrated", 2),
			scored("Qzone/new", "classic", math.NaN()), scored("Qzone/new", "naive", math.NaN()), scored("Qzone/new", "calibrated", math.NaN()),
			scored("Qzone/相册", "classic", 4), scored("Qzone/相册", "naive", math.NaN()), scored("Qzone/相册", "calibrated", 4),
		},
		Choices: []backtest.Choice{
			{Series: "Qzone/a", Choice: choose.Choice{Model: "calibrated", Reason: "peak: calibrated, 2 % against classic's 5 % over 40 days", Tested: true}},
			{Series: "Qzone/相册", Choice: choose.Choice{Model: "classic", Reason: "peak: classic, 4 %", Tested: true}},
		},
		Missing: []backtest.Missing{{Series: "Qzone/new", Reason: "3 full days; today's peak needs 7"}},
	}
	var b bytes.Buffer
	if err := printScores(&b, r); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, b.String(), `       model  values  mape_pct  choice
     classic      40       4.5       1
       naive      40         6       0
  calibrated      40         3       1

mape_pct by series, those where calibrated is worst first (a choice compares only what all models spoke of):
SERIES      classic  naive  calibrated  CHOICE      WHY
Qzone/相册     4.00      –        4.00  classic     peak: classic, 4 %
Qzone/a        5.00   6.00        2.00  calibrated  peak: calibrated, 2 % against classic's 5 % over 40 days

TOO SHORT  WHAT THERE IS
Qzone/new  3 full days; today's peak needs 7
`)
}

func TestFit(t *testing.T) {
	for text, want := range map[string]string{"": "     ", "abc": "abc  ", "abcdefg": "abcde", "相册上": "相册 ", "相册a上": "相册a"} {
		if got := fit(text, 5); got != want {
			t.Errorf("%q fits as %q, want %q", text, got, want)
		}
	}
}

// answering has a server send these lines, whatever it is asked.
func answering(t *testing.T, lines string) *backtestFlags {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, lines) }))
	t.Cleanup(srv.Close)
	return &backtestFlags{client: &client{server: srv.URL, out: io.Discard}}
}

func (b *backtestFlags) followQuietly() (string, error) {
	data, err := b.follow(context.Background(), func(backtestLine) {})
	return string(data), err
}

func TestFollow(t *testing.T) {
	running := `{"status":"running","done":1,"total":2,"series":"Qzone/a","rows":"x\n1\n"}` + "\n"
	data, err := answering(t, running+`{"status":"success","data":{"task":"peak"}}`+"\n").followQuietly()
	if err != nil || data != `{"task":"peak"}` {
		t.Errorf("%s, %v", data, err)
	}
	_, err = answering(t, running+`{"status":"error","errorType":"internal","error":"the disk is gone"}`+"\n").followQuietly()
	if err == nil || err.Error() != "the disk is gone" {
		t.Errorf("got %v", err)
	}
	_, err = answering(t, running).followQuietly()
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("got %v", err)
	}
}

// What is no result is told as that.
func TestNoScores(t *testing.T) {
	err := answering(t, `{"status":"success","data":{}}`+"\n").ask(context.Background())
	if err == nil || !strings.HasSuffix(err.Error(), "is not Headroom's: it has no scores") {
		t.Errorf("got %v", err)
	}
}

// Rows are kept where --out says, whatever the nodes are called.
func TestRowsAreKept(t *testing.T) {
	b := answering(t, "")
	b.Out = filepath.Join(t.TempDir(), "out")
	f := func(file string, line backtestLine) {
		t.Helper()
		line.Rows = "rows of " + line.Series
		if err := b.keep(line); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != line.Rows {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
	f(filepath.Join(b.Out, "Qzone/a%2Fb/SET 1.csv"), backtestLine{Total: 2, Series: "Qzone/a%2Fb/SET 1"})
	for _, id := range []string{"../../evil", "Qzone/../../evil", "/evil"} {
		if err := b.keep(backtestLine{Total: 2, Series: id, Rows: "x"}); err == nil {
			if _, err := os.Stat(filepath.Join(b.Out, id+".csv")); err != nil {
				t.Errorf("%s was written elsewhere", id)
			}
		}
	}
	if evil, _ := filepath.Glob(filepath.Join(b.Out, "../*")); len(evil) != 1 {
		t.Errorf("beside the folder: %v", evil)
	}
	b.Out = filepath.Join(b.Out, "deep", "one.csv")
	f(b.Out, backtestLine{Total: 1, Series: "Qzone/a"})
}
