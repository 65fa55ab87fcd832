package document

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// value compiles a flow whose one step has an environment of one value, and evaluates that.
func value(t *testing.T, text string, s *Scope) (any, error) {
	t.Helper()
	p, err := Compile(&Flow{Name: "x", Inputs: []Input{
		{Name: "n", Type: Int}, {Name: "x", Type: Number}, {Name: "text", Type: String}, {Name: "ttl", Type: Span},
		{Name: "list", Type: ListType}, {Name: "map", Type: MapType}, {Name: "package", Type: String}, {Name: "times", Type: ListType, Of: Span},
	}, Steps: []Step{
		{ID: "pick", Tool: "pick", With: Values{"count": int64(1)}},
		{ID: "sh", Tool: "shell", With: Values{"node": "n", "env": map[string]any{"v": text}}},
	}}, testTools)
	if err != nil {
		return nil, err
	}
	got, err := p.With("sh", s)
	if err != nil {
		return nil, err
	}
	return got["env"].(map[string]any)["v"], nil
}

func scope() *Scope {
	return &Scope{
		Inputs: map[string]any{"n": int64(3), "x": 2.5, "text": "a b", "ttl": "1m30s", "list": []any{"a", "b", "c"},
			"map": map[string]any{"k": int64(1), "deep": []any{1.5}}, "package": "nginx", "times": []any{"1s", "1m"}},
		Run:   About{ID: "r", Flow: "x", Who: "ann", Why: "because", Started: time.Unix(1e9, 0).UTC()},
		Steps: map[string]Result{"pick": {State: "done", Outputs: map[string]any{"nodes": []any{"n1"}, "took": "90s"}}},
	}
}

func TestExpressionsKeepTheirTypes(t *testing.T) {
	f := func(text string, want any) {
		t.Helper()
		if got, err := value(t, text, scope()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v, %v; want %#v", text, got, err, want)
		}
	}
	f("plain", "plain")
	f("", "")
	f("$${x}", "${x}")
	f("${inputs.n}", int64(3))
	f(" ${inputs.n}", " 3")
	f("${inputs.x}", 2.5)
	f("${inputs.n > 2}", true)
	f("${inputs.n < 2.5}", false) // numbers of both types compare
	f("${inputs.list}", []any{"a", "b", "c"})
	f("${inputs.map}", map[string]any{"k": int64(1), "deep": []any{1.5}})
	f("${inputs.package}", "nginx") // a word that is reserved elsewhere
	f("${inputs.n}/${inputs.x} of ${inputs.list} ${inputs.ttl}", `3/2.5 of ["a","b","c"] 1m30s`)
	f("${inputs.ttl}", "1m30s")
	f("${inputs.ttl + duration('30s')}", "2m0s")
	f("${inputs.times[1] > inputs.times[0]}", true)
	f("${steps.pick.outputs.took == inputs.ttl}", true)
	f("${run.who + ' ' + run.why}", "ann because")
	f("${run.started}", "2001-09-09T01:46:40Z")
	f("${run.started.getFullYear()}", int64(2001))
	f("${{'a': [1, 2.0]}}", map[string]any{"a": []any{int64(1), 2.0}})
	f("${'}' + \"${\" + r'\\' + '''a'b'''}", "}${\\a'b")
	f("${has(steps.pick.outputs.share) ? 1 : 2}", int64(2))
	f("${has(steps.pick.outputs.nodes) ? 1 : 2}", int64(1))
	f("${inputs.list.filter(x, x != 'b').join('+')}", "a+c")
	f("${inputs.list.slice(1, 9)}", []any{"b", "c"})
	f("${inputs.list.slice(5, 9)}", []any{})
	f("${' A b '.trim().lower() + 'x'.upper()}", "a bX")
	f("${'a,b'.split(',')}", []any{"a", "b"})
	f("${'a-b-c'.replace('-', '')}", "abc")
	f("${ceil(double(size(inputs.list)) * 0.5)}", int64(2))
	f("${max(1, min(inputs.n, 2))}", int64(2))
	f("${inputs.list.slice(1)}", []any{"b", "c"})
	f("${inputs.list.batches(2)}", []any{[]any{"a", "b"}, []any{"c"}})
	f("${inputs.list.batches(9223372036854775807)}", []any{[]any{"a", "b", "c"}})
	f("${inputs.list.slice(9).batches(2)}", []any{})
	f("${'shop/web'.split('/').last()}", "web")
	f("${range(3).map(i, i * 2)}", []any{int64(0), int64(2), int64(4)})
	f("${uint(3)}", int64(3))
	f("${null}", nil)
}

func TestExpressionsThatFailSayWhere(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got, err := value(t, text, scope()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %#v, %v; want %s", text, got, err, want)
		}
	}
	f("${inputs.list[7]}", `env: v: "inputs.list[7]": index out of bounds`)
	f("${steps.pick.outputs.share}", "no such key: share")
	f("${1 / (inputs.n - 3)}", "division by zero")
	f("${int(inputs.text)}", "type conversion error from 'string' to 'int'")
	f("${9223372036854775807 + inputs.n}", "overflow")
	f("a ${null}", "gives nothing")
	f("${inputs.list.slice(-1, 2)}", "want indices from 0")
	f("${[1, 2].map(x, 'a')[int(inputs.x * 1e300)]}", "integer overflow")
	f("${ceil(inputs.x * 1e300)}", "beyond the whole numbers")
	f("${inputs.list.batches(0)}", "want at least 1 element")
	f("${inputs.list.slice(3).last()}", "the list is empty")
	f("${range(inputs.n * 10000)}", "range: want 0 to 10000, found 30000")
	f("${{1: 2}}", "a map's names are texts")
	f("${0.0 / (inputs.x - 2.5)}", "NaN is no finite number")
}

func TestAnExpressionEndsSoon(t *testing.T) {
	large := scope()
	large.Inputs["text"] = strings.Repeat("ab", 50_000)
	list := make([]any, 10_000)
	for i := range list {
		list[i] = fmt.Sprint("node", i)
	}
	large.Inputs["list"] = list
	f := func(text, want string) {
		t.Helper()
		if _, err := value(t, text, large); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	f("${inputs.list.all(a, inputs.list.all(b, a != b + b))}", "cost limit exceeded")
	f("${inputs.list.map(a, inputs.list.slice(0, 10000))}", "cost limit exceeded")
	f("${inputs.list.map(a, inputs.list.batches(1))}", "cost limit exceeded")
	f("${range(10000).map(a, range(10000))}", "cost limit exceeded")
	f("${inputs.list.map(a, inputs.text).join('')}", "join: the text would have more than 262144 bytes")
	f("${inputs.text.replace('', inputs.text)}", "replace: the text would have more than 262144 bytes")
	f("${inputs.list.map(a, inputs.text + inputs.text)}", "cost limit exceeded")
	f("${inputs.list.map(a, inputs.text)} x", "the value has more than 4194304 bytes")
	f("${inputs.text}${inputs.text}${inputs.text}", "the text has more than 262144 bytes")
	f("${inputs.text.matches('(a|ab)*c' + inputs.text)}", "cost limit exceeded")
}
