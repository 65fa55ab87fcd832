package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/internal/phrases"
	"headroom/ui/report"
)

// kept is a report as it was published, with all parts that a workbook has sheets for.
func kept(t testing.TB) *report.Report {
	t.Helper()
	text, err := os.ReadFile("../testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	r.Currency, r.Total.Cost, r.Lines[0].Cost = "CNY", 2001.5, 2001.5
	r.Lines[0].Sites = []report.Share{{Site: "a", Devices: 4}, {Site: "b", Devices: 3}}
	r.BySite = []report.Total{{Name: "a", Modules: 1, Devices: 4, Cost: analytics.Unknown()}}
	var s report.Scores
	yes := true
	s.Add(&ledger.Entry{Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: 0.125, NaiveError: 0.25, Inside: &yes})
	r.Accuracy = s.Accuracy("2026-10-01", "2026-10-31")
	r.Compare(&r.Past[0], nil)
	return &r
}

func workbook(t testing.TB, r *report.Report, language string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r, language); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryLanguageHasAHeadForEveryField(t *testing.T) {
	r := kept(t)
	for _, language := range report.Languages() {
		w, seen := wordsOf(language), map[string]bool{}
		for _, f := range r.Fields()[len(r.Levels):] {
			if head := w.heads[f.Name]; head == "" || seen[head] {
				t.Errorf("%s: the head of %s is %q", language, f.Name, head)
			} else {
				seen[head] = true
			}
		}
	}
}

func TestAnEmptyReportIsAWorkbook(t *testing.T) {
	if b := workbook(t, &report.Report{Format: 1, Month: "2026-01", Levels: []string{"module"}}, report.English); len(b) == 0 {
		t.Error("nothing")
	}
}

// A level of the tree may be called as another column is; a table has each head once.
func TestHeadsAreDistinct(t *testing.T) {
	r := kept(t)
	r.Levels[0], r.Levels[1] = "site", "id"
	for _, language := range report.Languages() {
		f, err := excelize.OpenReader(bytes.NewReader(workbook(t, r, language)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(wordsOf(language).modules)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, head := range rows[0] {
			if head == "" || seen[strings.ToLower(head)] {
				t.Errorf("%s: %q stands there twice", language, head)
			}
			seen[strings.ToLower(head)] = true
		}
		if first := rows[0][0]; first != report.LevelName("site", language) || !seen[strings.ToLower(wordsOf(language).heads["id"])] {
			t.Errorf("%s: %q", language, rows[0])
		}
	}
}

// A path of long names is the head of a column of peaks.
func TestHeadsAreBrief(t *testing.T) {
	r := kept(t)
	long := strings.Repeat("宽", 200)
	for i := range r.Lines {
		r.Lines[i].Path = []string{long, long, "SET " + strconv.Itoa(i)}
	}
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, r, report.English)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(wordsOf(report.English).peaks)
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	for _, head := range rows[0][1:] {
		if n := len([]rune(head)); n > 255 || !strings.Contains(head, " → SET ") {
			t.Errorf("%d letters: %s", n, head)
		}
	}
}

// What a chart is drawn from are references: Excel repairs a file in which a text stands
// in their place.
func TestChartsHaveReferencesOnly(t *testing.T) {
	book := workbook(t, kept(t), report.English)
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	charts := 0
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/charts/chart") {
			continue
		}
		charts++
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "<f>")[1:] {
			if of, _, _ := strings.Cut(part, "</f>"); !strings.Contains(of, "!$") {
				t.Errorf("%s: %q", f.Name, of)
			}
		}
	}
	if charts != 2 {
		t.Errorf("%d charts", charts)
	}
}

func TestNamesStayText(t *testing.T) {
	r := kept(t)
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, r, report.English)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y := range rows {
			for x := range rows[y] {
				at, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if formula, err := f.GetCellFormula(sheet, at); formula != "" || err != nil {
					t.Errorf("%s!%s is a formula: %s", sheet, at, formula)
				}
			}
		}
	}
}

// LibreOffice reads the same numbers from the workbook as the JSON has, and the same
// texts and days.
func TestLibreOfficeReadsTheNumbersOfTheJSON(t *testing.T) {
	r := kept(t)
	for _, language := range []string{report.Chinese} { // each takes seconds
		sheets := opened(t, workbook(t, r, language))
		w := wordsOf(language)
		rows := sheets[w.modules]
		if len(rows) == 0 {
			t.Fatalf("%s: no sheet of modules", language)
		}
		n := 0
		err := r.Records(func(m *report.Record) error {
			n++
			for i, f := range r.Fields() {
				if want := f.Of(m); !equal(rows[n][i], want, f, w) {
					t.Errorf("%s: %s of %s is %q, want %v", language, f.Name, m.ID, rows[n][i], want)
				}
			}
			if m.State == analytics.OK && rows[n][len(r.Fields())] != report.Sentence(m.Line, language) {
				t.Errorf("%s: the sentence is %q", language, rows[n][len(r.Fields())])
			}
			return nil
		})
		if err != nil || len(rows) != n+1 {
			t.Errorf("%s: %d rows of %d, %v", language, len(rows)-1, n, err)
		}
		for sheet, want := range map[string]string{
			w.byTop: fmt.Sprintf("%v,", r.ByTop[0].Devices), w.bySite: "a,1,4,", w.lastMonth: ",2,232,230", w.accuracy: ",12.5%,12.5%,", w.past: "2026-09", w.leftOut: "QQ/young," + w.say("learning") + ",3," + map[string]string{report.English: "9 of 14 days", report.Chinese: "仅有 9 天数据，需 14 天"}[language], w.method: map[string]string{report.English: r.Method[0], report.Chinese: "模块负载为其各设备负载的平均值"}[language], w.peaks: "2026-11-19",
			w.summary: "2001.5",
		} {
			if text := joined(sheets[sheet]); !strings.Contains(text, want) {
				t.Errorf("%s: %s lacks %q:\n%s", language, sheet, want, text)
			}
		}
	}
}

func joined(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.String()
}

// equal tells whether a cell that LibreOffice has read is a value of the report.
func equal(got string, want any, f report.Field, w *words) bool {
	switch v := want.(type) {
	case string:
		switch {
		case f.Name == "at_risk" || f.Name == "state":
			v = w.say(v)
		case f.Name == "reason" && w == &chinese:
			v = phrases.In(report.Chinese, v)
		}
		return got == v
	case int:
		return got == strconv.Itoa(v) || v == 0 && got == ""
	case analytics.Number:
		if !v.Known() {
			return got == ""
		}
		text, percent := strings.CutSuffix(got, "%")
		n, err := strconv.ParseFloat(text, 64)
		if percent {
			n /= 100
		}
		return err == nil && math.Abs(n-float64(v)) <= 1e-13*math.Abs(float64(v)) && percent == (f.Type == report.Ratio) // it writes 15 digits
	}
	return false
}

// opened has LibreOffice read a workbook and write each sheet as CSV, with numbers as
// they are and not as they are shown.
func opened(t testing.TB, workbook []byte) map[string][][]string {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatalf("%v; run scripts/install-test-tools.sh", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "r.xlsx")
	if err := os.WriteFile(file, workbook, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", dir, file)
	started := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	t.Logf("soffice took %s", time.Since(started))
	names, err := filepath.Glob(filepath.Join(dir, "r-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	sheets := map[string][][]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(bytes.NewReader(text))
		in.FieldsPerRecord = -1
		rows, err := in.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sheets[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "r-"), ".csv")] = rows
	}
	return sheets
}

// BenchmarkWrite is a report of the size of the fleet in the talk: 2,428 modules.
func BenchmarkWrite(b *testing.B) {
	r := kept(b)
	for len(r.Lines) < 2428 {
		r.Lines = append(r.Lines, r.Lines[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		workbook(b, r, report.English)
	}
}

// On paper each table has its head on every page, and no column is too small to read.
func TestSheetsArePrinted(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, kept(t), report.Chinese)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	titles := map[string]string{}
	for _, name := range f.GetDefinedName() {
		titles[name.Scope] = name.RefersTo
	}
	for sheet, want := range map[string]string{chinese.modules: "'模块'!$A:$B,'模块'!$1:$1", chinese.byTop: "'按业务'!$1:$1", chinese.peaks: "'日峰值'!$1:$1"} {
		if titles[sheet] != want {
			t.Errorf("%s has the titles %q, want %q", sheet, titles[sheet], want)
		}
		page, err := f.GetPageLayout(sheet)
		if err != nil || *page.Orientation != across || *page.Size != a4 || *page.FitToHeight != 0 || *page.FitToWidth < 1 {
			t.Errorf("%s: %+v, %v", sheet, page, err)
		}
	}
}
