package document

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

var (
	flowName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	idName   = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,63}$`)
)

// isID tells whether a name can be selected in an expression.
func isID(name string) bool {
	return idName.MatchString(name) && !slices.Contains([]string{"in", "true", "false", "null"}, name)
}

// reserved are words of the language that a name of its own cannot be.
var reserved = []string{
	"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
}

// isFree tells whether a name can stand for an element.
func isFree(name string) bool {
	return isID(name) && name != "index" && !slices.Contains(roots, name) && !slices.Contains(reserved, name)
}

// maxDuration bounds every time in a document.
const maxDuration = Duration(366 * day)

// head checks all but the steps.
func (c *checker) head() {
	f := c.flow
	if !flowName.MatchString(f.Name) {
		c.fault("name", "want a name of a-z, 0-9 and -, found %q", f.Name)
	}
	if !slices.Contains([]OnFailure{"", Wait, Undo, Stop}, f.OnFailure) {
		c.fault("on_failure", "want wait, undo or stop, found %q", f.OnFailure)
	}
	c.duration(f.WaitAtMost, "wait_at_most")
	c.duration(f.Timeout, "timeout")
	if len(f.Steps) == 0 {
		c.fault("steps", "the flow has no steps")
	}
	if len(f.Inputs) > maxNamed {
		c.fault("inputs", "want at most %d inputs, found %d", maxNamed, len(f.Inputs))
	}
	if len(f.Constants) > maxNamed {
		c.fault("constants", "want at most %d constants, found %d", maxNamed, len(f.Constants))
	}
	for _, name := range sortedNames(f.Constants) {
		if !isID(name) {
			c.fault("constants."+name, "want a name of a-z, 0-9 and _, found %q", name)
		}
	}
	first := map[string]int{}
	for i := range f.Inputs {
		key := fmt.Sprintf("inputs[%d]", i)
		if at, twice := first[f.Inputs[i].Name]; twice {
			c.fault(key+".name", "%s is the name of inputs[%d] already", f.Inputs[i].Name, at)
		} else {
			first[f.Inputs[i].Name] = i
		}
		c.input(&f.Inputs[i], key)
	}
}

func (c *checker) input(in *Input, key string) {
	if !isID(in.Name) {
		c.fault(key+".name", "want a name of a-z, 0-9 and _, found %q", in.Name)
	}
	switch {
	case !known(in.Type):
		c.fault(key+".type", "want one of %v, found %q", allTypes, in.Type)
		return
	case in.Of != "" && in.Type != ListType:
		c.fault(key+".of", "only a list has elements of a type, and %s is a %s", in.Name, in.Type)
		return
	case in.Of != "" && !known(in.Of):
		c.fault(key+".of", "want one of %v, found %q", allTypes, in.Of)
		return
	}
	k := in.kind()
	for i, v := range in.Values {
		if _, err := k.fits(v); err != nil {
			c.fault(fmt.Sprintf("%s.values[%d]", key, i), "%v", err)
		}
	}
	switch {
	case in.Default == nil:
		return
	case in.Required:
		c.fault(key+".default", "an input that is required has no default")
		return
	case in.Secret:
		c.fault(key+".default", "a secret has no default: whoever sees the flow would see it")
		return
	}
	v, err := k.fits(in.Default)
	if err == nil {
		err = k.oneOf(v, in.Values)
	}
	if err != nil {
		c.fault(key+".default", "%v", err)
	}
}

func (c *checker) duration(d Duration, key string) {
	if d < 0 || d > maxDuration {
		c.fault(key, "want a time from 0 to %v, found %v", time.Duration(maxDuration), d)
	}
}
