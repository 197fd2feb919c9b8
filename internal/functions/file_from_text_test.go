package functions

import "testing"

func TestFileFromText(t *testing.T) {
	check(t, "file.from_text", map[string]example{
		"a table": {`{"text":"a,b\n","name":"t.CSV"}`, `{"file":{"name":"t.CSV","type":"text/csv; charset=utf-8","size":4,"data":"YSxiCg=="}}`},
		"nothing": {`{}`, `{"file":{"name":"file.txt","type":"text/plain; charset=utf-8","size":0,"data":""}}`},
		"a path":  {`{"text":"x","name":"../../etc\\a\r\nb.json"}`, `{"file":{"name":"ab.json","type":"application/json","size":1,"data":"eA=="}}`},
		"no name": {`{"text":"x","name":"..","type":"a/b"}`, `{"file":{"name":"file","type":"a/b","size":1,"data":"eA=="}}`},
		"no type": {`{"text":"x","type":"words"}`, ``},
	})
}
