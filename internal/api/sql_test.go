package api

import (
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// A question is answered with columns and rows, of the caller's organization alone.
func TestSQL(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	b.fill(b.acme, "ada@acme.example")
	got := c.post("/api/v1/sql", value.Map("sql", "SELECT check_id, state, opened, times FROM findings WHERE check_id = 'THREAT-001'"), 200)
	if len(within(got, "columns")) != 4 || at(got, "columns.2.type") != "time" || at(got, "rows.0.0") != "THREAT-001" || at(got, "rows.0.3") != 1.0 || got.At("truncated") != false || at(got, "views.0") != "findings" {
		t.Errorf("%s", value.JSON(got))
	}
	cut := c.post("/api/v1/sql", value.Map("sql", "SELECT * FROM objects, (VALUES (1), (2))", "limit", 1.0), 200)
	if len(elements(cut.At("rows"))) != 1 || cut.At("truncated") != true {
		t.Errorf("%s", value.JSON(cut))
	}
	other := b.as(b.evil, "eve@other.example", portal.Admin)
	for _, view := range []string{"objects", "tenants", "findings", "events", "alerts"} {
		if got := other.post("/api/v1/sql", value.Map("sql", "SELECT * FROM "+view), 200); len(elements(got.At("rows"))) != 0 {
			t.Errorf("%s: %s", view, value.JSON(got))
		}
	}
}

// A mistake is told with its place; what is not to be done is refused.
func TestSQLMistakes(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	bad := failure(c.do("POST", "/api/v1/sql", value.Map("sql", "SELECT login\nFROM people WHERE statu = 'x'"), 400))
	if bad.Text("field") != "sql" || at(bad, "at.line") != 2.0 || at(bad, "at.column") != 19.0 || !strings.Contains(bad.Text("message"), `did you mean "status"`) {
		t.Errorf("%s", value.JSON(bad))
	}
	for _, text := range []string{"DELETE FROM people", "SELECT * FROM account", "PRAGMA x", "SELECT 1; SELECT 2"} {
		c.do("POST", "/api/v1/sql", value.Map("sql", text), 400)
	}
	c.do("POST", "/api/v1/sql", value.Map("sql", "SELECT 1", "tenant", "none"), 404)
	endless := failure(c.do("POST", "/api/v1/sql", value.Map("sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "timeoutSeconds", 1.0), 400))
	if !strings.Contains(endless.Text("message"), "longer than 1s") {
		t.Errorf("%s", value.JSON(endless))
	}
}

// Who may not see alerts and events does not see them in SQL either.
func TestSQLWantsThePermissionsOfWhatIsRead(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	role := c.post("/api/v1/roles", value.Map("name", "Inventory", "permissions", []any{"inventory:read"}), 201).Text("id")
	narrow := b.as(b.acme, "cleo@acme.example", role)
	for _, v := range within(narrow.get("/api/v1/sql/schema", 200), "views") {
		if name := v.Text("name"); name == "alerts" || name == "events" {
			t.Errorf("%s is shown", name)
		}
	}
	narrow.post("/api/v1/sql", value.Map("sql", "SELECT login FROM people"), 200)
	for _, view := range []string{"alerts", "events"} {
		narrow.do("POST", "/api/v1/sql", value.Map("sql", "SELECT count(*) FROM "+view), 403)
		c.post("/api/v1/sql", value.Map("sql", "SELECT count(*) FROM "+view), 200)
	}
}

// Questions are kept for all of an organization, and changed by whose they are.
func TestQuestions(t *testing.T) {
	b := setup(t)
	c := b.as(b.acme, "ada@acme.example", portal.Admin)
	viewer := b.as(b.acme, "vera@acme.example", portal.Analyst)
	q := value.Map("name", "dormant", "text", "Who sleeps", "sql", "SELECT login FROM people")
	own := viewer.post("/api/v1/questions", q, 201)
	if own.At("own") != true || own.Text("id") == "" {
		t.Errorf("%s", value.JSON(own))
	}
	other := c.post("/api/v1/questions", q.With("name", "of-ada"), 201).Text("id")
	viewer.post("/api/v1/questions", q, 409)
	viewer.post("/api/v1/questions", q.With("name", "super-admins"), 409)
	viewer.post("/api/v1/questions", q.With("name", "No Name"), 400)
	viewer.do(http.MethodPut, "/api/v1/questions/"+other, q.With("name", "mine-now"), 404)
	viewer.do(http.MethodDelete, "/api/v1/questions/"+other, nil, 404)
	if got := viewer.do(http.MethodPut, "/api/v1/questions/"+own.Text("id"), q.With("text", "Who sleeps long"), 200); got.Text("text") != "Who sleeps long" {
		t.Errorf("%s", value.JSON(got))
	}
	list := items(viewer.get("/api/v1/questions", 200))
	if len(list) < 14 || list[0].Text("name") != "dormant" || list[1].At("own") != false || list[2].At("builtIn") != true {
		t.Errorf("%d %v", len(list), list[0])
	}
	stranger := b.as(b.evil, "eve@other.example", portal.Admin)
	if got := items(stranger.get("/api/v1/questions", 200)); got[0].At("builtIn") != true {
		t.Errorf("%s", value.JSON(got[0]))
	}
	stranger.do(http.MethodDelete, "/api/v1/questions/"+other, nil, 404)
	c.do(http.MethodDelete, "/api/v1/questions/"+own.Text("id"), nil, 204)
}
