package functions

import "testing"

func TestFileToText(t *testing.T) {
	check(t, "file.to_text", map[string]example{
		"a table":      {`{"file":{"name":"t.csv","type":"text/csv","size":99,"data":"YSxiCg=="}}`, `{"text":"a,b\n","name":"t.csv","type":"text/csv","size":4}`},
		"its JSON":     {`{"file":"{\"name\":\"t\",\"data\":\"7/+/\"}"}`, `{"text":"�","name":"t","type":"","size":3}`},
		"a mark first": {`{"file":{"data":"77u/YQ=="}}`, `{"text":"a","name":"","type":"","size":4}`},
		"no Base64":    {`{"file":{"data":"?"}}`, ``},
		"no data":      {`{"file":{"name":"x"}}`, ``},
		"no file":      {`{"file":"x"}`, ``},
		"nothing":      {`{}`, ``},
	})
}
