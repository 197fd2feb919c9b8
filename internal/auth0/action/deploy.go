package action

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Done is what deploying or removing changed.
type Done struct {
	State

	Made, Changed, Deployed, Attached bool
	Detached, Removed                 bool
}

// Nothing reports whether all was as it is wanted before.
func (d Done) Nothing() bool {
	return !d.Made && !d.Changed && !d.Deployed && !d.Attached && !d.Detached && !d.Removed
}

// Deploy makes the tenant have the Action, deployed and bound behind whatever else
// is bound, and sees that it is so. Where anything fails, nothing of it stays.
func (k *Keeper) Deploy(ctx context.Context, o Options) (Done, error) {
	o, err := o.complete()
	if err != nil {
		return Done{}, err
	}
	if err := k.may(ctx, "deploy an Action", "read:actions", "create:actions", "update:actions"); err != nil {
		return Done{}, err
	}
	was, err := k.Look(ctx, o.Name)
	if err != nil {
		return Done{}, err
	}
	w := &work{Keeper: k, was: was, wanted: o}
	if err := w.all(ctx); err != nil {
		return Done{}, undone(ctx, w.back, err)
	}
	return w.done, nil
}

// work is a deployment under way.
type work struct {
	*Keeper

	was    State
	wanted Options
	id     string
	done   Done
	back   []back
}

func (w *work) all(ctx context.Context) error {
	code, err := Code(w.wanted)
	if err != nil {
		return err
	}
	if err := w.write(ctx, code); err != nil {
		return err
	}
	if err := w.deploy(ctx, code); err != nil {
		return err
	}
	if w.was.Place() == 0 {
		if err := w.bind(ctx); err != nil {
			return err
		}
	}
	is, err := w.Look(ctx, w.wanted.Name)
	if err != nil {
		return fmt.Errorf("look whether it is there: %w", err)
	}
	w.done.State = is
	for _, p := range is.Problems() {
		return errs.New(errs.Conflict, "Auth0 took everything, and yet %s", p)
	}
	return nil
}

// write makes the Action, or changes its code.
func (w *work) write(ctx context.Context, code string) error {
	old := w.was.Ours
	if old == nil {
		made, err := w.do(ctx, "create_action", value.Map("name", w.wanted.Name, "trigger", trigger, "code", code))
		if err != nil {
			return fmt.Errorf("make the Action: %w", err)
		}
		w.id, w.done.Made = made.Text("id"), true
		w.back = append(w.back, back{"delete the Action again", func(ctx context.Context) error {
			_, err := w.do(ctx, "delete_action", value.Map("action", w.id, "force", true))
			return err
		}})
		return nil
	}
	if w.id = old.ID; !old.serves {
		return errs.New(errs.Conflict, "the Action %q is not for %s: remove it first", old.Name, trigger)
	}
	if old.Code == code {
		return nil
	}
	w.back = append(w.back, back{"put the code back that it had", func(ctx context.Context) error {
		if err := w.change(ctx, old.Code); err != nil || old.Running == "" {
			return err
		}
		return w.publish(ctx, old.Code)
	}})
	if err := w.change(ctx, code); err != nil {
		return fmt.Errorf("change the Action: %w", err)
	}
	w.done.Changed = true
	return nil
}

func (w *work) change(ctx context.Context, code string) error {
	_, err := w.do(ctx, "update_action", value.Map("action", w.id, "fields", value.Map("code", code)))
	return err
}

// deploy makes the draft run, where it does not.
func (w *work) deploy(ctx context.Context, code string) error {
	if old := w.was.Ours; old != nil && !w.done.Changed && old.Current && old.Running == code {
		return nil
	}
	if err := w.publish(ctx, code); err != nil {
		return fmt.Errorf("deploy the Action: %w", err)
	}
	w.done.Deployed = true
	return nil
}

// How long is waited for Auth0 to build and to deploy an Action, which it does in
// seconds.
const (
	mostLooks  = 60
	betweenTwo = 500 * time.Millisecond
)

// publish waits until some code is built, deploys it, and waits until it runs.
func (w *work) publish(ctx context.Context, code string) error {
	err := w.until(ctx, func(a *Ours) (bool, error) {
		if a.Status == "failed" {
			return false, errs.New(errs.Invalid, "Auth0 could not build it")
		}
		return a.Status == "built" && a.Code == code, nil
	})
	if err != nil {
		return err
	}
	if _, err := w.do(ctx, "deploy_action", value.Map("action", w.id)); err != nil {
		return err
	}
	return w.until(ctx, func(a *Ours) (bool, error) { return a.Current && a.Running == code, nil })
}

// errSlow says that Auth0 takes too long.
var errSlow = errors.New("Auth0 does not come to an end with it")

func (w *work) until(ctx context.Context, is func(*Ours) (bool, error)) error {
	for range mostLooks {
		got, err := w.do(ctx, "get_action", value.Map("action", w.id))
		if err != nil {
			return err
		}
		if ok, err := is(read(got.Object("action"))); ok || err != nil {
			return err
		}
		if err := w.Pause(ctx, betweenTwo); err != nil {
			return err
		}
	}
	return errs.Wrap(errs.Unavailable, errSlow, "%v", errSlow)
}

// bind puts the Action behind what else is bound.
func (w *work) bind(ctx context.Context) error {
	before, err := w.bindings(ctx)
	if err != nil {
		return err
	}
	after := append(append([]any{}, before...), value.Map("ref", value.Map("type", "action_id", "value", w.id), "display_name", w.wanted.Name))
	w.back = append(w.back, back{"bind what was bound before", func(ctx context.Context) error { return w.rebind(ctx, before) }})
	if err := w.rebind(ctx, after); err != nil {
		return fmt.Errorf("bind the Action to %s: %w", trigger, err)
	}
	w.done.Attached = true
	return nil
}

func (k *Keeper) rebind(ctx context.Context, to []any) error {
	_, err := k.do(ctx, "replace_bindings", value.Map("trigger", trigger, "bindings", to))
	return err
}

// Remove takes the Action from the trigger, and deletes it. Others stay as they are.
func (k *Keeper) Remove(ctx context.Context, name string) (Done, error) {
	if err := k.may(ctx, "remove an Action", "read:actions", "update:actions", "delete:actions"); err != nil {
		return Done{}, err
	}
	was, err := k.Look(ctx, name)
	if err != nil || was.Ours == nil {
		return Done{State: was}, err
	}
	var out Done
	var steps []back
	if was.Place() > 0 {
		before, err := k.bindings(ctx)
		if err != nil {
			return out, err
		}
		after := []any{}
		for _, e := range before {
			if b, _ := e.(*value.Object); b.Object("ref").Text("value") != was.Ours.ID {
				after = append(after, e)
			}
		}
		steps = append(steps, back{"bind what was bound before", func(ctx context.Context) error { return k.rebind(ctx, before) }})
		if err := k.rebind(ctx, after); err != nil {
			return out, undone(ctx, steps, fmt.Errorf("take the Action from %s: %w", trigger, err))
		}
		out.Detached = true
	}
	if _, err := k.do(ctx, "delete_action", value.Map("action", was.Ours.ID)); err != nil {
		return Done{}, undone(ctx, steps, fmt.Errorf("delete the Action: %w", err))
	}
	out.Removed = true
	out.State, err = k.Look(ctx, name)
	return out, err
}
