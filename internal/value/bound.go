package value

import (
	"fmt"
	"time"
)

// boundDepth leaves room for what a run wraps around a value.
const boundDepth = maxDepth - 50

// Bound returns an error where a value is too large for a run to keep: more
// than size bytes, roughly as JSON, nested too deeply, or a date that has no
// year of four digits. It looks no further than that.
func Bound(v any, size int) error {
	left := size
	if err := bound(v, &left, 0); err != nil {
		return err
	}
	if left < 0 {
		return fmt.Errorf("it is larger than %d MB", size>>20)
	}
	return nil
}

func bound(v any, left *int, depth int) error {
	if depth > boundDepth {
		return fmt.Errorf("it is nested deeper than %d", boundDepth)
	}
	*left -= 8
	switch v := v.(type) {
	case string:
		*left -= len(v)
	case Big:
		*left -= len(v)
	case time.Time:
		if y := v.Year(); y < 1 || y > 9999 {
			return fmt.Errorf("the year %d is not within 1 to 9999", y)
		}
	case []any:
		for _, e := range v {
			if err := bound(e, left, depth+1); err != nil || *left < 0 {
				return err
			}
		}
	case *Object:
		for k, e := range v.All() {
			*left -= len(k)
			if err := bound(e, left, depth+1); err != nil || *left < 0 {
				return err
			}
		}
	}
	return nil
}
