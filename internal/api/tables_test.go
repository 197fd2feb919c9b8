package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/store/storetest"
	"sallyport/internal/table"
	"sallyport/internal/value"
)

func column(name, kind string) *value.Object { return value.Map("name", name, "type", kind) }

func (b *bench) people(c *client) string {
	b.t.Helper()
	return c.post("/api/v1/tables", value.Map("title", "People & places", "columns", []any{
		column("login", "text"), column("age", "number").With("default", "18"), column("since", "date"), column("admin", "boolean"),
	}), 201).Text("id")
}

func TestTables(t *testing.T) {
	b := setup(t)
	c := b.admin()
	id := b.people(c)
	got := c.get("/api/v1/tables/"+id, 200)
	for path, want := range map[string]any{"slug": "people_places", "columns.0.id": "c1", "columns.1.default": 18.0, "rows": 0.0, "flows": []any{}} {
		if v := at(got, path); !value.Equal(v, want) {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	for name, body := range map[string]*value.Object{
		"no columns":          value.Map("title", "x", "columns", []any{}),
		"no title":            value.Map("title", "", "columns", []any{column("a", "text")}),
		"a column twice":      value.Map("title", "x", "columns", []any{column("a", "text"), column("a", "text")}),
		"a type that is none": value.Map("title", "x", "columns", []any{column("a", "object")}),
		"a default of no use": value.Map("title", "x", "columns", []any{column("a", "number").With("default", "x")}),
	} {
		if e := failure(c.post("/api/v1/tables", body, 400)); e.Text("message") == "" {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	c.post("/api/v1/tables/"+id+"/rows", value.Map("values", value.Map("login", "ada", "age", 36.0)), 201)
	cols := []any{column("age in years", "number").With("id", "c2"), column("login", "text").With("id", "c1"), column("note", "text").With("default", "-")}
	patched := c.do(http.MethodPatch, "/api/v1/tables/"+id, value.Map("title", "People", "columns", cols), 200)
	if at(patched, "columns.0.name") != "age in years" || at(patched, "columns.2.id") != "c5" && at(patched, "columns.2.id") != "c3" || patched.At("rows") != 1.0 {
		t.Errorf("%s", value.JSON(patched))
	}
	if row := c.get("/api/v1/tables/"+id+"/rows", 200); at(row, "items.0.values.age in years") != 36.0 || at(row, "items.0.values.login") != "ada" {
		t.Errorf("%s", value.JSON(row))
	}
	for name, cols := range map[string][]any{
		"another type":     {column("login", "number").With("id", "c1")},
		"an id that isn't": {column("login", "text").With("id", "c99")},
		"an id twice":      {column("a", "text").With("id", "c1"), column("b", "text").With("id", "c1")},
	} {
		if e := failure(c.do(http.MethodPatch, "/api/v1/tables/"+id, value.Map("columns", cols), 400)); e.Text("field") != "columns" {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	if list := items(c.get("/api/v1/tables", 200)); len(list) != 1 || list[0].Text("title") != "People" {
		t.Errorf("%v", list)
	}
	c.do(http.MethodDelete, "/api/v1/tables/"+id, nil, 204)
	c.get("/api/v1/tables/"+id, 404)
}

func TestRows(t *testing.T) {
	b := setup(t)
	c := b.admin()
	rows := "/api/v1/tables/" + b.people(c) + "/rows"
	ids := map[string]string{}
	for i, login := range []string{"ada", "bob", "cyd", "dan", "eve"} {
		r := c.post(rows, value.Map("values", value.Map("login", login, "age", float64(50-10*i), "admin", i%2 == 0)), 201)
		ids[login] = r.Text("id")
	}
	if r := c.post(rows, value.Map("values", value.Map("login", "fay")), 201); at(r, "values.age") != 18.0 || at(r, "values.since") != nil {
		t.Errorf("%s", value.JSON(r))
	}
	filter := func(terms ...string) string {
		out := ""
		for _, term := range terms {
			out += "&filter=" + url.QueryEscape(term)
		}
		return out
	}
	tests := map[string]struct{ query, want string }{
		"in their order":         {"", "ada bob cyd dan eve fay"},
		"sorted":                 {"sort=age", "eve fay dan cyd bob ada"},
		"sorted, the last first": {"sort=login&descending=true", "fay eve dan cyd bob ada"},
		"searched":               {"search=D", "ada cyd dan"},
		"filtered":               {filter(`{"column":"admin","op":"=","value":true}`), "ada cyd eve"},
		"filtered twice":         {filter(`{"column":"admin","op":"=","value":true}`, `{"column":"age","op":">","value":"20"}`), "ada cyd"},
		"empty":                  {filter(`{"column":"admin","op":"empty"}`), "fay"},
	}
	for name, tt := range tests {
		for _, limit := range []int{2, 50} {
			t.Run(fmt.Sprint(name, " by ", limit), func(t *testing.T) {
				var got []string
				for _, r := range c.all(rows+"?"+tt.query, limit) {
					got = append(got, value.String(at(r, "values.login")))
				}
				if strings.Join(got, " ") != tt.want {
					t.Errorf("got %v, want %s", got, tt.want)
				}
				if n := c.get(rows+"?"+tt.query, 200).At("total"); n != float64(len(strings.Fields(tt.want))) {
					t.Errorf("total %v", n)
				}
			})
		}
	}
	for query, field := range map[string]string{
		"filter=x": "filter[0]", "filter=%7B%7D": "filter[0].column", filter(`{"column":"age","op":"~"}`): "filter[0].op", "sort=nope": "", "cursor=eA": "cursor",
	} {
		if e := failure(c.get(rows+"?"+query, 400)); e.Text("field") != field {
			t.Errorf("%s: %s", query, value.JSON(e))
		}
	}
	if r := c.do(http.MethodPatch, rows+"/"+ids["bob"], value.Map("values", value.Map("age", "41")), 200); at(r, "values.age") != 41.0 || at(r, "values.login") != "bob" {
		t.Errorf("%s", value.JSON(r))
	}
	c.do(http.MethodPatch, rows+"/"+ids["bob"], value.Map("values", value.Map("age", "many")), 400)
	c.do(http.MethodPatch, rows+"/nope", value.Map("values", value.Map("age", 1.0)), 404)
	c.do(http.MethodDelete, rows+"/"+ids["bob"], nil, 204)
	c.do(http.MethodDelete, rows+"/"+ids["bob"], nil, 404)
	c.post(rows, value.Map("values", value.Map("nope", 1.0)), 400)
	viewer := b.as(b.acme, "vic@acme.example", portal.Auditor)
	viewer.get(rows, 200)
	viewer.post(rows, value.Map("values", value.Map()), 403)
}

// A value that is kept sealed is entered, and never seen again.
func TestSealedRows(t *testing.T) {
	b := setupWith(t, timed(t, storetest.Prepared(t)))
	c := b.admin()
	tab := b.people(c)
	rows := "/api/v1/tables/" + tab + "/rows"
	made := c.post(rows, value.Map("values", value.Map("login", "hunter2hunter2"), "seal", []any{"login"}), 201)
	one := rows + "/" + made.Text("id")
	_, file := c.send(http.MethodGet, "/api/v1/tables/"+tab+"/csv", "", nil)
	for name, r := range map[string]*value.Object{
		"made":         made,
		"kept":         c.do(http.MethodPatch, one, value.Map("values", value.Map("login", table.Mask, "age", 3.0)), 200),
		"changed":      c.do(http.MethodPatch, one, value.Map("values", value.Map("login", "hunter3hunter3")), 200),
		"listed":       c.do(http.MethodGet, rows, nil, 200),
		"as a file":    value.Map("text", string(file)),
		"of the table": c.do(http.MethodGet, "/api/v1/tables/"+tab, nil, 200),
	} {
		if text := string(value.JSON(r)); strings.Contains(text, "hunter") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if made.At("sealed") == nil || at(made, "values.login") != table.Mask {
		t.Errorf("%s", value.JSON(made))
	}
}

func TestCSV(t *testing.T) {
	b := setup(t)
	c := b.admin()
	path := "/api/v1/tables/" + b.people(c)
	in := "login,age\nada,36\n\"bob, the\nsecond\",\n'=cmd(),1\n"
	send := func(media, text string, status int) *value.Object {
		t.Helper()
		resp, raw := c.send(http.MethodPost, path+"/csv", media, strings.NewReader(text))
		if resp.StatusCode != status {
			t.Fatalf("%d: %s", resp.StatusCode, raw)
		}
		var o value.Object
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		return &o
	}
	if got := send("text/csv; charset=utf-8", in, 200); got.At("added") != 3.0 {
		t.Errorf("%s", value.JSON(got))
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("comment", "before the file")
	part, _ := w.CreateFormFile("file", "people.csv")
	_, _ = part.Write([]byte("login\ncyd\n"))
	_ = w.Close()
	if got := send(w.FormDataContentType(), form.String(), 200); got.At("added") != 1.0 {
		t.Errorf("%s", value.JSON(got))
	}
	for name, tt := range map[string]struct{ media, text, want string }{
		"a wrong value, with its line": {"text/csv", "login,age\nx,1\ny,old\n", "line 3"},
		"a column that is not":         {"text/csv", "login,shoe\nx,1\n", `no column "shoe"`},
		"nothing":                      {"text/csv", "", "empty"},
		"no CSV":                       {"application/json", "{}", "text/csv"},
		"a form without a file":        {"multipart/form-data; boundary=x", "--x--\r\n", "no file"},
		"a form without a boundary":    {"multipart/form-data", "", "text/csv"},
	} {
		if e := failure(send(tt.media, tt.text, 400)); !strings.Contains(e.Text("message"), tt.want) {
			t.Errorf("%s: %s", name, value.JSON(e))
		}
	}
	if n := c.get(path+"/rows", 200).At("total"); n != 4.0 {
		t.Errorf("%v rows: an import with an error added some", n)
	}
	resp, raw := c.send(http.MethodGet, path+"/csv", "", nil)
	lines := strings.SplitN(string(raw), "\n", 2)
	if resp.Header.Get("Content-Type") != "text/csv; charset=utf-8" || resp.Header.Get("Content-Disposition") != `attachment; filename=people_places.csv` || lines[0] != "Row ID,Created,Updated,login,age,since,admin" {
		t.Errorf("%v %q", resp.Header, lines[0])
	}
	if !strings.Contains(lines[1], "'=cmd()") || !strings.Contains(lines[1], "\"bob, the\nsecond\"") {
		t.Errorf("%s", lines[1])
	}
	if got := send("text/csv", string(raw), 200); got.At("added") != 4.0 { // what comes out goes in again
		t.Errorf("%s", value.JSON(got))
	}
	large := "login\n" + strings.Repeat(strings.Repeat("x", 1023)+"\n", maxCSV/1024+8<<10) // 8 MB are not read
	if e := failure(send("text/csv", large, 400)); !strings.Contains(e.Text("message"), "larger than 67108864 bytes") {
		t.Errorf("%s", value.JSON(e))
	}
}
