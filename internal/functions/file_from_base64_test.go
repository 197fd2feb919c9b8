package functions

import "testing"

func TestFileFromBase64(t *testing.T) {
	check(t, "file.from_base64", map[string]example{
		"bytes":          {`{"data":"/w==","name":"a.bin"}`, `{"file":{"name":"a.bin","type":"application/octet-stream","size":1,"data":"/w=="}}`},
		"a type":         {`{"data":"/w==","name":"a.pdf","type":"application/pdf"}`, `{"file":{"name":"a.pdf","type":"application/pdf","size":1,"data":"/w=="}}`},
		"no Base64":      {`{"data":"?"}`, ``},
		"nothing":        {`{}`, ``},
		"no media type":  {`{"data":"/w==","type":"pdf"}`, ``},
		"lines in types": {`{"data":"/w==","type":"text/plain\r\nX: y"}`, ``},
	})
}
