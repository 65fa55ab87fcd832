package document

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow/tool"
)

func TestValuesSurviveJSON(t *testing.T) {
	in := Values{"whole": int64(3), "large": int64(math.MaxInt64), "real": 3.0, "tiny": 5e-324, "huge": 1e300, "none": nil, "yes": true, "text": "3",
		"list": []any{int64(1), 1.0, []any{}, map[string]any{"x": 2.0}}}
	data, err := json.Marshal(in)
	var out Values
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%s became %#v, %v", data, out, err)
	}
	if _, err := json.Marshal(Values{"x": math.NaN()}); err == nil {
		t.Error("not a number has no JSON")
	}
}

func TestAFlowSurvivesJSON(t *testing.T) {
	p := program(t, example)
	data, err := json.Marshal(p.Flow())
	var again Flow
	if err == nil {
		err = json.Unmarshal(data, &again)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.Flow().Steps, again.Steps) || !reflect.DeepEqual(p.Flow().Constants, again.Constants) {
		t.Errorf("%+v became %+v", p.Flow(), again)
	}
	if _, err := Compile(&again, testTools); err != nil {
		t.Error(err)
	}
	if got, err := again.Check(map[string]any{"module": "m"}); err != nil || got["count"] != int64(2) || got["ttl"] != "1h0m0s" {
		t.Errorf("%v %v", got, err)
	}
}

func TestDurations(t *testing.T) {
	f := func(in string, want time.Duration) {
		t.Helper()
		got, err := ParseDuration(in)
		if time.Duration(got) != want || (err != nil) != (want < 0) {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	f("1m30s", 90*time.Second)
	f("7d", 7*day)
	f("1d12h", 36*time.Hour)
	f("0.5d", 12*time.Hour)
	f("0", 0)
	for _, bad := range []string{"d", "1d-1h", "-1d", "1d1d", "NaNd", "1e9d", "1d1", "99999d99999999h"} {
		if d, err := ParseDuration(bad); err == nil {
			t.Errorf("ParseDuration(%q) = %v", bad, d)
		}
	}
}

func TestInputsOfARunAreConverted(t *testing.T) {
	flow := program(t, `
name: x
inputs:
- {name: module, type: module, required: true}
- {name: count, type: int, default: 2}
- {name: share, type: number}
- {name: sure, type: bool}
- {name: ttl, type: duration, default: 1d}
- {name: nodes, type: list, of: node}
- {name: sizes, type: list, of: int}
- {name: any, type: any}
- {name: map, type: map}
- {name: mode, type: string, values: [fast, slow], default: slow}
steps: [{id: a, tool: pick, with: {count: "${inputs.count}"}}]
`).Flow()
	got, err := flow.Check(map[string]any{"module": " shop ", "count": " 3", "share": 1, "sure": "true", "nodes": "a, b\nc,", "sizes": []string{"1", "2"}, "any": json.Number("4.0"), "mode": "fast"})
	want := map[string]any{"module": "shop", "count": int64(3), "share": 1.0, "sure": true, "ttl": "24h0m0s", "nodes": []any{"a", "b", "c"},
		"sizes": []any{int64(1), int64(2)}, "any": 4.0, "map": map[string]any{}, "mode": "fast"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v\nwant %#v", got, err, want)
	}
	_, err = flow.Check(map[string]any{"count": "3.5", "share": "many", "sure": 1, "ttl": "soon", "nodes": map[string]any{}, "sizes": "1,x", "mode": "wild", "colour": "red"})
	wantErr := `there is no input colour; there are module, count, share, sure, ttl, nodes, sizes, any, map, mode
input module: it is required: want a module's id
input count: want a whole number, found "3.5"
input share: want a number, found "many"
input sure: want true or false, found 1
input ttl: want a duration such as 30s, 1m30s or 7d, found "soon"
input nodes: want a list, each a machine's name, found names with values
input sizes: [1]: want a whole number, found "x"
input mode: want one of "fast", "slow", found "wild"`
	if err == nil || err.Error() != wantErr {
		t.Errorf("got\n%v\nwant\n%s", err, wantErr)
	}
	phrasestest.Refusal(t, err)
}

func TestConstantsKeepTheirTypes(t *testing.T) {
	flow := program(t, example).Flow()
	got, err := flow.CheckConstants(map[string]any{"batch": "7"})
	if err != nil || !reflect.DeepEqual(got, map[string]any{"batch": int64(7), "share": 0.5}) {
		t.Errorf("%v %v", got, err)
	}
	if _, err = flow.CheckConstants(map[string]any{"batch": 1.5, "size": 1}); err == nil || err.Error() != "there is no constant size; there are batch, share\nconstant batch: want a whole number, found 1.5" {
		t.Error(err)
	}
}

func TestToolInputsAreCompleted(t *testing.T) {
	got, err := Complete(testTools["shell"], map[string]any{"node": "n", "args": []string{"a"}, "password": nil})
	if err != nil || !reflect.DeepEqual(got, map[string]any{"node": "n", "args": []any{"a"}, "wait": "5m0s"}) {
		t.Errorf("%#v %v", got, err)
	}
	_, err = Complete(testTools["shell"], map[string]any{"wait": "x", "nodes": 1, "env": []any{}})
	for _, want := range []string{"there is no input nodes of tool shell", "node: it is required", "env: want names with values, found a list", `wait: want a duration such as 30s, 1m30s or 7d, found "x"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %s", err, want)
		}
	}
}

func TestPlaceholdersFit(t *testing.T) {
	for name, desc := range testTools {
		stand := Placeholders(desc)
		for _, o := range desc.Outputs {
			if _, err := parameterKind(o).seen(stand[o.Name]); err != nil || stand[o.Name] == nil {
				t.Errorf("%s of %s: %v", o.Name, name, err)
			}
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	flow := program(t, `
name: x
inputs: [{name: token, type: string, secret: true}, {name: more, type: list, secret: true}, {name: pin, type: string, secret: true}]
steps: [{id: a, tool: shell, with: {node: "n-${inputs.token}", password: "${inputs.pin}"}}]
`).Flow()
	inputs := map[string]any{"token": "abcd", "more": []any{"abcdef"}, "pin": "1"}
	if got := flow.Mask(inputs); !reflect.DeepEqual(got, map[string]any{"token": Masked, "more": Masked, "pin": Masked}) {
		t.Error(got)
	}
	secrets := flow.Secrets(inputs)
	call := map[string]any{"node": "n-abcdef", "password": "1", "env": map[string]any{"X": []any{"-abcd-", int64(1)}}}
	want := map[string]any{"node": "n-***", "password": "***", "env": map[string]any{"X": []any{"-***-", int64(1)}}}
	if got := MaskCall(testTools["shell"], call, secrets); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := MaskText("abcdef abcd abc", secrets); got != "*** *** abc" {
		t.Error(got)
	}
	if got := SecretsOf(testTools["shell"], map[string]any{"password": "long one"}); !reflect.DeepEqual(got, []string{"long one"}) {
		t.Error(got)
	}
}

// A node of the tree has one name: otherwise two runs could lock it at once.
func TestModulesHaveOneName(t *testing.T) {
	f := &Flow{Inputs: []Input{{Name: "module", Type: Module}, {Name: "more", Type: ListType, Of: Module}}}
	for id, want := range map[string]string{
		"": "", "shop/web": "", "shop/a%2Fb": "", "shop//web": "name 2 is empty", "shop/%77eb": `want the id "shop/web"`, "/shop": "is empty", strings.Repeat("a", 3000): "up to 2000 bytes",
	} {
		for _, inputs := range []map[string]any{{"module": id}, {"more": []any{id}}} {
			if _, err := f.Check(inputs); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v; want %q", inputs, err, want)
			} else {
				phrasestest.Refusal(t, err)
			}
		}
	}
}

func TestTextsOfAPersonAreRead(t *testing.T) {
	desc := tool.Description{Inputs: []tool.Parameter{
		{Name: "n", Type: "int"}, {Name: "ok", Type: "bool"}, {Name: "nodes", Type: "list"}, {Name: "text", Type: "string"}, {Name: "any", Type: "any"},
		{Name: "left", Type: "string", Default: "GET"}, {Name: "empty", Type: "int"}, {Name: "must", Type: "string", Required: true},
	}}
	got, err := ReadTexts(desc, map[string]any{"left": "", "empty": "", "must": "", "n": "3", "ok": "false", "nodes": "a, b", "text": "3", "any": "4", "other": "5"})
	want := map[string]any{"left": nil, "empty": nil, "must": "", "n": int64(3), "ok": false, "nodes": []any{"a", "b"}, "text": "3", "any": "4", "other": "5"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if _, err := ReadTexts(desc, map[string]any{"n": "many", "ok": "no"}); err == nil || !strings.Contains(err.Error(), "n: ") || !strings.Contains(err.Error(), "ok: ") {
		t.Errorf("%v; want both faults", err)
	}
}
