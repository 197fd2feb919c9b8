package action

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// trigger is where the Action is bound.
const trigger = "post-login"

// Caller carries out actions of the connector auth0, and says what its credential
// may do.
type Caller interface {
	Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)
	Granted(ctx context.Context, c connector.Connection) (connector.Granted, bool, error)
}

// Keeper keeps the Action of one tenant.
type Keeper struct {
	Caller Caller
	Conn   connector.Connection
	Pause  func(ctx context.Context, d time.Duration) error // between two looks at what is being built
}

// Ours is the Action, as it is in the tenant.
type Ours struct {
	ID       string
	Name     string
	Code     string // of the draft
	Status   string // built, pending, failed …
	Current  bool   // what runs is the draft
	Running  string // the code of the version that is deployed; empty for none
	Version  int    // its number
	serves   bool   // it is made for post-login
	Said     Options
	Faithful bool // the code is what Sallyport writes
}

// Bound is an Action at post-login.
type Bound struct {
	ID   string // of the Action
	Name string
}

// State is what a tenant has.
type State struct {
	Ours  *Ours   // nil where there is none
	Bound []Bound // at post-login, in the order in which they run
}

// Place is where the Action stands among those that are bound, from 1; 0 is nowhere.
func (s State) Place() int {
	if s.Ours == nil {
		return 0
	}
	return 1 + slices.IndexFunc(s.Bound, func(b Bound) bool { return b.ID == s.Ours.ID })
}

// Problems says what keeps the Action from refusing people; none where it does.
func (s State) Problems() (out []string) {
	if s.Ours == nil {
		return []string{"the Action is not there"}
	}
	switch {
	case s.Ours.Running == "":
		out = append(out, "the Action is not deployed")
	case !s.Ours.Current || s.Ours.Running != s.Ours.Code:
		out = append(out, "what was changed of the Action is not deployed")
	}
	if !s.Ours.Faithful {
		out = append(out, "somebody has changed the code of the Action")
	}
	if s.Place() == 0 {
		out = append(out, "the Action is not bound to "+trigger)
	}
	return out
}

// Look returns what the tenant has. An Action of the name that is not ours is an
// error.
func (k *Keeper) Look(ctx context.Context, name string) (State, error) {
	var out State
	if name == "" {
		name = DefaultName
	}
	if err := k.may(ctx, "look at Actions", "read:actions"); err != nil {
		return out, err
	}
	found, err := k.do(ctx, "list_actions", value.Map("name", name))
	if err != nil {
		return out, fmt.Errorf("look for the Action: %w", err)
	}
	list, _ := found.At("actions").([]any)
	for _, e := range list {
		o, _ := e.(*value.Object)
		if o.Text("name") != name {
			continue
		}
		if !IsOurs(o.Text("code")) {
			return out, errs.New(errs.Conflict, "the tenant has an Action %q that is not Sallyport's: it is left alone; give ours another name", name)
		}
		out.Ours = read(o)
	}
	bindings, err := k.bindings(ctx)
	if err != nil {
		return out, err
	}
	for _, e := range bindings {
		b, _ := e.(*value.Object)
		out.Bound = append(out.Bound, Bound{b.Object("ref").Text("value"), b.Text("display_name")})
	}
	return out, nil
}

// read takes an Action from what the API says of it.
func read(o *value.Object) *Ours {
	deployed := o.Object("deployed_version")
	number, _ := deployed.At("number").(float64)
	a := &Ours{
		ID: o.Text("id"), Name: o.Text("name"), Code: o.Text("code"), Status: o.Text("status"), Current: o.At("all_changes_deployed") == true,
		Running: deployed.Text("code"), Version: int(number),
	}
	a.Said, a.Faithful = Read(a.Code)
	triggers, _ := o.At("supported_triggers").([]any)
	for _, t := range triggers {
		of, _ := t.(*value.Object)
		a.serves = a.serves || of.Text("id") == trigger
	}
	return a
}

// bindings are those of the trigger, as they are given back to be kept.
func (k *Keeper) bindings(ctx context.Context) ([]any, error) {
	out, err := k.do(ctx, "get_bindings", value.Map("trigger", trigger, "limit", float64(1000)))
	if err != nil {
		return nil, fmt.Errorf("read what is bound to %s: %w", trigger, err)
	}
	list, _ := out.At("bindings").([]any)
	return list, nil
}

// patience is how long a call waits for the rate limit. That of a tenant which costs
// nothing is two calls a second, which others take, too.
const patience = 30 * time.Second

func (k *Keeper) do(ctx context.Context, action string, in *value.Object) (*value.Object, error) {
	res, err := k.Caller.Do(ctx, k.Conn, connector.Call{Action: action, Inputs: in, Wait: patience, Timeout: 2 * patience})
	if err != nil {
		return nil, err
	}
	return res.Outputs, nil
}

// may fails where the token says that it may not, before anything is done by halves.
func (k *Keeper) may(ctx context.Context, what string, scopes ...string) error {
	granted, known, err := k.Caller.Granted(ctx, k.Conn)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(granted.Scopes, s) })
	if !known || len(missing) == 0 {
		return nil
	}
	return errs.New(errs.Denied, "to %s the application lacks %s. %s", what, strings.Join(missing, ", "), granted.How)
}

// back is what undoes a step.
type back struct {
	what string
	do   func(context.Context) error
}

// undone takes back what was done before a failure, the last first, and returns
// the failure with what could not be taken back.
func undone(ctx context.Context, steps []back, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for _, s := range slices.Backward(steps) {
		if err := s.do(ctx); err != nil {
			failure = fmt.Errorf("%w; besides, it was not possible to %s: %w", failure, s.what, err)
		}
	}
	return failure
}
