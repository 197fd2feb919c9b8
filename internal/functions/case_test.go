package functions

import (
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

// example is an input and the output wanted, both as JSON; an empty want means
// that the input is refused.
type example struct{ in, want string }

// check runs a function of the shelf over examples, as a flow would.
func check(t *testing.T, id string, examples map[string]example) {
	t.Helper()
	f := find(t, id)
	for name, ex := range examples {
		t.Run(name, func(t *testing.T) { checkOne(t, f, ex, false) })
	}
}

// checkLoose runs a function as an imported flow would.
func checkLoose(t *testing.T, id string, examples map[string]example) {
	t.Helper()
	f := find(t, id)
	for name, ex := range examples {
		t.Run("loosely/"+name, func(t *testing.T) { checkOne(t, f, ex, true) })
	}
}

func find(t *testing.T, id string) function.Function {
	t.Helper()
	for _, f := range All() {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("%s is not on the shelf", id)
	return function.Function{}
}

// fixed is an environment whose clock stands and whose chance is the same each
// time.
func fixed(loose bool) function.Env {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)
	return function.Env{Now: func() time.Time { return at }, Random: rand.NewChaCha8([32]byte{}), Loose: loose}
}

func checkOne(t *testing.T, f function.Function, ex example, loose bool) {
	t.Helper()
	in, err := value.Load([]byte(ex.in))
	if err != nil {
		t.Fatal(err)
	}
	before := string(value.Store(in))
	out, err := f.Run(fixed(loose), in.(*value.Object))
	switch {
	case (err != nil) != (ex.want == ""):
		t.Errorf("error %v, want one: %v", err, ex.want == "")
	case err == nil && string(value.Store(out)) != ex.want:
		t.Errorf("got %s, want %s", value.Store(out), ex.want)
	}
	if string(value.Store(in)) != before {
		t.Errorf("the input was changed from %s to %s", before, value.Store(in))
	}
}
