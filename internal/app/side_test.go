package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exported is Okta's own flow for the same job.
const exported = "../../../shared/corpus/flopack/suspicious_activity_reported/workflow.flopack"

// effects is what a report came to for somebody, without what differs from person
// to person.
type effects struct {
	Calls    []string // of Okta, in order
	Status   string
	Sessions int
	Changed  bool // the password
	Mails    int
	Row      map[string]bool // that it says who, and leads to the event
	Message  map[string]bool
	State    string
}

// The export of Suspicious Activity Reported does to somebody who reports what our
// own template does: the same calls in the same order, a mail, a row, a message
// that leads to the event.
func TestExportBesideTemplate(t *testing.T) {
	text, err := os.ReadFile(exported)
	if err != nil {
		t.Skip("there is no export in ../shared/corpus/flopack")
	}
	eachDemo(t, func(d *demo) {
		ours := d.effectsOfReport("suspicious_activity")
		d.switchAllOff()
		d.bringIn(text)
		theirs := d.effectsOfReport("suspiciousactivityreportedlog")
		if diff := cmp.Diff(ours, theirs); diff != "" {
			d.t.Errorf("the template (-) and the export (+) differ:\n%s", diff)
		}
		if len(ours.Calls) != 2 || !ours.Changed || ours.Mails != 1 || ours.Sessions != 0 {
			d.t.Errorf("the template did %+v", ours)
		}
	})
}

func (d *demo) effectsOfReport(table string) effects {
	d.t.Helper()
	before, said, calls := d.victim(), len(d.messages()), len(d.changes(""))
	login, uuid := d.report(before.Login)
	r := d.ended(uuid)
	after := d.person(login)
	out := effects{
		Calls: d.changes(after.ID)[calls:], Status: after.Status, Sessions: after.Sessions, Changed: after.PasswordChanged.After(before.PasswordChanged),
		Mails: d.resets(login), State: r.State,
	}
	row := fmt.Sprint(d.lastRow(table))
	out.Row = map[string]bool{"login": strings.Contains(row, login), "id": strings.Contains(row, after.ID), "event": strings.Contains(row, uuid)}
	if all := d.messages(); len(all) == said+1 {
		m := all[said]
		out.Message = map[string]bool{"login": strings.Contains(m, login), "event": strings.Contains(m, uuid)}
	}
	return out
}

// changes are the calls that changed something in Okta, somebody's id left out.
func (d *demo) changes(id string) []string {
	d.t.Helper()
	var list []struct{ Method, Path, Query string }
	d.get(d.is.Sandbox+"/_sandbox/requests?service=okta&limit=10000", &list)
	var out []string
	for _, c := range list {
		if c.Method == http.MethodGet || !strings.HasPrefix(c.Path, "/api/v1/users/") {
			continue
		}
		path := c.Path
		if id != "" {
			path = strings.ReplaceAll(path, id, "ID")
		}
		out = append(out, c.Method+" "+path)
	}
	return out
}

func (d *demo) lastRow(slug string) map[string]any {
	d.t.Helper()
	var tables []struct{ ID, Slug string }
	d.get(d.is.API+"/tables", &tables)
	for _, tab := range tables {
		if tab.Slug != slug {
			continue
		}
		var rows struct {
			Items []struct{ Values map[string]any }
		}
		d.get(d.is.API+"/tables/"+tab.ID+"/rows", &rows)
		if len(rows.Items) == 1 {
			return rows.Items[0].Values
		}
		d.t.Errorf("%s has %d rows", slug, len(rows.Items))
	}
	return nil
}

func (d *demo) switchAllOff() {
	d.t.Helper()
	var flows []struct{ ID string }
	d.get(d.is.API+"/flows", &flows)
	for _, f := range flows {
		d.patch("/flows/"+f.ID, map[string]any{"enabled": false})
	}
}

func (d *demo) patch(path string, body any) {
	d.t.Helper()
	if status := d.call(http.MethodPatch, d.is.API+path, body, nil); status != http.StatusOK {
		d.t.Fatalf("PATCH %s: status %d", path, status)
	}
}

// bringIn imports an export, does what its report asks for (the author's channel
// becomes ours), and switches it on.
func (d *demo) bringIn(text []byte) {
	d.t.Helper()
	var connections []struct {
		ID        string
		Connector struct{ ID string }
	}
	d.get(d.is.API+"/connections", &connections)
	q := url.Values{"folder": {"Imported"}}
	for _, c := range connections {
		if c.Connector.ID != "okta" && c.Connector.ID != "slack" {
			continue
		}
		q.Add("connection", c.Connector.ID+"="+c.ID)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.is.API+"/flows/import?"+q.Encode(), strings.NewReader(string(text)))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Authorization", "Bearer "+d.is.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(resp.Body)
		d.t.Fatalf("the import answers %s: %s", resp.Status, said)
	}
	var flows []struct{ ID, Slug string }
	d.get(d.is.API+"/flows", &flows)
	for _, f := range flows {
		var detail struct {
			Folder struct{ Name string }
			YAML   string
		}
		d.get(d.is.API+"/flows/"+f.ID, &detail)
		if detail.Folder.Name != "Imported" {
			continue
		}
		yaml := strings.ReplaceAll(detail.YAML, "C023Z6FGH63", "'#security'")
		if status := d.call(http.MethodPut, d.is.API+"/flows/"+f.ID+"/draft", map[string]any{"yaml": yaml}, nil); status != http.StatusOK {
			d.t.Fatalf("draft: %d", status)
		}
		if status := d.call(http.MethodPost, d.is.API+"/flows/"+f.ID+"/publish", map[string]any{}, nil); status != http.StatusOK {
			d.t.Fatalf("publish: %d", status)
		}
		d.patch("/flows/"+f.ID, map[string]any{"enabled": true})
	}
}
