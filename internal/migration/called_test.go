package migration_test

import (
	"strings"
	"testing"

	"sallyport/internal/flopack"
	"sallyport/internal/migration"
)

// A flow that another system starts itself becomes an API endpoint with the fields
// of the card, and what its options chose is told.
func TestCalledTrigger(t *testing.T) {
	const export = `{"type":"flopack","version":"1.5.0","flags":{},"data":{"configs":{},"tables":{},"groups":{},"flos":{"f":{"id":"f","name":"On issue","description":"","data":{
		"_v":2,"log":true,"methods":[{"uuid":"c1","address":"root:channels:http:jira2:0.3.217:issueUpdated","x":0,"y":0,"displayed":true,
		"node":{"model":{"type":"method","key":"issueUpdated","displayed":true,"webhook":true,"metadata":{"name":"Issue Updated"},
		"inputs":{"data":{"p":{"id":"p","group":"parameters","key":"project","flags":"p","value":{"type":"string","collection":false,"data":"HEL"},"metadata":{}}}},
		"outputs":{"data":{"o":{"id":"o","group":"Issue","key":"First Name","value":{"type":"string","collection":false,"data":""},"metadata":{}}}}}}}],"edges":[]}}}}}`
	d, problems, err := flopack.Parse([]byte(export))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	res, err := migration.Translate(d, catalogue(t))
	if err != nil {
		t.Fatal(err)
	}
	f := res.Flows[0]
	if !strings.Contains(f.YAML, "api:") || !strings.Contains(f.YAML, "access: token") || !strings.Contains(f.YAML, "body/First Name: {type: text, from: body, key: First Name}") {
		t.Errorf("the trigger is\n%s", f.YAML)
	}
	if len(f.Missing) > 0 || len(f.Values) != 1 || f.Values[0].Kind != migration.ValueUnused || f.Values[0].Text != "HEL" {
		t.Errorf("missing %v, values %v", f.Missing, f.Values)
	}
}
