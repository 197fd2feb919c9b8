package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/inventory"
	"sallyport/internal/live"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

const (
	// judgeEvery is how often an org is judged of which nothing was read anew: some
	// checks go by age.
	judgeEvery = 24 * time.Hour
	// judgePause is how long after a judgement it is judged again because events
	// changed something.
	judgePause = 5 * time.Minute
	// judgeLook is how often it is looked for what is to be judged.
	judgeLook = 15 * time.Second
	// mostLogged bounds the events that one judgement goes through, the newest first.
	mostLogged = 2_000_000
	// loggedAtOnce is how many of them are held at a time.
	loggedAtOnce = 1000
)

// Judge judges an org by the profile that is set for it, or by another, which
// changes no findings.
func (c *Core) Judge(ctx context.Context, t inventory.Tenant, by posture.Profile, cause string) (store.PostureRun, []posture.Result, error) {
	set, err := c.DB.Postures.Setting(ctx, t.Org, t.ID)
	if err != nil {
		return store.PostureRun{}, nil, fmt.Errorf("read what it is judged by: %w", err)
	}
	if by == "" {
		by = set.Profile
	}
	run := c.DB.Postures.NewPostureRun(by, cause)
	in := posture.Input{Reader: c.DB.Inventory.At(t.Org, t.ID, time.Time{}), Settings: set.Settings, Profile: by, Now: run.At}
	checks, err := c.Checks()
	if err != nil {
		return run, nil, err
	}
	kept, err := c.DB.Postures.Exceptions(ctx, t.Org, t.ID)
	if err != nil {
		return run, nil, fmt.Errorf("read exceptions: %w", err)
	}
	for _, x := range kept {
		in.Exceptions = append(in.Exceptions, x.Exception)
	}
	sources, err := c.ownPart(ctx, t, &in.Settings)
	if err != nil {
		return run, nil, err
	}
	if in.Activity, err = c.activity(ctx, t.Org, sources, posture.Questions(checks, by, run.At)); err != nil {
		return run, nil, fmt.Errorf("go through the log: %w", err)
	}
	results, err := posture.Run(ctx, in, checks)
	if err != nil {
		return run, nil, err
	}
	run.Score = posture.ScoreOf(results)
	if err := c.keep(ctx, t, store.Judgement{PostureRun: run, Results: results, Settles: by == set.Profile}); err != nil {
		return run, nil, fmt.Errorf("keep the judgement: %w", err)
	}
	return run, results, nil
}

// errStaleFlows says that flows were changed between reading and writing.
var errStaleFlows = errors.New("the flows were changed meanwhile")

// keep makes a judgement durable, with the runs that its findings start by the flows
// as they are at that moment.
func (c *Core) keep(ctx context.Context, t inventory.Tenant, j store.Judgement) error {
	for {
		book, err := c.Library.Book(ctx, t.Org)
		if err != nil {
			return err
		}
		var bad error
		j.Start = func(flows int64, turned []posture.Turned) ([]flow.Run, error) {
			if flows != book.Revision {
				return nil, errStaleFlows
			}
			found := make([]flow.Found, len(turned))
			for i, x := range turned {
				found[i] = flow.Found{Turned: x, Tenant: t}
			}
			runs, failed := book.FoundRuns(found, c.Now())
			bad = failed
			return runs, nil
		}
		err = c.DB.Postures.Judge(ctx, t, j)
		if errors.Is(err, errStaleFlows) && ctx.Err() == nil {
			continue
		}
		if err == nil && bad != nil {
			c.Log.WarnContext(ctx, "flows of findings", "err", bad, "tenant", t.ID)
		}
		return err
	}
}

// ownPart completes settings by what the product knows of itself, and returns the
// sources by which the org's log comes.
func (c *Core) ownPart(ctx context.Context, t inventory.Tenant, set *posture.Settings) (map[string]bool, error) {
	conns, err := c.DB.Connections.List(ctx, t.Org)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	same := map[string]bool{} // connections to this org
	for _, conn := range conns {
		if conn.Settings.Text("domain") != t.Domain {
			continue
		}
		same[conn.ID] = true
		set.Remediation = set.Remediation || strings.Contains(conn.Settings.Text("scopes"), ".manage")
		if conn.ID == t.Connection && conn.Auth != connector.APIKey && set.OwnApp == "" {
			set.OwnApp = conn.Settings.Text("client_id")
		}
	}
	all, err := c.DB.Sources.List(ctx, t.Org)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	ids := map[string]bool{}
	for _, s := range all {
		if !same[s.Connection] {
			continue
		}
		ids[s.ID] = true
		if s.Enabled && s.Poll && !s.Health.LastPollAt.IsZero() {
			lag := c.Now().Sub(s.Health.LastPollAt).Minutes()
			if set.CollectorLag == nil || lag < *set.CollectorLag {
				set.CollectorLag = &lag
			}
		}
	}
	return ids, nil
}

// activity answers questions from the events of sources that are stored; nil where
// there are no sources.
func (c *Core) activity(ctx context.Context, org string, sources map[string]bool, questions []posture.Question) (posture.Activity, error) {
	if len(sources) == 0 || len(questions) == 0 {
		return nil, nil //nolint:nilnil // no log is known, and that is no error
	}
	counter := posture.NewCounter(questions)
	search := store.EventSearch{Since: counter.Since(), Limit: loggedAtOnce}
	var oldest time.Time
	for n := 0; n < mostLogged; {
		found, err := c.DB.Events.Search(ctx, org, search)
		if err != nil {
			return nil, err
		}
		for _, e := range found.Events {
			if oldest = e.Published; sources[e.Source] {
				counter.Add(e.Type, e.Published, e.Raw)
			}
		}
		n += len(found.Events)
		if search.After = found.Next; found.Next == (store.Place{}) {
			first, err := c.DB.Events.First(ctx, org)
			counter.Reach(first)
			return counter, err
		}
	}
	counter.Reach(oldest)
	return counter, nil
}

// judge judges the orgs of all organizations that were read anew, or long ago.
type judge struct {
	core  *Core
	live  *live.Hub
	wakes chan struct{}
	one   sync.Mutex // a judgement takes memory: one at a time

	mu      sync.Mutex
	changed map[string]inventory.Tenant // by id: what they are judged by changed
}

func newJudge(c *Core, hub *live.Hub) *judge {
	return &judge{core: c, live: hub, wakes: make(chan struct{}, 1), changed: map[string]inventory.Tenant{}}
}

// Changed has an org judged anew at once, as what it is judged by changed. What was
// taken back leaves no row that [store.Postures.Unjudged] could go by.
func (j *judge) Changed(t inventory.Tenant) {
	j.mu.Lock()
	j.changed[t.ID] = t
	j.mu.Unlock()
	j.Wake()
}

// due lists the orgs that are to be judged now.
func (j *judge) due(ctx context.Context) ([]inventory.Tenant, error) {
	j.mu.Lock()
	out := slices.Collect(maps.Values(j.changed))
	clear(j.changed)
	j.mu.Unlock()
	all, err := j.core.DB.Postures.Unjudged(ctx, j.core.Now().Add(-judgeEvery), j.core.Now().Add(-judgePause))
	for _, t := range all {
		if !slices.ContainsFunc(out, func(x inventory.Tenant) bool { return x.ID == t.ID }) {
			out = append(out, t)
		}
	}
	return out, err
}

// Wake has it looked at once for what is to be judged.
func (j *judge) Wake() {
	select {
	case j.wakes <- struct{}{}:
	default: // it is about to look
	}
}

// Run judges orgs until ctx ends.
func (j *judge) Run(ctx context.Context) {
	tick := time.NewTicker(judgeLook)
	defer tick.Stop()
	for {
		due, err := j.due(ctx)
		for _, t := range due {
			_, judged := j.Judge(ctx, t, "", "sync")
			err = errors.Join(err, judged)
		}
		if err != nil && ctx.Err() == nil && errs.KindOf(err) != errs.Conflict {
			j.core.Log.WarnContext(ctx, "orgs not judged", "err", err)
		}
		select {
		case <-tick.C:
		case <-j.wakes:
		case <-ctx.Done():
			return
		}
	}
}

// Judge judges one org now.
func (j *judge) Judge(ctx context.Context, t inventory.Tenant, by posture.Profile, cause string) (store.PostureRun, error) {
	j.one.Lock()
	defer j.one.Unlock()
	run, _, err := j.core.Judge(ctx, t, by, cause)
	if err == nil {
		j.live.Publish(t.Org, live.Message{Topic: live.Posture, ID: t.ID})
	}
	return run, err
}
