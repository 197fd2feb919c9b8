package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/flows/{id}/delegates", portal.FlowsRead, doc{Summary: "Who may run a delegated flow"}, getDelegates)
	_ = add("PUT /api/v1/flows/{id}/delegates", portal.FlowsWrite, doc{Summary: "Say who may run a delegated flow", Help: "And nobody else, whatever their role."}, putDelegates)
	_ = add("GET /api/v1/delegated", portal.FlowsDelegate, doc{Summary: "The delegated flows that one may run"}, listDelegated)
	_ = add("POST /api/v1/flows/{id}/delegate", portal.FlowsDelegate, doc{
		Summary: "Run a delegated flow for a user", Help: "The flow must be switched on, and name the caller or the caller's role.", Status: http.StatusCreated,
	}, runDelegated)
)

// FlowDelegates are those who may run a delegated flow.
type FlowDelegates struct {
	Roles    []Ref `json:"roles" doc:"everybody who has one of them"`
	Accounts []Ref `json:"accounts"`
}

func getDelegates(ctx context.Context, d Deps, c portal.Caller, in idIn) (FlowDelegates, error) {
	out := FlowDelegates{Roles: []Ref{}, Accounts: []Ref{}}
	if _, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID); err != nil {
		return out, err
	}
	ds, err := d.DB.Delegates.List(ctx, c.Org.ID, in.ID)
	if err != nil {
		return out, err
	}
	var ids, roles []string
	for _, one := range ds {
		if one.Kind == store.DelegateRole {
			roles = append(roles, one.Subject)
			continue
		}
		ids = append(ids, one.Subject)
	}
	known, err := d.Portal.People.Roles(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	for _, r := range known {
		if slices.Contains(roles, r.ID) {
			out.Roles = append(out.Roles, Ref{r.ID, r.Name})
		}
	}
	people, err := namesOf(ctx, d, c, ids)
	for _, id := range ids {
		if name, ok := people[id]; ok { // who is no member any more runs nothing
			out.Accounts = append(out.Accounts, Ref{id, name})
		}
	}
	return out, err
}

type putDelegatesIn struct {
	ID       string   `path:"id"`
	Roles    []string `json:"roles" doc:"ids or names of roles"`
	Accounts []string `json:"accounts" doc:"ids or e-mail addresses of members"`
}

func putDelegates(ctx context.Context, d Deps, c portal.Caller, in putDelegatesIn) (FlowDelegates, error) {
	var ds []store.Delegate
	for _, which := range in.Roles {
		r, err := roleIn(ctx, d, c, which)
		if err != nil {
			return FlowDelegates{}, err
		}
		ds = append(ds, store.Delegate{Kind: store.DelegateRole, Subject: r.ID})
	}
	for _, who := range in.Accounts {
		member, err := memberOf(ctx, d, c, who)
		if err != nil {
			return FlowDelegates{}, &field{"accounts", err}
		}
		ds = append(ds, store.Delegate{Kind: store.DelegateAccount, Subject: member})
	}
	if err := d.DB.Delegates.Set(ctx, c.Org.ID, in.ID, ds); err != nil {
		return FlowDelegates{}, err
	}
	return getDelegates(ctx, d, c, idIn{ID: in.ID})
}

// memberOf returns the id of a member, by id or e-mail address.
func memberOf(ctx context.Context, d Deps, c portal.Caller, who string) (string, error) {
	id := who
	if strings.Contains(who, "@") {
		a, err := d.DB.Accounts.ByEmail(ctx, portal.EmailKey(who))
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return "", err
		}
		id = a.ID
	}
	found, err := d.DB.Accounts.Some(ctx, c.Org.ID, []string{id})
	if err != nil {
		return "", err
	}
	if _, ok := found[id]; !ok {
		return "", errs.New(errs.Invalid, "%q is no member of the organization", who)
	}
	return id, nil
}

// roleIn returns a role of the caller's organization, by id or name.
func roleIn(ctx context.Context, d Deps, c portal.Caller, which string) (portal.Role, error) {
	r, err := d.Portal.People.Role(ctx, c.Org.ID, which)
	if errs.KindOf(err) == errs.NotFound {
		err = badField("roles", "there is no role %q", which)
	}
	return r, err
}

// DelegatedFlow is a flow that the caller may run for a user.
type DelegatedFlow struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Inputs      []Port `json:"inputs" doc:"what it wants to be given"`
}

func listDelegated(ctx context.Context, d Deps, c portal.Caller, _ none) ([]DelegatedFlow, error) {
	out := []DelegatedFlow{}
	mine, err := d.DB.Delegates.Flows(ctx, c.Org.ID, c.Account.ID, c.StandsFor())
	if err != nil || len(mine) == 0 {
		return out, err
	}
	flows, err := d.DB.Flows.List(ctx, c.Org.ID)
	if err != nil {
		return out, err
	}
	for _, f := range flows {
		if !mine[f.ID] || !f.Enabled || f.Version == 0 {
			continue
		}
		def, _, err := publishedOf(ctx, d, f, f.Version)
		if err != nil {
			return out, err
		}
		if def != nil && def.Trigger.Kind == flow.OnDelegated {
			out = append(out, DelegatedFlow{f.ID, f.Title, f.Description, showPorts(def.Trigger.Inputs)})
		}
	}
	return out, nil
}

// userForm is what an Okta user id looks like.
var userForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

type runDelegatedIn struct {
	ID     string        `path:"id"`
	User   string        `json:"user,omitempty" max:"64" doc:"Okta user id of whom it is for; not there where it is for nobody"`
	Inputs *value.Object `json:"inputs,omitempty" doc:"by name"`
	DryRun bool          `json:"dryRun,omitempty" doc:"show what would be done, and do nothing"`
}

func runDelegated(ctx context.Context, d Deps, c portal.Caller, in runDelegatedIn) (Run, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Run{}, err
	}
	mine, err := d.DB.Delegates.Flows(ctx, c.Org.ID, c.Account.ID, c.StandsFor())
	switch {
	case err != nil:
		return Run{}, err
	case !mine[f.ID]:
		return Run{}, errs.New(errs.Denied, "the flow was not delegated to you")
	case !f.Enabled:
		return Run{}, errs.New(errs.Conflict, "the flow is off")
	case in.User != "" && !userForm.MatchString(in.User):
		return Run{}, badField("user", "%q is no Okta user id; one looks like 00ub0oNGTSWTBKOLGLNR", in.User)
	}
	return startRun(ctx, d, c, f.ID, func(r *flow.Run, t flow.Trigger) error {
		if t.Kind != flow.OnDelegated {
			return errs.New(errs.Conflict, "the flow is none that is delegated")
		}
		args, err := arguments(t.Inputs, in.Inputs)
		r.Cause, r.DryRun, r.Input = flow.OnDelegated, in.DryRun, value.Store(args)
		r.Context = value.Store(value.Map("user", value.OrNull(in.User)))
		return err
	})
}
