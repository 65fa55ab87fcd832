package heal

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/internal/webhook"
	"headroom/storage/fleet"
)

// commandJob is a job that runs a program about an alarm with odd labels.
func commandJob(t *testing.T, argv ...string) *job {
	t.Helper()
	act, err := compileAction(config.HealAction{Name: "restart", Kind: "restart_process", Command: argv, Timeout: config.Duration(10 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	a := &alarm.Alarm{
		ID:     "a-1",
		Labels: model.LabelSet{"alertname": "Dead", "unit": "web; echo $HOME `id`", "option": "--now", "quote": `a"b`},
		Facts:  alarm.Facts{Path: fleet.Path{"shop", "cart"}, Node: "n1", Process: "7"},
	}
	return &job{id: "a-1.1", action: &act, alarm: a, target: targetOf(a), client: webhook.NewClient(0), pause: time.Millisecond}
}

func TestCommandsGetTheirArgumentsAsTheyAre(t *testing.T) {
	t.Setenv("HEADROOM_TEST_SECRET", "hidden")
	j := commandJob(t, "sh", "-c", `printf '%s|' "$@"; echo "$HEADROOM_MODULE $HEADROOM_NODE $HEADROOM_LABEL_alertname$HEADROOM_TEST_SECRET" >&2`, "sh", "{{ .Labels.unit }}", "{{ .Facts.Node }}")
	out, err := j.run(t.Context())
	if want := "web; echo $HOME `id`|n1|shop/cart n1 Dead\n"; err != nil || out != want {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
}

func TestCommandsAreNotRunWithAHole(t *testing.T) {
	for arg, want := range map[string]string{
		"{{ .Labels.none }}":      "map has no entry for key \"none\"",
		"{{ .Labels.option }}":    "would take for an option",
		"{{ .Nothing }}":          "can't evaluate field Nothing",
		"{{ index .Labels 1 }}":   "argument 2",
		"{{ .Labels.unit | foo}}": "",
	} {
		if want == "" { // known when the configuration is read
			if _, err := parse(arg); err == nil {
				t.Errorf("%s is no template", arg)
			}
			continue
		}
		mark := filepath.Join(t.TempDir(), "ran")
		_, err := commandJob(t, "touch", mark, arg).run(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", arg, err, want)
		}
		if _, err := os.Stat(mark); err == nil {
			t.Errorf("%s: it ran", arg)
		}
	}
	if out, err := commandJob(t, "echo", "--now={{ .Labels.option }}", `{{ index .Labels "none" }}`).run(t.Context()); err != nil || out != "--now=--now \n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestACommandsFailureAndTheEndOfItsOutputAreTold(t *testing.T) {
	out, err := commandJob(t, "sh", "-c", "yes 上 | head -c 100000; echo; echo why; exit 3").run(t.Context())
	if err == nil || err.Error() != "exit status 3" || lastLine(out) != "why" || len(out) > maxOutput+len("…") || !strings.HasPrefix(out, "…") {
		t.Errorf("%d bytes, %v, %q", len(out), err, lastLine(out))
	}
	if _, err := commandJob(t, "/no/such/program").run(t.Context()); err == nil {
		t.Error("ran what is not there")
	}
}

// A command that hangs is killed with what it started.
func TestACommandIsKilledWithItsGroup(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	j := commandJob(t, "sh", "-c", "sleep 1000 & echo $! > "+pidFile+"; echo started; wait")
	j.action.Timeout = config.Duration(500 * time.Millisecond)
	out, err := j.run(t.Context())
	if err == nil || err.Error() != "killed: it took longer than its timeout" || out != "started\n" {
		t.Errorf("%q, %v", out, err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	await(t, "the child is dead", func() bool { return !alive(pid) })
}

// What a command leaves running, with its output open, does not hold it up.
func TestACommandMayLeaveADaemon(t *testing.T) {
	j := commandJob(t, "sh", "-c", "sleep 1000 & echo $!")
	began := time.Now()
	out, err := j.run(context.Background())
	pid, _ := strconv.Atoi(strings.TrimSpace(out))
	if err != nil || pid == 0 || !alive(pid) {
		t.Fatalf("%q, %v after %s", out, err, time.Since(began))
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// alive tells whether a process runs; a zombie does not.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

// await waits for a state of the world outside.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestQueriesKeepLabelsInTheirQuotes(t *testing.T) {
	tmpl, err := parse(`up{a="{{ .Labels.quote }}", m="{{ .Facts.Module }}"} == 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := query(tmpl, valuesOf(commandJob(t, "x").alarm))
	if want := `up{a="a\"b", m="shop/cart"} == 1`; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}
