package fleet

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func declared(id string, pairs ...string) Declared {
	d := Declared{ID: id, Fields: Fields{}, Where: "f:1"}
	for i := 0; i < len(pairs); i += 2 {
		d.Fields[pairs[i]] = pairs[i+1]
	}
	return d
}

func TestFactsAreTakenApartAndPutTogether(t *testing.T) {
	f := Facts{
		ID: "a/b", Owner: "o", Level: "1", Runbook: "r.md", Dependencies: []string{"x", "y"}, DeviceType: "t",
		Limits: map[string]string{"max_workers": "40"}, Contacts: []string{"c"}, Notes: "two\nlines", Labels: map[string]string{"tier": "web"},
	}
	if got := f.Fields().Facts("a/b"); !reflect.DeepEqual(got, f) {
		t.Errorf("%+v", got)
	}
	if all := (Facts{ID: "a"}).Fields(); len(all) > 0 {
		t.Errorf("%v", all)
	}
}

func TestWhatIsKnownOfANode(t *testing.T) {
	v := NewView([]Source{
		{"people", []Declared{declared("Qzone/WNS/web", "owner", "", "level", "1")}},
		{"git", []Declared{declared("Qzone", "owner", "qz", "notes", "of Qzone", "dependencies", "Mail"), declared("Qzone/WNS/web", "owner", "web", "level", "2")}},
		{"cmdb", []Declared{declared("Qzone/WNS/web", "level", "2", "device_type", "B5")}},
	})
	got := map[string]string{}
	for field, value := range v.Of("Qzone/WNS/web") {
		got[field] = value.Value + " by " + value.Source + " at " + value.From
	}
	want := map[string]string{
		"level": "1 by people at Qzone/WNS/web", "device_type": "B5 by cmdb at Qzone/WNS/web", "dependencies": "Mail by git at Qzone",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	for id, owner := range map[string]string{"Qzone": "qz", "Qzone/WNS": "qz", "Qzone/x/y": "qz", "Qzone/WNS/web": "", "Qzonex": "", "": ""} {
		if f := v.Facts(id); f.Owner != owner || v.Text(id, "owner") != owner {
			t.Errorf("%q: owner %q", id, f.Owner)
		}
	}
	var conflicts []string
	for _, c := range v.Conflicts() {
		var values []string
		for _, value := range c.Values {
			values = append(values, value.Source+"="+value.Value)
		}
		conflicts = append(conflicts, c.ID+" "+c.Field+" "+strings.Join(values, " "))
	}
	if want := []string{"Qzone/WNS/web level people=1 git=2 cmdb=2", "Qzone/WNS/web owner people= git=web"}; !slices.Equal(conflicts, want) {
		t.Errorf("%q", conflicts)
	}
	if got := v.Callers("Mail/SMTP"); !slices.Equal(got, []string{"Qzone"}) {
		t.Errorf("%v", got)
	}
}

func TestFaultsOfDependencies(t *testing.T) {
	v := NewView([]Source{{"git", []Declared{
		declared("a", "dependencies", "b\nnone"), declared("b", "dependencies", "c"), declared("c", "dependencies", "a\ntree"),
		declared("d", "dependencies", "d"), declared("e", "dependencies", "a"),
	}}})
	var got []string
	for _, f := range v.DependencyFaults(func(id string) bool { return id == "tree" }) {
		got = append(got, f.ID+" "+f.Problem)
	}
	want := []string{`a depends on "none", which is no node of the business tree`, "a is in a cycle of dependencies: a, b, c", "d depends on itself"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A group of nodes that can reach each other is found, whatever the graph: beside the
// closure of all ways, which is slow.
func TestCyclesBesideTheSlowWay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 2 + r.IntN(8)
		reach := make([][]bool, n)
		var all []Declared
		for i := range n {
			reach[i] = make([]bool, n)
			var on []string
			for j := range n {
				if r.IntN(n) == 0 {
					on, reach[i][j] = append(on, fmt.Sprint(j)), true
				}
			}
			all = append(all, declared(fmt.Sprint(i), "dependencies", JoinList(on)))
		}
		for k := range n {
			for i := range n {
				for j := range n {
					reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
				}
			}
		}
		var want [][]string
		for i := range n {
			group := []string{fmt.Sprint(i)}
			for j := range n {
				if j != i && reach[i][j] && reach[j][i] {
					group = append(group, fmt.Sprint(j))
				}
			}
			if len(group) > 1 && slices.Min(group) == group[0] {
				want = append(want, group)
			}
		}
		if got := NewView([]Source{{"s", all}}).cycles(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\ngot %v\nwant %v", all, got, want)
		}
	}
}

func TestChanges(t *testing.T) {
	at := time.Unix(1000, 0)
	wrote := func(d Declared, by string, at int64) Declared { d.By, d.At = by, time.Unix(at, 0); return d }
	before := NewView([]Source{
		{"people", []Declared{wrote(declared("a", "level", "1"), "li", 20)}},
		{"git", []Declared{wrote(declared("a", "owner", "x", "level", "2"), "wang", 10), wrote(declared("gone", "owner", "y"), "wang", 10)}},
	})
	after := NewView([]Source{{"git", []Declared{wrote(declared("a", "owner", "z"), "zhao", 30), wrote(declared("a", "level", "2"), "wang", 10)}}})
	var got []string
	for _, c := range Changes(before, after, "git", at, Declared{By: "chen"}) {
		got = append(got, fmt.Sprintf("%s %s %q→%q %s by %s", c.ID, c.Field, c.Before, c.After, c.Source, c.By))
	}
	want := []string{`a owner "x"→"z" git by zhao`, `a level "1"→"2" git by wang`, `gone owner "y"→"" git by chen`}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if same := Changes(after, after, "git", at, Declared{}); len(same) > 0 {
		t.Errorf("%v", same)
	}
}

func TestCheckField(t *testing.T) {
	for field, want := range map[string]string{
		"owner": "", "limits.a": "", "labels.": "there is no such fact", "colour": "there is no such fact", "limits." + strings.Repeat("x", 300): "its name has",
	} {
		if err := CheckField(field, "v"); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, bad := range [][2]string{
		{"owner", strings.Repeat("x", MaxValue+1)}, {"dependencies", "a//b"}, {"contacts", strings.Repeat("x\n", MaxItems)},
		{"runbook", "javascript://%0aalert(1)"}, {"runbook", " JavaScript:alert(1)"}, {"runbook", "data:text/html,x"},
	} {
		if CheckField(bad[0], bad[1]) == nil {
			t.Errorf("%s: no error", bad[0])
		}
	}
	for _, good := range []string{"", "web.md", "shop/a:b.md", "https://wiki/x:y", "HTTP://wiki"} {
		if err := CheckField("runbook", good); err != nil {
			t.Error(err)
		}
	}
}
