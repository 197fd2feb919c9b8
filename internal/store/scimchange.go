package store

import (
	"context"
	"slices"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	"sallyport/internal/value"
)

// scimChange is one change of a directory, in its transaction.
type scimChange struct {
	Directory

	tx    *Tx
	now   time.Time
	asked *portal.Asked // written already, to the user who is created
}

// create writes a new record, and what follows of it.
func (c scimChange) create(ctx context.Context, r *scimRow, members scim.Delta) error {
	detail := map[string]any{"name": r.Name()}
	if r.ExternalID() != "" {
		detail["externalId"] = r.ExternalID()
	}
	if r.active {
		if err := c.provision(ctx, r); err != nil {
			return err
		}
	}
	if err := c.tx.insertSCIM(ctx, c.org.ID, *r); err != nil {
		return err
	}
	if r.Kind == scim.Group {
		m, err := c.applyMembers(ctx, r.ID, members)
		if err != nil {
			return err
		}
		m.tell(detail)
		if err := c.followGroup(ctx, scimRow{}, *r, m); err != nil {
			return err
		}
	} else {
		detail["active"] = r.active
	}
	return c.audit(ctx, "created", *r, detail)
}

// change writes a record that is to become another, and what follows of it.
func (c scimChange) change(ctx context.Context, old scimRow, r *scimRow, e scim.Edit) error {
	detail := map[string]any{"name": r.Name()}
	var moved moved
	if e.Document != nil {
		if err := c.changeDocument(ctx, old, r, detail); err != nil {
			return err
		}
	}
	if r.Kind == scim.Group {
		var err error
		if moved, err = c.applyMembers(ctx, r.ID, e.Members); err != nil {
			return err
		}
		moved.tell(detail)
	}
	if e.Document == nil && moved.empty() {
		return nil
	}
	r.Version, r.Modified = old.Version+1, c.now
	if err := c.tx.updateSCIM(ctx, c.org.ID, old, *r); err != nil {
		return err
	}
	switch {
	case r.Kind == scim.Group:
		if err := c.followGroup(ctx, old, *r, moved); err != nil {
			return err
		}
	case r.account != "" && old.account != r.account:
		if err := c.followUsers(ctx, []string{r.ID}); err != nil {
			return err
		}
	}
	return c.audit(ctx, verb(old, *r), *r, detail)
}

func (c scimChange) changeDocument(ctx context.Context, old scimRow, r *scimRow, detail map[string]any) error {
	if err := checkSCIM(r.Record); err != nil {
		return err
	}
	if scim.Fold(old.Name()) != scim.Fold(r.Name()) {
		if err := c.tx.nameTaken(ctx, c.org.ID, r.Record); err != nil {
			return err
		}
		detail["before"] = old.Name()
	}
	detail["changed"] = differing(old.Document, r.Document)
	if r.Kind == scim.Group {
		return nil
	}
	detail["active"] = r.active
	switch {
	case r.active && (!old.active || r.account == ""):
		return c.provision(ctx, r)
	case !r.active && old.active:
		return c.deprovision(ctx, r)
	case r.account != "":
		return c.profile(ctx, old, r)
	}
	return nil
}

// differing names the attributes of two documents that are not the same.
func differing(a, b *value.Object) []string {
	out := []string{}
	for k, v := range b.All() {
		if !value.Equal(a.At(k), v) {
			out = append(out, k)
		}
	}
	for k := range a.All() {
		if _, there := b.Get(k); !there {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxTold)]
}

func verb(old, r scimRow) string {
	switch {
	case r.active && !old.active:
		return "activated"
	case !r.active && old.active:
		return "deactivated"
	}
	return "changed"
}

// remove deletes a record, and what follows of it.
func (c scimChange) remove(ctx context.Context, r scimRow) error {
	account, active := r.account, r.active
	if r.active || account != "" {
		if err := c.deprovision(ctx, &r); err != nil {
			return err
		}
	}
	var m moved
	if r.Kind == scim.Group {
		var err error
		if m.removed, err = c.memberIDs(ctx, r.ID); err != nil {
			return err
		}
	}
	if err := c.tx.dropSCIM(ctx, c.org.ID, r, c.now); err != nil {
		return err
	}
	if r.Kind == scim.Group {
		if err := c.followGroup(ctx, r, scimRow{}, m); err != nil {
			return err
		}
	}
	if r.account != "" { // the last way in was kept: a member has a record
		if err := c.tx.scimJoined(ctx, c.org.ID, r.account, c.now); err != nil {
			return err
		}
	}
	r.account = account
	detail := map[string]any{"name": r.Name()}
	if r.Kind == scim.User {
		detail["active"] = active
		detail["externalId"] = r.ExternalID()
	} else {
		m.tell(detail)
	}
	return c.audit(ctx, "deleted", r, detail)
}

// audit tells of a change.
func (c scimChange) audit(ctx context.Context, what string, r scimRow, detail map[string]any) error {
	kind := "user"
	if r.Kind == scim.Group {
		kind = "group"
	}
	object := "scim_" + kind + ":" + r.ID
	if r.account != "" {
		object += " account:" + r.account
	}
	return c.tx.Audit(ctx, c.org.ID, audit.Note{Action: "scim." + kind + "_" + what, Object: object, Detail: detail})
}
