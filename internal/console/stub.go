//go:build !console

package console

import "io/fs"

// embedded returns the built console, nil where there is none.
func embedded() fs.FS { return nil }
