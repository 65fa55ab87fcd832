package send

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"headroom/internal/config"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/pdf"
	"headroom/ui/report/press"
)

// maxAttached bounds the files of a mail together, in bytes; many servers take no more
// than some 20 MiB, and a third comes on top.
const maxAttached = 14 << 20

// mails sends a report to some people.
type mails struct {
	name     string
	server   *server
	from     *mail.Address
	to       []*mail.Address
	language string
	formats  []string
	links    Links
	now      func() time.Time
}

// Mails are the ways of a configuration. A secret that cannot be read is an error.
func Mails(c config.Report, links Links, now func() time.Time) (list []press.Way, err error) {
	if len(c.Mail) == 0 {
		return nil, nil
	}
	s, err := newServer(c.SMTP)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(c.SMTP.From)
	if err != nil {
		return nil, fmt.Errorf("report.smtp.from: %w", err)
	}
	for i, m := range c.Mail {
		one := &mails{server: s, from: from, language: cmp.Or(m.Language, c.Languages[0]), formats: m.Formats(), links: links, now: now}
		for _, to := range m.To {
			address, err := mail.ParseAddress(to)
			if err != nil {
				return nil, fmt.Errorf("report.mail[%d].to: %w", i, err)
			}
			one.to = append(one.to, address)
		}
		one.name = mailName(one, list)
		list = append(list, one)
	}
	return list, nil
}

// mailName names a mail by whom it is to, and by its language too if there is such a
// mail already: a delivery is that of the way of its name.
func mailName(m *mails, others []press.Way) string {
	name := "mail " + strings.Join(m.addresses(), ", ")
	if slices.ContainsFunc(others, func(w press.Way) bool { return w.Name() == name }) {
		name += " (" + m.language + ")"
	}
	return name
}

// Name implements [press.Way].
func (m *mails) Name() string { return m.name }

func (m *mails) addresses() (all []string) {
	for _, to := range m.to {
		all = append(all, to.Address)
	}
	return all
}

// Deliver implements [press.Way].
func (m *mails) Deliver(ctx context.Context, d press.Delivery) ([]state.ReportRecipient, error) {
	people := recipients(m.addresses(), d.Recipients)
	files, left, err := m.files(ctx, d)
	if err != nil {
		return people, err
	}
	doc := d.Report.Document(m.language)
	l := letter{
		from: m.from, to: m.to, date: m.now(), id: d.Key + "@" + host(m.from.Address), title: doc.Title, subject: subject(d.Report, doc),
		text: plainText(doc, m.pages(d.Report.Month), left), html: htmlText(doc, m.pages(d.Report.Month), left), files: files,
	}
	text, err := l.write()
	if err != nil {
		return people, fmt.Errorf("write the mail: %w", err)
	}
	return people, m.server.send(ctx, m.from.Address, people, text)
}

// recipients are the people of a mail as they stand after the attempts before.
func recipients(addresses []string, before []state.ReportRecipient) (all []state.ReportRecipient) {
	for _, address := range addresses {
		r := state.ReportRecipient{Address: address, State: state.RecipientWaiting}
		if i := slices.IndexFunc(before, func(b state.ReportRecipient) bool { return b.Address == address }); i >= 0 {
			r = before[i]
		}
		all = append(all, r)
	}
	return all
}

// pages is where the report is to be read; empty if that is not known.
func (m *mails) pages(month string) string { return m.links.Report(month, "html", m.language) }

// files are what is attached, and the names of what is too large for a mail or cannot be
// made.
func (m *mails) files(ctx context.Context, d press.Delivery) (files []*press.File, left []string, err error) {
	size := 0
	for _, format := range m.formats {
		f, err := d.File(ctx, format, m.language)
		if errors.Is(err, pdf.ErrNotBuilt) {
			left = append(left, format)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if size+len(f.Body) > maxAttached {
			left = append(left, f.Name)
			continue
		}
		size += len(f.Body)
		files = append(files, f)
	}
	return files, left, nil
}

// subject says what matters most.
func subject(r *report.Report, d *report.Document) string {
	s := d.Title + " " + r.Month
	for _, f := range d.Facts {
		if f.Strong {
			return s + " · " + f.Label + " " + f.Value
		}
	}
	return s
}

// host is the part of an address behind the @.
func host(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
