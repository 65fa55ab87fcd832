package pool

import (
	"context"
	"fmt"
	"time"
)

// load reads the pool from the state database.
func (p *Pool) load(ctx context.Context) error {
	all, err := p.db.Pool().Load(ctx)
	if err != nil {
		return err
	}
	var c change
	if c.nodes, err = read[nodeRecord](all.Nodes, "node"); err != nil {
		return err
	}
	if c.services, err = read[serviceRecord](all.Services, "service"); err != nil {
		return err
	}
	if c.workers, err = read[workerRecord](all.Workers, "worker"); err != nil {
		return err
	}
	if c.memories, err = readMemories(all.Memories); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.installLocked(&c)
	return nil
}

// save writes a change down and then makes it in memory. p.writing must be held.
func (p *Pool) save(ctx context.Context, c *change) error {
	if c.empty() {
		return nil
	}
	rows, err := c.rows()
	if err == nil {
		err = p.db.Pool().Save(ctx, rows)
	}
	if p.saved != nil {
		err = p.saved(err)
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.installLocked(c)
	return nil
}

// installLocked makes a change that is written down. p.mu must be held.
func (p *Pool) installLocked(c *change) {
	for _, r := range c.nodes {
		p.putNode(r)
	}
	for _, r := range c.services {
		p.putService(r)
	}
	for _, r := range c.workers {
		p.putWorker(r)
	}
	for _, r := range c.workers {
		p.pair(p.workers[r.ID])
	}
	for module, m := range c.memories {
		p.memories[module] = m
	}
	for _, id := range c.goneWorkers {
		p.removeWorker(id)
	}
	for _, name := range c.goneNodes {
		p.removeNode(name)
	}
	for _, module := range c.goneServices {
		delete(p.services, module)
		delete(p.memories, module)
	}
	p.shareLocked()
}

func (p *Pool) putNode(r nodeRecord) {
	n := p.nodes[r.Name]
	if n == nil {
		p.nodes[r.Name] = &node{rec: r, seen: p.now()}
		p.order = nil
		return
	}
	n.rec.Cordon, n.rec.Drain = r.Cordon, r.Drain // the rest is as the node reports it
}

func (p *Pool) putService(r serviceRecord) {
	s := p.services[r.Module]
	if s == nil {
		s = &service{workers: map[string]*worker{}, shares: map[*node]*claim{}, closed: map[*node]closure{}, foreign: map[takenPort]time.Time{}}
		p.services[r.Module] = s
	}
	s.rec = r
	if s.conf == nil { // its workers go on as they were until it is configured again
		conf, err := serviceOf(r.Config, r.Tree, p.now().Location())
		if err != nil {
			p.log.Error("what was configured of a service can no longer be read", "service", r.Module, "err", err)
			return
		}
		s.conf = conf
	}
}

func (p *Pool) putWorker(r workerRecord) {
	w := p.workers[r.ID]
	if w == nil {
		w = &worker{node: p.nodes[r.Node], service: p.services[r.Service]}
		if w.node == nil || w.service == nil {
			p.log.Error("a worker is of a node or a service that is not known", "worker", r.ID, "node", r.Node, "service", r.Service)
			return
		}
		p.workers[r.ID] = w
		w.node.workers = append(w.node.workers, w)
		w.service.workers[r.ID] = w
	}
	w.rec = r
	w.node.touch()
	w.service.touch()
	w.service.reshare = true
}

// pair lets a worker and the one that it replaces know each other while both run.
func (p *Pool) pair(w *worker) {
	if w == nil {
		return
	}
	if old := p.workers[w.rec.Instead]; old != nil && old.wanted() && w.wanted() {
		w.instead, old.by = old, w
	}
	if !w.wanted() {
		unpair(w)
	}
}

// unpair ends a replacement: either the old worker is told to stop, or the new one is
// and the old one counts again.
func unpair(w *worker) {
	if w.instead != nil {
		w.instead.by, w.instead = nil, nil
	}
	if w.by != nil {
		w.by.instead, w.by = nil, nil
	}
}

func (p *Pool) removeWorker(id string) {
	w := p.workers[id]
	if w == nil {
		return
	}
	unpair(w)
	delete(p.workers, id)
	delete(w.service.workers, id)
	w.node.drop(w)
	w.node.touch()
	w.service.touch()
	w.service.reshare = true
}

func (p *Pool) removeNode(name string) {
	n := p.nodes[name]
	if n == nil {
		return
	}
	delete(p.nodes, name)
	p.order = nil
	for _, s := range p.services {
		delete(s.closed, n)
		delete(s.shares, n)
	}
}

// Configure puts settings into force. What is no longer configured is kept as it was
// and does not change any more, until a person retires it.
func (p *Pool) Configure(ctx context.Context, s Settings) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	c := p.configured(s)
	if err := p.save(ctx, &c); err != nil {
		return fmt.Errorf("configure the pool: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settings = s
	for _, one := range p.services {
		one.current = false
	}
	for _, conf := range s.Services {
		one := p.services[conf.Module]
		changed := one.conf == nil || one.conf.version != conf.version
		one.conf, one.current, one.reshare = conf, true, true
		for _, w := range one.workers {
			if changed {
				w.node.touch()
			}
		}
		one.touch()
	}
	p.shareLocked()
	return nil
}

// configured is what has to be written down of new settings.
func (p *Pool) configured(s Settings) (c change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conf := range s.Services {
		rec := serviceRecord{Module: conf.Module}
		one := p.services[conf.Module]
		if one != nil {
			rec = one.rec
		}
		if one == nil || one.conf == nil || !conf.same(rec) || rec.Retiring != nil {
			rec.Config, rec.Tree, rec.Retiring = conf.config, conf.tree, nil
			c.services = append(c.services, rec)
		}
	}
	return c
}
