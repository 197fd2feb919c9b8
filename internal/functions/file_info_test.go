package functions

import "testing"

func TestFileInfo(t *testing.T) {
	check(t, "file.info", map[string]example{
		"a picture":       {`{"file":{"name":"me.tar.gz","type":"application/gzip","size":1,"data":"YSxiCg=="}}`, `{"name":"me.tar.gz","extension":"gz","type":"application/gzip","size":4,"created":null,"updated":null}`},
		"no extension":    {`{"file":{"name":"README","type":"text/plain","data":""}}`, `{"name":"README","extension":"","type":"text/plain","size":0,"created":null,"updated":null}`},
		"no file":         {`{"file":{"name":"x"}}`, ``},
		"nothing":         {`{}`, ``},
		"no Base64 in it": {`{"file":{"name":"x","type":"a/b","data":"?"}}`, ``},
	})
}
