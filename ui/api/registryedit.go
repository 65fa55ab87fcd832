package api

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/storage/fleet"
)

// factText is a fact as it is sent: a text, a list of texts, or null.
type factText struct{ *string }

// UnmarshalJSON reads it.
func (t *factText) UnmarshalJSON(data []byte) error {
	var one *string
	if err := json.Unmarshal(data, &one); err == nil {
		t.string = one
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return errors.New("want a text, a list of texts, or null to take it back")
	}
	joined := fleet.JoinList(many)
	t.string = &joined
	return nil
}

// edited are facts that a person sets.
type edited struct {
	Fields map[string]factText `json:"fields"`
	Who    string              `json:"who"` // where nobody has to log in
	Why    string              `json:"why"`
}

// setFacts sets facts of a node.
func (s *Server) setFacts(c *gin.Context) (any, error) {
	id, err := s.registryID(c)
	if err != nil {
		return nil, err
	}
	var body edited
	if err := readJSON(c, &body); err != nil {
		return nil, err
	}
	body.Who = s.actor(c, body.Who)
	if n := max(len(body.Why), len(body.Who)); n > maxReason {
		return nil, &Error{tooLarge, errorf("why or who has %d bytes; it may have up to %d", n, maxReason)}
	}
	fields := map[string]*string{}
	for name, value := range body.Fields {
		fields[name] = value.string
	}
	if err := s.Registry.Edit(c.Request.Context(), id, fields, strings.TrimSpace(body.Who), strings.TrimSpace(body.Why)); err != nil {
		return nil, err
	}
	s.forget() // the table names owners
	return s.registryDetail(id), nil
}
