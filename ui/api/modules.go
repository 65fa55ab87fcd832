package api

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

// maxNote is the length of the longest note, in bytes.
const maxNote = 10_000

// nodeID returns the id in a route /api/v1/modules/:id/….
func nodeID(c *gin.Context) (string, error) { return idAfter(c, "/api/v1/modules/") }

// idAfter returns the id that follows the beginning of a route. It is taken from the
// path as sent: the router would read "+" as a space.
func idAfter(c *gin.Context, beginning string) (string, error) {
	rest := strings.TrimPrefix(c.Request.URL.EscapedPath(), beginning)
	escaped, _, _ := strings.Cut(rest, "/")
	id, err := url.PathUnescape(escaped)
	if err != nil {
		return "", badParam("id", escaped, err)
	}
	return id, nil
}

// find returns the current table and the place of the route's node in it.
func (s *Server) find(c *gin.Context) (*table, int, error) {
	id, err := nodeID(c)
	if err != nil {
		return nil, 0, err
	}
	t, err := s.table(c.Request.Context(), c.Query("model"))
	if err != nil {
		return nil, 0, err
	}
	i := t.snap.Find(id)
	if i < 0 {
		return nil, 0, &Error{notFound, errorf("%q: %w", id, noNode(t.snap, id))}
	}
	return t, i, nil
}

func (s *Server) module(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	coverage, err := coverageOf(c)
	if err != nil || coverage == 0 {
		return analytics.Judged{Row: t.row(i), Growth: &t.snap.Growth[i]}, err
	}
	judged, err := s.Capacity.WithCoverage(c.Request.Context(), t.snap.Rows[i].ID, c.Query("model"), coverage)
	if err != nil {
		return nil, err
	}
	row := t.row(i)
	judged.Row.Note, judged.Row.NoteBy, judged.Row.NoteAt, judged.Row.Owner = row.Note, row.NoteBy, row.NoteAt, row.Owner
	return judged, nil
}

// coverageOf reads the nominal coverage of intervals; 0 if none is asked for.
func coverageOf(c *gin.Context) (float64, error) {
	text := c.Query("coverage")
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0.5 && v <= 0.999) {
		return 0, badParam("coverage", text, errors.New("want a share from 0.5 to 0.999, as 0.8"))
	}
	return v, nil
}

func (s *Server) forecast(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	return s.Capacity.Curve(c.Request.Context(), t.snap.Rows[i].ID, c.Query("model"))
}

func (s *Server) trend(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	coverage, err := coverageOf(c)
	if err != nil {
		return nil, err
	}
	return s.Capacity.Trend(c.Request.Context(), t.snap.Rows[i].ID, c.Query("model"), coverage)
}

// usualExcursionDays is how many days are looked through unless asked otherwise.
const usualExcursionDays = 45

// excursions answers when a node's alarm ran.
func (s *Server) excursions(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	days, err := wholeFrom1(c, "days", usualExcursionDays, analytics.MaxExcursionDays)
	if err != nil {
		return nil, err
	}
	return s.Capacity.Excursions(c.Request.Context(), t.snap.Rows[i].ID, days)
}

type noteData struct {
	Note *string `json:"note"`
}

// keptNote is a note with who wrote it, and when.
type keptNote struct {
	Note string     `json:"note"`
	By   string     `json:"note_by,omitempty"`
	At   *time.Time `json:"note_at,omitempty"`
}

// setNote replaces a node's note.
func (s *Server) setNote(c *gin.Context) (any, error) {
	var body noteData
	if err := readJSON(c, &body); err != nil && classify(err).Kind == tooLarge {
		return nil, err
	} else if err != nil || body.Note == nil {
		return nil, &Error{badData, errorf(`the body must be {"note":"…"}`)}
	}
	if len(*body.Note) > maxNote {
		return nil, &Error{tooLarge, errorf("the note has %d bytes; it may have up to %d", len(*body.Note), maxNote)}
	}
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	note := strings.TrimSpace(*body.Note)
	if err := s.Notes.SetNote(c.Request.Context(), t.snap.Rows[i].ID, note, s.actor(c, "")); err != nil {
		return nil, err
	}
	s.forget()
	notes, err := s.Notes.Notes(c.Request.Context())
	if err != nil {
		return nil, err
	}
	kept := notes[t.snap.Rows[i].ID]
	return keptNote{kept.Text, kept.Who, s.timeOrNull(kept.At)}, nil
}
