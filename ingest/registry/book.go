package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"headroom/internal/config"
	"headroom/internal/faults"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Keeper keeps what sources said last, what people set, and every change.
// [state.Registry] is one.
type Keeper interface {
	Sources(ctx context.Context) ([]state.RegistrySource, error)
	Edits(ctx context.Context) ([]state.RegistryEdit, error)
	Save(ctx context.Context, c state.RegistryChange) error
}

// book is what all sources say. What changes is kept before it is published.
type book struct {
	keeper   Keeper
	registry *fleet.Registry
	changed  func(source string, changes int)

	mu      sync.Mutex // protects the fields below; held while a change is made
	order   []string   // of the sources, the most important one first
	sources map[string][]fleet.Declared
	edits   map[editKey]state.RegistryEdit
}

type editKey struct{ id, field string }

// load reads what was kept, and returns it by the sources' names.
func (b *book) load(ctx context.Context) (map[string]state.RegistrySource, error) {
	kept, err := b.keeper.Sources(ctx)
	if err != nil {
		return nil, err
	}
	edits, err := b.keeper.Edits(ctx)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sources, b.edits = map[string][]fleet.Declared{}, map[editKey]state.RegistryEdit{}
	by := map[string]state.RegistrySource{}
	for _, k := range kept {
		var declared []fleet.Declared
		if err := json.Unmarshal(k.Data, &declared); err != nil {
			return nil, fmt.Errorf("read what source %s said: %w", k.Name, err)
		}
		b.sources[k.Name], by[k.Name] = declared, k
		b.order = append(b.order, k.Name)
	}
	for _, e := range edits {
		b.edits[editKey{e.ID, e.Field}] = e
	}
	b.registry.Publish(b.view(b.order, b.sources, b.edits))
	return by, nil
}

// view joins what everybody says; people come first.
func (b *book) view(order []string, sources map[string][]fleet.Declared, edits map[editKey]state.RegistryEdit) *fleet.View {
	all := []fleet.Source{people(edits)}
	for _, name := range order {
		all = append(all, fleet.Source{Name: name, Declared: sources[name]})
	}
	return fleet.NewView(all)
}

// people are the facts that people set. Each is declared by itself: another person may
// have set it.
func people(edits map[editKey]state.RegistryEdit) fleet.Source {
	s := fleet.Source{Name: config.RegistryPeople}
	for _, e := range edits {
		s.Declared = append(s.Declared, fleet.Declared{ID: e.ID, Fields: fleet.Fields{e.Field: e.Value}, By: e.Who, At: e.At, Why: e.Why})
	}
	return s
}

// commit keeps a change with its events, and publishes the view after it. b.mu must be
// held.
func (b *book) commit(ctx context.Context, c state.RegistryChange, after *fleet.View, source string, at time.Time, by fleet.Declared) error {
	c.Events = fleet.Changes(b.registry.View(), after, source, at, by)
	if err := b.keeper.Save(ctx, c); err != nil {
		return err
	}
	b.registry.Publish(after)
	b.changed(source, len(c.Events))
	return nil
}

// arrange sets which sources there are, the most important one first. What others said
// is gone.
func (b *book) arrange(ctx context.Context, order []string, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	sources, c := maps.Clone(b.sources), state.RegistryChange{}
	for name := range b.sources {
		if !slices.Contains(order, name) {
			delete(sources, name)
			c.Gone = append(c.Gone, name)
		}
	}
	by := fleet.Declared{Why: "the sources of the configuration were changed"}
	if err := b.commit(ctx, c, b.view(order, sources, b.edits), "configuration", at, by); err != nil {
		return err
	}
	b.order, b.sources = order, sources
	return nil
}

// set takes what a source says now.
func (b *book) set(ctx context.Context, name string, a answer, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.order, name) {
		return nil // was taken out of the configuration meanwhile
	}
	if slices.EqualFunc(a.declared, b.sources[name], sameFacts) && len(a.declared) > 0 {
		return b.keeper.Save(ctx, state.RegistryChange{Read: map[string]time.Time{name: at}})
	}
	by := attribute(ctx, a, b.sources[name])
	data, err := json.Marshal(a.declared)
	if err != nil {
		return fmt.Errorf("write down what source %s says: %w", name, err)
	}
	sources := maps.Clone(b.sources)
	sources[name] = a.declared
	c := state.RegistryChange{Sources: []state.RegistrySource{{Name: name, Read: at, Data: data}}}
	if err := b.commit(ctx, c, b.view(b.order, sources, b.edits), name, at, by); err != nil {
		return err
	}
	b.sources = sources
	return nil
}

func sameFacts(x, y fleet.Declared) bool { return x.ID == y.ID && maps.Equal(x.Fields, y.Fields) }

// attribute finds who wrote what a source says. What is as it was before was written
// by whom it was. It returns who may have taken away what is gone.
func attribute(ctx context.Context, a answer, before []fleet.Declared) (by fleet.Declared) {
	was := make(map[string]*fleet.Declared, len(before))
	for i := range before {
		was[before[i].ID] = &before[i]
	}
	files := map[string]bool{}
	for i := range a.declared {
		d := &a.declared[i]
		if old := was[d.ID]; old != nil && maps.Equal(old.Fields, d.Fields) {
			d.By, d.Commit, d.At, d.Why = old.By, old.Commit, old.At, old.Why
		} else {
			files[fileOf(d)] = true
		}
	}
	if a.writers == nil {
		return by
	}
	found := a.writers.of(ctx, files)
	for i := range a.declared {
		d := &a.declared[i]
		if old := was[d.ID]; old != nil && maps.Equal(old.Fields, d.Fields) {
			continue
		}
		w := found[fileOf(d)]
		d.By, d.Commit, d.At, d.Why = w.By, w.Commit, w.At, w.Why
	}
	return a.writers.head
}

// Edit sets facts of a node as a person says: nil takes back what a person set, an
// empty text says that there is none. The error is [faults.List] for what cannot be.
func (i *Importer) Edit(ctx context.Context, id string, fields map[string]*string, who, why string) error {
	if err := checkEdit(id, fields, i.opts.Levels); err != nil {
		return err
	}
	b := &i.book
	b.mu.Lock()
	defer b.mu.Unlock()
	at, edits, c := i.opts.Now().UTC(), maps.Clone(b.edits), state.RegistryChange{}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		e := state.RegistryEdit{ID: id, Field: field, Who: who, Why: why, At: at}
		key := editKey{id, field}
		if value := fields[field]; value == nil {
			delete(edits, key)
			c.Back = append(c.Back, e)
		} else {
			e.Value = *value
			edits[key] = e
			c.Edits = append(c.Edits, e)
		}
	}
	by := fleet.Declared{By: who, At: at, Why: why}
	if err := b.commit(ctx, c, b.view(b.order, b.sources, edits), config.RegistryPeople, at, by); err != nil {
		return err
	}
	b.edits = edits
	return nil
}

func checkEdit(id string, fields map[string]*string, levels []string) error {
	var bad faults.List
	path, err := fleet.ParseID(id)
	switch {
	case err != nil:
		bad.Add("id", "%v", err)
	case len(path) == 0 || len(path) > len(levels) || path.ID() != id:
		bad.Add("id", "want the id of a node of the business tree, got %q", id)
	}
	if len(fields) == 0 || len(fields) > fleet.MaxFields {
		bad.Add("fields", "want 1 to %d, got %d", fleet.MaxFields, len(fields))
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		value := ""
		if fields[field] != nil {
			value = *fields[field]
		}
		if err := fleet.CheckField(field, value); err != nil {
			bad.Add(field, "%v", err)
		}
	}
	return bad.Err()
}
