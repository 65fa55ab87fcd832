package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/ui/access"
)

// maxRead is how much of a body is looked at before its endpoint reads it.
const maxRead = 4 << 20

// asked is a request, with who sent it and what it takes.
type asked struct {
	*gin.Context
	who   access.Who
	need  need
	where where
	said  string // who it is, as the body says, which counts where nobody has to log in

	raw  []byte                     // the body, if it is of interest
	body map[string]json.RawMessage // its fields by their names in small letters; nil: no object
}

const askedKey = "headroom.asked"

// askedOf returns what [Server.guard] found out about a request.
func askedOf(c *gin.Context) *asked {
	if a, ok := c.Value(askedKey).(*asked); ok {
		return a
	}
	return &asked{Context: c}
}

func (a *asked) ctx() context.Context { return a.Request.Context() }

// read looks at the body and leaves it for the endpoint. An object that has a key twice
// is refused: what is checked here might be another than what is done there.
func (a *asked) read() error {
	body := a.Request.Body
	raw, err := io.ReadAll(io.LimitReader(body, maxRead+1))
	if err != nil {
		return &Error{badData, errorf("read the body: %w", err)}
	}
	if len(raw) > maxRead {
		return &Error{tooLarge, errorf("the request is longer than %d bytes", maxRead)}
	}
	a.Request.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(raw), body}
	a.raw = raw
	a.body, err = object(raw)
	return err
}

// object reads the fields of a JSON object; nil if there is none.
func object(raw []byte) (map[string]json.RawMessage, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return nil, nil
	}
	return fieldsOf(raw)
}

// field returns a field of the body as it is.
func (a *asked) field(name string) json.RawMessage { return a.body[strings.ToLower(name)] }

// has tells whether a field of the body says something.
func (a *asked) has(name string) bool {
	text := string(bytes.TrimSpace(a.field(name)))
	return text != "" && text != "null" && text != "{}"
}

// text returns a field of the body that is a text; empty if there is none.
func (a *asked) text(name string) (text string) {
	if json.Unmarshal(a.field(name), &text) != nil {
		return ""
	}
	return text
}

// list returns a field of the body that is a list of texts.
func (a *asked) list(name string) (list []string) {
	if json.Unmarshal(a.field(name), &list) != nil {
		return nil
	}
	return list
}

// why is the reason that the body gives.
func (a *asked) why() string {
	for _, name := range []string{"reason", "why", "comment"} {
		if text := strings.TrimSpace(a.text(name)); text != "" {
			return text
		}
	}
	return ""
}

// action is what is done, as in "run.retry".
func (a *asked) action() string {
	if prefix, ok := strings.CutSuffix(a.need.action, "."); ok {
		verb := a.text("action")
		if verb == "" || len(verb) > 30 || strings.ContainsFunc(verb, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
			verb = "order"
		}
		return prefix + "." + verb
	}
	return a.need.action
}

// role is what it takes.
func (a *asked) role() access.Role {
	if a.need.led && a.leads() {
		return access.Admin
	}
	if r, ok := a.need.roles[a.text("action")]; ok {
		return r
	}
	return a.need.role
}

// everywhere tells whether it takes the role on the whole tree, wherever it lies.
func (a *asked) everywhere() bool {
	return a.need.led && a.leads() || slices.Contains(a.need.wide, a.text("action"))
}

// leads tells whether a body has values that can lead a run elsewhere than its flow and
// inputs say: other inputs for the retry of a step, or other constants.
func (a *asked) leads() bool {
	return a.has("constants") || a.Param("step") != "" && a.has("inputs")
}
