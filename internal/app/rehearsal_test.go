package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// played is a performance as the API shows it.
type played struct {
	ID       string
	Title    string
	Raised   int
	Expected []struct {
		Rule    struct{ Slug, ID, Title string }
		About   string
		Events  []string
		AlertID string
		Entity  struct{ Kind, ID, Name string }
	}
	Others []struct {
		Rule   struct{ Name string }
		Entity struct{ Kind, ID, Name string }
	}
}

// missing lists the rules that have not fired, and others those that should not have.
func (p played) missing() (out []string) {
	for _, e := range p.Expected {
		if e.AlertID == "" {
			out = append(out, e.Rule.Slug+" about "+e.About)
		}
	}
	return out
}

// TestScenariosRaiseAlerts plays every scenario on a server that reads the
// simulated org: the alerts that it names come, about whom it says, with the
// evidence and the tags, and no others.
func TestScenariosRaiseAlerts(t *testing.T) {
	eachDemo(t, raisesAlerts)
}

func raisesAlerts(d *demo) {
	t := d.t
	var scenarios []struct {
		Name, Title string
		Techniques  []string
	}
	d.get(d.is.API+"/rehearsal/scenarios", &scenarios)
	if len(scenarios) < 12 {
		t.Fatalf("%d scenarios", len(scenarios))
	}
	people := d.ordinary()
	var performances []string
	for i, sc := range scenarios {
		t.Run(sc.Name, func(t *testing.T) {
			var report struct {
				ID     string
				Events []struct{ UUID, Type string }
			}
			victim := people[i%len(people)]
			if sc.Name == "session_hijack" {
				victim = "" // somebody who has had a session open for a while
			}
			if status := d.call(http.MethodPost, d.is.API+"/rehearsal/scenarios/"+sc.Name, map[string]string{"user": victim}, &report); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			performances = append(performances, report.ID)
			types := map[string]string{}
			for _, e := range report.Events {
				types[e.UUID] = e.Type
			}
			p := d.raised(t, report.ID)
			tags := ""
			for _, e := range p.Expected {
				var a struct {
					Tags     []string
					Rule     struct{ ID string }
					Entity   struct{ Kind, ID string }
					Evidence []struct{ UUID, Type string }
				}
				d.get(d.is.API+"/alerts/"+e.AlertID, &a)
				if a.Rule.ID != e.Rule.ID || a.Entity.Kind != e.Entity.Kind || a.Entity.ID != e.Entity.ID {
					t.Errorf("%s is about %s %s, not %s %s", e.Rule.Slug, a.Entity.Kind, a.Entity.ID, e.Entity.Kind, e.Entity.ID)
				}
				evidence := map[string]bool{}
				for _, x := range a.Evidence {
					if types[x.UUID] != "" { // an alert may be of more than one run
						evidence[x.Type] = true
					}
				}
				for kind := range evidence {
					if !slices.Contains(e.Events, kind) {
						t.Errorf("evidence of %s is %s", e.Rule.Slug, kind)
					}
				}
				if len(evidence) == 0 {
					t.Errorf("%s has no evidence of this run", e.Rule.Slug)
				}
				tags += " " + strings.Join(a.Tags, " ")
			}
			for _, technique := range sc.Techniques {
				if !strings.Contains(tags, "attack."+strings.ToLower(technique)) {
					t.Errorf("nothing is tagged %s: %s", technique, tags)
				}
			}
		})
		if t.Failed() && i == 0 {
			t.FailNow() // the others would wait in vain, too
		}
	}
	d.polled(time.Now()) // whatever comes late has come
	for _, id := range performances {
		var p played
		if d.get(d.is.API+"/rehearsal/performances/"+id, &p); len(p.missing()) > 0 || len(p.Others) > 0 {
			t.Errorf("in the end %s: not there: %v; not expected: %+v", p.Title, p.missing(), p.Others)
		}
	}
}

// ordinary lists people to whom everything can happen.
func (d *demo) ordinary() (logins []string) {
	d.t.Helper()
	var all []struct {
		Login       string
		AdminRoles  []string `json:"admin_roles"`
		FactorTypes []string `json:"factor_types"`
		Groups      []string
	}
	d.get(d.is.Sandbox+"/_sandbox/users?status=ACTIVE", &all)
	for _, p := range all {
		if len(p.AdminRoles) == 0 && slices.Contains(p.FactorTypes, "push") && !slices.Contains(p.Groups, "Break glass") {
			logins = append(logins, p.Login)
		}
	}
	return logins
}

// raised waits until every alert that a performance should raise is there, and
// all of its events were looked at.
func (d *demo) raised(t *testing.T, id string) played {
	t.Helper()
	var p played
	for began := time.Now(); time.Since(began) < 12*time.Second; pause(50 * time.Millisecond) {
		d.get(d.is.API+"/rehearsal/performances/"+id, &p)
		if len(p.missing()) == 0 && len(p.Others) == 0 && (len(p.Expected) > 0 || time.Since(began) > 3*time.Second) {
			return p
		}
	}
	t.Fatalf("not there: %v; not expected: %+v", p.missing(), p.Others)
	return p
}
