package app

import (
	"context"
	"os"

	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/secret"
)

// setups connects Okta orgs by apps that are made in them, for those who ask over
// HTTP.
type setups struct {
	*onboard.Runner

	core *Core
}

func (a *App) newSetups() *setups {
	return &setups{core: a.Core, Runner: &onboard.Runner{
		Shelf: a.DB.OktaSetups, Do: a.doSetup, Host: hostName(), Log: a.Log, Now: a.Now,
		End: func(ctx context.Context, j onboard.Job, token secret.Text) error {
			return a.RevokeOktaToken(ctx, j.Wish.Domain, token)
		},
		Changed: func(j onboard.Job) {
			a.syncer.Wake()
			a.Live.Publish(j.Org, live.Message{Topic: live.Connection})
			a.Live.Publish(j.Org, live.Message{Topic: live.Inventory, ID: j.Report.Result.Tenant})
		},
	}}
}

// hostName names the machine whose data folder has the journals.
func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return host
}

// setupOf is what a wish is for SetUpOkta.
func setupOf(org string, w onboard.Wish) OktaSetup {
	return OktaSetup{Org: org, Domain: w.Domain, Label: w.Label, Name: w.Name, Response: w.Response, OnlyResponse: w.OnlyResponse, DPoP: w.DPoP, Key: w.Key, Reuse: w.Reuse, Zones: w.Zones, Share: w.Share}
}

// Plan returns the apps that a wish would make.
func (s *setups) Plan(w onboard.Wish) []onboard.App {
	return appsOf(setupOf("", w).wanted(s.core.Now()))
}

// Ready completes a wish: its domain becomes the URL of an org, and its connection
// is given a name. It is a conflict where connections have that already.
func (s *setups) Ready(ctx context.Context, org string, w onboard.Wish) (onboard.Wish, error) {
	base, err := s.core.OktaOf(org, w.Domain)
	if err != nil {
		return w, err
	}
	w.Domain = base
	if w.Name == "" {
		w.Name = nameOfOkta(base)
	}
	return w, s.core.namesFree(ctx, setupOf(org, w))
}

// doSetup carries a job out.
func (a *App) doSetup(ctx context.Context, j onboard.Job, token secret.Text, tell func(onboard.Step)) (onboard.Outcome, error) {
	o := setupOf(j.Org, j.Wish)
	o.Token, o.Tell = token, tell
	ready, err := a.SetUpOkta(ctx, o)
	out := onboard.Outcome{OktaID: ready.Tenant.ID, Login: ready.Tenant.Login, Tenant: ready.Known}
	for _, m := range ready.Apps {
		out.Apps = append(out.Apps, onboard.JobApp{
			ClientID: m.ClientID, Label: m.Label, Response: m.Response, Connection: m.Connection, Name: m.Name, KeyID: m.Key.ID, Bound: m.Bound,
			Granted: m.Granted, Refused: m.Refused, Notes: m.Notes, Coverage: m.Coverage,
		})
	}
	return out, err
}

// CleanUp takes back what a job left in its org. Only the machine that has its
// journal can.
func (s *setups) CleanUp(ctx context.Context, j onboard.Job, token secret.Text) ([]string, error) {
	did, err := s.core.CleanUpOkta(ctx, j.Org, j.Wish.Domain, token)
	if errs.KindOf(err) == errs.NotFound && j.Report.Host != hostName() {
		return nil, errs.New(errs.Conflict, "what was made is written down on the machine %s: run sallyport okta setup --cleanup there", j.Report.Host)
	}
	return did, err
}
