package request

import (
	"encoding/json"
	"fmt"
	"strings"

	"headroom/internal/config"
)

// flowOf returns the flow that delivers a request, and what it is started with; false:
// people deliver it. A flow whose inputs need machines waits for them.
func flowOf(flows []config.RequestFlow, r *Request) (name string, inputs map[string]any, ok bool) {
	if r.Change != nil {
		return r.Change.Flow, r.Change.Inputs, true
	}
	for i := range flows {
		f := &flows[i]
		if f.Kind != string(r.Kind) || !below(r.Path, f.Path) {
			continue
		}
		if r.Machines != nil && len(r.Machines.Nodes) == 0 && takes(f, "nodes") {
			return "", nil, false
		}
		return f.Flow, fill(f.Inputs, r.fields()), true
	}
	return "", nil, false
}

// takes tells whether an input is made of a field.
func takes(f *config.RequestFlow, field string) bool {
	found := false
	config.EachText(f.Inputs, func(text string) { found = found || strings.Contains(text, "${"+field+"}") })
	return found
}

// fields are what a flow's inputs can be made of, by name.
func (r *Request) fields() map[string]any {
	var form any = r.Machines
	switch {
	case r.Business != nil:
		form = r.Business
	case r.Access != nil:
		form = r.Access
	}
	all := map[string]any{}
	text, err := json.Marshal(form)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic("BUG: a form is no JSON object: " + err.Error())
	}
	all["id"], all["who"], all["why"] = r.ID, r.Who, r.Why
	return all
}

// fill puts fields into inputs.
func fill(inputs map[string]any, fields map[string]any) map[string]any {
	out := make(map[string]any, len(inputs))
	for name, v := range inputs {
		out[name] = filled(v, fields)
	}
	return out
}

// filled puts fields into the texts of a value. One that is nothing but a field keeps its
// type.
func filled(v any, fields map[string]any) any {
	switch v := v.(type) {
	case map[string]any:
		return fill(v, fields)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = filled(v[i], fields)
		}
		return out
	case string:
		if m := config.RequestField.FindStringSubmatch(v); m != nil && m[0] == v {
			return plain(fields[m[1]])
		}
		return config.RequestField.ReplaceAllStringFunc(v, func(ref string) string { return words(fields[strings.Trim(ref, "${}")]) })
	}
	return v
}

// plain makes whole numbers of JSON whole again.
func plain(v any) any {
	if f, ok := v.(float64); ok && f == float64(int64(f)) {
		return int64(f)
	}
	return v
}

func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		all := make([]string, len(v))
		for i, e := range v {
			all[i] = words(e)
		}
		return strings.Join(all, " ")
	}
	return fmt.Sprint(plain(v))
}
