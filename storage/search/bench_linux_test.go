package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// benchDocuments is the size of the index that is measured.
const benchDocuments = 100_000

// corpus are documents as a large fleet has them: 24,000 modules, 500 runbooks, and the
// rest alarms and runs whose words are as common as those of a log: a few are in nearly
// all, many in one.
func corpus() (docs []Document) {
	r := rand.New(rand.NewPCG(1, 1))
	zipf := rand.NewZipf(r, 1.2, 1, 20_000)
	prose := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "w%d ", zipf.Uint64())
		}
		return b.String()
	}
	var paths []string
	for i := range 24_000 {
		path := fmt.Sprintf("business%d/产品线%d/service%d/SET_W%d", i%12, i%97, i%1201, i)
		paths = append(paths, path)
		docs = append(docs, Document{Kind: "module", ID: path, Path: path, Title: path, Text: fmt.Sprintf("owner team%d level %d 负责人 张%d %s", i%150, i%3, i%70, prose(10)), URL: "/modules/" + path})
	}
	for i := range 500 {
		docs = append(docs, Document{Kind: "runbook", ID: fmt.Sprintf("runbook-%d.md", i), Title: fmt.Sprintf("What to do when service%d is slow", i), Text: "restart the process\n" + prose(800)})
	}
	kinds := []string{"DiskFull", "ProcessDead", "PortClosed", "LoadDeviates"}
	for i := len(docs); i < benchDocuments; i++ {
		path := paths[r.IntN(len(paths))]
		d := Document{Kind: "alarm", ID: fmt.Sprintf("%08x-%d", r.Uint32(), i), Path: path, Title: kinds[i%4], At: noon.Add(time.Duration(i) * time.Second)}
		d.Text = fmt.Sprintf("%s of %s on web-%d: process restarted, severity critical, %s", d.Title, path, r.IntN(22_400), prose(30))
		if i%4 == 0 {
			d.Kind, d.Title = "run", "expand "+path
		}
		docs = append(docs, d)
	}
	return docs
}

// benchQueries are of all sorts: rare and common words, beginnings, ids, Chinese,
// phrases, many words, none that match.
func benchQueries() (all []string) {
	for i := range 12 {
		all = append(all, fmt.Sprintf("SET_W%d", i*1999), fmt.Sprintf("service%d slow", i*30), fmt.Sprintf("w%d", i), fmt.Sprintf("w%d w%d", i, i+100),
			fmt.Sprintf("web-%d", i*1800), fmt.Sprintf("张%d", i), fmt.Sprintf("business%d SET", i))
	}
	return append(all, "process", "restarted", "severity critical", "w", "w1", "s", "se", "ser", "serv", "servi", "business", "产品线", "产", "线", "负责人", "team", `"process restarted"`,
		"process restarted severity critical w0 w1 w2", "DiskFull process", "expand", "nothing at all", "zzz", "0", "alarm w12345", "restart the proc", "on web", "of")
}

// BenchmarkSearch measures queries of all sorts at 100,000 documents, and beside them
// what a scan by LIKE takes, which finds parts of words in the same texts.
func BenchmarkSearch(b *testing.B) {
	x := newIndex(b)
	docs := corpus()
	begin := time.Now()
	for batch := range slices.Chunk(docs, 1000) {
		put(b, x, batch...)
	}
	b.Logf("%d documents indexed in %v", len(docs), time.Since(begin).Round(time.Millisecond))
	b.Run("index", func(b *testing.B) {
		measure(b, func(q string) error { _, err := x.Search(b.Context(), Query{Text: q}); return err })
	})
	b.Run("index-path", func(b *testing.B) {
		measure(b, func(q string) error { _, err := x.Search(b.Context(), Query{Text: q, Path: "business3"}); return err })
	})
	b.Run("like", func(b *testing.B) {
		measure(b, func(q string) error {
			terms, args := []string{}, []any{}
			for _, word := range strings.Fields(q) {
				args = append(args, "%"+strings.Trim(word, `"`)+"%")
				terms = append(terms, fmt.Sprintf("(title LIKE $%d OR text LIKE $%d)", len(args), len(args)))
			}
			rows, err := x.sql.Query(`SELECT kind, id, title, text FROM docs WHERE `+strings.Join(terms, " AND ")+` ORDER BY at_ms DESC LIMIT 20`, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return rows.Err()
		})
	})
}

// measure reports how long queries take at the median, the 99th of 100 and at most, and
// how much of a core, which does not depend on what else the machine does.
func measure(b *testing.B, search func(string) error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	queries := benchQueries()
	var took, used []time.Duration
	slowest := ""
	for n := 0; b.Loop(); n++ {
		q := queries[n%len(queries)]
		begin, before := time.Now(), cpu(b)
		must(b, search(q))
		took, used = append(took, time.Since(begin)), append(used, cpu(b)-before)
		if took[len(took)-1] == slices.Max(took) {
			slowest = q
		}
	}
	slices.Sort(took)
	slices.Sort(used)
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(ms(took[len(took)-1]), "max-ms")
	b.ReportMetric(ms(used[len(used)/2]), "p50-cpu-ms")
	b.ReportMetric(ms(used[len(used)*99/100]), "p99-cpu-ms")
	b.Logf("the slowest: %q", slowest)
}

// cpu is the time of a core that this thread has used so far.
func cpu(b *testing.B) time.Duration {
	var u unix.Rusage
	must(b, unix.Getrusage(unix.RUSAGE_THREAD, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
