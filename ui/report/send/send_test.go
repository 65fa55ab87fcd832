package send

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/internal/webhook"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

var at = time.Date(2026, 11, 25, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

func links(t *testing.T) Links {
	t.Helper()
	u, err := url.Parse("https://headroom.example.com/cap/")
	if err != nil {
		t.Fatal(err)
	}
	return Links{u}
}

// delivery is a published report whose files are large and small.
func delivery(t *testing.T) press.Delivery {
	t.Helper()
	text, err := os.ReadFile("../testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	r.Draft, r.Checksum = false, strings.Repeat("ab", 32)
	return press.Delivery{
		Key: "report.2026-11.1", Report: &r, SHA256: r.Checksum, Bytes: 4711, Files: []press.Kept{{Format: "pdf", Language: "zh", SHA256: "cd", Bytes: 5}},
		File: func(_ context.Context, format, language string) (*press.File, error) {
			body := []byte("%PDF-" + strings.Repeat("\x00\xff", 100))
			if format == "csv" {
				body = make([]byte, maxAttached)
			}
			return &press.File{Name: "expansion-2026-11." + language + "." + format, Media: "application/" + format, Body: body, Published: true}, nil
		},
	}
}

func way(t *testing.T, s *mailServer, change func(*config.Report)) press.Way {
	t.Helper()
	c := config.Default().Report
	c.SMTP.Smarthost, c.SMTP.From, c.SMTP.CAFile = s.listen.Addr().String(), "容量 <cap@example.com>", s.caFile
	c.SMTP.Username, c.SMTP.Password = "cap", "s3cret"
	c.Mail = []config.ReportMail{{To: []string{"安 <ann@example.com>", "bob@example.com"}, Language: "zh", Attach: []string{"pdf", "csv", "xlsx"}}}
	change(&c)
	all, err := Mails(c, links(t), func() time.Time { return at })
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

// A mail in another language to the same people is another way.
func TestNamesOfMails(t *testing.T) {
	c := config.Default().Report
	c.SMTP.Smarthost, c.SMTP.From = "mail:25", "cap@example.com"
	c.Mail = []config.ReportMail{{To: []string{"ann@example.com"}}, {To: []string{"Ann <ann@example.com>"}, Language: "zh"}, {To: []string{"bob@example.com"}}}
	all, err := Mails(c, Links{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"mail ann@example.com", "mail ann@example.com (zh)", "mail bob@example.com"} {
		if all[i].Name() != want {
			t.Errorf("%q, want %q", all[i].Name(), want)
		}
	}
}

func TestAMailArrives(t *testing.T) {
	s := newMailServer(t, true)
	w := way(t, s, func(*config.Report) {})
	if w.Name() != "mail ann@example.com, bob@example.com" {
		t.Error(w.Name())
	}
	if _, err := w.Deliver(t.Context(), delivery(t)); err != nil {
		t.Fatal(err)
	}
	all := s.taken()
	if len(all) != 1 {
		t.Fatalf("%d mails", len(all))
	}
	got := all[0]
	if !got.overTLS || got.user != "cap" || !strings.HasPrefix(got.from, "FROM:<cap@example.com>") || len(got.to) != 2 || got.to[1] != "TO:<bob@example.com>" {
		t.Errorf("%v %s %s %v", got.overTLS, got.user, got.from, got.to)
	}
	m, err := mail.ReadMessage(bytes.NewReader(got.contents))
	if err != nil {
		t.Fatal(err)
	}
	head := func(name string) string {
		text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil {
			t.Error(err)
		}
		return text
	}
	if head("Subject") != "扩容月报 2026-11 · 申请设备 232" || head("From") != `容量 <cap@example.com>` || m.Header.Get("Message-ID") != "<report.2026-11.1@example.com>" {
		t.Errorf("%q %q %v", head("Subject"), head("From"), m.Header)
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(at) {
		t.Error(date, err)
	}
	for _, line := range strings.Split(string(got.contents), "\n") {
		if len(line) > 200 {
			t.Errorf("a line of %d bytes: %.60s", len(line), line)
		}
	}
	parts := partsOf(t, m.Header.Get("Content-Type"), m.Body)
	if len(parts) != 4 {
		t.Fatalf("%d parts", len(parts))
	}
	for _, i := range []int{0, 1} {
		for _, want := range []string{"扩容月报 2026-11", "申请 232 台设备", strings.Repeat("ab", 32), "https://headroom.example.com/cap/api/v1/reports/2026-11?format=html", "过大或无法生成，未附上：expansion-2026-11.zh.csv"} {
			if !strings.Contains(parts[i].body, want) {
				t.Errorf("%s lacks %q:\n%s", parts[i].media, want, parts[i].body)
			}
		}
	}
	if p := parts[2]; p.media != "application/pdf" || p.name != "扩容月报 2026-11.zh.pdf" || p.body != "%PDF-"+strings.Repeat("\x00\xff", 100) {
		t.Errorf("%s %q %q", p.media, p.name, p.body)
	}
}

type part struct{ media, name, body string }

// partsOf returns the parts of a mail, those within others in their place.
func partsOf(t *testing.T, contentType string, body io.Reader) (all []part) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		t.Fatalf("%s is not of parts", media)
	}
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "multipart/") {
			all = append(all, partsOf(t, p.Header.Get("Content-Type"), p)...)
			continue
		}
		var in io.Reader = quotedprintable.NewReader(p)
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			in = base64.NewDecoder(base64.StdEncoding, p)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		media, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part{media, p.FileName(), string(text)})
	}
}

func TestAMailThatIsRefused(t *testing.T) {
	f := func(withTLS bool, refuse string, change func(*config.Report), want string) {
		t.Helper()
		s := newMailServer(t, withTLS)
		s.refuse = func(line string) string {
			if refuse != "" && strings.HasPrefix(line, refuse) {
				return "450 not now"
			}
			return ""
		}
		_, err := way(t, s, change).Deliver(t.Context(), delivery(t))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%v; want %q", err, want)
		}
		if n := len(s.taken()); (n > 0) != (want == "") {
			t.Errorf("%d mails were taken: %v", n, err)
		}
	}
	same := func(*config.Report) {}
	f(true, "MAIL", same, "from cap@example.com: 450")
	f(true, "DATA", same, "450")
	f(true, "", func(c *config.Report) { c.SMTP.Password = "wrong" }, "log in: 535")
	f(true, "", func(c *config.Report) { c.SMTP.CAFile = "" }, "certificate")
	f(false, "", same, "it offers no TLS")
	f(false, "", func(c *config.Report) { c.SMTP.Plain, c.SMTP.CAFile, c.SMTP.Username = true, "", "" }, "")
}

func TestWhoIsRefusedKeepsNobodyElse(t *testing.T) {
	s := newMailServer(t, true)
	w, d := way(t, s, func(*config.Report) {}), delivery(t)
	attempt := func(no, want string, mails int) {
		t.Helper()
		s.mu.Lock()
		s.refuse = func(line string) string {
			if address, ok := strings.CutPrefix(line, "RCPT TO:<"); ok && strings.HasPrefix(address, "bob") {
				return no
			}
			return ""
		}
		s.mu.Unlock()
		var err error
		d.Recipients, err = w.Deliver(t.Context(), d)
		if got := fmt.Sprint(d.Recipients, err); got != want || len(s.taken()) != mails {
			t.Errorf("%d mails, %s\nwant %d, %s", len(s.taken()), got, mails, want)
		}
	}
	const ann = "{ann@example.com delivered } "
	attempt("421 closing", "[{ann@example.com waiting } {bob@example.com waiting }] mail server "+w.(*mails).server.address+": to bob@example.com: 421 \"closing\"", 0)
	attempt("450-not now\r\n450 4.2.0 greylisted", "["+ann+"{bob@example.com waiting 450 not now 4.2.0 greylisted}] <nil>", 1)
	attempt("552 too many at once", "["+ann+"{bob@example.com waiting 552 too many at once}] <nil>", 1)
	attempt("", "["+ann+"{bob@example.com delivered }] <nil>", 2)
	if all := s.taken(); fmt.Sprint(all[0].to[0], all[1].to) != "TO:<ann@example.com>[TO:<bob@example.com>]" {
		t.Error(all[0].to, all[1].to)
	}
	d.Recipients = nil
	attempt("550 5.1.1 no such user", "["+ann+"{bob@example.com refused 550 5.1.1 no such user}] <nil>", 3)
	attempt("", "["+ann+"{bob@example.com refused 550 5.1.1 no such user}] <nil>", 3) // he is not asked again
}

func TestAWebhookGetsTheReport(t *testing.T) {
	var got []byte
	var head http.Header
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		head = r.Header
	}))
	defer srv.Close()
	all, err := Webhooks([]config.Webhook{{URL: srv.URL + "/in?token=hidden", Secret: "s3cret"}}, links(t), func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	if name := all[0].Name(); !strings.HasPrefix(name, "webhook 127.0.0.1:") || strings.Contains(name, "hidden") {
		t.Error(name)
	}
	if _, err := all[0].Deliver(t.Context(), delivery(t)); err != nil {
		t.Fatal(err)
	}
	if want := webhook.Sign("s3cret", head.Get(webhook.TimestampHeader), got); head.Get(webhook.SignatureHeader) != want || head.Get(webhook.KeyHeader) != "report.2026-11.1" {
		t.Errorf("%v, want %s", head, want)
	}
	var m message
	if err := json.Unmarshal(got, &m); err != nil {
		t.Fatal(err)
	}
	if m.Event != "report.published" || m.Month != "2026-11" || m.Total.DevicesToRequest != 232 || !strings.Contains(m.Headline["zh"], "申请 232 台设备") || len(m.Files) != 2 || m.Files[0].Bytes != 4711 ||
		m.Files[1].URL != "https://headroom.example.com/cap/api/v1/reports/2026-11?format=pdf&lang=zh" {
		t.Errorf("%s", got)
	}
	srv.Close()
	if _, err := all[0].Deliver(t.Context(), delivery(t)); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Error(err)
	}
}

func TestSecretsThatCannotBeReadAreFaults(t *testing.T) {
	if _, err := Webhooks([]config.Webhook{{URL: "http://x", SecretFile: "/nowhere"}}, Links{}, time.Now); err == nil || !strings.Contains(err.Error(), "report.webhooks[0]") {
		t.Error(err)
	}
	c := config.Default().Report
	c.Mail = []config.ReportMail{{To: []string{"a@b"}}}
	c.SMTP.Smarthost, c.SMTP.From, c.SMTP.PasswordFile = "x:25", "a@b", "/nowhere"
	if _, err := Mails(c, Links{}, time.Now); err == nil || !strings.Contains(err.Error(), "report.smtp") {
		t.Error(err)
	}
}
