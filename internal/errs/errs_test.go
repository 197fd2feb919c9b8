package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"sallyport/internal/errs"
)

func TestKindOf(t *testing.T) {
	tests := map[string]struct {
		err  error
		kind errs.Kind
		msg  string
	}{
		"plain":         {errors.New("disk"), errs.Internal, "internal error"},
		"sorted":        {errs.New(errs.NotFound, "alert %q", "a1"), errs.NotFound, `alert "a1"`},
		"wrapped":       {fmt.Errorf("get: %w", errs.New(errs.Denied, "no")), errs.Denied, "no"},
		"inner is kept": {errs.Wrap(errs.Unavailable, errors.New("dial tcp 10.0.0.1"), "database is away"), errs.Unavailable, "database is away"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := errs.KindOf(tt.err); got != tt.kind {
				t.Errorf("kind = %v, want %v", got, tt.kind)
			}
			if got := errs.Message(tt.err); got != tt.msg {
				t.Errorf("message = %q, want %q", got, tt.msg)
			}
		})
	}
}
