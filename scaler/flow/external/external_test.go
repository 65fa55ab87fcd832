package external

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/tool"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folder is one that a test puts its tools into.
func folder(t testing.TB) string {
	dir := filepath.Join(t.TempDir(), "tools")
	must(t, os.Mkdir(dir, 0o755))
	return dir
}

func put(t testing.TB, dir, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, []byte(text), mode))
	must(t, os.Chmod(path, mode)) // whatever the umask
}

const plainTool = `#!/bin/sh
if [ "$1" = describe ]; then echo '{"title": "A tool", "doc": "", "inputs": [{"name": "word", "type": "string", "doc": ""}], "outputs": [{"name": "n", "type": "int", "doc": ""}], "repeatable": true}'; exit; fi
`

// script loads one tool that does what a script says.
func script(t testing.TB, body string) *Tool {
	t.Helper()
	return scriptOf(t, plainTool+body)
}

func scriptOf(t testing.TB, text string) *Tool {
	t.Helper()
	dir := folder(t)
	put(t, dir, "one.sh", text, 0o755)
	tools, refused, err := Load(t.Context(), dir)
	must(t, err)
	if len(refused) > 0 || len(tools) != 1 {
		t.Fatalf("refused %v", refused)
	}
	return tools[0]
}

func aCall() *tool.Call {
	return &tool.Call{
		Key: "r1/one/1", Run: "r1", Flow: "expand", Step: "one", Attempt: 1, Module: "shop/web", Who: "ann", Why: "more load",
		Inputs: map[string]any{"word": "hello", "wait": 90 * time.Second}, Log: &strings.Builder{}, Began: time.Unix(1_800_000_000, 0).UTC(),
	}
}

func TestToolGetsTheCallAndGivesOutputs(t *testing.T) {
	dir := t.TempDir()
	one := script(t, `cat > `+dir+`/call; echo working >&2; echo '{"outputs": {"n": 3}}'`)
	c := aCall()
	out, err := one.Run(t.Context(), c)
	must(t, err)
	if !reflect.DeepEqual(out, tool.Outputs{"n": int64(3)}) {
		t.Errorf("outputs %#v", out)
	}
	if log := c.Log.(*strings.Builder).String(); log != "working\n" {
		t.Errorf("log %q", log)
	}
	got, err := os.ReadFile(filepath.Join(dir, "call"))
	must(t, err)
	want := `{"action":"run","key":"r1/one/1","run":"r1","flow":"expand","step":"one","attempt":1,"resumed":false,"began":"2027-01-15T08:00:00Z","module":"shop/web","who":"ann","why":"more load","inputs":{"wait":"1m30s","word":"hello"}}` + "\n"
	if string(got) != want {
		t.Errorf("call %s\nwant %s", got, want)
	}
}

func TestEnvironmentHoldsNoSecrets(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "s3cr3t")
	one := script(t, `env >&2; echo '{}'`)
	c := aCall()
	_, err := one.Run(t.Context(), c)
	must(t, err)
	if log := c.Log.(*strings.Builder).String(); strings.Contains(log, "s3cr3t") || !strings.Contains(log, "PATH=") {
		t.Errorf("environment %s", log)
	}
}

func TestWrongAnswers(t *testing.T) {
	f := func(body, want string) {
		t.Helper()
		_, err := script(t, body).Run(t.Context(), aCall())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", body, err, want)
		}
	}

	f(`echo all is well`, `one: it printed no answer: want one JSON object: invalid character 'a'`)
	f(`echo '[1]'`, `want one JSON object`)
	f(`echo '{} {}'`, `there is more after its end`)
	f(`echo '{"output": {}}'`, `unknown field "output"`)
	f(`:`, `it printed nothing`)
	f(`echo oops >&2; exit 3`, `it ended with code 3: oops`)
	f(`echo rubbish; echo oops >&2; exit 3`, `it ended with code 3: oops`)
	f(`exit 1`, `it wrote nothing to standard error`)
	f(`echo '{}'; exit 4`, `it ended with code 4, and its answer tells no error`)
	f(`echo '{"error": "no such package"}'; exit 4`, `one: no such package`)
	f(`echo '{"outputs": {"n": "three"}}'`, `output n: want a int, got "three"`)
	f(`echo '{"outputs": {"m": 3}}'`, `output "m" is not described`)
	f(`head -c 2000000 /dev/zero`, `it wrote more than it may: 1048576 bytes`)
	f(`kill -9 $$`, `it was ended by killed`)
}

func TestFinalErrors(t *testing.T) {
	_, err := script(t, `echo '{"error": "bad module", "final": true}'`).Run(t.Context(), aCall())
	if !tool.IsFinal(err) {
		t.Errorf("%v is not final", err)
	}
	_, err = script(t, `echo '{"error": "busy"}'`).Run(t.Context(), aCall())
	if err == nil || tool.IsFinal(err) {
		t.Errorf("%v is final", err)
	}
}

func TestFailsTwiceThenWorks(t *testing.T) {
	dir := t.TempDir()
	one := script(t, `echo x >> `+dir+`/tries; n=$(wc -l < `+dir+`/tries); [ $n -gt 2 ] || { echo "try $n" >&2; exit 1; }; echo "{\"outputs\": {\"n\": $n}}"`)
	for range 2 {
		if _, err := one.Run(t.Context(), aCall()); err == nil {
			t.Fatal("no error")
		}
	}
	out, err := one.Run(t.Context(), aCall())
	must(t, err)
	if out["n"] != int64(3) {
		t.Errorf("outputs %v", out)
	}
}

// alive tells whether a process runs; a zombie does not.
func alive(t *testing.T, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ") && syscall.Kill(pid, 0) == nil
}

// gone waits until a process that was killed is away.
func gone(t *testing.T, file string) bool {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if !alive(t, file) {
			return true
		}
	}
	return false
}

func TestHangingToolIsEndedWithItsChildren(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := script(t, `trap 'echo asked to end >&2; exit 1' TERM
(echo $$ > /dev/null; sleep 1000 & echo $! > `+dir+`/child; wait) &
while ! [ -s `+dir+`/child ]; do sleep 0.01; done; echo ready > `+dir+`/ready; wait`)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(dir, "ready")); err == nil {
				cancel(errors.New("its time is over"))
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	c := aCall()
	_, err := one.Run(ctx, c)
	if err == nil || !strings.Contains(err.Error(), "it was ended: its time is over") {
		t.Errorf("error %v", err)
	}
	if log := c.Log.(*strings.Builder).String(); !strings.Contains(log, "asked to end") {
		t.Errorf("log %q", log)
	}
	if !gone(t, filepath.Join(dir, "child")) {
		t.Error("its child has outlived it")
	}
}

func TestToolThatDoesNotEndIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := script(t, `trap '' TERM; echo $$ > `+dir+`/pid; while :; do sleep 0.1; done`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if text, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil && len(text) > 0 {
				cancel()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	if _, err := one.Run(ctx, aCall()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if !gone(t, filepath.Join(dir, "pid")) {
		t.Error("it runs")
	}
}

func TestChildThatOutlivesIsKilled(t *testing.T) {
	dir := t.TempDir()
	one := script(t, `sleep 1000 & echo $! > `+dir+`/child; echo '{"outputs": {"n": 1}}'`)
	out, err := one.Run(t.Context(), aCall())
	must(t, err)
	if out["n"] != int64(1) || !gone(t, filepath.Join(dir, "child")) {
		t.Errorf("outputs %v", out)
	}
}

func TestChildThatHasLeftTheGroupHoldsNothingUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := script(t, `setsid sh -c 'echo $$ > `+dir+`/child; exec sleep 1000' & while ! [ -s `+dir+`/child ]; do sleep 0.01; done; echo '{"outputs": {"n": 1}}'`)
	out, err := one.Run(t.Context(), aCall())
	must(t, err)
	if out["n"] != int64(1) || !alive(t, filepath.Join(dir, "child")) {
		t.Errorf("outputs %v", out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "child"))
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	must(t, syscall.Kill(pid, syscall.SIGKILL))
}

func TestCheckAndPlan(t *testing.T) {
	const able = `#!/bin/sh
if [ "$1" = describe ]; then echo '{"title": "A tool", "inputs": [], "outputs": [{"name": "n", "type": "int", "doc": ""}], "checks": true, "plans": true}'; exit; fi
case $(cat) in
*'"action":"check"'*'"attempt":1'*) echo '{"state": "done", "outputs": {"n": 1}, "reason": "it is there"}' ;;
*'"action":"check"'*'"attempt":2'*) echo '{"state": "sort of"}' ;;
*'"action":"check"'*) echo '{"error": "cannot look"}' ;;
*'"action":"plan"'*) echo '{"plan": "would do it", "outputs": {"n": 1}}' ;;
esac
`
	one := scriptOf(t, able).asTool().(checked)
	found, err := one.Check(t.Context(), aCall())
	must(t, err)
	if !reflect.DeepEqual(found, tool.Finding{State: tool.Done, Outputs: tool.Outputs{"n": int64(1)}, Reason: "it is there"}) {
		t.Errorf("found %+v", found)
	}
	text, out, err := one.Plan(t.Context(), aCall())
	must(t, err)
	if text != "would do it" || out["n"] != int64(1) {
		t.Errorf("plan %q %v", text, out)
	}
	c := aCall()
	c.Attempt = 2
	if _, err := one.Check(t.Context(), c); err == nil || !strings.Contains(err.Error(), `want done, not done, running or unknown, got "sort of"`) {
		t.Errorf("error %v", err)
	}
	c.Attempt = 3
	if _, err := one.Check(t.Context(), c); err == nil || !strings.Contains(err.Error(), "cannot look") {
		t.Errorf("error %v", err)
	}

	// One that cannot be asked does not claim that it can.
	if _, ok := script(t, `echo '{"state": "done"}'`).asTool().(tool.Checker); ok {
		t.Error("it is asked")
	}
}

func TestLoadTellsWhatIsNoTool(t *testing.T) {
	dir := folder(t)
	put(t, dir, "good.sh", plainTool, 0o755)
	put(t, dir, "README.md", "notes", 0o644)
	put(t, dir, "loose", plainTool, 0o777)
	put(t, dir, "mine.py", plainTool, 0o644)
	put(t, dir, "Bad_Name", plainTool, 0o755)
	put(t, dir, "good.py", plainTool, 0o755)
	put(t, dir, "mute", plainTool, 0o755)
	put(t, dir, "run-tests", plainTool, 0o755)
	put(t, dir, "rubbish", "#!/bin/sh\necho hello", 0o755)
	put(t, dir, "fails", "#!/bin/sh\necho no >&2; exit 2", 0o755)
	put(t, dir, "faulty", `#!/bin/sh
echo '{"name": "other", "inputs": [{"name": "A", "type": "text", "doc": ""}]}'`, 0o755)
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))

	own, refused, err := Load(t.Context(), dir)
	must(t, err)
	all, more := Join(builtin.New(builtin.Options{}), own, builtin.IsHook)
	refused = append(refused, more...)
	why := map[string]string{}
	for _, r := range refused {
		why[r.File] = r.Why
	}
	for file, want := range map[string]string{
		"loose": "others may change", "mine.py": "it may not be executed: chmod +x", "Bad_Name": "its name is none of a tool",
		"good.sh": "the name good is that of good.py", "mute": "the name mute is that of a tool that is built in",
		"rubbish": "want its description as one JSON object", "fails": "it ended with code 2: no", "dangling": "no such file",
		"faulty": "name: want that of the file without its extension, \"faulty\", or none; got \"other\"\ntitle: want a few words, got none\ninputs[0].name: want letters a-z",
	} {
		if !strings.Contains(why[file], want) {
			t.Errorf("%s: %q; want %q", file, why[file], want)
		}
		delete(why, file)
	}
	if len(why) > 0 {
		t.Errorf("also refused: %v", why)
	}
	sources := map[string]string{}
	for _, one := range all {
		sources[one.Describe().Name] = one.Describe().Source
	}
	if sources["mute"] != builtin.Source || sources["run-tests"] != filepath.Join(dir, "run-tests") || sources["good"] != filepath.Join(dir, "good.py") {
		t.Errorf("sources %v", sources)
	}
	must(t, os.Chmod(dir, 0o777))
	if _, _, err := Load(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "flows.tools_dir: others may change") {
		t.Errorf("error %v", err)
	}
}

// A tool that hangs while it is asked what it is holds the start up for seconds, no longer.
func TestDescribeThatHangs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes the five seconds that a tool has")
	}
	dir := folder(t)
	put(t, dir, "hangs", "#!/bin/sh\nexec sleep 1000", 0o755)
	_, refused, err := Load(t.Context(), dir)
	must(t, err)
	if len(refused) != 1 || !strings.Contains(refused[0].Why, "describe: it was ended: it has 5s for that") {
		t.Errorf("refused %v", refused)
	}
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{`{"outputs": {"n": 1e3, "m": [1.5, {"x": 99999999999999999999}]}, "final": true}`, `{"state": "not done"}`, `{}`, ``, `{} x`, `{"outputs": {"n": 1e999}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ParseAnswer(text)
		if err != nil {
			if a.Outputs != nil || a.Error != "" {
				t.Errorf("%q: an error and %+v", text, a)
			}
			return
		}
		wantPlain(t, a.Outputs)
		_ = check(a.Outputs, []tool.Parameter{{Name: "n", Type: "int", Required: true}})
	})
}

// wantPlain checks that a value is one that outputs may have.
func wantPlain(t *testing.T, v any) {
	switch v := v.(type) {
	case nil, string, bool, int64, float64:
	case []any:
		for _, one := range v {
			wantPlain(t, one)
		}
	case map[string]any:
		for _, one := range v {
			wantPlain(t, one)
		}
	default:
		t.Errorf("%T in outputs", v)
	}
}
