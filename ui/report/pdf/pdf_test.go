package pdf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/analytics"
	"headroom/ui/report"
)

// set writes a report and returns its bytes.
func set(t testing.TB, r *report.Report, language string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r, language); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the text of each page, as a program that knows nothing of ours reads it.
func read(t *testing.T, pdf []byte) []string {
	t.Helper()
	out := run(t, pdf, "pdftotext", "-layout", "FILE", "-")
	return strings.Split(strings.TrimSuffix(out, "\f"), "\f")
}

// run runs a program on a PDF, which is the argument FILE.
func run(t *testing.T, pdf []byte, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%v: scripts/install-test-tools.sh installs it", err)
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if i := slices.Index(args, "FILE"); i >= 0 {
		args[i] = file
	}
	var faults bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil || faults.Len() > 0 {
		t.Fatalf("%s: %v\n%s%s", program, err, out, faults.Bytes())
	}
	return string(out)
}

// squeeze makes runs of spaces one.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// A reader finds each module's figures in its line, as the JSON has them, in both
// languages; the head of the table on each of its pages; and the number of each page.
func TestAReaderFindsTheFigures(t *testing.T) {
	text, err := json.Marshal(sample(240))
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]struct{ head, number, left string }{
		report.English: {"Module Device type Site Devices now Needed To request", "%d of %d", "9 of 14 daily peaks"},
		report.Chinese: {"模块 机型 站点 现有设备 所需 申请", "第 %d 页，共 %d 页", "仅有 9 天日峰值，需 14 天"},
	} {
		pages := read(t, set(t, &r, language))
		all := map[string]bool{}
		for i, page := range pages {
			lines := strings.Split(page, "\n")
			for k, line := range lines {
				lines[k] = squeeze(line)
				all[lines[k]] = true
			}
			if number := fmt.Sprintf(want.number, i+1, len(pages)); !strings.HasSuffix(squeeze(page), number) {
				t.Errorf("%s: page %d does not end with %q", language, i+1, number)
			}
			hasLine := strings.Contains(page, "% expected on") || strings.Contains(page, "峰值预计")
			if hasLine && !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want.head) }) {
				t.Errorf("%s: page %d has no head", language, i+1)
			}
		}
		for i := range r.Lines {
			if line := lineOf(&r.Lines[i]); !all[line] {
				t.Errorf("%s: no line %q", language, line)
			}
		}
		whole := squeeze(strings.Join(pages, " "))
		said := []string{report.Decimal(r.Total.DevicesToRequest, 0), report.Money(r.Total.Cost), "QQ音乐 → 新模块 3 " + want.left, "王小明"}
		for _, b := range r.ByTop {
			said = append(said, fmt.Sprintf("%s %d %s %s", b.Name, b.Modules, report.Decimal(b.Devices, 0), report.Decimal(b.DevicesNeeded, 0)))
		}
		for _, s := range said {
			if !strings.Contains(whole, s) {
				t.Errorf("%s: nothing says %q", language, s)
			}
		}
	}
}

// lineOf is what stands in the line of a module.
func lineOf(l *report.Line) string {
	signed := func(n analytics.Number, decimals int) string {
		s := report.Decimal(n, decimals)
		if n > 0 {
			return "+" + s
		}
		return s
	}
	dash := func(s string) string {
		if s == "" {
			return "–"
		}
		return s
	}
	return strings.Join([]string{
		strings.Join(l.Path, " → "), dash(l.Type), l.Sites[0].Site, report.Decimal(l.Devices, 0), report.Decimal(l.DevicesNeeded, 0), signed(l.DevicesToRequest, 0),
		report.Money(l.Cost), report.Decimal(l.PeakNow, 1), signed(l.SlopePerDay, 2), dash(l.FullOn.Value),
	}, " ")
}

// However many rows there are and wherever they begin: no page ends with a heading,
// what is said below it, or the head of a table.
func TestNothingIsPartedFromItsHead(t *testing.T) {
	for n := range 10 {
		r := sample(1 + 7*n)
		for range n {
			r.Past = append(r.Past, r.Past[0]) // a line more on the cover
		}
		opening := map[string]bool{}
		for _, s := range r.Document(report.English).Sections {
			opening[s.Title] = true
			for _, note := range s.Notes {
				opening[note] = s.Table != nil || s.Trends != nil
			}
			if s.Table != nil {
				heads := []string{}
				for _, c := range s.Table.Columns {
					heads = append(heads, c.Head)
				}
				opening[strings.Join(heads, " ")] = true
			}
		}
		for i, page := range read(t, set(t, r, report.English)) {
			lines := slices.DeleteFunc(strings.Split(page, "\n"), func(line string) bool { return squeeze(line) == "" })
			if last := squeeze(lines[len(lines)-2]); opening[last] { // above the page's number
				t.Errorf("%d modules: page %d ends with %q", len(r.Lines), i+1, last)
			}
		}
	}
}

var (
	pageBox = regexp.MustCompile(`<page width="([0-9.]+)" height="([0-9.]+)">`)
	wordBox = regexp.MustCompile(`<word xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)">(.*)</word>`)
)

// inside fails if a word stands outside of the text's edges and is not above or below
// all text.
func inside(t *testing.T, pdf []byte) {
	t.Helper()
	var width, height float64
	for line := range strings.Lines(run(t, pdf, "pdftotext", "-bbox", "FILE", "-")) {
		if box := pageBox.FindStringSubmatch(line); box != nil {
			width, height = float(box[1]), float(box[2])
		}
		box := wordBox.FindStringSubmatch(line)
		if box == nil {
			continue
		}
		left, above, right, below := float(box[1]), float(box[2]), float(box[3]), float(box[4])
		if left < side-1 || right > width-side+1 || below > height-foot+3 && above < height-foot+9 || below > height-foot+30 || above < 20 {
			t.Errorf("%q stands at %v, %v … %v, %v of %v × %v", box[5], left, above, right, below, width, height)
		}
	}
}

func float(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64)
	return v
}

func TestTextStandsWithinItsEdges(t *testing.T) {
	for _, language := range report.Languages() {
		inside(t, set(t, sample(240), language))
		inside(t, set(t, sample(17), language))
	}
}

// A sentence that is broken into lines is whole, also where no space is broken at.
func TestSentencesAreWhole(t *testing.T) {
	r := sample(30)
	for _, language := range report.Languages() {
		whole := strings.Join(strings.Fields(strings.Join(read(t, set(t, r, language)), "")), "")
		for i := range r.Lines {
			if s := strings.Join(strings.Fields(report.Sentence(&r.Lines[i], language)), ""); !strings.Contains(whole, s) {
				t.Errorf("%s: %s", language, s)
			}
		}
	}
}

func TestAPublishedReportShowsItsChecksum(t *testing.T) {
	r := sample(3)
	if page := read(t, set(t, r, report.English))[1]; !strings.Contains(page, "Draft, made 2026-11-28 03:30 +08:00") {
		t.Error(page)
	}
	r.Draft, r.Checksum = false, strings.Repeat("0123456789abcdef", 4)
	for i, page := range read(t, set(t, r, report.English)) {
		if strings.Contains(page, "Draft") || !strings.Contains(page, "Published 2026-11-28 03:30 +08:00") || !strings.Contains(page, "SHA-256 "+r.Checksum) {
			t.Errorf("page %d: %s", i+1, page)
		}
	}
}

// The same report gives the same bytes, whoever else sets reports meanwhile.
func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	want := map[string][]byte{}
	for _, language := range report.Languages() {
		want[language] = set(t, sample(40), language)
	}
	if !bytes.Contains(want[report.English], []byte("/CreationDate (D:20261128033000)")) || !bytes.Contains(want[report.English], []byte("/ModDate (D:20261128033000)")) {
		t.Error("it is not dated as the report is")
	}
	if bytes.Equal(want[report.English], want[report.Chinese]) {
		t.Error("both languages are the same")
	}
	for i := range 4 {
		language := report.Languages()[i%2]
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			if !bytes.Equal(set(t, sample(40), language), want[language]) {
				t.Error("other bytes")
			}
		})
	}
}

func TestReadersFindNothingWrong(t *testing.T) {
	for _, modules := range []int{0, 1, 7, 240} {
		for _, language := range report.Languages() {
			pdf := set(t, sample(modules), language)
			run(t, pdf, "qpdf", "--check", "FILE")
			title := map[string]string{report.English: "Expansion report 2026-11", report.Chinese: "扩容月报 2026-11"}[language]
			if info := run(t, pdf, "pdfinfo", "FILE"); !strings.Contains(info, title) {
				t.Errorf("%d modules: %s", modules, info)
			}
			if fonts := run(t, pdf, "pdffonts", "FILE"); strings.Count(fonts, "yes no  yes") != 1 || strings.Count(fonts, "\n") != 3 {
				t.Errorf("%d modules: not one font that is embedded and can be copied:\n%s", modules, fonts)
			}
			if len(pdf) > 1e6 {
				t.Errorf("%d modules weigh %d bytes", modules, len(pdf))
			}
		}
	}
}

// The whole fleet of the talk, and all its names.
func TestThousandsOfModules(t *testing.T) {
	r := sample(2428)
	pdf := set(t, r, report.Chinese)
	pages := read(t, pdf)
	all := map[string]bool{}
	for _, page := range pages {
		for line := range strings.Lines(page) {
			all[squeeze(line)] = true
		}
	}
	for i := range r.Lines {
		if line := lineOf(&r.Lines[i]); !all[line] {
			t.Fatalf("no line %q", line)
		}
	}
	if len(pdf) > 5e6 || len(pages) < 100 {
		t.Errorf("%d bytes, %d pages", len(pdf), len(pages))
	}
}

var odd = []string{
	strings.Repeat("逻辑层接入服务-", 25), strings.Repeat("a", 200), strings.Repeat("set_w13/", 25), "😀👩‍👩‍👧🇨🇳", "שלום עולם", "مرحبا", "\x00\x01\t\n\r\u2028\u202e", "\xff\xfe", "e\u0301\u0302\u0303",
	"𠮷野家", "。，、；", "（（（（", "", " ", "\u00a0", "\U0010ffff", "（\ufeff\u200b", "<b>&amp;", "(\\) Tj ET", "%PDF-1.4 endobj",
}

// Names of any letters are set; those that no font has are numbers, and it is said so.
func TestOddNames(t *testing.T) {
	r := sample(len(odd))
	for i, name := range odd {
		r.Lines[i].Path[1], r.Lines[i].ID, r.Lines[i].Type = name, name, name
		r.Lines[i].Sites[0].Site = name
		r.ByTop[i%len(r.ByTop)].Name = name
		r.Requests[i%2].Title, r.Requests[i%2].Who = name, name
		r.Left = append(r.Left, report.LeftOut{ID: name, Reason: name, Devices: analytics.Unknown()})
	}
	r.Currency = odd[0]
	for _, language := range report.Languages() {
		pdf := set(t, r, language)
		run(t, pdf, "qpdf", "--check", "FILE")
		inside(t, pdf)
		whole := strings.Join(read(t, pdf), "")
		for _, s := range []string{"(\\) Tj ET", "<b>&amp;", "[U+1F600 U+1F469 U+1F469 U+1F467 U+1F1E8 U+1F1F3]", "[U+20BB7]野家", "שלום עולם", "[U+10FFFF]", "%PDF-1.4 endobj"} {
			if !strings.Contains(whole, s) {
				t.Errorf("%s: no %q", language, s)
			}
		}
		if regexp.MustCompile(`[\x00-\x08\x0e-\x1f]`).MatchString(strings.ReplaceAll(whole, "\f", "")) {
			t.Errorf("%s: control characters", language)
		}
	}
}

// Numbers that are not known are dashes, and no chart is drawn of them.
func TestUnknownNumbers(t *testing.T) {
	r := sample(20)
	nan := analytics.Unknown()
	r.Total = report.Total{Devices: nan, DevicesNeeded: nan, DevicesToRequest: nan, Cost: nan, AtRisk: nan}
	for i := range r.Lines {
		l := &r.Lines[i]
		l.PeakNow, l.SlopePerDay, l.TargetLoad, l.Devices, l.Cost = nan, nan, nan, nan, nan
		if e := l.Evidence; e != nil {
			for k := range e.Peaks {
				e.Peaks[k], e.Line[k] = nan, nan
			}
			e.Lower[3], e.Upper[3] = nan, analytics.Number(math.Inf(1))
		}
	}
	pdf := set(t, r, report.English)
	run(t, pdf, "qpdf", "--check", "FILE")
	for i, page := range read(t, pdf) { // which fails at a chart's NaN
		if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Errorf("page %d: %s", i+1, page)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, modules := range []int{240, 2428} {
		r := sample(modules)
		b.Run(fmt.Sprint(modules), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.ReportMetric(float64(len(set(b, r, report.English))), "bytes")
			}
		})
	}
}
