package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"sallyport/internal/errs"
)

func TestErrors(t *testing.T) {
	tests := map[string]struct {
		err  error
		kind errs.Kind
		msg  string
		log  string
	}{
		"plain":         {errors.New("disk"), errs.Internal, "internal error", "disk"},
		"sorted":        {errs.New(errs.NotFound, "alert %q", "a1"), errs.NotFound, `alert "a1"`, `alert "a1"`},
		"wrapped":       {fmt.Errorf("get: %w", errs.New(errs.Denied, "no")), errs.Denied, "no", "get: no"},
		"inner is kept": {errs.Wrap(errs.Unavailable, errors.New("dial tcp 10.0.0.1"), "database is away"), errs.Unavailable, "database is away", "database is away: dial tcp 10.0.0.1"},
		"inner once":    {errs.Wrap(errs.Invalid, errors.New("line 3: no such option"), "c.yaml: line 3: no such option"), errs.Invalid, "c.yaml: line 3: no such option", "c.yaml: line 3: no such option"},
		"inner wrapped": {fmt.Errorf("start: %w", errs.Wrap(errs.Invalid, errs.New(errs.NotFound, "no key"), "no database: no key")), errs.Invalid, "no database: no key", "start: no database: no key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := errs.KindOf(tt.err); got != tt.kind {
				t.Errorf("kind = %v, want %v", got, tt.kind)
			}
			if got := errs.Message(tt.err); got != tt.msg {
				t.Errorf("message = %q, want %q", got, tt.msg)
			}
			if got := tt.err.Error(); got != tt.log {
				t.Errorf("the log says %q, want %q", got, tt.log)
			}
		})
	}
}
