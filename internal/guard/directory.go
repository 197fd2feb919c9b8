package guard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// Principal is a person as the guard knows them.
type Principal struct {
	ID, Login, Email string
	Groups           []Group
}

// Group is a group that a person is in.
type Group struct{ ID, Name string }

// Name returns the words by which people know the principal.
func (p Principal) Name() string {
	if p.Login != "" {
		return p.Login
	}
	return p.ID
}

// remember is how long a person's groups are taken for true. It is short: a
// break-glass account that was just added must be safe.
const remember = 30 * time.Second

// Directory looks people and groups up in the tenant that an action is for,
// through the same connection. The connector must have the actions get_user,
// get_user_groups and get_group; one that has not can protect nobody, and its
// changes of users are refused by an error when there is a policy to hold.
type Directory struct {
	Caller Caller
	Now    func() time.Time

	mu    sync.Mutex
	known map[string]remembered
}

type remembered struct {
	who  Principal
	name string
	at   time.Time
}

// Principal returns a person by id or login. One who is not there comes back
// with the id alone.
func (d *Directory) Principal(ctx context.Context, c connector.Connection, id string, groups bool) (Principal, error) {
	key := c.ID + "/user/" + id
	if r, ok := d.recall(key); ok && (!groups || r.who.Groups != nil) {
		return r.who, nil
	}
	out, err := d.call(ctx, c, "get_user", value.Map("user", id))
	if err != nil {
		if ce := connector.AsError(err); ce != nil && ce.Status == 404 {
			return Principal{ID: id, Groups: []Group{}}, nil
		}
		return Principal{}, fmt.Errorf("look up user %s: %w", id, err)
	}
	who := Principal{ID: out.Text("id"), Login: out.Text("login"), Email: out.Text("email")}
	if groups {
		if who.Groups, err = d.groups(ctx, c, who.ID); err != nil {
			return Principal{}, err
		}
	}
	d.keep(key, remembered{who: who})
	return who, nil
}

func (d *Directory) groups(ctx context.Context, c connector.Connection, id string) ([]Group, error) {
	out, err := d.call(ctx, c, "get_user_groups", value.Map("user", id))
	if err != nil {
		return nil, fmt.Errorf("look up the groups of user %s: %w", id, err)
	}
	list, _ := out.At("groups").([]any)
	groups := make([]Group, 0, len(list))
	for _, e := range list {
		o, _ := e.(*value.Object)
		groups = append(groups, Group{ID: o.Text("id"), Name: o.Object("profile").Text("name")})
	}
	return groups, nil
}

// GroupName returns the name of a group, "" for one that is not there.
func (d *Directory) GroupName(ctx context.Context, c connector.Connection, id string) (string, error) {
	key := c.ID + "/group/" + id
	if r, ok := d.recall(key); ok {
		return r.name, nil
	}
	out, err := d.call(ctx, c, "get_group", value.Map("group", id))
	if err != nil {
		if ce := connector.AsError(err); ce != nil && ce.Status == 404 {
			return "", nil
		}
		return "", fmt.Errorf("look up group %s: %w", id, err)
	}
	name := out.Text("name")
	d.keep(key, remembered{name: name})
	return name, nil
}

func (d *Directory) call(ctx context.Context, c connector.Connection, action string, in *value.Object) (*value.Object, error) {
	res, err := d.Caller.Do(ctx, c, connector.Call{Action: action, Inputs: in, Priority: quota.Containment})
	return res.Outputs, err
}

func (d *Directory) recall(key string) (remembered, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.known[key]
	return r, ok && d.Now().Sub(r.at) < remember
}

// maxKnown bounds what is remembered; past it all is forgotten, which costs a
// few calls.
const maxKnown = 10_000

func (d *Directory) keep(key string, r remembered) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxKnown {
		d.known = map[string]remembered{}
	}
	r.at = d.Now()
	d.known[key] = r
}
