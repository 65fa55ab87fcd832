package send

// Series is one value of a series. Its time is that of the request.
type Series struct {
	Name   string
	Labels []Label // sorted by name, none of them empty; may be shared
	Value  float64 // NaN: not known, so not sent
}

// Label is a name and a value.
type Label struct{ Name, Value string }
