package send

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"path"
	"strings"
	"time"

	"headroom/ui/report/press"
)

// letter is a mail with a text, the same as HTML, and files.
type letter struct {
	from    *mail.Address
	to      []*mail.Address
	date    time.Time
	id      string // the same if it is sent again
	title   string // what attached files are called, before the month
	subject string
	text    string
	html    string
	files   []*press.File
}

// write makes the mail: mixed parts, the first of which are alternatives.
func (l *letter) write() ([]byte, error) {
	var b bytes.Buffer
	mixed := multipart.NewWriter(&b)
	to := make([]string, len(l.to))
	for i, address := range l.to {
		to[i] = address.String()
	}
	for _, h := range [][2]string{
		{"From", l.from.String()}, {"To", strings.Join(to, ",\r\n ")}, {"Subject", encoded(l.subject)}, {"Date", l.date.Format(time.RFC1123Z)},
		{"Message-ID", "<" + l.id + ">"}, {"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", `multipart/mixed; boundary="` + mixed.Boundary() + `"`},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	if err := l.alternatives(mixed); err != nil {
		return nil, err
	}
	for _, f := range l.files {
		if err := l.attach(mixed, f); err != nil {
			return nil, err
		}
	}
	err := mixed.Close()
	return b.Bytes(), err
}

// encoded is a header's text in ASCII, folded between its encoded words.
func encoded(s string) string {
	return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", s), "?= =?", "?=\r\n =?")
}

func (l *letter) alternatives(mixed *multipart.Writer) error {
	var b bytes.Buffer
	both := multipart.NewWriter(&b)
	for _, part := range [][2]string{{"text/plain", l.text}, {"text/html", l.html}} {
		w, err := both.CreatePart(textproto.MIMEHeader{"Content-Type": {part[0] + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(q, part[1]); err != nil {
			return err
		}
		if err := q.Close(); err != nil {
			return err
		}
	}
	if err := both.Close(); err != nil {
		return err
	}
	w, err := mixed.CreatePart(textproto.MIMEHeader{"Content-Type": {`multipart/alternative; boundary="` + both.Boundary() + `"`}})
	if err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// attach adds a file. Its name is given as RFC 2231 has it, and in ASCII for programs
// that do not know that.
func (l *letter) attach(mixed *multipart.Writer, f *press.File) error {
	name := l.title + " " + strings.TrimPrefix(f.Name, "expansion-")
	media, _, err := mime.ParseMediaType(f.Media)
	if err != nil {
		return err
	}
	w, err := mixed.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {media + `; name="` + path.Base(f.Name) + `"`},
		"Content-Disposition":       {mime.FormatMediaType("attachment", map[string]string{"filename": name})},
		"Content-Transfer-Encoding": {"base64"},
	})
	if err != nil {
		return err
	}
	lines := &wrapper{w: w}
	enc := base64.NewEncoder(base64.StdEncoding, lines)
	if _, err := enc.Write(f.Body); err != nil {
		return err
	}
	return enc.Close()
}

// lineLength is how many characters of base64 stand in a line.
const lineLength = 76

// wrapper breaks what is written into lines.
type wrapper struct {
	w    io.Writer
	used int
}

// Write implements [io.Writer].
func (l *wrapper) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if l.used == lineLength {
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return n, err
			}
			l.used = 0
		}
		take := min(lineLength-l.used, len(p))
		if _, err := l.w.Write(p[:take]); err != nil {
			return n, err
		}
		l.used, n, p = l.used+take, n+take, p[take:]
	}
	return n, nil
}
