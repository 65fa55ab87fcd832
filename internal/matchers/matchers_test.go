package matchers

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

func TestParse(t *testing.T) {
	f := func(text string, set model.LabelSet, want bool) {
		t.Helper()
		ms, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := ms.Matches(set); got != want {
			t.Errorf("%s of %v: %v", text, set, got)
		}
	}

	f(`alertname=~"Dead|Slow"`, model.LabelSet{"alertname": "Slow"}, true)
	f(`alertname=~"Dead|Slow"`, model.LabelSet{"alertname": "Slower"}, false)
	f(`{alertname="Dead",severity!="page"}`, model.LabelSet{"alertname": "Dead"}, true)
	f(`alertname = Dead`, model.LabelSet{"alertname": "Dead"}, true)
	f(`"module name"="a b"`, model.LabelSet{"module name": "a b"}, true)
}

func TestFaultsAreTold(t *testing.T) {
	f := func(want string, texts ...string) {
		t.Helper()
		if _, err := ParseAll(texts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", texts, err, want)
		}
	}

	f("at least one")
	f("want label matchers", "")
	f("want label matchers", "Dead")
	f("missing closing", `alertname=~"("`)
	f("up to 4096", `a="`+strings.Repeat("x", MaxText)+`"`)
	f("64", strings.Split(strings.Repeat(`a="b";`, 65)+`a="b"`, ";")...)
	f("every alarm", `alertname=~".*"`)
	f("every alarm", `alertname!="Dead"`)
}

func TestEqual(t *testing.T) {
	for text, want := range map[string]string{
		`a=~"x", b="y"`: "b=y", `a!="x"`: "=", `a=""`: "=",
	} {
		ms, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		name, value, ok := Equal(ms)
		if got := string(name) + "=" + string(value); got != want || ok != (want != "=") {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// Whatever is written, it is matchers that can be written and read again, or an
// error.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`a="b"`, `{a=~"b|c",d!="e"}`, `a=`, `{`, `"\xff"="x"`, "a=\"\n\"", `alertname=~"(a{9}){9}"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ms, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(ms.String())
		if err != nil || again.String() != ms.String() {
			t.Errorf("%q became %q, then %v, %v", text, ms, again, err)
		}
	})
}
