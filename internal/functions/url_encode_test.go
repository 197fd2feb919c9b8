package functions

import "testing"

func TestUrlEncode(t *testing.T) {
	check(t, "url.encode", map[string]example{
		"blanks and signs": {`{"text":"uuid eq \"a+b\"&c"}`, `{"text":"uuid%20eq%20%22a%2Bb%22%26c"}`},
		"plain":            {`{"text":"a-b_c.~"}`, `{"text":"a-b_c.~"}`},
	})
}
