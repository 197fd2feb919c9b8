package flow

import (
	"errors"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// maxValue bounds, in bytes, roughly as JSON, what goes into a card, what a loop
// collects and what a flow returns: as much as a function may give. Without it a
// few references in one text, or a loop, would fill the memory of the server.
const maxValue = function.MaxResult

// maxParts bounds how much one template may bring together before it is known
// what it makes of that.
const maxParts = 16 * maxValue

// room is what is left, in bytes, for values that are kept together.
type room int

// take takes the room that a value needs. It reports false, and looks no
// further, where there is not enough.
func (r *room) take(v any) bool {
	*r -= 8
	switch v := v.(type) {
	case string:
		*r -= room(len(v))
	case time.Time:
		*r -= room(len(time.RFC3339Nano))
	case []any:
		for _, e := range v {
			if !r.take(e) {
				return false
			}
		}
	case *value.Object:
		for k, e := range v.All() {
			*r -= room(len(k))
			if !r.take(e) {
				return false
			}
		}
	}
	return *r >= 0
}

// tooLarge is the failure of a card whose values do not fit.
func tooLarge(what string) error {
	return errs.New(errs.Invalid, "%s would be larger than %d MB", what, maxValue>>20)
}

// eval evaluates a template where there is room for what it gives. The error
// names that by what.
func (f *frame) eval(what string, t value.Template, left *room) (any, error) {
	if refs := t.Refs(); len(refs) > maxParts/maxValue { // fewer values cannot be more
		parts := room(maxParts)
		for _, ref := range refs {
			if !parts.take(f.lookup(ref)) {
				return nil, tooLarge(what)
			}
		}
	}
	v, err := t.Resolve(f.lookup)
	if errors.Is(err, value.ErrTooLarge) {
		return nil, tooLarge(what)
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "%s: %v", what, err)
	}
	if !left.take(v) {
		return nil, tooLarge(what)
	}
	return v, nil
}
