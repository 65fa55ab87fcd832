package api

import (
	"bytes"
	"math"
	"math/rand"
	"reflect"
	"testing"
	"time"

	"headroom/analytics"
)

// texts are names and reasons with all that JSON treats in its own way.
var texts = []string{"", "SET_W13", `a"b\c`, "模块 <&>", "\x00\x1f\n", "bad \xff utf-8", "\u2028", "\x7f"}

// fill sets every field, however deep, so that a field which the structs get and
// the writer does not is found.
func fill(rnd *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[rnd.Intn(len(texts))])
	case reflect.Float64:
		v.SetFloat([]float64{0, math.NaN(), math.Inf(1), -1.5, 1e21, 1e-9, rnd.NormFloat64() * 50}[rnd.Intn(7)])
	case reflect.Int:
		v.SetInt(rnd.Int63n(100) - 1)
	case reflect.Bool:
		v.SetBool(rnd.Intn(2) == 0)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+rnd.Intn(4), 4))
		for i := range v.Len() {
			fill(rnd, v.Index(i))
		}
	case reflect.Pointer:
		if rnd.Intn(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rnd, v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(rnd.Int63n(4e9), rnd.Int63n(3)*5e8).In(shanghai)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() { // JSON has no others
				fill(rnd, v.Field(i))
			}
		}
	default:
		panic("fill does not know " + v.Type().String())
	}
}

func TestLinesAreAsEncodingJSONHasThem(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for range 2000 {
		var row analytics.Row
		fill(rnd, reflect.ValueOf(&row).Elem())
		equal(t, row, func(w *lineWriter) { w.row(&row) })
		var growth analytics.Growth
		fill(rnd, reflect.ValueOf(&growth).Elem())
		equal(t, growth, func(w *lineWriter) { w.growth(&growth) })
	}
}

func equal(t *testing.T, v any, write func(*lineWriter)) {
	t.Helper()
	want, err := marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var w lineWriter
	write(&w)
	if !bytes.Equal(append(w.b, '\n'), want) {
		t.Fatalf("got\n%s\nwant\n%s", w.b, want)
	}
}
