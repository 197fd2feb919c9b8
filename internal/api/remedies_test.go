package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/guard"
	"sallyport/internal/portal"
	"sallyport/internal/quota"
	"sallyport/internal/remedy"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
	"sallyport/sandbox/okta"
)

// remedies returns an engine for what a test has; without the connector to Okta it
// has no playbooks.
func remedies(t testing.TB, d Deps) *remedy.Engine {
	t.Helper()
	books := &remedy.Shelf{}
	if con, ok := d.Shelf.Get(remedy.System); ok {
		var err error
		if books, err = remedy.Load(con, content.FS); err != nil {
			t.Fatal(err)
		}
	}
	return &remedy.Engine{Books: books, Guard: d.Guard, Conns: shelved{d, ""}, Plans: d.DB.Remedies, Times: d.DB.RemedySchedules, Now: d.Now, Log: d.Log, LookEvery: time.Millisecond}
}

// clinic is a bench with a simulated org, whose plans are worked at.
type clinic struct {
	*bench

	org  *okta.Org
	conn string
	boss *client // a Full Admin
}

func newClinic(t *testing.T, db *store.DB) *clinic {
	t.Helper()
	o, err := okta.New(okta.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(o)
	t.Cleanup(func() {
		srv.Close()
		o.Close()
	})
	o.SetBaseURL(srv.URL)
	o.EnforceRateLimits(false)
	b := setupOn(t, db, func(d *Deps) {
		shelf, err := connector.LoadSound(content.FS)
		if err != nil {
			t.Fatal(err)
		}
		d.Shelf = shelf
		out := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		t.Cleanup(out.Client(egress.ClientOptions{}).CloseIdleConnections)
		engine := connector.NewEngine(connector.Options{Shelf: shelf, Keyring: d.Keys.(*secret.Keyring), Egress: out, Quota: quota.NewRegistry(quota.Options{})})
		d.Engine = engine
		d.Guard = &guard.Guard{Ledger: d.DB.Actions, Tenants: d.DB.Connections, Directory: &guard.Directory{Caller: engine, Now: d.Now}, Caller: engine, Log: d.Log, Now: d.Now}
		d.Remedies = remedies(t, *d)
	})
	w, err := db.StartWorkers(t.Context(), store.WorkerOptions{Workers: 1, Run: func(context.Context, string, string) (time.Time, error) { return time.Time{}, nil }, Remedy: b.deps.Remedies.Work, Log: b.deps.Log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Stop(t.Context()) })
	x := &clinic{bench: b, org: o, boss: b.admin()}
	x.conn = x.boss.post("/api/v1/connections", value.Map("connector", "okta", "name", "Okta", "auth", "api_key", "settings", value.Map("domain", srv.URL), "secrets", value.Map("api_key", o.AdminToken()), "test", false), 201).Text("id")
	return x
}

func (x *clinic) people(n int) []any {
	x.t.Helper()
	var out []any
	for _, u := range x.org.Users("ACTIVE", n+10)[10:] { // the first are admins
		if len(out) < n {
			out = append(out, value.Map("id", u.ID))
		}
	}
	return out
}

// until waits for a plan to come to a state.
func (x *clinic) until(c *client, id, state string) *value.Object {
	x.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		got := c.get("/api/v1/remedies/"+id, 200)
		if got.Text("state") == state {
			return got
		}
		if time.Now().After(end) {
			x.t.Fatalf("it stays %s", value.JSON(got))
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (x *clinic) suspended(objects []any) int {
	n := 0
	for _, o := range objects {
		for _, u := range x.org.Users("SUSPENDED", 200) {
			if u.ID == value.Lookup(o, "id") {
				n++
			}
		}
	}
	return n
}

// A plan is shown, asked for, approved by another, carried out, and undone.
func TestRemedyFromPlanToUndoing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newClinic(t, db)
		rob, admin := x.as(x.acme, "rob@acme.example", portal.Responder), x.boss
		objects := x.people(6)
		if len(objects) != 6 {
			t.Fatalf("%d people", len(objects))
		}
		body := value.Map("playbook", "suspend_user", "connection", x.conn, "objects", objects, "cause", value.Map("kind", "alert", "id", "a1"))
		plan := rob.post("/api/v1/remedies", body, 201)
		path := "/api/v1/remedies/" + plan.Text("id")
		if plan.Text("state") != "draft" || at(plan, "plan.0.state") != "planned" || at(plan, "plan.0.request.method") != "POST" || at(plan, "plan.0.undo") != "Unsuspend user" || at(plan, "steps.planned") != 6.0 || x.suspended(objects) != 0 {
			t.Fatalf("%s", value.JSON(plan))
		}
		if asked := rob.post(path+"/run", nil, 200); asked.Text("state") != "waiting" || asked.Text("needs") == "" || asked.At("canApprove") != false {
			t.Errorf("%s", value.JSON(asked))
		}
		if e := failure(rob.post(path+"/approve", value.NewObject(0), 403)); !strings.Contains(e.Text("message"), "another member has to decide") {
			t.Errorf("%s", value.JSON(e))
		}
		if got := admin.get(path, 200); got.At("canApprove") != true || x.suspended(objects) != 0 {
			t.Errorf("%s", value.JSON(got))
		}
		admin.post(path+"/approve", value.Map("note", "I called them."), 200)
		done := x.until(rob, plan.Text("id"), "done")
		if x.suspended(objects) != 6 || at(done, "steps.done") != 6.0 || at(done, "decision.note") != "I called them." || at(done, "actor.name") == "" {
			t.Errorf("%d suspended; %s", x.suspended(objects), value.JSON(done))
		}
		ledger := items(rob.get("/api/v1/actions?plan="+plan.Text("id"), 200))
		if len(ledger) != 6 || ledger[0].Text("cause") != "remedy" || ledger[0].Text("plan") != plan.Text("id") {
			t.Errorf("%d entries", len(ledger))
		}
		rob.post(path+"/run", nil, 409)
		rob.post(path+"/undo", nil, 200)
		undone := x.until(rob, plan.Text("id"), "undone")
		if x.suspended(objects) != 0 || at(undone, "steps.undone") != 6.0 {
			t.Errorf("%d suspended; %s", x.suspended(objects), value.JSON(undone))
		}
		if got := items(rob.get("/api/v1/remedies?cause=alert&causeId=a1&state=undone", 200)); len(got) != 1 {
			t.Errorf("%d plans", len(got))
		}
		for _, told := range []string{"createRemedy", "runRemedy", "approveRemedy", "undoRemedy"} {
			if got := items(admin.get("/api/v1/audit?action="+told, 200)); len(got) == 0 {
				t.Errorf("%s is not in the audit log", told)
			}
		}
	})
}

func TestRemediesRefuse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newClinic(t, db)
		admin, one := x.boss, x.people(1)
		body := func(playbook, connection string, objects []any) *value.Object {
			return value.Map("playbook", playbook, "connection", connection, "objects", objects)
		}
		admin.post("/api/v1/remedies", body("dance", x.conn, one), 400)
		admin.post("/api/v1/remedies", body("suspend_user", "none", one), 404)
		admin.post("/api/v1/remedies", body("suspend_user", x.conn, []any{}), 400)
		admin.post("/api/v1/remedies", body("remove_from_group", x.conn, one), 400)
		ann := x.as(x.acme, "ann@acme.example", portal.Analyst)
		ann.post("/api/v1/remedies", body("suspend_user", x.conn, one), 403)
		if got := admin.get("/api/v1/playbooks", 200); len(items(got)) < 50 {
			t.Errorf("%d playbooks", len(items(got)))
		}
	})
}

func TestRemedySchedulesAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newClinic(t, db)
		admin := x.boss
		spec := value.Map("title", "Dormant people", "playbook", "dormant_user", "connection", x.conn, "people", "user.status == 'ACTIVE'", "cron", "0 6 * * 1", "zone", "Europe/Berlin", "ceiling", 10.0, "enabled", true, "graceHours", 72.0)
		made := admin.post("/api/v1/remedy-schedules", spec, 201)
		if made.Text("nextAt") == "" || at(made, "actor.kind") != "account" || made.At("graceHours") != 72.0 {
			t.Errorf("%s", value.JSON(made))
		}
		path := "/api/v1/remedy-schedules/" + made.Text("id")
		if got := admin.do(http.MethodPut, path, spec.With("ceiling", 5.0).With("check", "").With("enabled", false), 200); got.At("ceiling") != 5.0 || got.At("enabled") != false {
			t.Errorf("%s", value.JSON(got))
		}
		for name, change := range map[string]*value.Object{
			"a schedule that is none": spec.With("cron", "now and then"), "an expression that is none": spec.With("people", "user.("), "both": spec.With("check", "USER-001"), "no ceiling": spec.With("ceiling", 0.0),
		} {
			if resp := admin.post("/api/v1/remedy-schedules", change, 400); failure(resp).Text("message") == "" {
				t.Errorf("%s: %s", name, value.JSON(resp))
			}
		}
		rob := x.as(x.acme, "rob@acme.example", portal.Responder)
		rob.post("/api/v1/remedy-schedules", spec, 403)
		if got := items(rob.get("/api/v1/remedy-schedules", 200)); len(got) != 1 {
			t.Errorf("%d schedules", len(got))
		}
		admin.do(http.MethodDelete, path, nil, 204)
		admin.do(http.MethodDelete, path, nil, 404)
	})
}

// What is said to repair the findings of a check names a check that there is.
func TestPlaybooksRepairWhatChecksFind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newClinic(t, db)
		there := map[string]bool{}
		for _, c := range items(x.boss.get("/api/v1/checks", 200)) {
			there[c.Text("id")] = true
		}
		repairs := 0
		for _, b := range items(x.boss.get("/api/v1/playbooks", 200)) {
			fixes, _ := b.At("fixes").([]any)
			for _, id := range fixes {
				if repairs++; !there[value.String(id)] {
					t.Errorf("%s is said to repair what %s finds, which is no check", b.Text("id"), id)
				}
			}
		}
		if repairs == 0 || len(there) == 0 {
			t.Errorf("%d repairs of %d checks", repairs, len(there))
		}
	})
}
