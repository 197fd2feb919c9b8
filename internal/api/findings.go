package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

// PostureFinding is something that a check found.
type PostureFinding struct {
	ID       string               `json:"id"`
	Check    Ref                  `json:"check"`
	Severity posture.Severity     `json:"severity"`
	Object   PostureObject        `json:"object"`
	State    posture.FindingState `json:"state"`
	Said     string               `json:"said"`
	OpenedAt time.Time            `json:"openedAt" doc:"the last time"`
	ClosedAt time.Time            `json:"closedAt,omitzero"`
	SeenAt   time.Time            `json:"seenAt" doc:"when it was last looked at"`
	Times    int                  `json:"times" doc:"how often it was opened"`
}

// PostureFindingDetail is a finding with what became of it.
type PostureFindingDetail struct {
	PostureFinding

	Why     string          `json:"why"`
	Fix     CheckFix        `json:"fix"`
	Changes []FindingChange `json:"changes" doc:"the newest first"`
}

// FindingChange is when a finding became what.
type FindingChange struct {
	At    time.Time            `json:"at"`
	State posture.FindingState `json:"state"`
}

func findingShower(d Deps) func(posture.Finding) PostureFinding {
	titles := map[string]string{}
	for _, c := range d.Checks {
		titles[c.ID] = c.Title
	}
	return func(f posture.Finding) PostureFinding {
		return PostureFinding{f.ID, refTo(titles, f.Check), f.Severity, showObject(f.Object), f.State, f.Said, f.Opened, f.Closed, f.Seen, f.Times}
	}
}

type listFindingsIn struct {
	paging

	ID       string                 `path:"id"`
	State    []posture.FindingState `query:"state"`
	Severity []posture.Severity     `query:"severity"`
	Check    []string               `query:"check"`
	Kind     inventory.Kind         `query:"kind" doc:"of what they are about"`
	Object   string                 `query:"object" max:"200" doc:"its id"`
	Text     string                 `query:"q" max:"200" doc:"in the name, or in what is said"`
}

func listFindings(ctx context.Context, d Deps, c portal.Caller, in listFindingsIn) (Page[PostureFinding], error) {
	out := Page[PostureFinding]{Items: []PostureFinding{}}
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return out, err
	}
	after, err := readSpot[string](in.paging)
	if err != nil {
		return out, err
	}
	rows, err := d.DB.Postures.Findings(ctx, t.Org, t.ID, store.FindingFilter{
		States: in.State, Severities: in.Severity, Checks: in.Check, Kind: in.Kind, Object: in.Object, Text: in.Text, After: after, Limit: in.limit() + 1,
	})
	if err != nil {
		return out, err
	}
	if len(rows) > in.limit() {
		rows = rows[:in.limit()]
		out.Next = spotCursor(rows[len(rows)-1].ID)
	}
	out.Items = each(rows, findingShower(d))
	return out, nil
}

type findingIn struct {
	ID      string `path:"id"`
	Finding string `path:"finding"`
}

// mostChanges is how many changes of a finding are shown.
const mostChanges = 100

func getFinding(ctx context.Context, d Deps, c portal.Caller, in findingIn) (PostureFindingDetail, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return PostureFindingDetail{}, err
	}
	f, err := d.DB.Postures.Finding(ctx, t.Org, t.ID, in.Finding)
	if err != nil {
		return PostureFindingDetail{}, err
	}
	out := PostureFindingDetail{PostureFinding: findingShower(d)(f), Changes: []FindingChange{}}
	if check, ok := checkOf(d, f.Check); ok {
		out.Why, out.Fix = check.Why, CheckFix(check.Fix)
	}
	changes, err := d.DB.Postures.FindingChanges(ctx, t.Org, t.ID, f.ID, mostChanges)
	for _, x := range changes {
		out.Changes = append(out.Changes, FindingChange(x))
	}
	return out, err
}

// CheckException says that what a check finds is accepted.
type CheckException struct {
	ID        string    `json:"id"`
	Check     string    `json:"check"`
	Object    string    `json:"object" doc:"the key of what it is about; empty for all that the check finds"`
	Reason    string    `json:"reason"`
	Owner     string    `json:"owner"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	Active    bool      `json:"active" doc:"its time is not over"`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy string    `json:"createdBy" doc:"id of the account"`
}

func shownExceptions(ctx context.Context, d Deps, t inventory.Tenant) ([]CheckException, error) {
	all, err := d.DB.Postures.Exceptions(ctx, t.Org, t.ID)
	now := d.Now()
	return each(all, func(x store.PostureException) CheckException {
		return CheckException{x.ID, x.Check, x.Object, x.Reason, x.Owner, x.Expires, x.Expires.IsZero() || now.Before(x.Expires), x.CreatedAt, x.CreatedBy}
	}), err
}

func listExceptions(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]CheckException, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return shownExceptions(ctx, d, t)
}

type createExceptionIn struct {
	ID        string    `path:"id"`
	Check     string    `json:"check" max:"64"`
	Object    string    `json:"object,omitempty" max:"600" doc:"the key of what it is about; empty for all that the check finds"`
	Reason    string    `json:"reason" min:"3" max:"1000"`
	Owner     string    `json:"owner,omitempty" max:"200" doc:"who answers for it; the caller where nothing is said"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

func createException(ctx context.Context, d Deps, c portal.Caller, in createExceptionIn) (CheckException, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return CheckException{}, err
	}
	check, ok := checkOf(d, in.Check)
	now := d.Now()
	switch {
	case !ok:
		return CheckException{}, badField("check", "there is no such check")
	case !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now):
		return CheckException{}, badField("expiresAt", "the time is over already")
	}
	x := store.PostureException{
		Exception: posture.Exception{Check: check.ID, Object: in.Object, Reason: in.Reason, Owner: cmp.Or(in.Owner, c.Account.Email), Expires: in.ExpiresAt},
		ID:        id.At(now), CreatedAt: now, CreatedBy: c.Account.ID,
	}
	if err := d.DB.Postures.Except(ctx, t.Org, t.ID, x); err != nil {
		return CheckException{}, err
	}
	postureChanged(d, t)
	all, err := shownExceptions(ctx, d, t)
	i := slices.IndexFunc(all, func(y CheckException) bool { return y.Check == x.Check && y.Object == x.Object })
	if err != nil || i < 0 {
		return CheckException{}, errors.Join(err, errs.New(errs.Conflict, "the exception was taken back meanwhile"))
	}
	return all[i], nil
}

// postureChanged has a tenant judged anew.
func postureChanged(d Deps, t inventory.Tenant) {
	if d.PostureChanged != nil {
		d.PostureChanged(t)
	}
	d.Live.Publish(t.Org, live.Message{Topic: live.Posture, ID: t.ID})
}

type exceptionIn struct {
	ID        string `path:"id"`
	Exception string `path:"exception"`
}

func deleteException(ctx context.Context, d Deps, c portal.Caller, in exceptionIn) (none, error) {
	t, err := d.DB.Inventory.Tenant(ctx, c.Org.ID, in.ID)
	if err != nil {
		return none{}, err
	}
	if err := d.DB.Postures.Unexcept(ctx, t.Org, t.ID, in.Exception); err != nil {
		return none{}, err
	}
	postureChanged(d, t)
	return none{}, nil
}
