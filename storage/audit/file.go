package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// FileVersion is the version of exported files.
const FileVersion = 1

// FileHead is the first line of an exported file, which tells what follows: entries,
// one JSON object a line, without gaps.
type FileHead struct {
	Version int       `json:"version"`
	First   int64     `json:"first"` // Seq of the first entry; above Last: there are none
	Last    int64     `json:"last"`
	Prev    string    `json:"prev"` // Hash of the entry before First
	Hash    string    `json:"hash"` // Hash of Last
	Made    time.Time `json:"made"`
}

func (f FileHead) before() Head { return Head{f.First - 1, f.Prev} }

// Export writes a file of the entries that its head tells of.
func Export(w io.Writer, head FileHead, entries iter.Seq2[Entry, error]) error {
	b := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
	}
	return b.Flush()
}

// maxLine is how long a line of an exported file may be, in bytes: all texts at their
// limits, each byte escaped.
const maxLine = 256 << 10

// VerifyFile checks an exported file by itself, without the server that it is of. The
// error is a [*Broken] if the file is not what was exported.
func VerifyFile(r io.Reader) (FileHead, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var head FileHead
	if !lines.Scan() {
		return head, errors.Join(errors.New("the file is empty: its first line tells what is in it"), lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil || head.Version < 1 || head.First < 1 || head.Last < head.First-1 {
		return head, errors.Join(errors.New("line 1 is not the head of an exported audit log"), err)
	}
	if head.Version > FileVersion {
		return head, fmt.Errorf("the file is of version %d; this Headroom knows up to %d", head.Version, FileVersion)
	}
	last, err := Verify(head.before(), entriesOf(lines))
	switch {
	case err != nil:
		return head, err
	case last.Seq < head.Last:
		return head, &Broken{last.Seq + 1, fmt.Sprintf("it is missing: the file ends before %d", head.Last)}
	case last.Seq > head.Last:
		return head, &Broken{head.Last + 1, "the head of the file does not tell of it"}
	case last.Hash != head.Hash:
		return head, &Broken{last.Seq, "its hash is not the one that the head of the file tells"}
	}
	return head, nil
}

// entriesOf reads the entries of an exported file.
func entriesOf(lines *bufio.Scanner) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for n := 2; lines.Scan(); n++ {
			dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
			dec.DisallowUnknownFields()
			var e Entry
			err := dec.Decode(&e)
			if err != nil {
				err = fmt.Errorf("line %d is no entry: %w", n, err)
			}
			if !yield(e, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("read the entries: %w", err))
		}
	}
}
