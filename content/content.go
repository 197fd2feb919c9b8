// Package content holds what the product knows as data: connectors, and the
// packs that stand beside them. Each file has its cases in a file of the same
// name that ends in .test.yaml.
package content

import "embed"

// FS is the content: connectors/NAME.yaml and so on.
//
//go:embed checks connectors playbooks questions rules templates
var FS embed.FS
