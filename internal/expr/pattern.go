package expr

import (
	"fmt"
	"sync"

	"sallyport/internal/matching"
)

// maxPattern bounds a regular expression, maxPatterns how many are kept.
const (
	maxPattern  = 1000
	maxPatterns = 1000
)

// patterns keeps compiled regular expressions: compiling one costs more than
// matching it. When it is full it begins anew.
var patterns struct {
	sync.RWMutex
	byText map[string]*matching.Pattern
}

// pattern compiles a regular expression in RE2's syntax.
func pattern(text string) (*matching.Pattern, error) {
	patterns.RLock()
	re, ok := patterns.byText[text]
	patterns.RUnlock()
	if ok {
		return re, nil
	}
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	re, err := matching.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("%.60q is no pattern: %w", text, err)
	}
	patterns.Lock()
	defer patterns.Unlock()
	if patterns.byText == nil || len(patterns.byText) >= maxPatterns {
		patterns.byText = map[string]*matching.Pattern{}
	}
	patterns.byText[text] = re
	return re, nil
}
