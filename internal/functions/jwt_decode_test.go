package functions

import (
	"testing"

	"sallyport/internal/value"
)

func TestJwtDecode(t *testing.T) {
	check(t, "jwt.decode", map[string]example{
		"unchecked": {`{"token":" eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpc3MiOiJpIn0.xxx "}`, `{"header":{"alg":"HS256","typ":"JWT"},"claims":{"a":1,"iss":"i"}}`},
		"unsigned":  {`{"token":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ."}`, `{"header":{"alg":"none"},"claims":{"a":1}}`},
		"two parts": {`{"token":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ"}`, ``},
		"no Base64": {`{"token":"a.!.c"}`, ``},
		"no object": {`{"token":"W10.W10.x"}`, ``},
		"no token":  {`{}`, ``},
	})
}

// Whatever a token is, what is read of it is objects; and it is not valid.
func FuzzJWT(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpc3MiOiJpIn0.xxx")
	f.Add("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if out, err := find(t, "jwt.decode").Run(fixed(false), value.Map("token", token)); err == nil && (out.Object("header") == nil || out.Object("claims") == nil) {
			t.Fatalf("%q is %s", token, value.JSON(out))
		}
		if out, err := find(t, "jwt.verify").Run(fixed(false), value.Map("token", token, "key", "a key that nothing was signed with")); err == nil {
			t.Fatalf("%q is valid: %s", token, value.JSON(out))
		}
	})
}
