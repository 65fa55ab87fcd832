package flow

import (
	"context"
	"fmt"
	"maps"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// launch makes a call whose beginning is on the disk.
func (a *actor) launch(p *part) {
	i, name := a.m.invocation(p)
	u := &underway{name: name, log: &logBuffer{}}
	_, checker := i.tool.(tool.Checker)
	u.gentle = !checker && !i.desc.Repeatable && !i.desc.Waits && !i.dry
	i.call.Log = u.log
	ctx, stop := context.WithCancelCause(context.Background())
	u.stop = stop
	a.calls[p], p.out = u, true
	a.mu.Lock()
	a.written[name], a.secrets = u.log, a.m.secrets
	a.mu.Unlock()
	a.e.metrics.calls.Inc()
	a.e.working.Go(func() {
		r := i.make(ctx)
		stop(nil)
		a.post(func() { a.returned(p, u, r) })
	})
}

// returned takes the result of a call.
func (a *actor) returned(p *part, u *underway, r result) {
	delete(a.calls, p)
	text, cut, _ := u.log.take()
	if text != "" {
		a.keepLog(u.name, text, cut)
	}
	a.after = append(a.after, func() {
		a.mu.Lock()
		delete(a.written, u.name)
		a.mu.Unlock()
	})
	if cut > 0 {
		a.e.metrics.met("log")
	}
	r.text, r.note, r.plan = a.m.hides(r.text), a.m.hides(r.note), a.m.hides(r.plan)
	a.m.ended(p, r, a.e.now())
	if a.m.tooLarge {
		a.m.tooLarge = false
		a.e.metrics.met("outputs")
	}
	a.e.metrics.called(r.how)
}

// resume goes on with the calls that a former server had begun.
func (m *machine) resume(now time.Time) {
	m.now = now
	for _, p := range m.parts {
		if p.kind != call {
			continue
		}
		for _, at := range []*Attempt{p.rec.attempt(), p.rec.Undo} {
			if at == nil || at.State != StepRunning {
				continue
			}
			at.Resumed++
			p.rec.dirty = true
			if m.program == nil {
				m.ended(p, result{how: unsure, text: "the server ended while it was under way, and its flow does not fit the tools any more"}, now)
				continue
			}
			m.begun = append(m.begun, p)
		}
	}
}

// invocation is a part's call to be made, and the name of its log.
func (m *machine) invocation(p *part) (*invocation, logName) {
	at, with, name, timeout, number := p.rec.attempt(), p.rec.hidden.Inputs, p.doc.Tool, m.timeout(p), 0
	if p.rec.State == StepRunning {
		number = at.N
	} else {
		at, with, name, timeout, number = p.rec.Undo, p.rec.hidden.Undo, p.doc.Undo.Tool, m.undoTimeout(p), UndoAttempt
	}
	c := &tool.Call{
		Run: m.run.ID, Flow: m.run.Flow, Step: p.rec.Path, Module: m.run.Module, Who: m.run.Who, Why: m.run.Why,
		Key: fmt.Sprintf("%s/%s/%d", m.run.ID, p.rec.Path, at.N), Attempt: at.N, Began: at.Began, Inputs: clone(with),
	}
	if number == UndoAttempt {
		c.Key = fmt.Sprintf("%s/%s/undo/%d", m.run.ID, p.rec.Path, at.N)
	}
	i := &invocation{
		tool: m.tools.Find(name), desc: m.describe(name), call: c, dry: m.run.Dry, resumed: at.Resumed > 0,
		stopped: m.hidden.Stop && number != UndoAttempt, left: at.Began.Add(timeout).Sub(m.now),
	}
	i.desc.Name = name
	return i, logName{p.rec.Path, number}
}

// clone copies values, so that a tool cannot change what is kept.
func clone(v document.Values) map[string]any {
	copied := maps.Clone(v)
	for name := range copied {
		copied[name], _ = document.Plain(copied[name]) // of plain values it makes plain values
	}
	if copied == nil {
		copied = document.Values{}
	}
	return copied
}
