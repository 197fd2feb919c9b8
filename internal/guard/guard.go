// Package guard is the gate before every effect. It looks at what an action
// would do and to whom, refuses what the organization's policy forbids, keeps a
// ledger of everything that was made, refused or begun, and can undo what has
// a way back. It carries nothing out itself but undoing.
package guard

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// Policy is what an organization allows.
type Policy struct {
	// ProtectedUsers are people that no action changes: break-glass accounts.
	// Each is a user id, a login or an e-mail address, in any case.
	ProtectedUsers []string `json:"protectedUsers"`
	// ProtectedGroups are groups whose members no action changes, and which no
	// action changes themselves. Each is a group id or a name.
	ProtectedGroups []string `json:"protectedGroups"`
	// Ceiling is the most changes that one flow makes in an hour.
	Ceiling int `json:"ceiling"`
	// FlowCeilings are other ceilings for some flows, by flow id.
	FlowCeilings map[string]int `json:"flowCeilings"`
	// DryRun lets no effect through: every flow shows what it would do.
	DryRun bool `json:"dryRun"`
	// Plans limits what plans of remediation change.
	Plans PlanLimits `json:"plans"`
}

// DefaultCeiling is the ceiling of an organization that has set none.
const DefaultCeiling = 100

// DefaultPolicy is the policy of an organization that has set none.
func DefaultPolicy() Policy { return Policy{Ceiling: DefaultCeiling, Plans: DefaultPlanLimits()} }

// Check returns what is wrong with a policy.
func (p Policy) Check() error {
	if p.Ceiling < 1 || p.Ceiling > 1_000_000 {
		return errs.New(errs.Invalid, "the ceiling is a number of changes an hour from 1 to 1,000,000, not %d", p.Ceiling)
	}
	for flow, n := range p.FlowCeilings {
		if n < 0 || n > 1_000_000 {
			return errs.New(errs.Invalid, "the ceiling of flow %s is a number of changes an hour from 0 to 1,000,000, not %d", flow, n)
		}
	}
	if err := p.Plans.check(); err != nil {
		return err
	}
	for _, list := range [][]string{p.ProtectedUsers, p.ProtectedGroups} {
		for _, s := range list {
			if strings.TrimSpace(s) == "" {
				return errs.New(errs.Invalid, "a protected user or group is empty")
			}
		}
	}
	return nil
}

func (p Policy) ceiling(flow string) int {
	if n, ok := p.FlowCeilings[flow]; ok {
		return n
	}
	return p.Ceiling
}

// Ledger keeps the policy and the entries.
type Ledger interface {
	Policy(ctx context.Context, org string) (Policy, error)
	// Begin writes an entry that says an action is under way, or counts one more
	// attempt of the entry that is there already. It reports false, and writes
	// nothing, when the flow has begun ceiling others since a time.
	Begin(ctx context.Context, e Entry, ceiling int, since time.Time) (bool, error)
	// Add writes an entry that has ended.
	Add(ctx context.Context, e Entry) error
	// End ends an entry.
	End(ctx context.Context, org string, end End) error
	Get(ctx context.Context, org, id string) (Entry, error)
}

// Caller carries out actions.
type Caller interface {
	Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)
	Preview(c connector.Connection, call connector.Call) (connector.Request, error)
	// Stand returns the call of a tenant's own connector that does what a call
	// of another connector does. See [connector.Engine.Stand].
	Stand(c connector.Connection, call connector.Call, connections []connector.Connection) (*connector.Stand, error)
}

// Tenants finds the connections of an organization, to know calls that lead to
// its tenants by another way.
type Tenants interface {
	Of(ctx context.Context, org string) ([]connector.Connection, error)
}

// Guard decides. Its zero fields are all needed but Now.
type Guard struct {
	Ledger    Ledger
	Directory *Directory
	Tenants   Tenants
	Caller    Caller
	Log       *slog.Logger
	Now       func() time.Time
}

// OnlyShows reports whether the organization's policy lets no effect through.
func (g *Guard) OnlyShows(ctx context.Context, org string) (bool, error) {
	p, err := g.Ledger.Policy(ctx, org)
	if err != nil {
		return false, fmt.Errorf("read policy: %w", err)
	}
	return p.DryRun, nil
}

// Begin decides about an effect. An error means that it cannot be decided now,
// and so the effect must wait.
func (g *Guard) Begin(ctx context.Context, in connector.Intent) (connector.Permit, error) {
	p, err := g.Ledger.Policy(ctx, in.Org)
	if err != nil {
		return connector.Permit{}, fmt.Errorf("read policy: %w", err)
	}
	if in.DryRun || p.DryRun {
		return connector.Permit{Verdict: connector.Show}, nil
	}
	if in.Effect == connector.Read || in.Effect == connector.Notify {
		return connector.Permit{Verdict: connector.Proceed}, nil
	}
	r, err := g.reach(ctx, in)
	if err != nil {
		return connector.Permit{}, err
	}
	e := newEntry(in, r.targets, g.Now())
	why, err := g.protected(ctx, p, r, &e)
	if err != nil {
		return connector.Permit{}, err
	}
	if why != "" {
		return g.refuse(ctx, in, e, why)
	}
	ok, err := g.Ledger.Begin(ctx, hide(in.Hidden, e), p.ceiling(in.Why.Flow), g.Now().Add(-time.Hour))
	if err != nil {
		return connector.Permit{}, fmt.Errorf("begin ledger entry: %w", err)
	}
	if !ok {
		return g.refuse(ctx, in, e, fmt.Sprintf("the flow has made %d changes within an hour, which is its ceiling", p.ceiling(in.Why.Flow)))
	}
	return connector.Permit{Verdict: connector.Proceed, Ledger: e.ID}, nil
}

// refuse writes a refusal. It has an entry of its own: what became of a try
// before it, which has begun one already, is not overwritten.
func (g *Guard) refuse(ctx context.Context, in connector.Intent, e Entry, why string) (connector.Permit, error) {
	if in.Resume != "" {
		e.ID = id.At(g.Now())
	}
	e.Undo = nil
	e.State, e.Reason, e.EndedAt = Refused, why, g.Now()
	e = hide(in.Hidden, e)
	if err := g.Ledger.Add(ctx, e); err != nil {
		return connector.Permit{}, fmt.Errorf("write refusal: %w", err)
	}
	g.Log.WarnContext(ctx, "action refused", "action", e.Connector+"."+e.Action, "target", e.TargetID, "reason", why, "run", e.Why.Run)
	return connector.Permit{Verdict: connector.Refuse, Ledger: e.ID, Reason: why}, nil
}

// hide takes out of an entry what the ledger must not show. A way back that would
// need it is none.
func hide(scrub *secret.Scrubber, e Entry) Entry {
	if scrub == nil {
		return e
	}
	e.Request = connector.ScrubRequest(scrub, e.Request)
	e.TargetID, e.TargetName, e.Reason = scrub.Text(e.TargetID), scrub.Text(e.TargetName), scrub.Text(e.Reason)
	if e.Undo != nil {
		if text := string(value.Store(e.Undo.Inputs)); scrub.Text(text) != text {
			e.Undo = nil
		}
	}
	return e
}

func newEntry(in connector.Intent, targets []connector.Entity, now time.Time) Entry {
	e := Entry{
		ID: in.Resume, Org: in.Org, Actor: in.Actor, Why: in.Why, Connection: in.Connection.ID, Connector: in.Connector.ID,
		Action: in.Action.ID, Title: in.Action.Title, Effect: in.Effect, State: Started, Request: in.Request, Attempt: max(1, in.Attempt), StartedAt: now,
		Again: in.Action.Repeat != connector.Never,
	}
	if e.ID == "" {
		e.ID = id.At(now)
	}
	if len(targets) > 0 {
		e.TargetType, e.TargetID, e.TargetName = targets[0].Type, targets[0].ID, targets[0].ID
	}
	// What may have happened when nobody lives to say so may have to be undone.
	if undo, ok := in.Action.Reverse(in.Call.Inputs, nil); ok {
		e.Undo = &undo
	}
	return e
}

// protected returns why the policy forbids an action on what it reaches, ""
// when it does not. It completes the entry with the target's id and name on the
// way: a flow may call one person by login and by id.
func (g *Guard) protected(ctx context.Context, p Policy, r reach, e *Entry) (string, error) {
	if len(p.ProtectedUsers) == 0 && len(p.ProtectedGroups) == 0 {
		return "", nil
	}
	if len(r.targets) > maxTargets {
		return fmt.Sprintf("it touches %d people and groups in one call, more than the %d that are looked up", len(r.targets), maxTargets), nil
	}
	for i, t := range r.targets {
		id, name, why := t.ID, t.ID, ""
		switch t.Type {
		case "user":
			who, err := g.Directory.Principal(ctx, r.through, t.ID, len(p.ProtectedGroups) > 0)
			if err != nil {
				return "", err
			}
			id, name, why = cmp.Or(who.ID, t.ID), who.Name(), p.protectsUser(who)
		case "group":
			known, err := g.Directory.GroupName(ctx, r.through, t.ID)
			if err != nil {
				return "", err
			}
			name, why = cmp.Or(known, t.ID), p.protectsGroup(t.ID, known)
		default:
		}
		if i == 0 {
			e.TargetID, e.TargetName = id, name
		}
		if why != "" {
			return why, nil
		}
	}
	return r.unclear, nil
}

func (p Policy) protectsUser(who Principal) string {
	for _, s := range p.ProtectedUsers {
		for _, own := range []string{who.ID, who.Login, who.Email} {
			if own != "" && strings.EqualFold(strings.TrimSpace(s), own) {
				return fmt.Sprintf("%s is a protected account", who.Name())
			}
		}
	}
	for _, group := range who.Groups {
		if why := p.protectsGroup(group.ID, group.Name); why != "" {
			return fmt.Sprintf("%s is a member of the protected group %q", who.Name(), cmp.Or(group.Name, group.ID))
		}
	}
	return ""
}

func (p Policy) protectsGroup(groupID, name string) string {
	for _, s := range p.ProtectedGroups {
		if s = strings.TrimSpace(s); s == groupID || name != "" && strings.EqualFold(s, name) {
			return fmt.Sprintf("the group %q is protected", cmp.Or(name, groupID))
		}
	}
	return ""
}
