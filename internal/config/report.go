package config

import (
	"fmt"
	"maps"
	"net"
	"net/mail"
	"slices"
	"strconv"
	"strings"
)

// Report says what the monthly report adds up, and who gets it when.
type Report struct {
	Currency  string             `yaml:"currency"`   // of prices, such as CNY
	Price     float64            `yaml:"price"`      // of a device whose type is not in Prices; 0: unknown
	Prices    map[string]float64 `yaml:"prices"`     // of a device, by its type
	SiteLabel string             `yaml:"site_label"` // of FailureDomains; empty: "site", if it is one of them
	Languages []string           `yaml:"languages"`  // that a published report is kept in
	Schedule  string             `yaml:"schedule"`   // when the running month's is published, as cron; empty: never by itself

	SMTP      SMTP         `yaml:"smtp"`
	Mail      []ReportMail `yaml:"mail"`
	Receivers []string     `yaml:"receivers"` // of Alertmanager's file
	Webhooks  []Webhook    `yaml:"webhooks"`
}

// SMTP is the server that takes mail.
type SMTP struct {
	Smarthost    string `yaml:"smarthost"` // host:port; on port 465 TLS comes first, else by STARTTLS
	From         string `yaml:"from"`
	Hello        string `yaml:"hello"` // what we are called there
	Username     string `yaml:"auth_username"`
	Password     Secret `yaml:"auth_password"`
	PasswordFile string `yaml:"auth_password_file"`
	CAFile       string `yaml:"tls_ca_file"` // of the authorities to trust; empty: the machine's
	Plain        bool   `yaml:"plain"`       // send without TLS where the server offers none
}

// ReportMail is a mail with the report.
type ReportMail struct {
	To       []string `yaml:"to"`
	Language string   `yaml:"language"` // empty: the first of the report's
	Attach   []string `yaml:"attach"`   // formats; nil: PDF and XLSX
}

// Webhook is an address that gets JSON.
type Webhook struct {
	URL        string `yaml:"url"`
	Secret     Secret `yaml:"secret"` // that messages are signed with; empty: they are not
	SecretFile string `yaml:"secret_file"`
}

// Languages and formats of reports.
var (
	ReportLanguages = []string{"en", "zh"}
	ReportFormats   = []string{"pdf", "xlsx", "csv", "html", "json"}
)

func defaultReport() Report {
	return Report{
		Prices: map[string]float64{}, Languages: ReportLanguages, SMTP: SMTP{Hello: "localhost"},
		Mail: []ReportMail{}, Receivers: []string{}, Webhooks: []Webhook{},
	}
}

// Formats are those that a mail has attached.
func (m ReportMail) Formats() []string {
	if m.Attach == nil {
		return []string{"pdf", "xlsx"}
	}
	return m.Attach
}

// Site is the label that tells a device's site; empty if none does.
func (c *Config) Site() string {
	if c.Report.SiteLabel == "" && slices.Contains(c.FailureDomains, "site") {
		return "site"
	}
	return c.Report.SiteLabel
}

func (r Report) check(k checker, domains []string) {
	priced := r.Price > 0 || len(r.Prices) > 0
	k.want(!priced || r.Currency != "", "currency", "a currency such as CNY beside prices", "none")
	k.want(len(r.Currency) <= 16 && !strings.ContainsAny(r.Currency, "\r\n\t"), "currency", "a short name such as CNY", strconv.Quote(r.Currency))
	k.want(0 <= r.Price && r.Price <= maxPrice, "price", "a price from 0 on", r.Price)
	for _, name := range slices.Sorted(maps.Keys(r.Prices)) {
		k.want(0 <= r.Prices[name] && r.Prices[name] <= maxPrice, "prices."+name, "a price from 0 on", r.Prices[name])
	}
	k.want(r.SiteLabel == "" || slices.Contains(domains, r.SiteLabel), "site_label", "one of failure_domains", strconv.Quote(r.SiteLabel))
	k.want(len(r.Languages) > 0, "languages", "at least one language", "none")
	for _, language := range r.Languages {
		k.oneOf("languages", language, ReportLanguages...)
	}
	if r.Schedule != "" {
		k.cron("schedule", r.Schedule)
	}
	r.SMTP.check(k.at("smtp"), len(r.Mail) > 0)
	for i, m := range r.Mail {
		m.check(k.item("mail", i), r.Languages)
		same := func(other ReportMail) bool { return other.whom(r.Languages) == m.whom(r.Languages) }
		k.want(!slices.ContainsFunc(r.Mail[:i], same), "mail", "each mail once", m.whom(r.Languages))
	}
	for i, name := range r.Receivers {
		k.want(name != "" && !slices.Contains(r.Receivers[:i], name), "receivers", "each receiver once", strconv.Quote(name))
	}
	for i, hook := range r.Webhooks {
		hook.check(k.item("webhooks", i))
		same := func(other Webhook) bool { return other.URL == hook.URL }
		k.want(!slices.ContainsFunc(r.Webhooks[:i], same), "webhooks", "each address once", fmt.Sprintf("that of webhooks[%d] again", i))
	}
}

// maxPrice keeps sums exact.
const maxPrice = 1e12

func (s SMTP) check(k checker, used bool) {
	if used || s.Smarthost != "" {
		host, port, err := net.SplitHostPort(s.Smarthost)
		n, numberErr := strconv.Atoi(port)
		k.want(err == nil && host != "" && numberErr == nil && 0 < n && n < 1<<16, "smarthost", "host:port of a mail server", strconv.Quote(s.Smarthost))
	}
	if used || s.From != "" {
		k.mailbox("from", s.From)
	}
	k.want(s.Password == "" || s.PasswordFile == "", "auth_password_file", "either auth_password or auth_password_file", "both")
	secret := s.Password != "" || s.PasswordFile != ""
	k.want(secret == (s.Username != ""), "auth_username", "a name and a password, or neither", strconv.Quote(s.Username))
	k.want(s.Hello != "" && !strings.ContainsAny(s.Hello, " \r\n"), "hello", "a host's name", strconv.Quote(s.Hello))
}

func (m ReportMail) check(k checker, languages []string) {
	k.want(len(m.To) > 0, "to", "at least one address", "none")
	for _, to := range m.To {
		k.mailbox("to", to)
	}
	if m.Language != "" {
		k.oneOf("language", m.Language, languages...)
	}
	for _, format := range m.Attach {
		k.oneOf("attach", format, ReportFormats...)
	}
}

// whom says to whom a mail goes, and in which language.
func (m ReportMail) whom(languages []string) string {
	to := slices.Clone(m.To)
	for i := range to {
		if address, err := mail.ParseAddress(to[i]); err == nil {
			to[i] = address.Address
		}
	}
	language := m.Language
	if language == "" && len(languages) > 0 {
		language = languages[0]
	}
	return strings.Join(to, ", ") + " (" + language + ")"
}

// mailbox wants one address of mail, with or without a name.
func (k checker) mailbox(name, v string) {
	_, err := mail.ParseAddress(v)
	k.want(err == nil, name, "an address such as ann@example.com", fmt.Sprintf("%q", v))
}

func (w Webhook) check(k checker) {
	k.address("url", w.URL)
	k.want(w.Secret == "" || w.SecretFile == "", "secret_file", "either secret or secret_file", "both")
}
