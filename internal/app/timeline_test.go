package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// line is a line of a timeline as the API shows it.
type line struct {
	Kind, ID string
	At       time.Time
	Event    *struct {
		UUID, Type, Outcome string
		Actor               struct{ ID, Login string }
	}
	SignIn *struct {
		IP, City, Country, AS string
		Lat, Lon              *float64
		Factors               []string
		App                   *struct{ ID, Name string }
		Device                struct{ OS, Browser string }
	}
	Alerts   []struct{ ID string }
	Recorded *struct {
		Change, Relation string
		Fields           []string
		Others           []struct{ ID, Name string }
		Cause            *struct{ UUID, Type, Actor string }
	}
	Alert *struct {
		ID     string
		Entity struct{ ID string }
	}
	Run *struct {
		ID, State string
		Event     struct{ UUID string }
	}
	Action *struct {
		ID, Run, Plan, State string
		Target               struct{ ID string }
	}
	Plan    *struct{ ID, State string }
	Account *struct {
		Entity struct{ ID string }
	}
}

// timeline reads all of a timeline, so many lines at a time, and holds that they are
// in order and each there once.
func (d *demo) timeline(path string, limit int) []line {
	d.t.Helper()
	var out []line
	seen := map[string]bool{}
	for next := ""; ; {
		var page struct {
			Items []line
			Next  string
		}
		d.get(d.is.API+path+"&limit="+fmt.Sprint(limit)+"&cursor="+next, &page)
		for _, l := range page.Items {
			if seen[l.ID] {
				d.t.Errorf("%s comes twice", l.ID)
			}
			if n := len(out); n > 0 && l.At.After(out[n-1].At) {
				d.t.Errorf("%s of %s comes after %s of %s", l.ID, l.At, out[n-1].ID, out[n-1].At)
			}
			seen[l.ID] = true
			out = append(out, l)
		}
		if next = page.Next; next == "" {
			return out
		}
	}
}

func find(all []line, is func(line) bool) (line, bool) {
	n := slices.IndexFunc(all, is)
	if n < 0 {
		return line{}, false
	}
	return all[n], true
}

// What happens to somebody stands in their timeline, from the event to what was done
// about it, each with its way to where it comes from.
func TestTimelineOfSomebody(t *testing.T) {
	eachDemo(t, func(d *demo) {
		tenant, conn := d.readOrg()
		victim := d.victim()
		path := "/tenants/" + tenant + "/entities/user/" + victim.ID + "/timeline?"
		if status := d.call(http.MethodPost, d.is.API+"/rehearsal/scenarios/mfa_fatigue", object{"user": victim.Login}, nil); status != http.StatusOK {
			t.Fatalf("the scenario: status %d", status)
		}
		if status := d.call(http.MethodPost, d.is.Sandbox+"/api/v1/users/"+victim.ID, object{"profile": object{"title": "Keeper of Owls"}}, nil); status != http.StatusOK {
			t.Fatalf("a change of the profile: status %d", status)
		}
		_, report := d.report(victim.Login)
		run := d.ended(report)
		var plan struct{ ID, State string }
		d.want("POST", "/remedies", object{"playbook": "clear_sessions", "connection": conn, "objects": []object{{"id": victim.ID}}, "cause": object{"kind": "identity", "id": victim.ID}}, &plan, http.StatusCreated)
		d.want("POST", "/remedies/"+plan.ID+"/run", nil, nil, http.StatusOK)
		until(t, "the plan is carried out", func() bool {
			d.get(d.is.API+"/remedies/"+plan.ID, &plan)
			return plan.State == "done"
		})
		d.want("POST", "/tenants/"+tenant+"/syncs", nil, nil, http.StatusAccepted) // events are applied twice a minute: too seldom for a test
		var all []line
		until(t, "an alert, and the change of the profile with its event", func() bool {
			all = d.timeline(path, 200)
			_, raised := find(all, func(l line) bool { return l.Alert != nil && l.Alert.Entity.ID == victim.ID })
			_, found := find(all, func(l line) bool {
				return l.Recorded != nil && slices.Contains(l.Recorded.Fields, "profile.title") && l.Recorded.Cause != nil
			})
			_, retitled := find(all, func(l line) bool { return l.Event != nil && l.Event.Type == "user.session.clear" })
			return raised && found && retitled
		})
		d.holdsTimeline(all, victim, run.ID, report, plan.ID)
		until(t, "in small pages it is as in large ones, once nothing new comes meanwhile", func() bool {
			return ids(d.timeline(path, 3)) == ids(d.timeline(path, 200))
		})
		for kind, n := range map[string]int{"sign_in": 1, "session": 1, "change": 1, "alert": 1, "run": 1, "response": 2} {
			some := d.timeline(path+"&kind="+kind, 7)
			if i := slices.IndexFunc(some, func(l line) bool { return l.Kind != kind }); len(some) < n || i >= 0 {
				t.Errorf("%d lines of %s, the %d. of another kind", len(some), kind, i)
			}
		}
		d.holdsSummary(tenant, victim)
		// By the login, and without the inventory, what events tell is the same.
		if byLogin := d.timeline("/tenants/"+tenant+"/entities/user/"+url.PathEscape(strings.ToUpper(victim.Login))+"/timeline?kind=sign_in&kind=run", 200); ids(byLogin) != ids(d.timeline(path+"kind=sign_in&kind=run", 200)) {
			t.Errorf("by the login: %s", ids(byLogin))
		}
		if alone := d.timeline("/entities/user/"+victim.ID+"/timeline?kind=sign_in&kind=run", 200); ids(alone) != ids(d.timeline(path+"kind=sign_in&kind=run", 200)) {
			t.Errorf("without the inventory: %s", ids(alone))
		}
	})
}

func ids(all []line) string {
	var out []string
	for _, l := range all {
		out = append(out, l.ID)
	}
	return strings.Join(out, "\n")
}

// holdsTimeline looks for each of what was done in a timeline.
func (d *demo) holdsTimeline(all []line, victim person, run, report, plan string) {
	d.t.Helper()
	for what, is := range map[string]func(line) bool{
		"a sign-in with its place and factor": func(l line) bool {
			return l.Kind == "sign_in" && l.Event.Actor.ID == victim.ID && l.SignIn.Country != "" && l.SignIn.Lat != nil && l.SignIn.AS != "" && l.SignIn.Device.Browser != "" && len(l.SignIn.Factors) > 1 && l.SignIn.App != nil
		},
		"what policies or factors said":     func(l line) bool { return l.Kind == "session" && l.SignIn != nil },
		"the report, part of an alert":      func(l line) bool { return l.Event != nil && l.Event.UUID == report },
		"an event that is part of an alert": func(l line) bool { return len(l.Alerts) > 0 },
		"the run, by its event": func(l line) bool {
			return l.Kind == "run" && l.Run.ID == run && l.Run.Event.UUID == report && l.Run.State == "succeeded"
		},
		"an action of the run": func(l line) bool {
			return l.Kind == "response" && l.Action != nil && l.Action.Run == run && l.Action.Target.ID == victim.ID && l.Action.State == "done"
		},
		"the plan": func(l line) bool {
			return l.Kind == "response" && l.Plan != nil && l.Plan.ID == plan && l.Plan.State == "done"
		},
		"an action of the plan": func(l line) bool { return l.Action != nil && l.Action.Plan == plan },
		"the change as an event": func(l line) bool {
			return l.Kind == "change" && l.Event != nil && l.Event.Type == "user.account.update_profile"
		},
		"the change as it was found": func(l line) bool {
			return l.Kind == "change" && l.Recorded != nil && l.Recorded.Change == "changed" && l.Recorded.Cause != nil && l.Recorded.Cause.Actor != ""
		},
		"when it was first read": func(l line) bool { return l.Recorded != nil && l.Recorded.Change == "found" },
	} {
		if _, ok := find(all, is); !ok {
			d.t.Errorf("there is not: %s\n%s", what, ids(all))
		}
	}
}

// holdsSummary looks at what the sign-ins of somebody have in common.
func (d *demo) holdsSummary(tenant string, victim person) {
	d.t.Helper()
	var s struct {
		SignIns, Failed                             int
		Last                                        *struct{ Event string }
		Places                                      []struct{ Lat, Lon float64 }
		Countries, Networks, Devices, Factors, Apps []struct{ Value string }
	}
	d.get(d.is.API+"/tenants/"+tenant+"/entities/user/"+victim.ID+"/timeline/summary", &s)
	if s.SignIns == 0 || s.Last == nil || len(s.Places) == 0 || len(s.Countries) == 0 || len(s.Networks) == 0 || len(s.Devices) == 0 || len(s.Factors) == 0 || len(s.Apps) == 0 {
		d.t.Errorf("%+v", s)
	}
}

// readOrg has the demo's org read, and returns it and the connection to it.
func (d *demo) readOrg() (tenant, conn string) {
	d.t.Helper()
	var all []struct {
		ID        string
		Connector struct{ ID string }
	}
	d.get(d.is.API+"/connections", &all)
	for _, c := range all {
		if c.Connector.ID == "okta" {
			conn = c.ID
		}
	}
	var made struct{ ID string }
	d.want("POST", "/tenants", object{"connection": conn}, &made, http.StatusCreated)
	until(d.t, "the org is read", func() bool {
		var now struct{ Sync struct{ State string } }
		d.get(d.is.API+"/tenants/"+made.ID, &now)
		return now.Sync.State == "done"
	})
	return made.ID, conn
}
