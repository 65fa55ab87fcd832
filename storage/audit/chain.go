package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an entry, in bytes. Longer texts are cut; a longer Detail is left out,
// and its length is told instead.
const (
	MaxText   = 1000
	MaxDetail = 8 << 10
)

// Head is the last entry of a log: who knows it can tell later whether entries up to
// it were changed or taken away. The zero Head is that of an empty log.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// After returns the head once e was added.
func (h Head) After(e Entry) Head { return Head{e.Seq, e.Hash} }

// Seal makes e the entry that follows the head: it sets Seq, Prev and Hash, and cuts
// what is too long. Times are kept to the millisecond, in UTC.
func (h Head) Seal(e Entry) Entry {
	e.At = e.At.UTC().Truncate(time.Millisecond)
	for _, text := range []*string{&e.Who, &e.From, &e.Action, &e.Object, &e.Path, &e.Why, &e.Result} {
		*text = Cut(*text, MaxText)
	}
	e.Detail = sealed(e.Detail)
	e.Seq, e.Prev = h.Seq+1, h.Hash
	e.Hash = Sum(e)
	return e
}

func sealed(detail json.RawMessage) json.RawMessage {
	d, err := canonical(detail)
	if err == nil && len(d) <= MaxDetail {
		return d
	}
	return json.RawMessage(fmt.Sprintf(`{"left_out_bytes":%d}`, len(detail)))
}

// Cut returns the beginning of a text, at most so many bytes (3 or more), with an
// ellipsis if something is missing. What is no UTF-8 in it is replaced.
func Cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) <= most {
		return text
	}
	const ellipsis = "…"
	end := most - len(ellipsis)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}

// canonical writes JSON with its keys in order and without blanks.
func canonical(detail json.RawMessage) (json.RawMessage, error) {
	if len(bytes.TrimSpace(detail)) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(detail))
	dec.UseNumber() // a number keeps its digits
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if dec.More() {
		return nil, errors.New("there is more than one value")
	}
	return encoded(v)
}

func encoded(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// timeLayout is how a time is hashed.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Sum is the hash of an entry: SHA-256, in hex, over a JSON array of the number 1 (the
// version of this format) and all the entry's fields but Hash, in the order of [Entry];
// Detail counts as the text that it is, byte for byte.
func Sum(e Entry) string {
	text, err := encoded([]any{
		1, e.Seq, e.At.UTC().Format(timeLayout), e.Who, e.From, e.Action, e.Object, e.Path, e.Why, e.Result, string(e.Detail), e.Prev,
	})
	if err != nil {
		panic("BUG: an entry cannot be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Broken is where a log is not as it was written.
type Broken struct {
	Seq int64
	Why string
}

// Error implements error.
func (b *Broken) Error() string { return fmt.Sprintf("entry %d: %s", b.Seq, b.Why) }

// Check tells whether e follows the head and says what it said when it was written.
// The error is a [*Broken].
func (h Head) Check(e Entry) error {
	want := h.Seq + 1
	switch {
	case e.Seq > want:
		return &Broken{want, fmt.Sprintf("it is missing: %d follows %d", e.Seq, h.Seq)}
	case e.Seq < want:
		return &Broken{e.Seq, fmt.Sprintf("it comes after %d", h.Seq)}
	case e.Prev != h.Hash:
		return &Broken{e.Seq, fmt.Sprintf("it does not follow entry %d as that is now", h.Seq)}
	case e.Hash != Sum(e):
		return &Broken{e.Seq, "it was changed: its hash does not fit what it says"}
	}
	return nil
}

// Verify checks the entries that follow a head, and returns the last head that is
// good. The error is a [*Broken], or that of the entries.
func Verify(from Head, entries iter.Seq2[Entry, error]) (Head, error) {
	for e, err := range entries {
		if err == nil {
			err = from.Check(e)
		}
		if err != nil {
			return from, err
		}
		from = from.After(e)
	}
	return from, nil
}
