package api

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/value"
)

// imported is a flow as a file.
const imported = `flow: notice
title: Notice
connections: { desk: { connector: desk, title: Our desk } }
tables: { seen: { title: Seen, columns: { Who: text } } }
trigger: { call: { inputs: { who: text } } }
cards:
  - { id: note, use: table.create_row, table: seen, with: { Who: "{{ input.who }}" } }
`

// sent posts a file and returns the report.
func (c *client) sent(path, media, text string, status int) *value.Object {
	c.t.Helper()
	resp, raw := c.send(http.MethodPost, path, media, strings.NewReader(text))
	if resp.StatusCode != status {
		c.t.Fatalf("%s: status %d: %s", path, resp.StatusCode, raw)
	}
	v, err := value.ParseJSON(raw)
	if err != nil {
		c.t.Fatal(err)
	}
	o, _ := v.(*value.Object)
	return o
}

func form(t *testing.T, text string) (media, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "notice.yaml")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestFlowsAreImportedAndExported(t *testing.T) {
	b := setup(t)
	c := b.admin()
	const at = "/api/v1/flows/import?"
	dry := c.sent(at+"dryRun=true&folder=Notices", "application/octet-stream", imported, 200)
	if dry.At("made") != nil || len(items(c.get("/api/v1/folders", 200))) != 0 {
		t.Errorf("a dry run made something: %s", value.JSON(dry))
	}
	media, body := form(t, imported)
	made := c.sent(at+"folder=Notices", media, body, 200)
	folder, id := made.Object("made").Text("folder"), made.Object("made").Object("flows").Text("notice")
	if got := c.get("/api/v1/flows/"+id, 200); got.At("enabled") != false || got.At("version") != 1.0 {
		t.Errorf("the flow is %s", value.JSON(got))
	}
	c.sent(at+"folder=Notices", "application/yaml", imported, 409)
	c.sent(at, "application/json", `{"type":"flopack"`, 400)
	c.sent(at, "application/json", "", 400)
	c.sent(at+"connection=desk", "application/yaml", imported, 400)
	c.sent(at+"connection=desk%3Dnobody", "application/yaml", imported, 400)
	if n := len(items(c.get("/api/v1/folders", 200))); n != 1 {
		t.Errorf("%d folders are there", n)
	}
	for path, want := range map[string]string{
		"/api/v1/flows/" + id + "/export":                      "flow: notice",
		"/api/v1/folders/" + folder + "/export":                "PK\x03\x04",
		"/api/v1/flows/" + id + "/export?format=flopack":       `{"type":"flopack"`,
		"/api/v1/folders/" + folder + "/export?format=flopack": `{"type":"flopack"`,
	} {
		resp, raw := c.send(http.MethodGet, path, "", nil)
		if resp.StatusCode != 200 || !strings.HasPrefix(string(raw), want) {
			t.Errorf("%s: %d %.80s", path, resp.StatusCode, raw)
		}
		if resp.Header.Get("Content-Disposition") == "" {
			t.Errorf("%s has no name", path)
		}
	}
}
