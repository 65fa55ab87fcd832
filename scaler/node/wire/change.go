package wire

// Since returns what of f has changed over base, which was looked for by the same
// declaration. What base alone has is told as not there.
func (f *Found) Since(base *Found) *Found {
	c := &Found{
		Declared: f.Declared, Sum: f.Sum, Base: base.Sum,
		Packages:  changed(f.Packages, base.Packages),
		Files:     changed(f.Files, base.Files),
		Processes: changed(f.Processes, base.Processes),
		Ports:     changed(f.Ports, base.Ports),
	}
	for path, file := range c.Files {
		if _, there := f.Files[path]; !there {
			file.Missing = true
			c.Files[path] = file
		}
	}
	if f.Environment != nil && !f.Environment.same(base.Environment) {
		c.Environment = f.Environment
	}
	return c
}

func (e *Environment) same(o *Environment) bool {
	if o == nil || (e.ClockOffset == nil) != (o.ClockOffset == nil) || e.ClockOffset != nil && *e.ClockOffset != *o.ClockOffset {
		return false
	}
	a, b := *e, *o
	a.ClockOffset, b.ClockOffset = nil, nil
	return a == b
}

// changed are the entries of now that differ from before, and a zero for those that
// are gone.
func changed[K, V comparable](now, before map[K]V) map[K]V {
	c := map[K]V{}
	for k, v := range now {
		if old, there := before[k]; !there || old != v {
			c[k] = v
		}
	}
	for k := range before {
		if _, there := now[k]; !there {
			var none V
			c[k] = none
		}
	}
	return c
}
