package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"headroom/internal/yamlfile"
)

// FuzzLoad reads whatever it is given: the answer is a program whose expressions can be
// evaluated, or faults that each have a line.
func FuzzLoad(f *testing.F) {
	f.Add(example)
	f.Add("name: x\nsteps: [{id: a, tool: pick, with: {count: '${1'}}]")
	f.Add("&a [*a]")
	f.Add("name: x\nconstants: &c {a: *c}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Load([]byte(text), "f", testTools)
		if err != nil {
			var faults yamlfile.Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		evaluate(p)
		data, err := json.Marshal(p.Flow())
		var again Flow
		if err == nil {
			err = json.Unmarshal(data, &again)
		}
		if err != nil {
			t.Fatalf("%v of %s", err, data)
		}
		if _, err := Compile(&again, testTools); err != nil {
			t.Fatalf("good as YAML and not as JSON: %v", err)
		}
		if !reflect.DeepEqual(again.Constants, p.Flow().Constants) {
			t.Fatalf("constants %v became %v", p.Flow().Constants, again.Constants)
		}
	})
}

// evaluate asks a program for all that it has.
func evaluate(p *Program) {
	inputs, _ := p.Flow().Check(nil)
	s := &Scope{Inputs: inputs, Constants: p.Flow().Constants, Steps: map[string]Result{}}
	for id := range p.steps {
		s.Steps[id] = Result{State: "done", Outputs: Placeholders(p.Tool(id))}
	}
	p.Lock(s)
	for id := range p.steps {
		p.When(id, s)
		p.With(id, s)
		p.Undo(id, s)
		p.Items(id, s)
	}
}

// FuzzExpression evaluates whatever stands in a text.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{
		"${inputs.n + 1}", "a ${inputs.list[0]} $${b}", "${inputs.list.map(x, x + inputs.text).join(',')}", "${'}'}", "${r'\\'}",
		"${steps.pick.outputs.nodes.filter(n, has(inputs.map.k))}", "${inputs.text.replace('a', 'b').split(' ').slice(0, 2)}", "${{'a': 1.5}['a']}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			t.Skip()
		}
		v, err := value(t, text, scope())
		if err != nil {
			return
		}
		if _, err := json.Marshal(Values{"v": v}); err != nil {
			t.Fatalf("%q gives %#v: %v", text, v, err)
		}
		if plain, err := Plain(v); err != nil || !reflect.DeepEqual(plain, v) {
			t.Fatalf("%q gives %#v, which is not plain: %v", text, v, err)
		}
	})
}

// FuzzCut takes texts apart: nothing is lost, and what is plain is what it was.
func FuzzCut(f *testing.F) {
	f.Add("a${b}c$${d}")
	f.Add("${'}'}${\"\"\"}\"\"\"}")
	f.Fuzz(func(t *testing.T, text string) {
		pieces, err := cut(text)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, p := range pieces {
			if p.expression {
				fmt.Fprintf(&again, "${%s}", p.text)
			} else {
				again.WriteString(strings.ReplaceAll(p.text, "${", "$${"))
			}
		}
		if again.String() != text {
			t.Fatalf("%q became %q", text, again.String())
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	var text strings.Builder
	text.WriteString("name: x\ninputs: [{name: n, type: int}]\nsteps:\n")
	for i := range MaxSteps {
		fmt.Fprintf(&text, "- {id: s%d, tool: pick, when: inputs.n > 1, with: {count: \"${inputs.n + %d}\"}}\n", i, i)
	}
	for b.Loop() {
		if _, err := Load([]byte(text.String()), "f", testTools); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWith(b *testing.B) {
	p, err := Load([]byte(example), "f", testTools)
	if err != nil {
		b.Fatal(err)
	}
	inputs, _ := p.Flow().Check(map[string]any{"module": "m", "names": "a,b"})
	s := &Scope{Inputs: inputs, Constants: p.Flow().Constants, Steps: map[string]Result{"get": {State: "done", Outputs: map[string]any{"nodes": []any{"x"}}}}}
	for b.Loop() {
		if _, err := p.With("a", s); err != nil {
			b.Fatal(err)
		}
	}
}
