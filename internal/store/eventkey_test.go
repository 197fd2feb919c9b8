package store

import (
	"bytes"
	"testing"
)

func TestEventKey(t *testing.T) {
	rising := []string{
		"ffffffff-0000-11ef-8478-2b7584bf8d5a", // by its text it would come last
		"dc9fd3c0-598c-11ef-8478-2b7584bf8d5a",
		"00000000-598d-11ef-8478-2b7584bf8d5a",
		"35cae732-21bd-11f0-a011-dd05aa53a11a",
	}
	for i := 1; i < len(rising); i++ {
		if bytes.Compare(eventKey(rising[i-1]), eventKey(rising[i])) >= 0 {
			t.Errorf("the key of %s does not come before that of %s", rising[i-1], rising[i])
		}
	}
	seen := map[string]string{}
	for _, uuid := range append(rising,
		"DC9FD3C0-598C-11EF-8478-2B7584BF8D5A", "dc7e2385-74ba-4b77-827f-fb84b37a4b3b", "", "u1", "dc9fd3c0-598c-11ef-8478-2b7584bf8d5",
		"dc9fd3c0-598c-11ef-8478-2b7584bf8d5-", "dc9fd3c0-598c-11ef-8478-2b7584bf8d5g", "dc9fd3c0x598cx11efx8478x2b7584bf8d5a") {
		k := string(eventKey(uuid))
		if other, ok := seen[k]; ok || len(k) != eventKeySize {
			t.Errorf("%q has the key of %q, %x", uuid, other, k)
		}
		seen[k] = uuid
	}
}

// FuzzEventKey holds that different uuids have different keys.
func FuzzEventKey(f *testing.F) {
	f.Add("dc9fd3c0-598c-11ef-8478-2b7584bf8d5a", "598c11ef-d3c0-11ef-8478-2b7584bf8d5a")
	f.Add("dc7e2385-74ba-4b77-827f-fb84b37a4b3b", "u1")
	f.Fuzz(func(t *testing.T, a, b string) {
		if (a == b) != bytes.Equal(eventKey(a), eventKey(b)) {
			t.Errorf("%q and %q: %x and %x", a, b, eventKey(a), eventKey(b))
		}
	})
}
