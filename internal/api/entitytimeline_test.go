package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/inventory"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// met is a tenant of the bench's organization, with nothing read of it.
func (b *bench) met() inventory.Tenant {
	b.t.Helper()
	t, err := b.db.Inventory.Meet(b.t.Context(), inventory.Tenant{Org: b.acme.ID, OktaID: "00o1", Domain: "https://acme.okta.com", Name: "Acme", Connection: b.okta(&value.Object{})})
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

// lines reads all of a timeline, so many lines at a time.
func (c *client) lines(path string, limit int) (out []*value.Object) {
	c.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for next := ""; ; {
		page := c.get(fmt.Sprintf("%s%slimit=%d&cursor=%s", path, sep, limit, next), 200)
		out = append(out, items(page)...)
		if next = page.Text("next"); next == "" {
			return out
		}
		if len(out) > 1000 {
			c.t.Fatal("the timeline has no end")
		}
	}
}

func idsOf(lines []*value.Object) string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Text("id"))
	}
	return strings.Join(out, "\n")
}

// Lines of one time are each there once, however long pages are; and nobody of another
// organization sees any.
func TestTimelinePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		tenant := b.met()
		b.readOrg(tenant, "g1", map[string]string{"00uada": "ada@acme.example"})
		c.post("/api/v1/tenants/"+tenant.ID+"/syncs", nil, 202)
		b.readOrg(tenant, "g2", map[string]string{"00uada": "ada.l@acme.example"}) // of another name, and in another group too
		moment := b.now().Add(-time.Hour).Truncate(time.Second)
		for i := range 9 { // of one time
			b.logged(fmt.Sprintf("s%d", i), moment, `"actor":{"id":"00uada","type":"User"},"outcome":{"result":"SUCCESS"}`)
		}
		path := "/api/v1/tenants/" + tenant.ID + "/entities/user/00uada/timeline"
		all := c.lines(path, 200)
		found := map[string]int{}
		for _, l := range all {
			found[l.Text("kind")+" "+value.String(at(l, "recorded.change"))+" "+value.String(at(l, "recorded.relation"))]++
		}
		for what, n := range map[string]int{"sign_in  ": 9, "change found ": 1, "change changed ": 1, "change added member_of": 1} {
			if found[what] != n {
				t.Errorf("%d lines of %q, want %d: %v", found[what], what, n, found)
			}
		}
		for _, limit := range []int{1, 2, 5, len(all)} {
			if got := idsOf(c.lines(path, limit)); got != idsOf(all) {
				t.Errorf("%d at a time:\n%s\nwant\n%s", limit, got, idsOf(all))
			}
		}
		span := "?since=" + url.QueryEscape(moment.Format(time.RFC3339)) + "&until=" + url.QueryEscape(moment.Add(time.Second).Format(time.RFC3339))
		if got := c.lines(path+span, 4); len(got) != 9 {
			t.Errorf("%d lines of that second", len(got))
		}
		if got := c.lines(path+"?kind=alert&kind=run&kind=response", 4); len(got) != 0 {
			t.Errorf("%s", idsOf(got))
		}
		c.get(path+"?cursor=nonsense", 400)
		c.get(path+"?kind=weather", 400)
		c.get(path+"?since=2030-01-01T00:00:00Z&until=2029-01-01T00:00:00Z", 400)
		eve := b.as(b.evil, "eve@evil.example", portal.Admin)
		eve.get(path, 404)
		eve.get(path+"/summary", 404)
		if got := eve.lines("/api/v1/entities/user/00uada/timeline", 5); len(got) != 0 {
			t.Errorf("another organization sees\n%s", idsOf(got))
		}
	})
}

// What a sign-in has for the first time is told, once events are stored for long
// enough; and of somebody whom nobody read, what events tell.
func TestTimelineTellsWhatIsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		c := b.admin()
		tenant := b.met()
		in := func(country, system string, asn int) string {
			return fmt.Sprintf(`"actor":{"id":"00uada","type":"User","alternateId":"ada@acme.example"},"outcome":{"result":"SUCCESS"},"client":{"ipAddress":"192.0.2.7","userAgent":{"os":%q,"browser":"CHROME"},
				"geographicalContext":{"city":"X","country":%q,"geolocation":{"lat":1.5,"lon":-2.5}}},"securityContext":{"asNumber":%d}`, system, country, asn)
		}
		now := b.now()
		b.logged("old", now.Add(-60*24*time.Hour), in("Germany", "Mac OS X", 64500), in("Germany", "Mac OS X", 64500))
		b.logged("new", now.Add(-time.Hour), in("Germany", "Mac OS X", 64500), in("Peru", "Windows 11", 64501), in("Peru", "Mac OS X", 64501))
		path := "/api/v1/tenants/" + tenant.ID + "/entities/user/00uada/timeline"
		page := c.get(path, 200)
		var news []string
		for _, l := range items(page) {
			news = append(news, string(value.JSON(at(l, "signIn.new"))))
		}
		if got := strings.Join(news, " "); got != `[] ["country","network","device"] [] [] []` {
			t.Errorf("new is %s", got)
		}
		if at(page, "subject.known") != false || page.Text("cannotTellNew") == "" || at(items(page)[0], "signIn.lat") != 1.5 {
			t.Errorf("%s", value.JSON(page))
		}
		if byLogin := c.lines("/api/v1/entities/user/"+url.PathEscape("Ada@acme.example")+"/timeline", 2); len(byLogin) != 5 {
			t.Errorf("by the login:\n%s", idsOf(byLogin))
		}
		sum := c.get(path+"/summary", 200)
		if sum.At("signIns") != 3.0 || at(sum, "countries.0.value") != "Peru" || at(sum, "places.0.lon") != -2.5 || at(sum, "last.facts.country") != "Peru" {
			t.Errorf("%s", value.JSON(sum))
		}
		if all := c.get(path+"/summary?days=90", 200); all.At("signIns") != 5.0 {
			t.Errorf("%s", value.JSON(all))
		}
	})
}

// Whoever may not see a kind of line is told so, and sees the others.
func TestTimelineHidesWhatOneMayNotSee(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	b.logged(f.source, b.now(), `"actor":{"id":"u1","type":"User"}`)
	caller := portal.Caller{Org: b.acme, Roles: []portal.Role{{Permissions: []portal.Permission{portal.InventoryRead}}}}
	in := entityTimelineIn{ID: f.tenant, Kind: inventory.User, Entity: "u1"}
	got, err := getEntityTimeline(t.Context(), b.deps, caller, in)
	if err != nil || len(got.Hidden) != 7 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, l := range got.Items {
		if l.Event != nil || l.Recorded == nil || l.Recorded.Cause != nil {
			t.Errorf("it shows %+v", l)
		}
	}
	if _, err := getEntitySignIns(t.Context(), b.deps, caller, entitySignInsIn{ID: f.tenant, Kind: inventory.User, Entity: "u1"}); err == nil {
		t.Error("it shows sign-ins")
	}
}

// BenchmarkTimeline is what the first page of a timeline costs among a million events
// of twenty thousand people, who signed in from a few places: of somebody with 50
// events, of one with a tenth of all, and of one with none.
func BenchmarkTimeline(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), store.Options{DSN: dsn(b)})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = db.Close() })
			x := setupOn(b, db)
			tenant := x.met()
			x.crowd(b, 1_000_000)
			caller := portal.Caller{Org: x.acme, Roles: []portal.Role{{Permissions: portal.Permissions()}}}
			for _, who := range []string{"00u7", "00ubusy", "00unone"} {
				in := entityTimelineIn{ID: tenant.ID, Kind: inventory.User, Entity: who}
				b.Run("page of "+who, func(b *testing.B) {
					for b.Loop() {
						if _, err := getEntityTimeline(b.Context(), x.deps, caller, in); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run("sign-ins of "+who, func(b *testing.B) {
					for b.Loop() {
						if _, err := getEntitySignIns(b.Context(), x.deps, caller, entitySignInsIn{ID: tenant.ID, Kind: inventory.User, Entity: who}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// crowd stores n events of many people over 90 days until now, and indexes them.
func (b *bench) crowd(t testing.TB, n int) {
	t.Helper()
	p, now, gap := event.NewParser(), b.now(), 90*24*time.Hour/time.Duration(n)
	countries := []string{"Germany", "France", "Peru", "Japan"}
	for at := 0; at < n; at += 5000 {
		var es []event.Event
		for i := at; i < at+5000; i++ {
			who := fmt.Sprintf("00u%d", i*7919%20_000)
			if i%10 == 0 {
				who = "00ubusy"
			}
			raw := fmt.Sprintf(`{"uuid":"crowd-%d","eventType":%q,"published":%q,"displayMessage":"User signs in","outcome":{"result":"SUCCESS"},"actor":{"id":%q,"type":"User","alternateId":"%s@acme.example"},
				"client":{"ipAddress":"192.0.2.%d","userAgent":{"os":"Mac OS X","browser":"CHROME"},"geographicalContext":{"city":"X","country":%q,"geolocation":{"lat":1,"lon":2}}},"securityContext":{"asNumber":%d},
				"transaction":{"id":"tx%d"},"target":[{"id":"0oa%d","type":"AppInstance","displayName":"App"}]}`,
				i, []string{"user.session.start", "user.authentication.sso", "user.authentication.auth_via_mfa", "policy.evaluate_sign_on"}[i%4],
				now.Add(time.Duration(i-n)*gap).UTC().Format(time.RFC3339Nano), who, who, i%250, countries[i%9%4], 64500+i%5, i/4, i%30)
			e, err := p.Parse([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			es = append(es, e)
		}
		err := b.db.Sources.Accept(t.Context(), source.Batch{Org: b.acme.ID, Source: "crowd", Via: source.ViaFile, Events: es}, func(w *store.Batch) error {
			_, err := w.AddEvents(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for {
		indexed, err := b.db.EventIndex.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if indexed == 0 {
			return
		}
	}
}
