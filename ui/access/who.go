package access

import "fmt"

// Kind is how somebody is known.
type Kind string

// The kinds. Who is not known has none.
const (
	Person  Kind = "user"
	Program Kind = "token"
	Chat    Kind = "chat"
)

// Who is somebody who asks. The zero value is somebody whom nobody knows.
type Who struct {
	Kind   Kind
	Name   string   // of the person or the token
	Groups []string // of a person who logged in by OpenID Connect
	Token  *Token   // of a program
}

// Known tells whether it is known who asks.
func (w Who) Known() bool { return w.Kind != "" }

// String is how they are written down. A person's name never looks like another kind's.
func (w Who) String() string {
	switch w.Kind {
	case Program, Chat:
		return string(w.Kind) + ":" + w.Name
	}
	return w.Name
}

// subjects are whom a grant may name for it to be theirs. A person in a chat has the
// grants of the user of the same name as well.
func (w Who) subjects() []string {
	switch w.Kind {
	case Program:
		return []string{"token:" + w.Token.ID}
	case Chat:
		return []string{"chat:" + w.Name, "user:" + w.Name}
	case Person:
		all := []string{"user:" + w.Name}
		for _, group := range w.Groups {
			all = append(all, "group:"+group)
		}
		return all
	}
	return nil
}

// in says it in a sentence.
func (w Who) in() string {
	if !w.Known() {
		return "nobody who is known"
	}
	return fmt.Sprintf("%q", w.String())
}
