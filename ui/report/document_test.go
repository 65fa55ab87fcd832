package report

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{\d(\|[^}]*)?\}`)

// places are the numbers of what is said in a text.
func places(text string) (all []string) {
	for _, place := range placeholder.FindAllString(text, -1) {
		all = append(all, place[:2])
	}
	return all
}

// Each text is there in each language, and says the same things.
func TestAllLanguagesSayTheSame(t *testing.T) {
	one, other := reflect.ValueOf(english), reflect.ValueOf(chinese)
	for i := range one.NumField() {
		name := one.Type().Field(i).Name
		if one.Field(i).Kind() != reflect.String {
			continue
		}
		a, b := one.Field(i).String(), other.Field(i).String()
		said, also := places(a), places(b)
		slices.Sort(said)
		slices.Sort(also)
		if a == "" || b == "" || !slices.Equal(said, also) {
			t.Errorf("%s is %q and %q", name, a, b)
		}
	}
	if len(english.tasks) != len(chinese.tasks) {
		t.Error("tasks")
	}
	if wordsOf("fr") != &english {
		t.Error("a language that nobody wrote is not read as the first one")
	}
}

// Documents of both languages have the same parts, with the same figures and marks.
func TestAllLanguagesShowTheSameFigures(t *testing.T) {
	r := made()
	one, other := r.Document(English), r.Document(Chinese)
	if len(one.Sections) != len(other.Sections) || len(one.Facts) != len(other.Facts) || len(one.Notes) != len(other.Notes) {
		t.Fatal("other parts")
	}
	for i := range one.Sections {
		a, b := &one.Sections[i], &other.Sections[i]
		if a.ID != b.ID || len(a.List) != len(b.List) || a.Title == b.Title || !reflect.DeepEqual(figures(a.Table), figures(b.Table)) || (a.Trends == nil) != (b.Trends == nil) {
			t.Errorf("%+v\n%+v", a, b)
		}
	}
	for i := range one.Facts {
		if one.Facts[i].Value != other.Facts[i].Value {
			t.Errorf("%+v %+v", one.Facts[i], other.Facts[i])
		}
	}
	if left := placeholder.FindString(strings.Join(one.Notes, "") + one.Basis + one.Stamp + other.Basis + other.Stamp); left != "" {
		t.Errorf("%s is said to nobody", left)
	}
}

// figures are what no language changes.
func figures(t *Table) (all []Cell) {
	if t == nil {
		return nil
	}
	for _, row := range t.Rows {
		for i, c := range row.Cells {
			if math.IsNaN(c.Marks[0]) || math.IsNaN(c.Marks[1]) {
				c.Marks = [2]float64{}
			}
			if t.Columns[i].Kind != Text {
				all = append(all, c)
			}
		}
	}
	return all
}

func TestAReportOfNothingIsSet(t *testing.T) {
	for _, language := range Languages() {
		var b strings.Builder
		r := Report{Month: "2026-11", Draft: true}
		if err := r.HTML(&b, language); err != nil {
			t.Fatal(err)
		}
		if s := b.String(); strings.Contains(s, "NaN") || !strings.Contains(s, fill(tongueOf(language).nobody, "0")) || strings.Contains(s, wordsOf(language).nothing) || !strings.Contains(s, wordsOf(language).leftCount) || strings.Contains(s, "<script") {
			t.Error(s)
		}
	}
}

func TestHorizonsAreSaid(t *testing.T) {
	for name, want := range map[string]string{"7d": "7 days ahead", "1d": "1 day ahead", "max30d": "largest of 30 days", "12:00": "as of 12:00", "5m": "5 min ahead", "30d*": "30d*", "": ""} {
		if got := english.horizon(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestPastInChinese(t *testing.T) {
	for total, want := range map[PastTotal]string{{}: "，每个模块都恰好够用", {Missing: 3}: "，少了 3 台", {Idle: 2}: "，多了 2 台", {Idle: 1, Missing: 4}: "：部分模块多 1 台，其余少 4 台"} {
		if got := total.chineseVerdict(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	past := past()
	for i, want := range []string{"2026-10 的申请（未发布，以 2026-10-25 的记录为准）：申请 2 台；待交付周期结束", "：实际需要 "} {
		if got := pastSentence(&past[i], Chinese); !strings.Contains(got, want) || !strings.HasSuffix(got, "。") {
			t.Errorf("%q", got)
		}
	}
}
