package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// logged stores events of a source: what each says beside its uuid, type and time.
func (b *bench) logged(src string, at time.Time, more ...string) (uuids []string) {
	b.t.Helper()
	var es []event.Event
	for i, m := range more {
		uuid := fmt.Sprintf("log-%s-%d", src, i)
		raw := fmt.Sprintf(`{"uuid":%q,"eventType":"user.session.start","published":%q,"severity":"INFO",%s}`, uuid, at.Add(time.Duration(i)*time.Minute).UTC().Format(time.RFC3339Nano), m)
		e, err := event.NewParser().Parse([]byte(raw))
		if err != nil {
			b.t.Fatal(err)
		}
		es, uuids = append(es, e), append(uuids, uuid)
	}
	err := b.db.Sources.Accept(b.t.Context(), source.Batch{Org: b.acme.ID, Source: src, Via: source.ViaFile, Events: es}, func(w *store.Batch) error {
		_, err := w.AddEvents(b.t.Context())
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return uuids
}

func TestEventSummary(t *testing.T) {
	b := setup(t)
	c := b.admin()
	began := b.now().Add(-5 * time.Hour).Truncate(time.Hour)
	b.logged("s1", began, `"outcome":{"result":"SUCCESS"}`, `"outcome":{"result":"FAILURE"}`, `"outcome":{"result":"FAILURE"},"client":{"ipAddress":"192.0.2.1"}`)
	ask := func(query string) *value.Object {
		return c.get("/api/v1/events/summary?since="+url.QueryEscape(began.Format(time.RFC3339))+"&until="+url.QueryEscape(began.Add(time.Hour).Format(time.RFC3339))+query, 200)
	}
	got := ask("&bars=60")
	if got.At("events") != 3.0 || got.At("complete") != true || got.At("barSeconds") != 60.0 || at(got, "bars.1") != 1.0 || at(got, "bars.3") != 0.0 {
		t.Errorf("%s", value.JSON(got))
	}
	facets := map[string]string{}
	for _, f := range got.At("facets").([]any) {
		facets[f.(*value.Object).Text("field")] = string(value.JSON(f.(*value.Object).At("values")))
	}
	if want := `[{"value":"FAILURE","events":2},{"value":"SUCCESS","events":1}]`; facets["outcome.result"] != want {
		t.Errorf("%s, want %s", facets["outcome.result"], want)
	}
	if got := ask("&filter=" + url.QueryEscape(`client.ipAddress pr`)); got.At("events") != 1.0 {
		t.Errorf("%s", value.JSON(got))
	}
	if got := c.get("/api/v1/events/summary?q=nowhere", 200); got.At("events") != 0.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.get("/api/v1/events/summary?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 400)
	c.get("/api/v1/events/summary?filter=x", 400)
}

func TestBars(t *testing.T) {
	from := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	for span, want := range map[time.Duration]time.Duration{
		time.Second: time.Second, time.Minute: time.Second, time.Hour: time.Minute, 24 * time.Hour: 30 * time.Minute, 90 * 24 * time.Hour: 2 * 24 * time.Hour, 20 * 365 * 24 * time.Hour: 365 * 24 * time.Hour,
	} {
		edges, size := bars(from, from.Add(span), 60)
		if last := edges[len(edges)-1]; size != want || edges[0].After(from) || last.Before(from.Add(span)) || len(edges) > 63 {
			t.Errorf("%s: %s, %d edges from %s to %s", span, size, len(edges), edges[0], last)
		}
	}
}

func TestRelatedEvents(t *testing.T) {
	b := setup(t)
	c := b.admin()
	in := func(transaction, session, device, ip string) string {
		return fmt.Sprintf(`"transaction":{"id":%q},"authenticationContext":{"externalSessionId":%q},"debugContext":{"debugData":{"dtHash":%q}},"client":{"ipAddress":%q}`, transaction, session, device, ip)
	}
	uuids := b.logged("s1", b.now().Add(-time.Hour),
		in("t1", "s1", "d1", "192.0.2.1"), in("t1", "s2", "d2", "192.0.2.2"), in("t2", "s1", "d1", "192.0.2.3"), in("t3", "unknown", "", "192.0.2.1"))
	got := map[string]string{}
	for _, g := range items(c.get("/api/v1/events/"+uuids[0]+"/related", 200)) {
		var found []string
		for _, e := range g.At("items").([]any) {
			found = append(found, strings.TrimPrefix(e.(*value.Object).Text("uuid"), "log-s1-"))
		}
		got[g.Text("by")] = strings.Join(found, " ") + " " + g.Text("filter")
	}
	want := map[string]string{
		"transaction": `1 transaction.id eq "t1"`, "session": `2 authenticationContext.externalSessionId eq "s1"`, "device": `2 debugContext.debugData.dtHash eq "d1"`, "address": `3 client.ipAddress eq "192.0.2.1"`,
	}
	for by := range want {
		if got[by] != want[by] {
			t.Errorf("%s: %s, want %s", by, got[by], want[by])
		}
	}
	if g := items(c.get("/api/v1/events/"+uuids[3]+"/related", 200)); len(g) != 2 {
		t.Errorf("of one without a session: %v", g)
	}
	c.get("/api/v1/events/nope/related", 404)
}

func TestEventExport(t *testing.T) {
	b := setup(t)
	c := b.admin()
	b.logged("s1", b.now().Add(-time.Hour), `"displayMessage":"=cmd()", "target":[{"id":"00u2","alternateId":"eve@acme.example"}]`, "\n"+`"displayMessage":"b"`, `"displayMessage":"c"`)
	file := func(path, media string) string {
		res, text := c.send(http.MethodGet, "/api/v1/events/"+path, "", nil)
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), media) || !strings.Contains(res.Header.Get("Content-Disposition"), "events-acme-") {
			t.Fatalf("%d %v: %s", res.StatusCode, res.Header, text)
		}
		return string(text)
	}
	lines := strings.Split(strings.TrimSpace(file("ndjson?source=s1&order=oldest", "application/x-ndjson")), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], `{"uuid":"log-s1-1"`) || !strings.HasSuffix(lines[1], `"displayMessage":"b"}`) {
		t.Errorf("%q", lines)
	}
	rows, err := csv.NewReader(strings.NewReader(file("csv?source=s1", "text/csv"))).ReadAll()
	if err != nil || len(rows) != 4 || rows[0][14] != "message" || rows[1][14] != "c" || rows[3][14] != "'=cmd()" || rows[3][8] != "eve@acme.example" {
		t.Errorf("%q %v", rows, err)
	}
	c.get("/api/v1/events/csv?filter=x", 400)
}

func TestKeptSearches(t *testing.T) {
	b := setup(t)
	c := b.admin()
	query := value.Map("filter", `eventType sw "user.mfa."`, "range", "7d")
	own := c.post("/api/v1/event-searches", value.Map("name", "MFA", "query", query), 201).Text("id")
	c.post("/api/v1/event-searches", value.Map("name", "All", "shared", true, "query", value.Map("q", "ada")), 201)
	c.post("/api/v1/event-searches", value.Map("name", "Bad", "query", value.Map("filter", "x")), 400)
	c.post("/api/v1/event-searches", value.Map("name", "", "query", query), 400)
	list := items(c.get("/api/v1/event-searches", 200))
	if len(list) != 2 || list[0].Text("name") != "All" || at(list[1], "query.filter") != `eventType sw "user.mfa."` || at(list[1], "query.range") != "7d" || list[1].At("own") != true {
		t.Errorf("%s", value.JSON(list))
	}
	other := b.as(b.acme, "viewer@acme.example", portal.Auditor)
	if list := items(other.get("/api/v1/event-searches", 200)); len(list) != 1 || list[0].Text("name") != "All" || list[0].At("own") != false {
		t.Errorf("another sees %s", value.JSON(list))
	}
	other.do(http.MethodPut, "/api/v1/event-searches/"+own, value.Map("name", "Mine", "query", query), 404)
	other.do(http.MethodDelete, "/api/v1/event-searches/"+list[0].Text("id"), nil, 404)
	c.do(http.MethodPut, "/api/v1/event-searches/"+own, value.Map("name", "MFA of all", "shared", true, "query", query), 200)
	if list := items(other.get("/api/v1/event-searches", 200)); len(list) != 2 || list[1].Text("name") != "MFA of all" {
		t.Errorf("another sees %s", value.JSON(list))
	}
	c.do(http.MethodDelete, "/api/v1/event-searches/"+own, nil, 204)
	c.do(http.MethodDelete, "/api/v1/event-searches/"+own, nil, 404)
}

func TestEventRetention(t *testing.T) {
	b := setup(t)
	c := b.admin()
	b.logged("s1", b.now().Add(-time.Hour), `"displayMessage":"a"`)
	if got := c.get("/api/v1/events/retention", 200); got.At("days") != 0.0 || at(got, "stored.events") != 1.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPut, "/api/v1/events/retention", value.Map("days", 90.0, "megabytes", 20_000.0), 200)
	if got := c.get("/api/v1/events/retention", 200); got.At("days") != 90.0 || got.At("megabytes") != 20_000.0 {
		t.Errorf("%s", value.JSON(got))
	}
	c.do(http.MethodPut, "/api/v1/events/retention", value.Map("days", -1.0, "megabytes", 0.0), 400)
	b.as(b.acme, "viewer@acme.example", portal.Auditor).do(http.MethodPut, "/api/v1/events/retention", value.Map("days", 1.0, "megabytes", 0.0), 403)
}
