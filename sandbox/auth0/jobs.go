package auth0

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// job is an export of users.
type job struct {
	doc   doc
	key   string // what its file is fetched with
	file  []byte
	shown int // how often it was asked for
}

func jobRoutes() []route {
	return []route{
		post("/jobs/users-exports", "read:users", "Create export users job", exportUsers),
		get("/jobs/{id}", "create:users read:users", getJob),
		{method: http.MethodGet, path: "/_exports/{id}", handle: fetchExport},
	}
}

// exportUsers begins an export. It is done when it is asked for the second
// time.
func exportUsers(c *call) (answer, error) {
	format := str(c.body, "format")
	if format == "" {
		format = "json"
	}
	if format != "json" && format != "csv" {
		return answer{}, badBody("Invalid value \"%s\"' on property format", format)
	}
	connection := ""
	if id := str(c.body, "connection_id"); id != "" {
		d, found := c.shelves["/connections"].find(id)
		if !found {
			return answer{}, refused("The connection does not exist", "inexistent_connection")
		}
		connection = str(d, "name")
	}
	var names, heads []string
	list, _ := c.body["fields"].([]any)
	for _, f := range list {
		d, _ := f.(doc)
		names = append(names, str(d, "name"))
		head := str(d, "export_as")
		if head == "" {
			head = str(d, "name")
		}
		heads = append(heads, head)
	}
	if len(names) == 0 {
		names = []string{"user_id", "email", "name", "blocked", "created_at", "last_login", "user_metadata"}
		heads = names
	}
	most := len(c.users)
	if n, is := c.body["limit"].(float64); is {
		most = int(n)
	}
	var rows []doc
	for _, u := range c.users {
		if len(rows) < most && (connection == "" || u.connection() == connection) {
			rows = append(rows, u.doc)
		}
	}
	j := &job{key: c.letters(base62, 32), file: exported(format, rows, names, heads)}
	j.doc = doc{"type": "users_export", "status": "pending", "format": format, "created_at": stamp(c.now()), "id": "job_" + c.letters(base62, 16), "connection": connection}
	for _, k := range []string{"connection_id", "limit", "fields"} {
		if c.body[k] != nil {
			j.doc[k] = c.body[k]
		}
	}
	c.jobs[str(j.doc, "id")] = j
	return ok(j.doc)
}

// exported writes users as lines of JSON, or as CSV.
func exported(format string, rows []doc, names, heads []string) []byte {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if format == "csv" {
		_ = w.Write(heads) // to memory
	}
	for _, r := range rows {
		line, cells := doc{}, []string{}
		for i, n := range names {
			v := field(r, n)
			if v != nil {
				line[heads[i]] = v
			}
			cells = append(cells, cell(v))
		}
		if format == "csv" {
			_ = w.Write(cells) // to memory
			continue
		}
		if text, err := json.Marshal(line); err == nil {
			b.Write(append(text, '\n'))
		}
	}
	w.Flush()
	return []byte(b.String())
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, float64, int:
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// field returns a dotted field of an object.
func field(d doc, name string) any {
	var v any = d
	for part := range strings.SplitSeq(name, ".") {
		m, is := v.(doc)
		if !is {
			return nil
		}
		v = m[part]
	}
	return v
}

func getJob(c *call) (answer, error) {
	j, known := c.jobs[c.args["id"]]
	if !known {
		return answer{}, notFound("The job does not exist", "inexistent_job")
	}
	j.shown++
	if j.shown == 1 {
		j.doc["status"], j.doc["percentage_done"], j.doc["time_left_seconds"] = "processing", 50, 1
		return ok(j.doc)
	}
	delete(j.doc, "time_left_seconds")
	j.doc["status"], j.doc["percentage_done"] = "completed", 100
	j.doc["location"] = c.base + "/_exports/" + str(j.doc, "id") + "?key=" + j.key
	return ok(j.doc)
}

// fetchExport answers the file of an export to whoever has its address.
func fetchExport(c *call) (answer, error) {
	j, known := c.jobs[c.args["id"]]
	if !known || c.param("key") != j.key {
		return answer{}, noPath()
	}
	kind := "application/x-ndjson"
	if j.doc["format"] == "csv" {
		kind = "text/csv"
	}
	return answer{status: http.StatusOK, body: slices.Clone(j.file), header: http.Header{"Content-Type": {kind}, "Last-Modified": {c.now().UTC().Format(time.RFC1123)}}}, nil
}
