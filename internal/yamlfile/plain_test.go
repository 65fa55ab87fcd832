package yamlfile

import (
	"reflect"
	"testing"
)

type loose struct {
	With map[string]any `yaml:"with"`
	Any  any            `yaml:"any"`
	List []any          `yaml:"list"`
	Part *part          `yaml:"part"`
}

func TestPlainValuesAreThoseOfJSON(t *testing.T) {
	var got loose
	_, faults := Decode([]byte(`
with: {n: 3, x: 1.0, b: true, day: 2026-11-28, none: ~, "8080": a, deep: {list: [1, {y: z}]}}
any: [1, two]
list: [1, 2.5]
part: {count: 2}
`), "f", &got)
	want := loose{
		With: map[string]any{"n": int64(3), "x": 1.0, "b": true, "day": "2026-11-28", "8080": "a",
			"deep": map[string]any{"list": []any{int64(1), map[string]any{"y": "z"}}}},
		Any: []any{int64(1), "two"}, List: []any{int64(1), 2.5}, Part: &part{Count: 2},
	}
	if len(faults) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, faults, want)
	}
}

func TestPlainFaultsHaveTheirLines(t *testing.T) {
	var got loose
	lines, faults := Decode([]byte(`with:
  a: 1
  a: 2
  big: 18446744073709551615
  inf: .inf
  [x]: 1
any: &loop [*loop]
list: {a: 1}
part: {cuont: 1}
`), "f", &got)
	faults.Place("f", lines)
	want := `f:3: with.a: given twice, first on line 2
f:4: with.big: want a whole number below 2^63, found "18446744073709551615"
f:5: with.inf: want a finite number, found ".inf"
f:6: with: want a name, found a list
f:7: any` // then the loop
	if text := faults.Error(); len(text) < len(want) || text[:len(want)] != want || len(faults) != 7 || lines["with.a"] != 2 {
		t.Errorf("got\n%v\nwant\n%v …", text, want)
	}
}
