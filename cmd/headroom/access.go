package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/storage/fleet"
	"headroom/ui/access"
	"headroom/ui/api"
)

// accessSystem is what knows who may do what.
type accessSystem struct {
	book  *access.Book
	login *access.Login
}

// openAccess opens it; the audit log tells where it stands, so that the server's own
// log has what the audit log can be compared with later.
func (s *server) openAccess(ctx context.Context) error {
	users := &webUsers{file: s.opts.webConfigFile}
	book, err := access.Open(ctx, access.Options{Store: s.state.Access(), Users: users.names, Logger: s.log, Registerer: s.reg})
	if err != nil {
		return err
	}
	s.access = accessSystem{book, access.NewLogin(book, s.externalURL())}
	head, err := s.state.Audit().Head(ctx)
	if err != nil {
		return err
	}
	s.log.Info("the audit log goes on", "after", head.Seq, "hash", head.Hash)
	return s.reloadAccess(s.cfg)
}

// Why a section access cannot work together with the web configuration.
var (
	errNobodyKnown = errors.New("access: nobody could be known: it takes basic_auth_users or client certificates in --web.config.file, " +
		"access.oidc, or access.admin_token_file")
	errLoginAndUsers = errors.New("access.oidc cannot go with basic_auth_users in --web.config.file, which ask everybody for a password first: take one of them out")
	errAdminAndUsers = errors.New("access.admin_token_file cannot go with basic_auth_users in --web.config.file, which turn a token away: " +
		"take it out, and have programs log in as one of the users")
)

// reloadAccess puts a configuration into force that was checked by itself.
func (s *server) reloadAccess(cfg config.Config) error {
	web, err := readWebConfig(s.opts.webConfigFile)
	if err != nil {
		return err
	}
	c, users := cfg.Access, len(web.Users) > 0
	switch {
	case users && c.OIDC.Issuer != "":
		return errLoginAndUsers
	case users && c.AdminTokenFile != "":
		return errAdminAndUsers
	case c.On() && !users && web.TLSConfig.ClientAuth == "" && c.OIDC.Issuer == "" && c.AdminTokenFile == "":
		return errNobodyKnown
	}
	token, err := config.ReadSecret("", s.besideConfig(c.AdminTokenFile))
	if err == nil && c.AdminTokenFile != "" {
		err = access.CheckToken(token)
	}
	if err != nil {
		return fmt.Errorf("access.admin_token_file: %w", err)
	}
	c.OIDC.ClientSecretFile = s.besideConfig(c.OIDC.ClientSecretFile)
	if err := s.access.login.Set(c.OIDC); err != nil {
		return err
	}
	s.access.book.Set(c, cfg.Location(), token)
	return nil
}

// webUsers are the users of the web configuration, which is read anew when it changes,
// as the listener does.
type webUsers struct {
	file string

	mu    sync.Mutex
	read  os.FileInfo // of what was read; nil: nothing
	known map[string]bool
}

func (w *webUsers) names() map[string]bool {
	if w.file == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now, err := os.Stat(w.file)
	if err == nil && w.read != nil && os.SameFile(now, w.read) && now.ModTime().Equal(w.read.ModTime()) && now.Size() == w.read.Size() {
		return w.known
	}
	w.read, w.known = nil, nil
	c, readErr := readWebConfig(w.file)
	if err != nil || readErr != nil {
		return nil
	}
	w.read, w.known = now, map[string]bool{}
	for name := range c.Users {
		w.known[name] = true
	}
	return w.known
}

// places tell where lies what requests name.
func (s *server) places() api.Places {
	return api.Places{
		Silence: func(id string) labels.Matchers { return s.alarms.notify.Silences().Matchers(id) },
		Start:   s.startTouches, Run: s.runTouches, Secrets: s.secretInputs,
		Request: func(ctx context.Context, id string) (node, by string, err error) {
			r, err := s.requests.Load(ctx, id)
			return r.Path, r.Who, err
		},
		Named: func(ctx context.Context, id string) bool {
			r, err := s.requests.Load(ctx, id)
			return err == nil && s.requests.Named(&r)
		},
		Approver: func(ctx context.Context, id string, who access.Who) bool {
			r, err := s.requests.Load(ctx, id)
			return err == nil && s.requests.Approver(&r, who.String(), who.Groups)
		},
	}
}

// startTouches tells what a flow would change when it is started.
func (s *server) startTouches(_ context.Context, name string, body []byte) ([]string, error) {
	var start flow.Start
	if err := json.Unmarshal(body, &start); err != nil {
		return nil, nil // the endpoint says what is wrong with it
	}
	start.Flow = name
	modules, nodes, err := s.flows.engine.Touches(start)
	return s.touched(modules, nodes), err
}

// runTouches tells what a run changes. What its machines serve by now makes no difference:
// whoever may act on its modules may still stop it.
func (s *server) runTouches(ctx context.Context, id string) ([]string, error) {
	r, err := s.flows.engine.Get(ctx, id)
	return r.Modules(), err
}

// touched are the nodes of the business tree that a change of modules and of machines
// concerns: the modules, and those whose workers the machines run. None stands for all of
// the tree, as for a machine that nothing of the pool runs on.
func (s *server) touched(modules, nodes []string) []string {
	if len(modules) == 0 {
		return nil
	}
	for _, name := range nodes {
		n, err := s.scaling.pool.Node(name)
		if err != nil || len(n.Workers) == 0 {
			return nil
		}
		for i := range n.Workers {
			modules = append(modules, n.Workers[i].Service)
		}
	}
	slices.Sort(modules)
	return slices.Compact(modules)
}

// secretInputs names those of a flow that nobody may read, and of a run's also those of
// tools, which a retry can give.
func (s *server) secretInputs(ctx context.Context, name, run string) (all []string) {
	doc, err := s.flows.Flow(name)
	if run != "" {
		all = s.secretsOfTools()
		var r flow.Run
		if r, err = s.flows.engine.Get(ctx, run); err == nil {
			doc = r.Document
		}
	}
	if err != nil || doc == nil {
		return all // what is not there has no secrets
	}
	for _, in := range doc.Inputs {
		if in.Secret {
			all = append(all, in.Name)
		}
	}
	return all
}

func (s *server) secretsOfTools() (all []string) {
	for _, d := range s.flows.shelf.Catalog().Descriptions() {
		for _, in := range d.Inputs {
			if in.Secret {
				all = append(all, in.Name)
			}
		}
	}
	return all
}

// forgetSessions removes the sessions that are over.
func (s *server) forgetSessions(ctx context.Context, _ time.Time) (int64, error) {
	return s.state.Access().ForgetSessions(ctx, time.Now())
}

// operatorByGrant tells where somebody who chats is an operator by a grant of theirs.
func (s *server) operatorByGrant(name string) (paths []fleet.Path) {
	if s.access.book == nil || !s.access.book.On() {
		return nil
	}
	for _, g := range s.access.book.Granted(access.Who{Kind: access.Chat, Name: name}) {
		if g.Role >= access.Operator {
			paths = append(paths, g.Path)
		}
	}
	return paths
}
