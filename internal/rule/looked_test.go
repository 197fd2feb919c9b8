package rule_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/rule"
)

// TestLooked says of an event what a rule looked at: of a correlation what the
// rule that holds did, and the group; of an event that it has nothing to do with
// nothing.
func TestLooked(t *testing.T) {
	shelf, _ := rule.NewShelf(rule.Parse("p", "three.yaml", []byte(counting)))
	r, ok := shelf.Get("0f7b6a0c-9f3e-4b0b-9a55-4d5c7e0f2a10")
	if !ok {
		t.Fatal("the rule is not on the shelf")
	}
	for name, tc := range map[string]struct{ kind, want string }{
		"one that it counts": {"user.mfa.factor.reset_all", "[{actor.id [a]} {eventType [user.mfa.factor.reset_all]}]"},
		"another":            {"user.session.start", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.Looked(of(t, "u1", tc.kind, "a", 0))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, fmt.Sprint(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
