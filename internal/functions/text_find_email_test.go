package functions

import "testing"

func TestTextFindEmail(t *testing.T) {
	check(t, "text.find_email", map[string]example{
		"in a sentence": {`{"text":"Mail Ada <ada.lovelace+x@mail.acme.example>, or bob@acme.example."}`, `{"email":"ada.lovelace+x@mail.acme.example"}`},
		"in quotes":     {`{"text":"'ada@acme.example'"}`, `{"email":"ada@acme.example"}`},
		"no domain":     {`{"text":"ada@localhost, @x.y"}`, `{"email":null}`},
		"none":          {`{"text":"no address"}`, `{"email":null}`},
		"null":          {`{}`, `{"email":null}`},
	})
}
