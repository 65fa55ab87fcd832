package config

import (
	"strings"
	"testing"
)

func TestReportFaults(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		_, err := Parse([]byte("report: "+in), "f")
		if len(want) == 0 {
			if err != nil {
				t.Errorf("%s: %s", in, err)
			}
			return
		}
		if err == nil {
			t.Errorf("%s: no fault", in)
			return
		}
		got := strings.Split(err.Error(), "\n")
		if len(got) != len(want) {
			t.Errorf("%s: %s; want %q", in, err, want)
			return
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: %s; want %q in it", in, got[i], want[i])
			}
		}
	}
	f(`{currency: CNY, price: 3.5, prices: {gpu: 0}, site_label: rack, schedule: "0 9 25 * *", languages: [zh], smtp: {smarthost: "mail:25", from: "Cap <cap@example.com>", auth_username: a, auth_password: b}, mail: [{to: [ann@example.com], language: zh, attach: []}]}`)
	f(`{prices: {a: -1, b: .inf}}`, "report.currency: want a currency", `report.prices.a: want a price from 0 on, found -1`, "report.prices.b")
	f(`{site_label: floor, languages: [], schedule: "TZ=UTC @daily"}`, `report.site_label: want one of failure_domains, found "floor"`, "report.languages: want at least one", "report.schedule: want five fields")
	f(`{mail: [{to: [], language: fr, attach: [docx]}]}`, "report.smtp.smarthost", "report.smtp.from", "report.mail[0].to: want at least one", "report.mail[0].language", "report.mail[0].attach: want one of pdf, xlsx")
	f(`{languages: [en], smtp: {smarthost: "mail", from: nobody, auth_username: ann, hello: "a b"}, mail: [{to: ["a@b", "two, three"], language: zh}]}`,
		`report.smtp.smarthost: want host:port of a mail server, found "mail"`, "report.smtp.from", "report.smtp.auth_username: want a name and a password", "report.smtp.hello", `report.mail[0].to: want an address such as ann@example.com, found "two, three"`, "report.mail[0].language: want one of en")
	f(`{receivers: [a, a], webhooks: [{url: "ftp://x", secret: a, secret_file: b}]}`, "report.receivers: want each receiver once", "report.webhooks[0].url", "report.webhooks[0].secret_file")
	f(`{languages: [zh, en], smtp: {smarthost: "mail:25", from: a@b}, mail: [{to: [ann@b]}, {to: ["Ann <ann@b>"], language: en}, {to: [ann@b], language: zh}], webhooks: [{url: "http://x/s3cret"}, {url: "http://x/s3cret"}]}`,
		"report.mail: want each mail once, found ann@b (zh)", "report.webhooks: want each address once, found that of webhooks[1] again")
	f(`{smtp: {auth_username: a, auth_password: b, auth_password_file: c}}`, "report.smtp.auth_password_file: want either")
}

func TestTheSiteLabel(t *testing.T) {
	c := Default()
	if c.Site() != "site" {
		t.Error(c.Site())
	}
	c.FailureDomains = []string{"rack"}
	if c.Site() != "" {
		t.Error(c.Site())
	}
	c.Report.SiteLabel = "rack"
	if c.Site() != "rack" {
		t.Error(c.Site())
	}
}
