package onboard_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/okta/onboard"
)

type network struct {
	Connection string
	Include    []string
}

// network reads from where an app may be used.
func (x *tenant) network(app string) network {
	x.Helper()
	var a struct {
		Settings struct {
			Client struct{ Network network } `json:"oauthClient"`
		}
	}
	x.get("/api/v1/apps/"+app, &a)
	return a.Settings.Client.Network
}

// zone returns a network zone of the org.
func (x *tenant) zone() (id, name string) {
	x.Helper()
	var all []struct{ ID, Name, Status, Type string }
	x.get("/api/v1/zones?limit=200", &all)
	for _, z := range all {
		if z.Status == "ACTIVE" && z.Type == "IP" {
			return z.ID, z.Name
		}
	}
	x.Fatal("the org has no zone")
	return "", ""
}

// share returns how much of the rate limits an app may take, in percent.
func (x *tenant) share(app string) (percent, entries int) {
	x.Helper()
	var all []struct {
		PrincipalID       string
		DefaultPercentage int
	}
	x.get(`/api/v1/principal-rate-limits?filter=principalType%20eq%20%22OAUTH_CLIENT%22%20and%20principalId%20eq%20%22`+app+`%22`, &all)
	for _, l := range all {
		if l.PrincipalID == app {
			percent, entries = l.DefaultPercentage, entries+1
		}
	}
	return percent, entries
}

func TestAnAppIsNarrowed(t *testing.T) {
	x := serve(t)
	zone, name := x.zone()
	narrow := reader()
	narrow.Zones, narrow.Share = []string{strings.ToUpper(name)}, 25
	_, made, err := x.prepare(narrow).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(network{"ZONE", []string{zone}}, x.network(made[0].AppID)); diff != "" {
		t.Errorf("(-want +is)\n%s", diff)
	}
	if percent, n := x.share(made[0].ClientID); percent != 25 || n != 1 {
		t.Errorf("%d %% in %d entries", percent, n)
	}
	before := x.all()
	lost := reader()
	lost.Label, lost.Zones = "Elsewhere", []string{"Atlantis"}
	if _, _, err := x.prepare(lost).run(t.Context()); errs.KindOf(err) != errs.NotFound || !strings.Contains(err.Error(), "Atlantis") || !strings.Contains(err.Error(), name) {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, x.all()); diff != "" {
		t.Errorf("what was refused left something (-before +after)\n%s", diff)
	}
}

// activeKeys are the ids of the active keys of an app.
func (x *tenant) activeKeys(app string) (kids []string) {
	x.Helper()
	var all []struct{ Kid, Status string }
	x.get("/api/v1/apps/"+app+"/credentials/jwks", &all)
	for _, k := range all {
		if k.Status == "ACTIVE" {
			kids = append(kids, k.Kid)
		}
	}
	slices.Sort(kids)
	return kids
}

// An app that is there is used again where that is asked for, and loses nothing; a
// run that fails leaves it as it was.
func TestAnAppIsUsedAgain(t *testing.T) {
	x := serve(t)
	_, made, err := x.prepare(reader()).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, first := made[0].ClientID, made[0].Key.ID
	_, _, err = x.prepare(reader()).run(t.Context())
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), id) || !strings.Contains(err.Error(), "--reuse") {
		t.Errorf("a second of the name: %v", err)
	}
	zone, name := x.zone()
	again := reader()
	again.Reuse, again.Zones, again.Share, again.Roles = true, []string{name}, 30, onboard.ReadRoles("t2")
	again.Scopes = append(again.Scopes, onboard.Scope{Name: "okta.apps.read"})
	all := func() map[string]any { // without what keys are called within the org: replacing an app gives them others
		out := x.all()
		delete(out, "/api/v1/apps/"+id+"/credentials/jwks")
		return out
	}
	before := all()
	if _, _, err := x.prepare(again).Run(t.Context(), []onboard.App{again}, func(context.Context, onboard.Tenant, []onboard.Made) error { return errors.New("no room") }); err == nil {
		t.Fatal("what was not kept is done")
	}
	if diff := cmp.Diff(before, all()); diff != "" || !slices.Equal(x.activeKeys(id), []string{first}) {
		t.Errorf("a run that failed changed it (-before +after)\n%s", diff)
	}
	if n := x.network(id); n.Connection == "ZONE" {
		t.Errorf("a run that failed narrowed it: %+v", n)
	}
	_, made, err = x.prepare(again).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := made[0]
	want := []string{first, m.Key.ID}
	slices.Sort(want)
	if m.ClientID != id || !m.Reused || !slices.Equal(x.activeKeys(id), want) || !strings.Contains(strings.Join(m.Notes, " "), first) {
		t.Errorf("%+v, keys %v", m, x.activeKeys(id))
	}
	if !slices.Contains(m.Granted, "okta.apps.read") || !slices.Contains(m.Granted, "okta.users.read") {
		t.Errorf("granted %v", m.Granted)
	}
	var roles []struct{ Type string }
	if x.get("/oauth2/v1/clients/"+id+"/roles", &roles); len(roles) != 2 {
		t.Errorf("roles %v", roles)
	}
	if diff := cmp.Diff(network{"ZONE", []string{zone}}, x.network(id)); diff != "" {
		t.Errorf("(-want +is)\n%s", diff)
	}
	if percent, n := x.share(id); percent != 30 || n != 1 {
		t.Errorf("%d %% in %d entries", percent, n)
	}
	fresh := reader()
	fresh.Label, fresh.Reuse = "Another", true
	if _, made, err := x.prepare(fresh).run(t.Context()); err != nil || made[0].Reused || made[0].ClientID == id {
		t.Errorf("one that is not there is not made: %v", err)
	}
}
